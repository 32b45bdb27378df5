/** What a trader reads from a fitted slice: volatility at any strike, at the money, skew, wings at 25 delta, the expected move. */
import { millsRatio } from '../black76/mills.ts';
import { sviAt, type SviSlice, sviVariance } from './svi.ts';

/** A slice with its forward and time. */
export interface Smile {
  readonly slice: SviSlice;
  readonly forward: number;
  readonly years: number;
}

/** Figures of one expiry. */
export interface SmileSummary {
  /** Volatility at the forward, per unit and year. */
  readonly atmVolatility: number;
  /** Change of volatility, in points, for a strike one per cent above the forward: d sigma / d ln K at the money. */
  readonly skewVolPointsPerPercent: number;
  /** Volatility of the 25-delta call less that of the 25-delta put, in points. */
  readonly riskReversal25VolPoints: number;
  /** Mean of the two less the volatility at the money, in points. */
  readonly butterfly25VolPoints: number;
  /** One standard deviation of the underlying to expiry, in its own units. */
  readonly oneSigmaMove: number;
  /** Mean absolute move to expiry, 2F (2N(s/2) - 1): the undiscounted value of the straddle at the forward. */
  readonly expectedMove: number;
}

const ONE_PER_SQRT_TWO_PI = 0.3989422804014327;
const density = (z: number): number => ONE_PER_SQRT_TWO_PI * Math.exp(-0.5 * z * z);

/** The normal distribution N(z). */
export function normalDistribution(z: number): number {
  return z <= 0 ? density(z) * millsRatio(-z) : 1 - density(z) * millsRatio(z);
}

/** Volatility of a strike on the smile, per unit and year. */
export function smileVolatility({ slice, forward, years }: Smile, strike: number): number {
  return Math.sqrt(sviVariance(slice, Math.log(strike / forward)) / years);
}

/**
 * The probability that the underlying ends at or below a level, from the smile: 1 - N(d2) + n(d2) sqrt(T) d sigma / d ln K, which is the
 * slope of the put by strike (Breeden and Litzenberger 1978).
 */
export function smileProbabilityBelow({ slice, forward, years }: Smile, level: number): number {
  if (level <= 0) return 0;
  const k = Math.log(level / forward);
  const { variance, slope } = sviAt(slice, k);
  const total = Math.sqrt(variance);
  const d2 = -k / total - 0.5 * total;
  const volatilitySlope = slope / (2 * total * Math.sqrt(years));
  const below = normalDistribution(-d2) + density(d2) * Math.sqrt(years) * volatilitySlope;
  return Math.min(1, Math.max(0, below));
}

/** The strike whose option has the undiscounted delta `delta` (positive a call, negative a put), on the smile. */
export function strikeOfDelta({ slice, forward }: Smile, delta: number): number {
  const target = delta > 0 ? delta : 1 + delta;
  const deltaAt = (k: number): number => {
    const total = Math.sqrt(sviVariance(slice, k));
    return normalDistribution(-k / total + 0.5 * total);
  };
  // Call delta falls in k on a slice without arbitrage near the money; twenty deviations hold every delta worth asking for.
  const reach = 20 * Math.sqrt(sviVariance(slice, 0));
  let [low, high] = [-reach, reach];
  for (let n = 0; n < 60; n += 1) {
    const middle = 0.5 * (low + high);
    if (deltaAt(middle) > target) low = middle;
    else high = middle;
  }
  return forward * Math.exp(0.5 * (low + high));
}

/** The figures of one expiry. */
export function summariseSmile(smile: Smile): SmileSummary {
  const { slice, forward, years } = smile;
  const { variance, slope } = sviAt(slice, 0);
  const total = Math.sqrt(variance);
  const atm = total / Math.sqrt(years);
  const call = smileVolatility(smile, strikeOfDelta(smile, 0.25));
  const put = smileVolatility(smile, strikeOfDelta(smile, -0.25));
  return {
    atmVolatility: atm,
    skewVolPointsPerPercent: slope / (2 * total * Math.sqrt(years)),
    riskReversal25VolPoints: 100 * (call - put),
    butterfly25VolPoints: 100 * (0.5 * (call + put) - atm),
    oneSigmaMove: forward * total,
    expectedMove: 2 * forward * (2 * normalDistribution(0.5 * total) - 1),
  };
}
