import { oracleBlack76, oracleNormalised } from './black76-oracle.ts';
import {
  add,
  divide,
  exactly,
  exponential,
  logarithm,
  multiply,
  squareRoot,
  subtract,
  toDouble,
} from './double-double.ts';
import { BLACK76_REFERENCES, NORMALISED_REFERENCES } from './reference-values.ts';

const HALF_ULP = 2 ** -53;
const near = (seen: number, truth: string): void => {
  const value = Number(truth);
  expect(Math.abs(seen - value)).toBeLessThanOrEqual(2 * HALF_ULP * Math.abs(value));
};

describe('double-double arithmetic', () => {
  it('keeps what doubles lose', () => {
    const third = divide(exactly(1), exactly(3));
    expect(subtract(multiply(third, exactly(3)), exactly(1)).hi).toBeCloseTo(0, 30);
    const root = squareRoot(exactly(2));
    expect(Math.abs(subtract(multiply(root, root), exactly(2)).hi)).toBeLessThan(1e-31);
    expect(add(exactly(1), exactly(1e-30)).lo).toBe(1e-30);
  });

  it.each([1e-8, 0.3, 1, 7.5, 300])('takes exp and ln of %p back to itself', (value) => {
    const { mantissa, exponent } = exponential(logarithm(exactly(value)));
    const back = multiply(mantissa, exactly(2 ** exponent));
    expect(Math.abs(subtract(back, exactly(value)).hi)).toBeLessThan(1e-28 * value);
  });

  it('reaches below the smallest double and rounds to zero there', () => {
    expect(toDouble(exponential(exactly(-900)))).toBe(0);
    expect(toDouble(exponential(exactly(-720)))).toBeGreaterThan(0);
  });
});

describe('the Black-76 oracle meets every reference value to the last place', () => {
  it.each(BLACK76_REFERENCES.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const seen = oracleBlack76(row);
    near(seen.price, row.price);
    near(seen.undiscounted, row.undiscounted);
    near(seen.timeValue, row.timeValue);
    near(seen.delta, row.delta);
    near(seen.gamma, row.gamma);
    near(seen.thetaPerYear, row.thetaPerYear);
    near(seen.vegaPerUnit, row.vegaPerUnit);
    near(seen.rhoPerUnit, row.rhoPerUnit);
    near(seen.vanna, row.vanna);
    near(seen.volga, row.volga);
    expect(seen.attainable / row.attainable).toBeCloseTo(1, 12);
  });

  it.each(NORMALISED_REFERENCES.map((row) => [row.x, row.s, row] as const))('normalised x %p, s %p', (x, s, row) => {
    const seen = oracleNormalised(x, s);
    near(seen.beta, row.beta);
    near(seen.vega, row.vega);
  });
});
