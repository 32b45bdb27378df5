import { checkCandleSpan } from './index.ts';

const check = (unit: string, interval: number, fromDate: string, toDate: string): string => {
  const result = checkCandleSpan({ unit, interval, fromDate, toDate });
  return result.ok ? 'ok' : result.error.code;
};

describe('candle spans', () => {
  it.each([
    ['minutes', 1, '2026-10-01', '2026-11-01', 'ok'],
    ['minutes', 15, '2026-10-01', '2026-11-02', 'CANDLE_SPAN_TOO_LONG'],
    ['minutes', 1, '2026-02-28', '2026-03-31', 'ok'],
    ['minutes', 16, '2026-08-01', '2026-11-01', 'ok'],
    ['minutes', 300, '2026-07-31', '2026-11-01', 'CANDLE_SPAN_TOO_LONG'],
    ['minutes', 301, '2026-10-01', '2026-10-01', 'CANDLE_INTERVAL_INVALID'],
    ['minutes', 0, '2026-10-01', '2026-10-01', 'CANDLE_INTERVAL_INVALID'],
    ['minutes', 1.5, '2026-10-01', '2026-10-01', 'CANDLE_INTERVAL_INVALID'],
    ['minutes', 1, '2021-12-31', '2022-01-05', 'CANDLE_SPAN_INVALID'],
    ['hours', 5, '2026-08-01', '2026-11-01', 'ok'],
    ['hours', 6, '2026-08-01', '2026-11-01', 'CANDLE_INTERVAL_INVALID'],
    ['days', 1, '2016-11-01', '2026-11-01', 'ok'],
    ['days', 1, '2016-10-31', '2026-11-01', 'CANDLE_SPAN_TOO_LONG'],
    ['days', 2, '2026-10-01', '2026-11-01', 'CANDLE_INTERVAL_INVALID'],
    ['weeks', 1, '2000-01-01', '2026-11-01', 'ok'],
    ['months', 1, '1999-12-31', '2026-11-01', 'CANDLE_SPAN_INVALID'],
    ['years', 1, '2026-10-01', '2026-11-01', 'CANDLE_UNIT_INVALID'],
    ['toString', 1, '2026-10-01', '2026-11-01', 'CANDLE_UNIT_INVALID'],
    ['days', 1, '2026-11-02', '2026-11-01', 'CANDLE_SPAN_INVALID'],
    ['days', 1, '2026-02-30', '2026-11-01', 'CANDLE_SPAN_INVALID'],
    ['days', 1, '2026-10-01', 'today', 'CANDLE_SPAN_INVALID'],
  ])('%s %d from %s to %s: %s', (unit, interval, from, to, expected) =>
    expect(check(unit, interval, from, to)).toBe(expected),
  );

  it('names the limit that is broken', () => {
    const result = checkCandleSpan({ unit: 'minutes', interval: 5, fromDate: '2026-01-01', toDate: '2026-11-01' });
    expect(result).toMatchObject({
      error: { context: { max_months: 1, earliest_from: '2026-10-01', unit: 'minutes' } },
    });
  });
});
