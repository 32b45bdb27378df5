import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { addDays, istDate, istDateOf, istInstant, toIstIso, type IstDate } from '@vega/kernel';
import { FakeClock } from '@vega/testkit';
import type { CandleRow, MasterRow, SimQuote } from '../market-source.ts';
import { GeneratedMarket, type GeneratedMarketOptions } from './generated-market.ts';

// Whole days of thousands of instruments; the machine may be busy.
jest.setTimeout(120_000);

const NIFTY = 'NSE_INDEX|Nifty 50';
const RELIANCE = 'NSE_EQ|INE002A01018';
const FIRST = '2026-07-30';

function market(options: Partial<GeneratedMarketOptions> = {}): GeneratedMarket {
  const clock = new FakeClock();
  return GeneratedMarket.create({ clock, seed: 'candles', startDate: istDate(FIRST), speed: 120, ...options });
}

function step(source: GeneratedMarket): void {
  if (source.advance() === undefined) throw new Error('the market stood still');
}

function runTo(source: GeneratedMarket, date: string, time: string): void {
  const at = `${date}T${time}`;
  for (let i = 0; i < 20_000 && toIstIso(source.now()).slice(0, 19) < at; i++) step(source);
}

const minutesBetween = (a: CandleRow, b: CandleRow): number => (Date.parse(a[0]) - Date.parse(b[0])) / 60_000;

/** Joins minute rows (newest first) into one row, as a witness of the market's own joining. */
function join1(rows: readonly CandleRow[]): Omit<CandleRow, 0> | undefined {
  const ascending = [...rows].reverse();
  const [first, last] = [ascending[0], ascending.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const high = Math.max(...rows.map((row) => row[2]));
  const low = Math.min(...rows.map((row) => row[3]));
  const volume = rows.reduce((sum, row) => sum + row[5], 0);
  return [first[1], high, low, last[4], volume, last[6]] as unknown as Omit<CandleRow, 0>;
}

function lawful(rows: readonly CandleRow[]): void {
  const broken = rows.filter(([, open, high, low, close, volume, oi]) => {
    return !(low <= Math.min(open, close) && high >= Math.max(open, close) && low > 0 && volume >= 0 && oi >= 0);
  });
  expect(broken).toEqual([]);
  const unordered = rows.slice(1).filter((row, i) => row[0] >= (rows[i]?.[0] ?? ''));
  expect(unordered).toEqual([]);
}

describe('candles before the first generated date', () => {
  const source = market();
  const to = addDays(istDate(FIRST), -1);
  const monthly = (): MasterRow => {
    const spot = source.quote(NIFTY)?.ltp ?? 0;
    const row = source
      .instruments()
      .find(
        (one) =>
          one.underlying_key === NIFTY && one.trading_symbol.endsWith('PE 25 AUG 26') && (one.strike_price ?? 0) > spot,
      );
    if (row === undefined) throw new Error('no monthly put');
    return row;
  };

  it.each([
    ['an index', () => NIFTY],
    ['a share', () => RELIANCE],
    ['the volatility index', () => 'NSE_INDEX|India VIX'],
    ['a future', () => source.instruments().find((row) => row.instrument_type === 'FUT')?.instrument_key ?? ''],
    ['an option', () => monthly().instrument_key],
  ])('of %s end in the previous close, and minutes add up to days', (_, keyOf) => {
    const key = keyOf();
    const days = source.candles(key, 'days', 1, { from: addDays(to, -20), to });
    const minutes = source.candles(key, 'minutes', 1, { from: addDays(to, -20), to });
    lawful(days);
    lawful(minutes);
    expect(days.length).toBeGreaterThanOrEqual(13);
    expect(days[0]?.[4]).toBe(source.quote(key)?.cp);
    for (const day of days) {
      const own = minutes.filter((row) => row[0].slice(0, 10) === day[0].slice(0, 10));
      expect(join1(own)).toEqual(day.slice(1));
    }
  });

  it('do not depend on what was asked for before', () => {
    const other = market();
    const range = { from: '2026-06-01', to: '2026-06-05' };
    expect(other.candles(RELIANCE, 'minutes', 5, range)).toEqual(source.candles(RELIANCE, 'minutes', 5, range));
    expect(market({ seed: 'another' }).candles(RELIANCE, 'days', 1, range)).not.toEqual(
      source.candles(RELIANCE, 'days', 1, range),
    );
  });

  it('reach back ten years of days, with weekends and holidays left out', () => {
    const days = source.candles(NIFTY, 'days', 1, { to });
    lawful(days);
    expect(days.length).toBeGreaterThan(2400);
    expect(days.some((row) => row[0].startsWith('2026-01-26'))).toBe(false);
    // The exchanges held full sessions on these weekend days.
    const weekends = days
      .map((row) => row[0].slice(0, 10))
      .filter((date) => [0, 6].includes(new Date(date).getUTCDay()));
    expect(weekends).toEqual(['2026-02-01', '2025-02-01', '2024-01-20']);
    const returns = days.slice(1).map((row, i) => Math.log((days[i]?.[4] ?? 1) / row[4]));
    const deviation = Math.sqrt(returns.reduce((sum, x) => sum + x * x, 0) / returns.length) * Math.sqrt(252);
    expect(deviation).toBeGreaterThan(0.08);
    expect(deviation).toBeLessThan(0.2);
  });

  it('of a contract begin when it was listed', () => {
    const weekly = source.instruments().find((row) => row.weekly === true);
    const days = source.candles(weekly?.instrument_key ?? '', 'days', 1, { to });
    expect(days.length).toBeGreaterThan(0);
    expect(days.length).toBeLessThan(30);
  });

  it('align minutes and hours to 09:15, weeks to Mondays, months to the first', () => {
    const range = { from: '2026-07-01', to: '2026-07-29' };
    const of = (unit: 'minutes' | 'hours' | 'weeks' | 'months', interval: number): CandleRow[] => [
      ...source.candles(RELIANCE, unit, interval, range),
    ];
    expect(of('minutes', 1).filter((row) => row[0].startsWith('2026-07-29')).length).toBe(375);
    const quarter = of('minutes', 15);
    expect(
      quarter
        .filter((row) => row[0].startsWith('2026-07-29'))
        .map((row) => row[0].slice(11, 16))
        .at(-1),
    ).toBe('09:15');
    expect(quarter.every((row) => (minutesBetween(row, quarter.at(-1) ?? row) % 15) % 15 === 0)).toBe(true);
    const hours = of('hours', 1).filter((row) => row[0].startsWith('2026-07-29'));
    expect(hours.map((row) => row[0].slice(11, 16))).toEqual([
      '15:15',
      '14:15',
      '13:15',
      '12:15',
      '11:15',
      '10:15',
      '09:15',
    ]);
    expect(
      of('minutes', 300)
        .filter((row) => row[0].startsWith('2026-07-29'))
        .map((row) => row[0].slice(11, 16)),
    ).toEqual(['14:15', '09:15']);
    expect(of('weeks', 1).map((row) => row[0])).toEqual(
      ['27', '20', '13', '06'].map((day) => `2026-07-${day}T00:00:00+05:30`).concat('2026-06-29T00:00:00+05:30'),
    );
    const month = of('months', 1);
    expect(month.map((row) => row[0])).toEqual(['2026-07-01T00:00:00+05:30']);
    expect(month[0]?.slice(1)).toEqual(join1(of('minutes', 1)));
  });

  it('know nothing of a key that the market does not know', () => {
    expect(source.candles('NSE_FO|1', 'days', 1, { to })).toEqual([]);
    expect(source.candles('NSE_FO|1', 'minutes', 1, 'intraday')).toEqual([]);
  });
});

describe('candles of generated dates', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vega-candles-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('are what happened, today and when it is over, and join with history', () => {
    const source = market({ stateDir: directory, speed: 300 });
    const seen: SimQuote['minute'][] = [];
    source.onStep((one) => {
      for (const quote of one.changed) {
        if (quote.key === RELIANCE && quote.minute !== undefined && quote.minute.ts !== seen.at(-1)?.ts)
          seen.push({ ...quote.minute });
      }
    });
    runTo(source, FIRST, '15:35:00');
    const quote = source.quote(RELIANCE);
    const today = source.candles(RELIANCE, 'minutes', 1, 'intraday');
    lawful(today);
    expect(today.length).toBe(375);
    for (const minute of seen) {
      const row = today.find((one) => Date.parse(one[0]) === minute?.ts);
      expect(row?.slice(1, 6)).toEqual([minute?.open, minute?.high, minute?.low, minute?.close, minute?.vol]);
    }
    expect(seen.length).toBeGreaterThan(300);
    const day = source.candles(RELIANCE, 'days', 1, 'intraday')[0];
    expect(day?.slice(1, 6)).toEqual([
      quote?.day?.open,
      quote?.day?.high,
      quote?.day?.low,
      quote?.day?.close,
      quote?.vtt,
    ]);
    expect(day?.[0]).toBe(`${FIRST}T00:00:00+05:30`);
    // The forming date is no history yet.
    expect(source.candles(RELIANCE, 'days', 1, { to: FIRST })[0]?.[0].slice(0, 10)).toBe('2026-07-29');

    const option = source
      .instruments()
      .find((row) => row.underlying_key === NIFTY && row.instrument_type === 'CE' && row.weekly === true);
    const optionDay = source.candles(option?.instrument_key ?? '', 'days', 1, 'intraday')[0];
    runTo(source, '2026-07-31', '08:59:59');
    expect(source.candles(RELIANCE, 'minutes', 1, 'intraday')).toEqual([]);
    const past = source.candles(RELIANCE, 'minutes', 1, { from: FIRST, to: FIRST });
    expect(past).toEqual(today);
    expect(source.candles(RELIANCE, 'days', 1, { to: FIRST })[0]).toEqual(day);
    expect(source.candles(option?.instrument_key ?? '', 'days', 1, { to: FIRST })[0]).toEqual(optionDay);
    expect(source.quote(RELIANCE)?.cp).toBe(day?.[4]);

    // When the real minutes are gone, minutes are made that fit the day.
    for (const date of ['2026-07-31', '2026-08-03', '2026-08-04']) runTo(source, date, '16:00:00');
    runTo(source, '2026-08-05', '08:59:59');
    const refilled = source.candles(RELIANCE, 'minutes', 1, { from: FIRST, to: FIRST });
    lawful(refilled);
    expect(refilled).not.toEqual(today);
    expect(join1(refilled)?.slice(0, 5)).toEqual(day?.slice(1, 6));
    const days = source.candles(RELIANCE, 'days', 1, { from: '2026-07-27', to: '2026-08-04' });
    expect(days.map((row) => row[0].slice(0, 10)).reverse()).toEqual([
      '2026-07-27',
      '2026-07-28',
      '2026-07-29',
      '2026-07-30',
      '2026-07-31',
      '2026-08-03',
      '2026-08-04',
    ]);
    // The close of a date with a closing auction is the auction's price.
    const auction = source.candles(RELIANCE, 'minutes', 1, { from: '2026-08-04', to: '2026-08-04' });
    expect(auction[0]?.[0].slice(11, 14)).toBe('15:');
    expect(Number(auction[0]?.[0].slice(14, 16))).toBeGreaterThanOrEqual(28);
    expect(auction[1]?.[0].slice(11, 16)).toBe('15:14');
  });
});

describe('a day roll', () => {
  const source = market({ startDate: istDate('2026-07-27'), speed: 600 });
  const dates: IstDate[] = [];

  it('carries closes and open interest over, resets the day, changes the master, and repeats no date', () => {
    let yesterday = new Map<string, { ltp: number; oi: number }>();
    let rows = source.instruments();
    for (let i = 0; i < 6000 && dates.length < 4; i++) {
      const before = source.now();
      step(source);
      if (istDateOf(source.now()) === istDateOf(before)) {
        if (toIstIso(source.now()).slice(11, 19) === '15:50:00') {
          yesterday = new Map(
            rows.map((row) => {
              const quote = source.quote(row.instrument_key);
              return [row.instrument_key, { ltp: quote?.ltp ?? 0, oi: quote?.oi ?? 0 }];
            }),
          );
        }
        continue;
      }
      dates.push(istDateOf(source.now()));
      const now = source.instruments();
      expect(now).not.toBe(rows);
      const date = dates.at(-1) ?? istDate(FIRST);
      const gone = rows.filter((row) => source.quote(row.instrument_key) === undefined);
      expect(gone.every((row) => (row.expiry ?? 0) < istInstant(date))).toBe(true);
      expect(now.every((row) => row.expiry === undefined || row.expiry > istInstant(date))).toBe(true);
      const wrong = now.filter((row) => {
        const quote = source.quote(row.instrument_key);
        const past = yesterday.get(row.instrument_key);
        if (quote === undefined) return true;
        const reset = quote.vtt === 0 && quote.day === undefined && quote.minute === undefined && quote.atp === 0;
        const carried = past === undefined || (quote.cp === past.ltp && quote.oi === past.oi);
        const interest = row.expiry === undefined || quote.previousOi === quote.oi;
        return !reset || !carried || !interest || quote.cp <= 0;
      });
      expect(wrong).toEqual([]);
      if (date === '2026-07-29') expect(gone.some((row) => row.underlying_key === NIFTY)).toBe(true);
      rows = now;
    }
    expect(dates).toEqual(['2026-07-28', '2026-07-29', '2026-07-30', '2026-07-31']);
  });
});
