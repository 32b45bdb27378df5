/**
 * Gatheral's raw SVI: total variance w(k) = a + b (rho (k-m) + sqrt((k-m)^2 + s^2)) over log-moneyness k = ln(K/F), written here with
 * d = b rho and c = b so that it is linear in a, d and c.
 * References: J. Gatheral, "A parsimonious arbitrage-free implied volatility parameterization", 2004; J. Gatheral, A. Jacquier,
 * "Arbitrage-free SVI volatility surfaces", Quantitative Finance 2014 (butterfly function g, calendar condition).
 */

/** One slice in raw SVI. */
export interface SviSlice {
  readonly a: number;
  /** b rho. */
  readonly d: number;
  /** b; |d| <= c. */
  readonly c: number;
  readonly m: number;
  /** Positive. */
  readonly s: number;
}

/** Total variance and its first two derivatives by k. */
export interface VarianceAt {
  readonly variance: number;
  readonly slope: number;
  readonly curvature: number;
}

/** Total variance of a slice at log-moneyness k. */
export function sviVariance(slice: SviSlice, k: number): number {
  const y = k - slice.m;
  return slice.a + slice.d * y + slice.c * Math.sqrt(y * y + slice.s * slice.s);
}

/** Total variance, slope and curvature of a slice at log-moneyness k. */
export function sviAt(slice: SviSlice, k: number): VarianceAt {
  const y = k - slice.m;
  const root = Math.sqrt(y * y + slice.s * slice.s);
  return {
    variance: slice.a + slice.d * y + slice.c * root,
    slope: slice.d + (slice.c * y) / root,
    curvature: (slice.c * slice.s * slice.s) / (root * root * root),
  };
}

/**
 * Durrleman's function g(k), the density of the underlying up to a positive factor: a slice has no butterfly arbitrage where it is not
 * negative (and where total variance is positive).
 */
export function butterfly(slice: SviSlice, k: number): number {
  const { variance, slope, curvature } = sviAt(slice, k);
  const bend = 1 - (k * slope) / (2 * variance);
  return bend * bend - 0.25 * slope * slope * (1 / variance + 0.25) + 0.5 * curvature;
}

/** The steeper of the two wings; above 2 the wings themselves are an arbitrage (R. Lee, "The moment formula", 2004). */
export function wingSlope(slice: SviSlice): number {
  return slice.c + Math.abs(slice.d);
}

/** Why a slice could be traded against. */
export interface SliceFault {
  readonly kind: 'BUTTERFLY' | 'CALENDAR' | 'NEGATIVE_VARIANCE' | 'WING';
  readonly k: number;
  /** How far below its bound the function is. */
  readonly by: number;
}

/** The first fault of a slice on a grid of log-moneyness, also against the slice of the expiry before it; undefined when it has none. */
export function sliceFault(slice: SviSlice, grid: Iterable<number>, earlier?: SviSlice): SliceFault | undefined {
  if (wingSlope(slice) > 2) return { kind: 'WING', k: Infinity, by: wingSlope(slice) - 2 };
  for (const k of grid) {
    const variance = sviVariance(slice, k);
    if (!(variance > 0)) return { kind: 'NEGATIVE_VARIANCE', k, by: -variance };
    const g = butterfly(slice, k);
    if (!(g >= 0)) return { kind: 'BUTTERFLY', k, by: -g };
    const before = earlier === undefined ? 0 : sviVariance(earlier, k);
    if (variance < before) return { kind: 'CALENDAR', k, by: before - variance };
  }
  return undefined;
}
