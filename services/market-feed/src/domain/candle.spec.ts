import fc from 'fast-check';
import { addDays, istDate, istInstant, MINUTE_MS, OutcomeError } from '@vega/kernel';
import { CANDLE_SPANS } from '@vega/upstox/market';
import {
  byPeriod,
  foldCandles,
  joinMinutes,
  periodEnd,
  periodOf,
  periodsOf,
  widen,
  widthMs,
  type Candle,
} from './candle.ts';
import { checkCandleRequest, type AskedCandles } from './candle-request.ts';

const TODAY = istDate('2026-11-23');
const OPEN = istInstant(TODAY, 9, 15);

function minute(n: number, price = 100 + n, volume = 10): Candle {
  return {
    startMs: OPEN + n * MINUTE_MS,
    openPaise: price,
    highPaise: price + 2,
    lowPaise: price - 2,
    closePaise: price + 1,
    volume,
    oi: n,
  };
}

describe('a question for candles', () => {
  const ask = (asked: Partial<AskedCandles>): ReturnType<typeof checkCandleRequest> =>
    checkCandleRequest(
      { unit: 'minutes', interval: 1, fromDate: '2026-11-02', toDate: '2026-11-20', ...asked },
      CANDLE_SPANS,
      TODAY,
    );

  it.each<[Partial<AskedCandles>, string]>([
    [{ unit: 'years' }, 'CANDLE_UNIT_INVALID'],
    [{ unit: '' }, 'CANDLE_UNIT_INVALID'],
    [{ interval: 0 }, 'CANDLE_INTERVAL_INVALID'],
    [{ interval: 301 }, 'CANDLE_INTERVAL_INVALID'],
    [{ interval: 1.5 }, 'CANDLE_INTERVAL_INVALID'],
    [{ unit: 'days', interval: 2 }, 'CANDLE_INTERVAL_INVALID'],
    [{ fromDate: 'soon' }, 'CANDLE_SPAN_INVALID'],
    [{ toDate: '2026-02-30' }, 'CANDLE_SPAN_INVALID'],
    [{ fromDate: '2026-11-21' }, 'CANDLE_SPAN_INVALID'],
    [{ fromDate: '2026-11-24', toDate: '2026-11-25' }, 'CANDLE_SPAN_INVALID'],
    [{ fromDate: '2021-12-31', toDate: '2022-01-20' }, 'CANDLE_SPAN_INVALID'],
    [{ fromDate: '2026-10-19' }, 'CANDLE_SPAN_TOO_LONG'],
    [{ interval: 30, fromDate: '2026-08-19' }, 'CANDLE_SPAN_TOO_LONG'],
    [{ unit: 'days', fromDate: '2016-11-19' }, 'CANDLE_SPAN_TOO_LONG'],
  ])('%j is refused as %s', (asked, code) => {
    const checked = ask(asked);
    expect(checked.ok ? 'accepted' : checked.error.code).toBe(code);
    if (!checked.ok) {
      expect(checked.error).toBeInstanceOf(OutcomeError);
      expect(Object.keys(checked.error.context).length).toBeGreaterThan(0);
    }
  });

  it('says the limits of its unit when it is refused', () => {
    const tooLong = ask({ interval: 30, fromDate: '2026-01-01' });
    expect(tooLong.ok ? {} : tooLong.error.context).toEqual({
      unit: 'minutes',
      interval: 30,
      minInterval: 16,
      maxInterval: 300,
      maxMonths: 3,
      availableFrom: '2022-01-01',
      today: '2026-11-23',
    });
    const noSuch = ask({ interval: 400 });
    expect(noSuch.ok ? {} : noSuch.error.context).toEqual({ unit: 'minutes', intervals: '1-15, 16-300' });
  });

  it.each<[Partial<AskedCandles>, string]>([
    [{ fromDate: '2026-10-20' }, '2026-11-20'],
    [{ interval: 30, fromDate: '2026-08-20' }, '2026-11-20'],
    [{ unit: 'weeks', fromDate: '2000-01-01' }, '2026-11-20'],
    [{ toDate: '2027-01-01', fromDate: '2026-11-23' }, '2026-11-23'],
  ])('%j is accepted up to %s', (asked, to) => {
    const checked = ask(asked);
    expect(checked.ok ? checked.value.to : checked.error.message).toBe(to);
  });
});

describe('periods', () => {
  it('begin on the date, on Monday, on the first', () => {
    const sunday = istDate('2026-11-22');
    expect([periodOf('days', sunday), periodOf('weeks', sunday), periodOf('months', sunday)]).toEqual([
      '2026-11-22',
      '2026-11-16',
      '2026-11-01',
    ]);
    expect([periodEnd('weeks', istDate('2026-11-16')), periodEnd('months', istDate('2028-02-01'))]).toEqual([
      '2026-11-22',
      '2028-02-29',
    ]);
  });

  it('cover every date of a span once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('days', 'weeks', 'months' as const),
        fc.nat(3_000),
        fc.nat(400),
        (unit, start, days) => {
          const from = addDays(istDate('2020-01-01'), start);
          const to = addDays(from, days);
          const periods = periodsOf(unit, from, to);
          expect(periods[0]).toBe(periodOf(unit, from));
          for (const [at, period] of periods.entries()) {
            expect(periodOf(unit, period)).toBe(period);
            const next = periods[at + 1];
            if (next !== undefined) expect(next).toBe(addDays(periodEnd(unit, period), 1));
          }
          expect(periodEnd(unit, periods.at(-1) ?? from) >= to).toBe(true);
        },
      ),
    );
  });

  it('hold the candles that start in them', () => {
    const days = periodsOf('days', istDate('2026-11-21'), TODAY);
    const groups = byPeriod('days', days, [minute(0), minute(374)]);
    expect([...groups].map(([period, candles]) => [period, candles.length])).toEqual([
      ['2026-11-21', 0],
      ['2026-11-22', 0],
      ['2026-11-23', 2],
    ]);
  });
});

describe('wider candles', () => {
  it('are cut from the open of the session', () => {
    const day = Array.from({ length: 385 }, (_, n) => minute(n));
    const hours = widen(day, OPEN, widthMs('hours', 1));
    expect(hours.map(({ startMs }) => (startMs - OPEN) / MINUTE_MS)).toEqual([0, 60, 120, 180, 240, 300, 360]);
    expect(hours[1]).toEqual({
      startMs: OPEN + 60 * MINUTE_MS,
      openPaise: 160,
      highPaise: 221,
      lowPaise: 158,
      closePaise: 220,
      volume: 600,
      oi: 119,
    });
    expect(hours[6]?.volume).toBe(250);
  });

  it('keep the volume and the range of what they are made of', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(384), { minLength: 1 }),
        fc.integer({ min: 1, max: 300 }),
        (minutes, interval) => {
          const day = minutes.sort((a, b) => a - b).map((n) => minute(n, 100 + ((n * 37) % 50)));
          const wide = widen(day, OPEN, widthMs('minutes', interval));
          const [all, again] = [foldCandles(day, OPEN), foldCandles(wide, OPEN)];
          expect(again).toEqual(all);
          expect(wide.every(({ startMs }) => (startMs - OPEN) % widthMs('minutes', interval) === 0)).toBe(true);
        },
      ),
    );
    expect(foldCandles([], OPEN)).toBeUndefined();
  });
});

describe("today's minutes", () => {
  it("are the broker's, but for its last one, and ours after it", () => {
    const broker = [minute(0, 500), minute(2, 500), minute(3, 500)];
    const own = [minute(0, 1), minute(1, 1), minute(3, 1), minute(4, 1)];
    expect(joinMinutes(broker, own).map(({ startMs, openPaise }) => [(startMs - OPEN) / MINUTE_MS, openPaise])).toEqual(
      [
        [0, 500],
        [1, 1],
        [2, 500],
        [3, 1],
        [4, 1],
      ],
    );
  });

  it('are whichever there are', () => {
    expect(joinMinutes([], [minute(4)])).toEqual([minute(4)]);
    expect(joinMinutes([minute(4)], [])).toEqual([minute(4)]);
    expect(joinMinutes([], [])).toEqual([]);
  });
});
