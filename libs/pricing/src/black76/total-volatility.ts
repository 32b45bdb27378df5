/**
 * Goal: Black's formula in normalised form and its inverse for any input a double can hold, where truth counts and speed does not.
 * Method: with x = |ln(F/K)|, h = x/s, t = s/2 the out-of-the-money price over sqrt(FK) is b = v (M(h-t) - M(h+t)), where
 * v = n(h) exp(-t^2/2) is its derivative by s and M the Mills ratio. The inverse is found on ln b (or, above half of the highest
 * price, on the logarithm of what is missing to it), because a logarithm keeps the digits of prices down to the smallest double.
 * Invariants: a bracket holds the root at every step; each step is a Householder step of fourth order or a bisection; at most
 * {@link MAX_STEPS} steps.
 * Reference: P. Jaeckel, "Let's Be Rational", Wilmott 2015, for the normalised form and the objective; the steps are derived here.
 */
import { millsRatio, millsSlope, millsSlopeAsymptotic } from './mills.ts';

const LN_SQRT_TWO_PI = 0.91893853320467274;
const MAX_STEPS = 200;
/** Beyond this product of h and t the odd series loses digits to cancellation and the plain difference does not. */
const SERIES_MAX_LOG_MONEYNESS = 4;
const SERIES_MAX_HALF_VOLATILITY = 0.6;

/**
 * |ln(F/K)| from both numbers without the loss that ln of their rounded quotient suffers near the money.
 */
export function absoluteLogMoneyness(forward: number, strike: number): number {
  return Math.log1p(Math.abs(forward - strike) / Math.min(forward, strike));
}

/** b/v = M(h-t) - M(h+t) for h >= 0, t > 0: the normalised out-of-the-money price over its derivative by total volatility. */
export function priceOverVega(h: number, t: number): number {
  if (t > SERIES_MAX_HALF_VOLATILITY || 2 * h * t > SERIES_MAX_LOG_MONEYNESS) {
    return millsRatio(h - t) - millsRatio(h + t);
  }
  const a = h <= 14 ? millsSlope(h) : millsSlopeAsymptotic(h);
  return 2 * t * oddSeries(a, h * h, t * t, 14);
}

/**
 * (M(h-t) - M(h+t)) / (2t) = sum over k of B_k t^2k / (2k+1)! with B_k = -M^(2k+1)(h): B_0 = a, B_1 = (h^2+3) a - 1,
 * B_(k+1) = (h^2+4k+3) B_k - 2k(2k+1) B_(k-1), which follows from M' = hM - 1.
 */
function oddSeries(a: number, hSquared: number, tSquared: number, terms: number): number {
  let previous = a;
  let current = ((hSquared + 3) * a - 1) / 6;
  let power = tSquared;
  let sum = a + current * power;
  for (let k = 1; k < terms; k += 1) {
    const next = ((hSquared + 4 * k + 3) * current - previous) / ((2 * k + 2) * (2 * k + 3));
    previous = current;
    current = next;
    power *= tSquared;
    sum += current * power;
  }
  return sum;
}

/** ln v: the logarithm of the normalised vega n(h) exp(-t^2/2). */
export function logVega(h: number, t: number): number {
  return -0.5 * (h * h + t * t) - LN_SQRT_TWO_PI;
}

/** The normalised out-of-the-money price b(x, s) = price / sqrt(FK) for x = |ln(F/K)| and total volatility s > 0. */
export function normalisedPrice(x: number, s: number): number {
  const h = x / s;
  const t = 0.5 * s;
  if (h - t > -0.75) return Math.exp(logVega(h, t)) * priceOverVega(h, t);
  return Math.exp(-0.5 * x) - Math.exp(logVega(h, t)) * (millsRatio(t - h) + millsRatio(t + h));
}

/**
 * The total volatility sigma sqrt(T) behind an out-of-the-money time value, undiscounted, exact to what the rounding of the price
 * allows. Zero unless 0 < timeValue < min(forward, strike).
 */
export function totalVolatilityOf(forward: number, strike: number, timeValue: number): number {
  const x = absoluteLogMoneyness(forward, strike);
  const highest = Math.min(forward, strike);
  const missing = highest - timeValue;
  if (!(timeValue > 0 && missing > 0)) return 0;
  const root = Math.sqrt(forward) * Math.sqrt(strike);
  if (timeValue <= missing) return solve(x, targetOf(timeValue, root), false);
  return solve(x, targetOf(missing, root), true);
}

/** The total volatility behind a normalised price b(x, s), zero unless 0 < price < exp(-x/2). */
export function totalVolatilityOfNormalised(x: number, price: number): number {
  const missing = Math.exp(-0.5 * x) - price;
  if (!(price > 0 && missing > 0)) return 0;
  return price <= missing ? solve(x, targetOf(price, 1), false) : solve(x, targetOf(missing, 1), true);
}

interface Target {
  readonly value: number;
  readonly log: number;
}

/** Both the quotient, which has all digits unless it is subnormal, and its logarithm, which then has them. */
function targetOf(amount: number, root: number): Target {
  return { value: amount / root, log: Math.log(amount) - Math.log(root) };
}

/** ln(g / target) for g = exp(logV) ratio: by the quotient where doubles reach, by logarithms beyond. */
function logDistance(logV: number, ratio: number, target: Target): number {
  if (target.value > 1e-290 && logV > -650) {
    const quotient = (Math.exp(logV) * ratio) / target.value;
    if (quotient > 1e-3 && quotient < 1e3) return Math.log(quotient);
  }
  return logV + Math.log(ratio) - target.log;
}

/** Finds s where b (or its complement to the highest price, which falls in s) meets the target. */
function solve(x: number, target: Target, complement: boolean): number {
  let low = 0;
  let high = Infinity;
  let s = startingPoint(x, target.log, complement);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const h = x / s;
    const t = 0.5 * s;
    const ratio = complement ? millsRatio(t - h) + millsRatio(t + h) : priceOverVega(h, t);
    const difference = logDistance(logVega(h, t), ratio, target);
    if (complement === difference < 0) high = s;
    else low = s;
    const relativeSlope = complement ? -ratio / s : ratio / s;
    const change = relativeStep(h, t, relativeSlope, difference);
    const next = s * (1 + change);
    if (Math.abs(change) < 1e-5 && Math.abs(difference * relativeSlope) < 1e-4) return next;
    if (next > low && next < high && Math.abs(change) < 0.5) s = next;
    else if (high === Infinity) s *= 4;
    else if (low === 0) s *= 0.25;
    else {
      const middle = Math.sqrt(low) * Math.sqrt(high);
      if (middle <= low || middle >= high) return s;
      s = middle;
    }
  }
  return s;
}

/**
 * The relative change of s by Householder's step of fourth order for f(s) = ln |g(s)| - target, given p = g/(s g') and f: with
 * A = s g''/g' = h^2 - t^2, f'' s / f' = A - 1/p and f''' s^2 / f' = A^2 - 3h^2 - t^2 - 3A/p + 2/p^2.
 */
function relativeStep(h: number, t: number, p: number, f: number): number {
  const newton = -f * p;
  const curvature = h * h - t * t;
  const second = curvature - 1 / p;
  const third = curvature * curvature - 3 * h * h - t * t - (3 * curvature) / p + 2 / (p * p);
  return (newton * (1 + 0.5 * second * newton)) / (1 + newton * (second + (third * newton) / 6));
}

function startingPoint(x: number, target: number, complement: boolean): number {
  if (complement) return Math.max(1, Math.sqrt(2 * x));
  // Far out of the money ln b is close to -x^2/(2 s^2); at the money b is close to s / sqrt(2 pi).
  const far = x / Math.sqrt(-2 * target);
  const near = Math.exp(target + LN_SQRT_TWO_PI);
  const guess = Math.max(far, Math.min(near, 1));
  return guess > 0 ? guess : 1e-3;
}
