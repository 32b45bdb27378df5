import { seedFromEnvironment, seededRandom } from '@vega/testkit';
import { maxPain, putCallRatio, type StrikeOi } from './open-interest.ts';

const SEED = seedFromEnvironment(77);

/** The definition, strike by strike. */
function slowMaxPain(strikes: readonly StrikeOi[]): number {
  const payout = (at: number): number =>
    strikes.reduce(
      (sum, one) => sum + one.call * Math.max(0, at - one.strike) + one.put * Math.max(0, one.strike - at),
      0,
    );
  return strikes.reduce(
    (best, one) => (payout(one.strike) < payout(best) ? one.strike : best),
    strikes[0]?.strike ?? 0,
  );
}

describe('open interest measures', () => {
  it(`finds max pain as the definition does (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 200; round++) {
      const strikes = Array.from({ length: random.integer(1, 40) }, (_, at) => ({
        strike: 24_000 + at * 50,
        call: random.integer(0, 100_000),
        put: random.integer(0, 100_000),
      }));
      expect(maxPain(strikes)).toBe(slowMaxPain(strikes));
    }
  });

  it('answers zero for an empty chain or one without calls', () => {
    expect(maxPain([])).toBe(0);
    expect(putCallRatio([])).toBe(0);
    expect(putCallRatio([{ strike: 1, call: 0, put: 5 }])).toBe(0);
    expect(putCallRatio([{ strike: 1, call: 4, put: 5 }])).toBe(1.25);
  });
});
