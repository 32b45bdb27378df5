import fc from 'fast-check';
import { BackOff } from './back-off.ts';

const limits = { baseMs: 500, capMs: 30_000, floorMs: 100 };

describe('BackOff', () => {
  it('draws each wait from the floor up to a ceiling that doubles until the cap', () => {
    const longest = new BackOff(limits, () => 1 - 2 ** -53);
    const waits = Array.from({ length: 9 }, () => Math.round(longest.nextMs()));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const shortest = new BackOff(limits, () => 0);
    expect([shortest.nextMs(), shortest.nextMs(), shortest.nextMs()]).toEqual([100, 100, 100]);
  });

  it('starts small again after a reset', () => {
    const backOff = new BackOff(limits, () => 0.5);
    backOff.nextMs();
    backOff.nextMs();
    expect(backOff.attempts).toBe(2);
    backOff.reset();
    expect(backOff.nextMs()).toBe(300);
  });

  it('stays between floor and cap for any dice and any number of failures', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { maxLength: 2_000 }), (dice) => {
        let at = 0;
        const backOff = new BackOff(limits, () => dice[at++] ?? 0);
        for (const _ of dice) {
          const wait = backOff.nextMs();
          expect(wait).toBeGreaterThanOrEqual(limits.floorMs);
          expect(wait).toBeLessThanOrEqual(limits.capMs);
        }
      }),
      { numRuns: 20 },
    );
  });
});
