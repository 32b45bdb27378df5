/**
 * The normal distribution to about 28 digits, by two methods that know nothing of rational approximations: the series of odd double
 * factorials below 5, Laplace's continued fraction above.
 * Reference: Abramowitz and Stegun 26.2.11 and 26.2.14.
 */
import {
  add,
  divide,
  divideByNumber,
  type DoubleDouble,
  exactly,
  exponential,
  multiply,
  negate,
  ONE,
  type Scaled,
  scale,
  subtract,
} from './double-double.ts';

const SQRT_TWO_PI: DoubleDouble = { hi: 2.5066282746310007, lo: -1.8328579980459167e-16 };

/** n(z) = exp(-z^2/2) / sqrt(2 pi). */
export function density(z: DoubleDouble): Scaled {
  const { mantissa, exponent } = exponential(scale(multiply(z, z), -0.5));
  return { mantissa: divide(mantissa, SQRT_TWO_PI), exponent };
}

/** N(z), lower tail, with full relative precision on both sides. */
export function distribution(z: DoubleDouble): Scaled {
  if (z.hi > 0) {
    const upper = distribution(negate(z));
    const tail = scale(upper.mantissa, 2 ** Math.max(upper.exponent, -200));
    return { mantissa: subtract(ONE, tail), exponent: 0 };
  }
  const size = negate(z);
  const n = density(size);
  if (size.hi >= 5) return { mantissa: multiply(n.mantissa, tailOverDensity(size)), exponent: n.exponent };
  const square = multiply(size, size);
  let term = size;
  let sum = size;
  for (let odd = 3; Math.abs(term.hi) > 1e-33 * sum.hi && odd < 401; odd += 2) {
    term = divideByNumber(multiply(term, square), odd);
    sum = add(sum, term);
  }
  const middle = scale(multiply(n.mantissa, sum), 2 ** n.exponent);
  return { mantissa: subtract(exactly(0.5), middle), exponent: 0 };
}

/** N(-z)/n(z) = 1/(z + 1/(z + 2/(z + 3/(z + ...)))) for z >= 5, evaluated from the far end. */
function tailOverDensity(z: DoubleDouble): DoubleDouble {
  let denominator = z;
  for (let n = Math.ceil(16 + 1300 / (z.hi * z.hi)); n >= 1; n -= 1) {
    denominator = add(z, divide(exactly(n), denominator));
  }
  return divide(ONE, denominator);
}
