import { black76 } from './black76.ts';
import { atmVolatility, smileRatio, type Smile } from './smile.ts';
import type { Underlying } from './underlyings.ts';

/** The index speaks of the next thirty calendar days. */
const YEARS = 30 / 365;
/** Strikes of the strip, in deviations either side, and their distance. */
const REACH = 4;
const DISTANCE = 0.125;

/**
 * The volatility index of an underlying at a volatility level (log ratio to its anchor), in points: the strip of
 * out-of-the-money options that replicates thirty days' variance, priced by the model (NSE white paper on India VIX,
 * after CBOE). `smile` defaults to the underlying's anchor shape.
 */
export function vixOf(underlying: Underlying, level: number, smile: Smile = underlying): number {
  const deviation = atmVolatility(underlying.volatility, level, YEARS) * Math.sqrt(YEARS);
  let strip = 0;
  for (let x = -REACH; x <= REACH; x += DISTANCE) {
    const logStrike = x * deviation;
    const strike = Math.exp(logStrike);
    const price = black76(x < 0 ? 'PE' : 'CE', 1, strike, -logStrike, deviation * smileRatio(smile, x));
    // dK / K^2 = d(ln K) / K
    strip += (price / strike) * DISTANCE * deviation;
  }
  return 100 * Math.sqrt((2 * strip) / YEARS);
}
