import fc from 'fast-check';
import { MINUTE_MS } from '@vega/kernel';
import { SeededRandom } from '../seeded-random.ts';
import { minutesOfDay, toGrid } from './minute-path.ts';

const price = fc.integer({ min: 200, max: 200_000 });

describe('minutesOfDay', () => {
  it('adds up to any day exactly', () => {
    fc.assert(
      fc.property(
        fc.record({
          prices: fc.tuple(price, price, price, price),
          lots: fc.integer({ min: 0, max: 100_000 }),
          count: fc.integer({ min: 1, max: 385 }),
          seed: fc.nat(),
        }),
        ({ prices, lots, count, seed }) => {
          const [a, b, c, d] = prices.map((ticks) => (ticks * 5) / 100);
          const [open = 1, close = 1] = [a, b];
          const high = Math.max(open, close, c ?? 0, d ?? 0);
          const low = Math.min(open, close, c ?? 1, d ?? 1);
          const volume = lots * 65;
          const times = Array.from({ length: count }, (_, i) => i * MINUTE_MS);
          const day = { open, high, low, close, volume, oi: 650, previousOi: 1300 };
          const bars = minutesOfDay(day, times, new SeededRandom(seed), 0.05, 65, () => 1);
          expect(bars.map((bar) => bar.at)).toEqual(times);
          expect([bars[0]?.open, bars.at(-1)?.close]).toEqual([open, close]);
          expect(Math.max(...bars.map((bar) => bar.high))).toBe(high);
          expect(Math.min(...bars.map((bar) => bar.low))).toBe(low);
          expect(bars.reduce((sum, bar) => sum + bar.volume, 0)).toBe(volume);
          expect(bars.at(-1)?.oi).toBe(650);
          const wrong = bars.filter((bar, i) => {
            const lawful = bar.low <= Math.min(bar.open, bar.close) && bar.high >= Math.max(bar.open, bar.close);
            const joined = i === 0 || bar.open === bars[i - 1]?.close;
            const onGrid = [bar.open, bar.high, bar.low, bar.close].every((value) => toGrid(value, 0.05) === value);
            return !lawful || !joined || !onGrid || bar.volume % 65 !== 0 || bar.volume < 0;
          });
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
