/**
 * Goal: h^2 = ln(F/K)^2 / (sigma^2 T) to a part in 10^17 where it is large, since every Greek carries exp(-h^2/2) and a rounding of
 * h alone costs h^2 times as much.
 * Method: sums and products with their rounding errors kept (Dekker 1971); ln(F/K) = k ln 2 + 2 atanh((a-b)/(a+b)) with the quotient
 * in two doubles, the rest of the odd series in one.
 * Reference: T. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 1971.
 */

/** ln 2 as two doubles. */
const LN2_HIGH = 0.6931471805599453;
const LN2_LOW = 2.3190468138462996e-17;
const SPLITTER = 134217729;

/** The rounding error of the product `a * b = product`; numbers between 1e-140 and 1e140. */
function productError(a: number, b: number, product: number): number {
  const bigA = SPLITTER * a;
  const highA = bigA - (bigA - a);
  const lowA = a - highA;
  const bigB = SPLITTER * b;
  const highB = bigB - (bigB - b);
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

/** The rounding error of the sum `a + b = sum`. */
function sumError(a: number, b: number, sum: number): number {
  const virtual = sum - a;
  return a - (sum - virtual) + (b - virtual);
}

/** atanh(y)/y - 1 for y^2 < 0.03. */
function atanhTail(y2: number): number {
  let sum = 0;
  for (let n = 25; n >= 3; n -= 2) sum = y2 * (1 / n + sum);
  return sum;
}

/**
 * h^2 / 2 = ln(forward/strike)^2 / (2 volatility^2 years) as a sum of two doubles, [high, low]. Forward and strike must lie within a
 * factor of 1e30 of each other and all four numbers between 1e-70 and 1e70.
 */
export function halfSquaredMoneyness(
  forward: number,
  strike: number,
  volatility: number,
  years: number,
): readonly [number, number] {
  const exponent = Math.round(Math.log2(forward / strike));
  const scaled = strike * 2 ** exponent;
  const difference = forward - scaled;
  const differenceRest = sumError(forward, -scaled, difference);
  const sum = forward + scaled;
  const sumRest = sumError(forward, scaled, sum);
  const y = difference / sum;
  const product = y * sum;
  const yRest = (difference - product - productError(y, sum, product) + differenceRest - y * sumRest) / sum;
  const series = 2 * y * atanhTail(y * y);
  const shift = exponent * LN2_HIGH;
  const high = shift + 2 * y;
  const low =
    sumError(shift, 2 * y, high) + productError(exponent, LN2_HIGH, shift) + exponent * LN2_LOW + 2 * yRest + series;
  const x = high + low;
  const xRest = high - x + low;
  const numerator = x * x;
  const numeratorRest = productError(x, x, numerator) + 2 * x * xRest;
  const squared = volatility * volatility;
  const variance = squared * years;
  const varianceRest = productError(squared, years, variance) + productError(volatility, volatility, squared) * years;
  const quotient = numerator / variance;
  const back = quotient * variance;
  const rest =
    (numerator - back - productError(quotient, variance, back) + numeratorRest - quotient * varianceRest) / variance;
  return [0.5 * quotient, 0.5 * rest];
}
