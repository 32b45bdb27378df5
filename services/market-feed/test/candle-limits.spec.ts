// The gateway refuses a span by the contract's limits, the broker by its own: the two tables must say the same.
import { CANDLE_UNITS } from '@vega/contracts';
import { CANDLE_SPANS } from '@vega/upstox/market';

describe('candle limits', () => {
  it("the contract's limits are the broker's", () => {
    expect(new Set(CANDLE_SPANS.map(({ unit }) => unit))).toEqual(new Set(Object.keys(CANDLE_UNITS)));
    let compared = 0;
    for (const span of CANDLE_SPANS) {
      const limits = CANDLE_UNITS[span.unit];
      expect(limits.earliest).toBe(span.availableFrom);
      for (let interval = span.minInterval; interval <= span.maxInterval; interval += 1) {
        expect([span.unit, interval, limits.maxMonths(interval) ?? null]).toEqual([
          span.unit,
          interval,
          span.maxMonths,
        ]);
        compared += 1;
      }
      const longest = Math.max(...CANDLE_SPANS.filter(({ unit }) => unit === span.unit).map((one) => one.maxInterval));
      expect(limits.maxInterval).toBe(longest);
    }
    expect(compared).toBeGreaterThan(300);
  });
});
