/**
 * Arithmetic on unevaluated sums of two doubles: about 31 decimal digits, for oracles where speed does not matter.
 * Reference: Y. Hida, X. Li, D. Bailey, "Library for double-double and quad-double arithmetic", 2007.
 */
export interface DoubleDouble {
  readonly hi: number;
  readonly lo: number;
}

export const ZERO: DoubleDouble = { hi: 0, lo: 0 };
export const ONE: DoubleDouble = { hi: 1, lo: 0 };
const LN2: DoubleDouble = { hi: 0.6931471805599453, lo: 2.3190468138462996e-17 };

/** A double as a double-double, exactly. */
export const exactly = (value: number): DoubleDouble => ({ hi: value, lo: 0 });

function quickSum(hi: number, lo: number): DoubleDouble {
  const sum = hi + lo;
  return { hi: sum, lo: lo - (sum - hi) };
}

function twoSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  const part = sum - a;
  return { hi: sum, lo: a - (sum - part) + (b - part) };
}

function split(a: number): { high: number; low: number } {
  const scaled = 134217729 * a;
  const high = scaled - (scaled - a);
  return { high, low: a - high };
}

/** The exact product of two doubles. */
export function twoProduct(a: number, b: number): DoubleDouble {
  const product = a * b;
  const x = split(a);
  const y = split(b);
  return { hi: product, lo: x.high * y.high - product + x.high * y.low + x.low * y.high + x.low * y.low };
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const high = twoSum(a.hi, b.hi);
  const low = twoSum(a.lo, b.lo);
  const first = quickSum(high.hi, high.lo + low.hi);
  return quickSum(first.hi, first.lo + low.lo);
}

export const negate = (a: DoubleDouble): DoubleDouble => ({ hi: -a.hi, lo: -a.lo });
export const subtract = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => add(a, negate(b));

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const product = twoProduct(a.hi, b.hi);
  return quickSum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const first = a.hi / b.hi;
  const rest = subtract(a, multiply(b, exactly(first)));
  const second = rest.hi / b.hi;
  const third = subtract(rest, multiply(b, exactly(second))).hi / b.hi;
  return add(quickSum(first, second), exactly(third));
}

/** Division by a double, exactly representable divisors being the usual case. */
export function divideByNumber(a: DoubleDouble, b: number): DoubleDouble {
  const first = a.hi / b;
  const product = twoProduct(first, b);
  const rest = a.hi - product.hi - product.lo + a.lo;
  return quickSum(first, rest / b);
}

/** Multiplies by a power of two that keeps both parts in range. */
export const scale = (a: DoubleDouble, power: number): DoubleDouble => ({ hi: a.hi * power, lo: a.lo * power });

/** Square root by one Newton step on the double root (Karp). */
export function squareRoot(a: DoubleDouble): DoubleDouble {
  if (a.hi <= 0) return ZERO;
  const root = Math.sqrt(a.hi);
  const rest = subtract(a, twoProduct(root, root));
  return add(exactly(root), exactly(rest.hi / (2 * root)));
}

/** A double-double mantissa times 2^exponent: reaches far below the smallest double. */
export interface Scaled {
  readonly mantissa: DoubleDouble;
  readonly exponent: number;
}

/** exp(a) as mantissa and power of two: reduction by ln 2 and 2^8, Taylor series of exp - 1, repeated squaring. */
export function exponential(a: DoubleDouble): Scaled {
  const exponent = Math.round(a.hi / LN2.hi);
  const reduced = scale(subtract(a, multiply(LN2, exactly(exponent))), 1 / 256);
  let term = reduced;
  let minusOne = reduced;
  for (let n = 2; n <= 12; n += 1) {
    term = divideByNumber(multiply(term, reduced), n);
    minusOne = add(minusOne, term);
  }
  for (let n = 0; n < 8; n += 1) minusOne = add(scale(minusOne, 2), multiply(minusOne, minusOne));
  return { mantissa: add(minusOne, ONE), exponent };
}

/** ln(a) by two Newton steps on the double logarithm. */
export function logarithm(a: DoubleDouble): DoubleDouble {
  let y = exactly(Math.log(a.hi));
  for (let n = 0; n < 2; n += 1) {
    const { mantissa, exponent } = exponential(negate(y));
    const off = subtract(multiply(multiply(a, mantissa), exactly(2 ** exponent)), ONE);
    y = add(y, subtract(off, scale(multiply(off, off), 0.5)));
  }
  return y;
}

/** The nearest double, rounded once even where it is subnormal. */
export function toDouble({ mantissa, exponent }: Scaled): number {
  const value = mantissa.hi + mantissa.lo;
  if (exponent > -900) return value * 2 ** exponent;
  return value * 2 ** -500 * 2 ** (exponent + 500);
}
