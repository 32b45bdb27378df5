/**
 * The shape of volatility over strikes: a parabola in a bounded function of standardised moneyness, so that far wings
 * stay finite and no strike's variance turns negative. `x` is ln(K/F) in units of the at-the-money deviation.
 */
const { exp, sqrt } = Math;

/** Wings flatten beyond about this many deviations. */
const WING = 3;

/** Slope and curvature of an expiry's smile now. */
export interface Smile {
  skew: number;
  curvature: number;
}

/** Ratio of the volatility at standardised moneyness `x` to the one at the money. Positive for |skew| < 0.2, curvature in [0, 0.1]. */
export function smileRatio(smile: Smile, x: number): number {
  const y = x / sqrt(1 + (x * x) / (WING * WING));
  return 1 + smile.skew * y + smile.curvature * y * y;
}

/** At-the-money volatility of a tenor: long tenors follow the level of volatility less than short ones. */
export function atmVolatility(anchor: number, level: number, years: number): number {
  return anchor * exp(level * exp(-years / 0.5));
}
