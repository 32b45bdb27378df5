import fc from 'fast-check';
import { EXTRAPOLATE_AFTER_MS, MarketClock } from './market-clock.ts';

describe('market clock', () => {
  it('knows nothing before the first frame', () => expect(new MarketClock().read(5, true)).toBeUndefined());

  it.each([
    ['fresh and going on', 1_999, true, 0, false],
    ['silent and going on', EXTRAPOLATE_AFTER_MS, true, EXTRAPOLATE_AFTER_MS, true],
    ['silent for long and going on', 60_000, true, 60_000, true],
    ['silent and standing still', 60_000, false, 0, false],
  ])('%s: %d ms after a frame', (_name, silentMs, open, ahead, extrapolated) => {
    const clock = new MarketClock();
    clock.observe(1_765_773_004_546, 100);
    expect(clock.read(100 + silentMs, open)).toEqual({ at: 1_765_773_004_546 + ahead, extrapolated });
  });

  it('holds after an extrapolation until the feed has caught up', () => {
    const clock = new MarketClock();
    clock.observe(1_000_000, 0);
    expect(clock.read(5_000, true)).toEqual({ at: 1_005_000, extrapolated: true });
    clock.observe(1_003_000, 5_001);
    expect(clock.behind(1_003_000)).toBe(2_000);
    expect(clock.read(5_001, true)).toEqual({ at: 1_005_000, extrapolated: false });
    clock.observe(1_006_000, 8_000);
    expect(clock.read(8_000, true)).toEqual({ at: 1_006_000, extrapolated: false });
  });

  it('a sign of life without a time is no silence', () => {
    const clock = new MarketClock();
    clock.observe(1_000_000, 0);
    clock.note(4_000);
    expect(clock.read(5_000, true)).toEqual({ at: 1_000_000, extrapolated: false });
  });

  it('never goes back, whatever the feed says', () => {
    const step = fc.record({ ts: fc.integer({ min: 1, max: 100_000 }), after: fc.nat(5_000), open: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const clock = new MarketClock();
        let now = 0;
        let last = 0;
        for (const { ts, after, open } of steps) {
          now += after;
          const before = clock.read(now, open)?.at ?? 0;
          clock.observe(ts, now);
          const at = clock.read(now, open)?.at ?? 0;
          expect(before).toBeGreaterThanOrEqual(last);
          expect(at).toBeGreaterThanOrEqual(before);
          expect(at).toBeGreaterThanOrEqual(ts);
          last = at;
        }
      }),
    );
  });
});
