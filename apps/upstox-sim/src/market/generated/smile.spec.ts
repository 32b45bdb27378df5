import fc from 'fast-check';
import { black76 } from './black76.ts';
import { atmVolatility, smileRatio } from './smile.ts';
import { vixOf } from './volatility-index.ts';
import { UNDERLYINGS } from './underlyings.ts';

const smile = fc.record({
  skew: fc.double({ min: -0.13, max: 0.03, noNaN: true }),
  curvature: fc.double({ min: 0.008, max: 0.06, noNaN: true }),
});

describe('smileRatio', () => {
  it('is one at the money, positive and bounded everywhere', () => {
    fc.assert(
      fc.property(smile, fc.double({ min: -80, max: 80, noNaN: true }), (shape, x) => {
        expect(smileRatio(shape, 0)).toBe(1);
        const ratio = smileRatio(shape, x);
        expect(ratio).toBeGreaterThan(0.4);
        expect(ratio).toBeLessThan(2.5);
      }),
    );
  });

  it('prices calls that fall and bend upwards with the strike where options trade', () => {
    fc.assert(
      fc.property(smile, fc.double({ min: 0.004, max: 0.2, noNaN: true }), (shape, deviation) => {
        const call = (x: number): number => {
          const logStrike = x * deviation;
          return black76('CE', 1, Math.exp(logStrike), -logStrike, deviation * smileRatio(shape, x));
        };
        const calls = Array.from({ length: 61 }, (_, i) => call(-3 + i / 10));
        for (let i = 1; i < calls.length; i++) expect(calls[i]).toBeLessThan((calls[i - 1] ?? 0) + 1e-12);
      }),
    );
  });
});

describe('atmVolatility', () => {
  it('lets short tenors follow the level more than long ones', () => {
    expect(atmVolatility(0.12, 0, 1)).toBe(0.12);
    expect(atmVolatility(0.12, 0.3, 0.01)).toBeGreaterThan(atmVolatility(0.12, 0.3, 1));
    expect(atmVolatility(0.12, -0.3, 0.01)).toBeLessThan(atmVolatility(0.12, -0.3, 1));
  });
});

describe('vixOf', () => {
  it('lies a little above at-the-money volatility and moves with its level', () => {
    const nifty = UNDERLYINGS[0];
    if (nifty === undefined) throw new Error('no underlyings');
    const flat = vixOf(nifty, 0, { skew: 0, curvature: 0 });
    expect(flat).toBeCloseTo(100 * nifty.volatility, 1);
    expect(vixOf(nifty, 0)).toBeGreaterThan(flat);
    expect(vixOf(nifty, 0.2)).toBeGreaterThan(vixOf(nifty, 0.1));
  });
});
