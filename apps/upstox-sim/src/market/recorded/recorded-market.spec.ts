import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { toIstIso } from '@vega/kernel';
import { describeWithSharedData, FakeClock } from '@vega/testkit';
import type { MarketStep, SimQuote } from '../market-source.ts';
import { CHAIN_HEADER } from './chain-day.ts';
import { RecordedMarket, type RecordedMarketOptions } from './recorded-market.ts';

// Whole recordings are read and played; the machine may be busy.
jest.setTimeout(120_000);

const directory = mkdtempSync(join(tmpdir(), 'vega-recorded-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function message(key: string, time: string, ltp: number, ltt: number, more: object = {}): string {
  const ltpc = { ltp, ltt: String(ltt), ltq: '35', cp: 100 };
  const marketFF = {
    ltpc,
    marketLevel: { bidAskQuote: [{ bidQ: '35', bidP: ltp - 0.05, askQ: '70', askP: ltp + 0.05 }] },
    ...more,
  };
  return JSON.stringify({ fullFeed: { marketFF }, requestMode: 'full_d5', instrumentKey: key, _insertion_time: time });
}

const TEN = Date.parse('2025-12-15T10:00:00+05:30');

function recorded(name: string, content: string | Buffer, options: Partial<RecordedMarketOptions> = {}) {
  const file = join(directory, name);
  writeFileSync(file, content);
  const clock = new FakeClock();
  const source = RecordedMarket.create({ clock, file, startWhen: 'immediately', ...options });
  const steps: { now: number; keys: string[]; ltps: number[]; status: boolean }[] = [];
  source.onStep(({ now, changed, statusChanged }) =>
    steps.push({
      now,
      keys: changed.map((one) => one.key),
      ltps: changed.map((one) => one.ltp),
      status: statusChanged,
    }),
  );
  return { source, clock, steps };
}

describe('a tick capture', () => {
  const lines = [
    message('NSE_FO|1', '2025-12-15 10:00:00.100000', 5, TEN, {
      vtt: '350',
      oi: 700.0,
      iv: 0.5,
      optionGreeks: { delta: -0.5 },
    }),
    message('NSE_FO|2', '2025-12-15 10:00:00.100000', 6, TEN),
    message('NSE_FO|1', '2025-12-15 10:00:00.100000', 7, TEN),
    message('NSE_FO|1', '2025-12-15 10:00:00.000000', 7, TEN),
    message('NSE_FO|2', '2025-12-15 10:00:02.000000', 8, TEN),
  ].join('\n');

  it('is played message by message: never two of an instrument in a step, never back in time', () => {
    const { source, clock, steps } = recorded('small.jsonl', lines);
    expect(source.quote('NSE_FO|1')).toBeUndefined();
    expect(source.segmentStatus().get('NSE_FO')?.status).toBe('PRE_OPEN_END');
    source.start();
    const first = TEN + 100 + 5700;
    expect(steps).toEqual([
      { now: first, keys: ['NSE_FO|1', 'NSE_FO|2'], ltps: [5, 6], status: true },
      { now: first, keys: ['NSE_FO|1'], ltps: [7], status: false },
      { now: first, keys: ['NSE_FO|1'], ltps: [7], status: false },
    ]);
    expect(source.segmentStatus().get('NSE_FO')?.status).toBe('NORMAL_OPEN');
    clock.advanceSync(1899);
    expect(steps.length).toBe(3);
    clock.advanceSync(1);
    expect(steps.slice(3)).toEqual([
      { now: first + 1900, keys: ['NSE_FO|2'], ltps: [8], status: false },
      { now: first + 1900, keys: [], ltps: [], status: true },
    ]);
    expect(source.segmentStatus().get('NSE_FO')?.status).toBe('NORMAL_CLOSE');
    expect(source.progress()).toMatchObject({
      phase: 'finished',
      finished: true,
      total: 5,
      played: 5,
      percent: 100,
      steps: 4,
    });
    clock.advanceSync(60_000);
    expect(steps.length).toBe(5);
    expect(source.now()).toBe(first + 1900);
  });

  it('takes absent fields for zero, absent Greeks for none', () => {
    const { source } = recorded('zero.jsonl', lines, { speed: 1e9 });
    source.start();
    expect(source.quote('NSE_FO|2')).toMatchObject({
      ltp: 6,
      vtt: 0,
      oi: 0,
      tbq: 0,
      atp: 0,
    });
    expect([source.quote('NSE_FO|2')?.greeks, source.quote('NSE_FO|2')?.iv]).toEqual([undefined, undefined]);
    const { source: again } = recorded('zero.jsonl', lines.split('\n')[0] ?? '');
    again.start();
    expect(again.quote('NSE_FO|1')).toMatchObject({
      vtt: 350,
      iv: 0.5,
      greeks: { delta: -0.5, theta: 0, gamma: 0, vega: 0, rho: 0 },
      version: 1,
    });
  });

  it('waits for its audience: all instruments, or a moment after the first', () => {
    const options = { startWhen: 'first-subscription' } as const;
    const covered = recorded('audience.jsonl', lines, options);
    covered.source.start();
    covered.source.release(['NSE_FO|9']);
    covered.clock.advanceSync(60_000);
    expect(covered.steps.length).toBe(0);
    expect(covered.source.progress()).toMatchObject({ phase: 'waiting', awaitedInstruments: 2 });
    covered.source.release(['NSE_FO|2', 'NSE_FO|1']);
    expect(covered.steps.length).toBe(3);

    const partly = recorded('audience.jsonl', lines, options);
    partly.source.start();
    partly.source.release(['NSE_FO|2']);
    partly.clock.advanceSync(2999);
    expect(partly.steps.length).toBe(0);
    partly.clock.advanceSync(1);
    expect(partly.steps.length).toBe(3);

    const early = recorded('audience.jsonl', lines, options);
    early.source.release(['NSE_FO|2', 'NSE_FO|1']);
    expect(early.steps.length).toBe(0);
    early.source.start();
    expect(early.steps.length).toBe(3);
  });

  it('can be stopped and goes on where it was', async () => {
    const { source, clock, steps } = recorded('stopped.jsonl', lines, { speed: 2 });
    source.start();
    await source.stop();
    clock.advanceSync(10_000);
    expect(steps.length).toBe(3);
    source.start();
    clock.advanceSync(1);
    expect(steps.length).toBe(5);
    expect(source.progress()['finished']).toBe(true);
  });

  it.each([
    ['no message', '{"a":1}', /x\.jsonl, line 1: not a feed message/],
    ['no JSON', `${lines}\n{broken`, /x\.jsonl, line 6: not JSON/],
    ['no time', `${lines}\n${message('NSE_FO|1', 'today', 1, TEN)}`, /line 6: not a feed message .*_insertion_time/],
    ['no number', message('NSE_FO|1', '2025-12-15 10:00:00', 1, TEN, { vtt: 'many' }), /line 1: .*vtt/],
    ['no date', message('NSE_FO|1', '2025-99-15 10:00:00', 1, TEN), /line 1: its time is not a date/],
    ['nothing', '', /x\.jsonl is empty/],
    ['something else', 'hello', /x\.jsonl, line 1: neither/],
  ])('is refused in one sentence when it holds %s', (_, content, fault) => {
    expect(() => recorded('x.jsonl', content)).toThrow(fault);
  });

  it('is refused when it is missing, cut off, or its meta file is something else', () => {
    const clock = new FakeClock();
    expect(() => RecordedMarket.create({ clock, file: join(directory, 'none') })).toThrow(/cannot be read/);
    const whole = gzipSync(lines);
    expect(() => recorded('cut.jsonl.gz', whole.subarray(0, whole.length - 12))).toThrow(/not a complete gzip file/);
    writeFileSync(join(directory, 'ticks_2025-12-15_meta.json'), '{"underlying":"GOLD"}');
    expect(() => recorded('x.jsonl', lines)).toThrow(/ticks_2025-12-15_meta\.json: .*underlying/);
    rmSync(join(directory, 'ticks_2025-12-15_meta.json'));
  });
});

describe('a recorded chain', () => {
  const row = (time: string, strike: number, ...figures: number[]): string =>
    [time, '2025-09-02', strike, ...figures].join(',');
  const call = [100, 10, 1000, 11.5, 50, 75, 49.95, 50.05, 150];
  const nothing = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const content = [
    CHAIN_HEADER,
    row('09:22:45', 24_500, ...call, ...nothing),
    row('09:22:45', 24_600, ...call, ...call),
    row('09:23:45', 24_500, ...call, ...nothing),
    row('09:23:45', 24_600, ...call, 100, 10, 1010, 11.6, 51, 75, 50.9, 51.1, 75),
  ].join('\n');

  it('makes each snapshot a step of what changed', () => {
    const { source, clock, steps } = recorded('chain_20250829.csv', content);
    source.start();
    clock.advanceSync(60_000);
    expect(steps.map(({ now, keys }) => [toIstIso(now), keys.length])).toEqual([
      ['2025-08-29T09:22:45+05:30', 3],
      ['2025-08-29T09:23:45+05:30', 1],
      ['2025-08-29T09:23:45+05:30', 0],
    ]);
    const put = source.instruments().find((one) => one.trading_symbol === 'NIFTY 24600 PE 02 SEP 25');
    expect(source.quote(put?.instrument_key ?? '')).toMatchObject({
      version: 2,
      ltp: 51,
      vtt: 1010 * 75,
      oi: 7500,
      previousOi: 6750,
      iv: 0.116,
      depth: [{ bidQ: 75, bidP: 50.9, askQ: 75, askP: 51.1 }],
      day: { open: 50, high: 51, low: 50, close: 51, vol: 75_750 },
    });
    const silent = source.instruments().find((one) => one.trading_symbol === 'NIFTY 24500 PE 02 SEP 25');
    expect(source.quote(silent?.instrument_key ?? '')).toBeUndefined();
    expect(source.progress()).toMatchObject({ total: 4, played: 4, totalSteps: 2, finished: true });
  });

  it.each([
    ['a short row', 'chain_20250829.csv', `${content}\n09:24:45,2025-09-02,1`, /line 6: 3 columns instead of 21/],
    ['no number', 'chain_20250829.csv', content.replace('24600', 'x'), /line 3: "x" is not a number/],
    ['a step back', 'chain_20250829.csv', content.replace('09:23:45', '09:21:45'), /line 4: earlier than/],
    [
      'no date',
      'chain_20250829.csv',
      content.replace('2025-09-02', '2025-09-32'),
      /line 2: "2025-09-32" is not a date/,
    ],
    ['no date in its name', 'chain.csv', content, /its name has none/],
  ])('is refused in one sentence when it holds %s', (_, name, text, fault) => {
    expect(() => recorded(name, text)).toThrow(fault);
  });
});

describeWithSharedData('the real capture of 2025-12-15', (folder) => {
  const file = join(folder, 'data', 'ticks_v3_full_2025-12-15_1000-1015_all10.jsonl.gz');

  interface Line {
    instrumentKey: string;
    fullFeed: {
      marketFF: Record<string, unknown> & {
        ltpc: Record<string, string>;
        marketLevel: { bidAskQuote: Record<string, string>[] };
      };
    };
  }

  it('arrives whole, in order, once, and ends in its last values', () => {
    const lines = gunzipSync(readFileSync(file))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Line);
    const clock = new FakeClock();
    const source = RecordedMarket.create({ clock, file, speed: 60 });
    const seen: string[] = [];
    const faults: string[] = [];
    let last = 0;
    const told = ({ ltp, ltt, vtt, oi, tbq }: SimQuote): string => [ltp, ltt, vtt, oi, tbq].join();
    source.onStep((step: MarketStep) => {
      if (step.now < last) faults.push(`went back to ${step.now}`);
      last = step.now;
      if (new Set(step.changed.map((quote) => quote.key)).size !== step.changed.length) faults.push('coalesced');
      for (const quote of step.changed) {
        if (quote.ltt > step.now) faults.push(`${quote.key} traded after ${step.now}`);
        seen.push(`${quote.key},${told(quote)}`);
      }
    });
    source.start();
    clock.advanceSync(60_000);
    expect(seen.length).toBe(0);
    source.release(source.instruments().map((row) => row.instrument_key));
    clock.advanceSync(16_000);
    expect(faults).toEqual([]);
    expect(seen.length).toBe(11_608);
    expect(source.progress()).toMatchObject({
      finished: true,
      total: 11_608,
      played: 11_608,
      percent: 100,
      totalSteps: 10_334,
    });
    const expected = lines.map(({ instrumentKey, fullFeed: { marketFF: one } }) =>
      [instrumentKey, ...[one.ltpc['ltp'], one.ltpc['ltt'], one['vtt'], one['oi'] ?? 0, one['tbq']].map(Number)].join(),
    );
    expect(seen).toEqual(expected);
    for (const key of new Set(lines.map((line) => line.instrumentKey))) {
      const one = lines.findLast((line) => line.instrumentKey === key)?.fullFeed.marketFF;
      const quote = source.quote(key);
      const numbers = (record: Record<string, unknown> | undefined): object =>
        Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, Number(value)]));
      expect(quote).toMatchObject(numbers(one?.ltpc));
      expect(quote?.depth).toEqual(one?.marketLevel.bidAskQuote.map(numbers));
      expect(quote).toMatchObject(
        numbers({ atp: one?.['atp'], vtt: one?.['vtt'], oi: one?.['oi'] ?? 0, tbq: one?.['tbq'], tsq: one?.['tsq'] }),
      );
    }
    expect(source.candles('NSE_FO|51502', 'minutes', 1, 'intraday').length).toBeGreaterThanOrEqual(15);
  });

  it('has master rows from its meta file, and a plausible one for the rest', () => {
    const source = RecordedMarket.create({ clock: new FakeClock(), file });
    const row = (key: string) => source.instruments().find((one) => one.instrument_key === key);
    expect(row('NSE_FO|51502')).toMatchObject({
      trading_symbol: 'BANKNIFTY 59800 PE 30 DEC 25',
      lot_size: 35,
      strike_price: 59_800,
      underlying_key: 'NSE_INDEX|Nifty Bank',
      tick_size: 5,
    });
    expect(row('NSE_EQ|INE118H01025')).toMatchObject({ instrument_type: 'EQ', lot_size: 1, tick_size: 10 });
    expect(row('NSE_INDEX|Nifty Bank')?.instrument_type).toBe('INDEX');
    expect(source.quote('NSE_INDEX|Nifty Bank')).toBeUndefined();
    expect(source.instruments().length).toBe(11);
  });

  it('still has a row for every key without the meta file', () => {
    const copy = join(directory, basename(file));
    writeFileSync(copy, readFileSync(file));
    const source = RecordedMarket.create({ clock: new FakeClock(), file: copy });
    const rows = source.instruments();
    expect(rows.length).toBe(10);
    expect(rows.find((row) => row.instrument_key === 'NSE_FO|51502')).toMatchObject({
      instrument_type: 'PE',
      segment: 'NSE_FO',
    });
    expect(new Set(rows.map((row) => row.trading_symbol)).size).toBe(10);
  });
});

describeWithSharedData('the real chain of 2025-08-29', (folder) => {
  it('plays every snapshot with the index beside it', () => {
    const file = join(folder, 'data', 'nse_nifty_chain_20250829_every_minute.csv.gz');
    const clock = new FakeClock();
    const source = RecordedMarket.create({ clock, file, speed: 600, startWhen: 'immediately' });
    let steps = 0;
    let indexMoves = 0;
    source.onStep((step) => {
      if (step.changed.length > 0) steps++;
      indexMoves += step.changed.filter((quote) => quote.key === 'NSE_INDEX|Nifty 50').length;
    });
    source.start();
    clock.advanceSync(40_000);
    expect(source.progress()).toMatchObject({ finished: true, total: 223_066, played: 223_066, totalSteps: 292 });
    expect(steps).toBe(292);
    expect(indexMoves).toBeGreaterThan(280);
    const index = source.quote('NSE_INDEX|Nifty 50');
    expect(index?.ltp).toBeGreaterThan(24_380);
    expect(index?.ltp).toBeLessThan(24_460);
    expect(index?.cp).toBe(24_533.1);
    const rows = source.instruments();
    expect(rows.length).toBe(1 + 2 * 764);
    expect(
      rows
        .filter((row) => row.weekly)
        .map((row) => row.trading_symbol.slice(-9))
        .at(0),
    ).toBe('02 SEP 25');
    expect(rows.every((row) => row.instrument_type === 'INDEX' || row.lot_size === 75)).toBe(true);
    const call = rows.find((row) => row.trading_symbol === 'NIFTY 24500 CE 02 SEP 25');
    const quote = source.quote(call?.instrument_key ?? '');
    const day = source.candles(call?.instrument_key ?? '', 'days', 1, 'intraday')[0];
    expect(day?.[4]).toBe(quote?.ltp);
    expect(source.candles('NSE_INDEX|Nifty 50', 'days', 1, { from: '2025-08-25', to: '2025-08-28' }).length).toBe(3);
  });
});
