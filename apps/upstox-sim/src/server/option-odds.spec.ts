import { parityForward, profitProbability } from './option-odds.ts';

describe('option odds', () => {
  it('takes the forward from the strike where call and put are closest', () => {
    const strikes = [
      { strike: 100, call: 9, put: 1 },
      { strike: 110, call: 3, put: 4 },
      { strike: 120, call: 1, put: undefined },
    ];
    expect(parityForward(strikes, 105)).toBe(109);
    expect(parityForward([{ strike: 120, call: 1, put: undefined }], 105)).toBe(105);
  });

  // Two rows printed in Upstox's documentation of the chain (2025-02-13 expiry): 40.56 and 0.15 percent. The forward
  // and the time are not printed; these are the ones that reproduce the rows' deltas.
  it.each([
    ['call', { forward: 22_976.2, strike: 21_100, premium: 2_449.9, iv: 2.6231, sign: 1 as const }, 40.56],
    ['put', { forward: 22_976.2, strike: 21_100, premium: 0.3, iv: 0.5078, sign: -1 as const }, 0.15],
  ])('agrees with the documented %s row', (_side, option, percent) => {
    expect(100 * profitProbability({ ...option, yearsLeft: 0.0032 })).toBeCloseTo(percent, 0);
  });

  it('is complementary for call and put without premium and zero without time or volatility', () => {
    const option = { forward: 100, strike: 104, premium: 0, iv: 0.2, yearsLeft: 0.1 };
    expect(profitProbability({ ...option, sign: 1 }) + profitProbability({ ...option, sign: -1 })).toBeCloseTo(1, 6);
    expect(profitProbability({ ...option, sign: 1, yearsLeft: 0 })).toBe(0);
    expect(profitProbability({ ...option, sign: 1, iv: 0 })).toBe(0);
    expect(profitProbability({ ...option, sign: -1, premium: 200 })).toBe(0);
  });
});
