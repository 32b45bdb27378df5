import { INTERVALS, intervalOf, isIntervalId, spanEndingOn } from './intervals.ts';

describe('chart intervals', () => {
  it('ask for spans that the history endpoint allows', () => {
    for (const interval of INTERVALS) {
      const { from, to } = spanEndingOn(interval, '2026-03-01');
      const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
      // A month is 28 days at least, three months 89, ten years 3,652.
      const most = interval.unit === 'minutes' && interval.interval <= 15 ? 28 : isFine(interval.unit) ? 89 : 3_652;
      expect(days).toBeLessThanOrEqual(most);
      expect(days).toBe(interval.spanDays);
    }
  });

  it('each has a number key of its own and a length that fits its unit', () => {
    expect(INTERVALS.length).toBeLessThanOrEqual(9);
    expect(new Set(INTERVALS.map((interval) => interval.id)).size).toBe(INTERVALS.length);
    expect(intervalOf('15m').lengthMs).toBe(900_000);
    expect(isIntervalId('2m')).toBe(false);
  });
});

function isFine(unit: string): boolean {
  return unit === 'minutes' || unit === 'hours';
}
