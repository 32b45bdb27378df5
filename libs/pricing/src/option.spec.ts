import fc from 'fast-check';
import { BLACK76_REFERENCES, BLACK_SCHOLES_REFERENCES } from '@vega/testkit';
import { type OptionContract, valueOption, volatilityOfOption } from './option.ts';
import { rupeeGreeks } from './rupee-greeks.ts';

const relative = (seen: number, truth: string): number => Math.abs(seen / Number(truth) - 1);

describe('Black-Scholes on spot with a dividend yield', () => {
  it.each(BLACK_SCHOLES_REFERENCES.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const contract: OptionContract = { model: 'bsm', underlying: row.spot, ...row };
    const seen = valueOption(contract, row.volatility);
    for (const key of ['price', 'delta', 'gamma', 'thetaPerYear', 'vegaPerUnit', 'rhoPerUnit'] as const) {
      expect([key, relative(seen[key], row[key]) <= 5e-15]).toEqual([key, true]);
    }
    for (const [key, printed] of Object.entries(row.published)) {
      if (key === 'price' || key === 'delta' || key === 'gamma') {
        expect(Math.abs(seen[key] - printed)).toBeLessThanOrEqual(row.publishedTolerance);
      }
    }
    expect(Math.abs(volatilityOfOption(contract, Number(row.price)).volatility! / row.volatility - 1)).toBeLessThan(
      1e-13,
    );
  });
});

describe('cross Greeks', () => {
  it.each(BLACK76_REFERENCES.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const seen = valueOption({ model: 'black76', underlying: row.forward, ...row }, row.volatility);
    const s = row.volatility * Math.sqrt(row.years);
    const d1 = Math.log(row.forward / row.strike) / s + 0.5 * s;
    // At the money volga is a difference of nearly equal d1 and d2, whose own rounding it shows.
    const limit = 6e-15 * (1 + d1 ** 2 / 16) + 1e-12 * Number(Math.abs(d1) < 1e-3 || Math.abs(d1 - s) < 1e-3);
    expect(relative(seen.vanna, row.vanna)).toBeLessThanOrEqual(limit);
    expect(relative(seen.volga, row.volga)).toBeLessThanOrEqual(limit);
  });

  it.each(['black76', 'bsm'] as const)(
    '%s: theta, rho, vanna, volga and charm are the slopes of the values',
    (model) => {
      fc.assert(
        fc.property(
          fc.double({ min: 0.85, max: 1.15, noNaN: true }),
          fc.double({ min: 0.02, max: 1, noNaN: true }),
          fc.double({ min: 0.1, max: 0.6, noNaN: true }),
          fc.boolean(),
          (share, years, volatility, call) => {
            const contract: OptionContract = {
              model,
              type: call ? 'c' : 'p',
              underlying: 100,
              strike: 100 * share,
              years,
              rate: 0.06,
              ...(model === 'bsm' && { dividendYield: 0.02 }),
            };
            const at = (change: Partial<OptionContract>, sigma = volatility) =>
              valueOption({ ...contract, ...change }, sigma);
            const slope = (up: number, down: number, step: number): number => (up - down) / (2 * step);
            const seen = at({});
            const [dt, dv, ds, dr] = [1e-5 * years, 1e-5, 1e-3, 1e-5];
            const close = (a: number, b: number): void =>
              expect(Math.abs(a - b)).toBeLessThan(1e-5 * (1 + Math.abs(b)));
            close(seen.delta, slope(at({ underlying: 100 + ds }).price, at({ underlying: 100 - ds }).price, ds));
            close(seen.gamma, slope(at({ underlying: 100 + ds }).delta, at({ underlying: 100 - ds }).delta, ds));
            close(seen.thetaPerYear, slope(at({ years: years - dt }).price, at({ years: years + dt }).price, dt));
            close(seen.vegaPerUnit, slope(at({}, volatility + dv).price, at({}, volatility - dv).price, dv));
            close(seen.rhoPerUnit, slope(at({ rate: 0.06 + dr }).price, at({ rate: 0.06 - dr }).price, dr));
            close(seen.vanna, slope(at({}, volatility + dv).delta, at({}, volatility - dv).delta, dv));
            close(seen.volga, slope(at({}, volatility + dv).vegaPerUnit, at({}, volatility - dv).vegaPerUnit, dv));
            close(seen.charmPerYear, slope(at({ years: years - dt }).delta, at({ years: years + dt }).delta, dt));
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  it('has units: day, volatility point', () => {
    const seen = valueOption(
      { model: 'black76', type: 'c', underlying: 100, strike: 100, years: 0.5, rate: 0.02 },
      0.2,
    );
    expect(seen.thetaPerDay * 365).toBeCloseTo(seen.thetaPerYear, 12);
    expect(seen.vegaPerVolPoint * 100).toBeCloseTo(seen.vegaPerUnit, 12);
  });
});

describe('whatever comes in', () => {
  it('gives finite numbers and a status', () => {
    const anything = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e5, noNaN: true }), fc.constantFrom(0, 1, 25_000));
    const contract = fc.record({
      model: fc.constantFrom('black76' as const, 'bsm' as const),
      type: fc.constantFrom('c' as const, 'p' as const),
      underlying: anything,
      strike: anything,
      years: anything,
      rate: anything,
      dividendYield: anything,
    });
    fc.assert(
      fc.property(contract, anything, (one, number) => {
        const { status, ...numbers } = valueOption(one, number);
        expect([status, Object.values(numbers).filter((value) => !Number.isFinite(value))]).toEqual([status, []]);
        const found = volatilityOfOption(one, number);
        expect(found.volatility === null || Number.isFinite(found.volatility)).toBe(true);
        if (found.volatility === null) expect(found.status).not.toBe('OK');
      }),
      { numRuns: 5000 },
    );
  });
});

describe('rupee Greeks', () => {
  it('counts lots, signed, in rupees', () => {
    const unit = { delta: 0.5, gamma: 0.001, thetaPerDay: -12, vegaPerVolPoint: 10 };
    expect(rupeeGreeks(unit, -2, 65, 25_000)).toEqual({
      deltaPerPoint: -65,
      deltaPerPercent: -16_250,
      gammaPerPercent: -8_125,
      thetaPerDay: 1_560,
      vegaPerVolPoint: -1_300,
    });
  });
});
