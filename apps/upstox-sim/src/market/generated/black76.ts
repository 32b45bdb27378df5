/**
 * The simulator's own Black-76 model, undiscounted (r = 0), as the broker prints it (PROTOCOL 6.7). Kept apart from
 * libs/pricing on purpose: the platform's Greeks are checked against a market priced by other code.
 * Normal distribution: G. West, "Better approximations to cumulative normal functions", Wilmott 2005 (after Hart 1968).
 */
const { abs, exp, log, max, sqrt } = Math;

/** Right of a contract: a call or a put. */
export type OptionRight = 'CE' | 'PE';

const SQRT_TWO_PI = 2.5066282746310002;

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return exp(-0.5 * x * x) / SQRT_TWO_PI;
}

/** Cumulative standard normal distribution, absolute error below 1e-14. */
export function normalCdf(x: number): number {
  const z = abs(x);
  if (z > 37) return x > 0 ? 1 : 0;
  const density = exp(-0.5 * z * z);
  let tail: number;
  if (z < 7.07106781186547) {
    const above =
      (((((3.52624965998911e-2 * z + 0.700383064443688) * z + 6.37396220353165) * z + 33.912866078383) * z +
        112.079291497871) *
        z +
        221.213596169931) *
        z +
      220.206867912376;
    const below =
      ((((((8.83883476483184e-2 * z + 1.75566716318264) * z + 16.064177579207) * z + 86.7807322029461) * z +
        296.564248779674) *
        z +
        637.333633378831) *
        z +
        793.826512519948) *
        z +
      440.413735824752;
    tail = (density * above) / below;
  } else {
    tail = density / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / SQRT_TWO_PI;
  }
  return x > 0 ? 1 - tail : tail;
}

/**
 * Price of an option on a forward, in the forward's units. `logMoneyness` is ln(F/K), `deviation` is sigma times the
 * square root of time. The out-of-the-money side is computed and the other follows by parity, so that call minus put is
 * F minus K to the last bit that matters.
 */
export function black76(
  right: OptionRight,
  forward: number,
  strike: number,
  logMoneyness: number,
  deviation: number,
): number {
  const callIsOut = forward <= strike;
  let out = 0;
  if (deviation > 1e-9) {
    const d1 = logMoneyness / deviation + 0.5 * deviation;
    const d2 = d1 - deviation;
    out = callIsOut
      ? forward * normalCdf(d1) - strike * normalCdf(d2)
      : strike * normalCdf(-d2) - forward * normalCdf(-d1);
    if (out < 0) out = 0;
  }
  if (right === 'CE') return callIsOut ? out : out + forward - strike;
  return callIsOut ? out + strike - forward : out;
}

/** Price of an option from forward, strike, annualised volatility and years to expiry. */
export function optionPrice(
  right: OptionRight,
  forward: number,
  strike: number,
  volatility: number,
  years: number,
): number {
  return black76(right, forward, strike, log(forward / strike), volatility * sqrt(max(0, years)));
}
