import fc from 'fast-check';
import { black76, normalCdf, optionPrice } from './black76.ts';

describe('normalCdf', () => {
  // Abramowitz and Stegun, table 26.1; the tails from the asymptotic series to fifteen digits.
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [-1, 0.158655253931457],
    [1.96, 0.97500210485178],
    [-3, 1.349898031630095e-3],
    [-6, 9.865876450376946e-10],
    [-8, 6.220960574271785e-16],
  ])('N(%d) = %d', (x, expected) => {
    expect(Math.abs(normalCdf(x) - expected)).toBeLessThan(1e-15);
    expect(Math.abs(normalCdf(x) / expected - 1)).toBeLessThan(1e-8);
  });

  it('is symmetric and stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.double({ min: -60, max: 60, noNaN: true }), (x) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
        expect(normalCdf(x)).toBeGreaterThanOrEqual(0);
        expect(normalCdf(x)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('black76', () => {
  // Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., section 1.1.3: F = K = 19, T = 0.75, sigma = 0.28,
  // r = 0.10 gives 1.7011; undiscounted 1.7011 * exp(0.075).
  it('agrees with a published value', () => {
    expect(optionPrice('CE', 19, 19, 0.28, 0.75) * Math.exp(-0.1 * 0.75)).toBeCloseTo(1.7011, 4);
    expect(optionPrice('PE', 19, 19, 0.28, 0.75) * Math.exp(-0.1 * 0.75)).toBeCloseTo(1.7011, 4);
  });

  it('obeys parity, bounds and monotonicity', () => {
    const price = fc.double({ min: 50, max: 90_000, noNaN: true });
    fc.assert(
      fc.property(
        price,
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (forward, ratio, deviation) => {
          const strike = forward * ratio;
          const moneyness = Math.log(forward / strike);
          const call = black76('CE', forward, strike, moneyness, deviation);
          const put = black76('PE', forward, strike, moneyness, deviation);
          expect(Math.abs(call - put - (forward - strike))).toBeLessThan(forward * 1e-12);
          expect(call).toBeGreaterThanOrEqual(Math.max(0, forward - strike));
          expect(call).toBeLessThanOrEqual(forward);
          expect(black76('CE', forward, strike, moneyness, deviation + 0.1)).toBeGreaterThanOrEqual(call);
        },
      ),
    );
  });
});
