/** Prices of one strike; undefined when a side is missing. */
export interface StrikePrices {
  readonly strike: number;
  readonly call: number | undefined;
  readonly put: number | undefined;
}

/** The forward that put-call parity implies at the strike where call and put are closest; `spot` when no pair exists. */
export function parityForward(strikes: readonly StrikePrices[], spot: number): number {
  let nearest = Infinity;
  let forward = spot;
  for (const { strike, call, put } of strikes) {
    if (call === undefined || put === undefined) continue;
    const gap = Math.abs(call - put);
    if (gap >= nearest) continue;
    nearest = gap;
    forward = strike + call - put;
  }
  return forward;
}

/**
 * Probability (0 to 1) that a bought option ends beyond its break-even: N(d2) at strike plus premium for a call
 * (`sign` 1), N(-d2) at strike minus premium for a put (-1), lognormal around the forward. Zero without volatility or time.
 */
export function profitProbability(option: {
  readonly forward: number;
  readonly strike: number;
  readonly premium: number;
  readonly iv: number;
  readonly yearsLeft: number;
  readonly sign: 1 | -1;
}): number {
  const { forward, strike, premium, iv, yearsLeft, sign } = option;
  const breakEven = strike + sign * premium;
  const deviation = iv * Math.sqrt(yearsLeft);
  if (deviation <= 0 || breakEven <= 0 || forward <= 0) return 0;
  const d2 = Math.log(forward / breakEven) / deviation - deviation / 2;
  return normalCdf(sign * d2);
}

/** Standard normal distribution function. Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}
