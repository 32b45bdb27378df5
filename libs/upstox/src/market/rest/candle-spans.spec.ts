import { addDays, istDate } from '@vega/kernel';
import fc from 'fast-check';
import { CANDLE_SPANS, CANDLE_UNITS, type CandleRange, checkCandleRange, splitCandleRange } from './candle-spans.ts';

const range = (unit: CandleRange['unit'], interval: number, from: string, to: string): CandleRange => ({
  unit,
  interval,
  from: istDate(from),
  to: istDate(to),
});

describe('checkCandleRange', () => {
  it.each([
    [range('minutes', 1, '2026-02-11', '2026-03-11'), 'ok'],
    [range('minutes', 15, '2026-02-10', '2026-03-11'), 'CANDLE_SPAN_TOO_LONG'],
    [range('minutes', 16, '2025-12-11', '2026-03-11'), 'ok'],
    [range('minutes', 30, '2025-12-10', '2026-03-11'), 'CANDLE_SPAN_TOO_LONG'],
    [range('minutes', 1, '2026-02-28', '2026-03-31'), 'ok'],
    [range('minutes', 1, '2026-02-27', '2026-03-31'), 'CANDLE_SPAN_TOO_LONG'],
    [range('hours', 5, '2025-12-11', '2026-03-11'), 'ok'],
    [range('hours', 6, '2026-03-11', '2026-03-11'), 'CANDLE_INTERVAL_INVALID'],
    [range('days', 1, '2016-03-11', '2026-03-11'), 'ok'],
    [range('days', 1, '2016-03-10', '2026-03-11'), 'CANDLE_SPAN_TOO_LONG'],
    [range('days', 2, '2026-03-10', '2026-03-11'), 'CANDLE_INTERVAL_INVALID'],
    [range('weeks', 1, '2000-01-01', '2026-03-11'), 'ok'],
    [range('months', 1, '2000-01-01', '2026-03-11'), 'ok'],
    [range('minutes', 0, '2026-03-11', '2026-03-11'), 'CANDLE_INTERVAL_INVALID'],
    [range('minutes', 301, '2026-03-11', '2026-03-11'), 'CANDLE_INTERVAL_INVALID'],
    [range('minutes', 1.5, '2026-03-11', '2026-03-11'), 'CANDLE_INTERVAL_INVALID'],
    [range('minutes', 1, '2026-03-12', '2026-03-11'), 'CANDLE_DATES_INVALID'],
    [range('minutes', 1, '2021-12-01', '2021-12-31'), 'CANDLE_DATES_INVALID'],
  ])('%j is %s', (asked, expected) => {
    const checked = checkCandleRange(asked);
    expect(checked.ok ? 'ok' : checked.error.code).toBe(expected);
    if (!checked.ok) expect(checked.error.limits.every((span) => span.unit === asked.unit)).toBe(true);
  });
});

describe('splitCandleRange', () => {
  it('covers any range from the first available date on, newest first, in pieces that are allowed', () => {
    const spans = fc.constantFrom(...CANDLE_SPANS);
    fc.assert(
      fc.property(
        spans,
        fc.integer({ min: 0, max: 9_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        (span, start, days) => {
          const from = addDays(istDate('2000-01-01'), start);
          const to = addDays(from, days);
          const pieces = splitCandleRange({ unit: span.unit, interval: span.maxInterval, from, to });
          const first = from < span.availableFrom ? span.availableFrom : from;
          if (to < first) return expect(pieces).toEqual([]);
          expect(pieces[0]?.to).toBe(to);
          expect(pieces.at(-1)?.from).toBe(first);
          for (const [at, piece] of pieces.entries()) {
            expect(checkCandleRange(piece).ok).toBe(true);
            const older = pieces[at + 1];
            if (older) expect(addDays(older.to, 1)).toBe(piece.from);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has nothing for bars that do not exist', () => {
    expect(splitCandleRange(range('days', 3, '2026-01-01', '2026-02-01'))).toEqual([]);
    expect(CANDLE_UNITS).toHaveLength(5);
  });
});
