/**
 * Black-76 in double-double arithmetic from the textbook formula F N(d1) - K N(d2): the witness against which the pricing kernel is
 * checked. It shares no code, no approximation and no rearrangement with the kernel.
 * Reference: F. Black, "The pricing of commodity contracts", J. Financial Economics 1976.
 */
import {
  add,
  divide,
  type DoubleDouble,
  exactly,
  exponential,
  logarithm,
  multiply,
  negate,
  type Scaled,
  scale,
  squareRoot,
  subtract,
  toDouble,
} from './double-double.ts';
import { density, distribution } from './normal-distribution.ts';

/** One contract with positive time and volatility. */
export interface OracleContract {
  readonly type: 'c' | 'p';
  readonly forward: number;
  readonly strike: number;
  readonly years: number;
  readonly rate: number;
  readonly volatility: number;
}

/** Truths rounded once to doubles, and for each the sum of the absolute terms of its formula, against which errors are measured. */
export interface OracleResult {
  readonly price: number;
  readonly undiscounted: number;
  /** The undiscounted value of the out-of-the-money twin. */
  readonly timeValue: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vegaPerUnit: number;
  readonly thetaPerYear: number;
  readonly rhoPerUnit: number;
  readonly vanna: number;
  readonly volga: number;
  readonly d1: number;
  readonly thetaTerms: number;
  readonly rhoTerms: number;
  /** Relative error of volatility that rounding the undiscounted price to a double forces: (|p / (vega sigma)| + 1) 2^-52. */
  readonly attainable: number;
}

const times = (a: Scaled, b: DoubleDouble): Scaled => ({ mantissa: multiply(a.mantissa, b), exponent: a.exponent });

function minus(a: Scaled, b: Scaled): Scaled {
  const exponent = Math.max(a.exponent, b.exponent);
  const aligned = (x: Scaled): DoubleDouble => scale(x.mantissa, 2 ** Math.max(x.exponent - exponent, -1000));
  return { mantissa: subtract(aligned(a), aligned(b)), exponent };
}

/** Value and Greeks of a contract. */
export function oracleBlack76(contract: OracleContract): OracleResult {
  const forward = exactly(contract.forward);
  const strike = exactly(contract.strike);
  const years = exactly(contract.years);
  const sigma = exactly(contract.volatility);
  const rootYears = squareRoot(years);
  const s = multiply(sigma, rootYears);
  const x = logarithm(divide(forward, strike));
  const d1 = add(divide(x, s), scale(s, 0.5));
  const d2 = subtract(d1, s);
  const exp = exponential(negate(multiply(exactly(contract.rate), years)));
  const discount = scale(exp.mantissa, 2 ** exp.exponent);

  const callIsOut = contract.forward <= contract.strike;
  const signed = (z: DoubleDouble): DoubleDouble => (callIsOut ? z : negate(z));
  const first = times(distribution(signed(d1)), forward);
  const second = times(distribution(signed(d2)), strike);
  const out = callIsOut ? minus(first, second) : minus(second, first);

  const wantsOut = (contract.type === 'c') === callIsOut;
  const side = contract.type === 'c' ? 1 : -1;
  const intrinsic = wantsOut ? exactly(0) : scale(subtract(forward, strike), side);
  const undiscounted: Scaled = wantsOut
    ? out
    : { mantissa: add(intrinsic, scale(out.mantissa, 2 ** Math.max(out.exponent, -1000))), exponent: 0 };
  const price = times(undiscounted, discount);

  const sideProbability = distribution(contract.type === 'c' ? d1 : negate(d1));
  const n = density(d1);
  const discounted = times(n, discount);
  const vega = times(discounted, multiply(forward, rootYears));
  const decay = times(times(discounted, forward), divide(sigma, scale(rootYears, -2)));
  const d1d2 = multiply(d1, d2);
  const rate = exactly(contract.rate);
  const gross =
    toDouble(times(distribution(contract.type === 'c' ? d1 : negate(d1)), multiply(forward, discount))) +
    toDouble(times(distribution(contract.type === 'c' ? d2 : negate(d2)), multiply(strike, discount)));
  const carry = times(price, rate);
  const decayValue = toDouble(decay);
  const undiscountedVega = toDouble(times(n, multiply(forward, rootYears)));
  const value = toDouble(undiscounted);
  return {
    price: toDouble(price),
    undiscounted: value,
    timeValue: toDouble(out),
    delta: side * toDouble(times(sideProbability, discount)),
    gamma: toDouble({ mantissa: divide(discounted.mantissa, multiply(forward, s)), exponent: discounted.exponent }),
    vegaPerUnit: toDouble(vega),
    thetaPerYear: toDouble(minus(decay, times(carry, exactly(-1)))),
    rhoPerUnit: toDouble(times(price, negate(years))),
    vanna: toDouble(times(discounted, negate(divide(d2, sigma)))),
    volga: toDouble(times(vega, divide(d1d2, sigma))),
    d1: d1.hi,
    thetaTerms: Math.abs(decayValue) + Math.abs(contract.rate) * gross,
    rhoTerms: contract.years * gross,
    attainable: (Math.abs(value / (undiscountedVega * contract.volatility)) + 1) * 2 ** -52,
  };
}

/** Black's formula in normalised form for x = ln(F/K) <= 0: the call over sqrt(FK) and its derivative by total volatility. */
export function oracleNormalised(x: number, s: number): { beta: number; vega: number } {
  const ratio = divide(exactly(x), exactly(s));
  const half = exactly(0.5 * s);
  const up = exponential(exactly(0.5 * x));
  const down = exponential(exactly(-0.5 * x));
  const product = (a: Scaled, b: Scaled): Scaled => ({
    mantissa: multiply(a.mantissa, b.mantissa),
    exponent: a.exponent + b.exponent,
  });
  const n = density(add(ratio, half));
  return {
    beta: toDouble(
      minus(product(distribution(add(ratio, half)), up), product(distribution(subtract(ratio, half)), down)),
    ),
    vega: toDouble(product(n, up)),
  };
}
