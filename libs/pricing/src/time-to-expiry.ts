/**
 * Time to expiry, counted in seconds to an instant the caller takes from the rulebook: the end of trading in the contract on its expiry
 * day. There is no floor: a clamped time is what makes volatilities wrong by a third in the last quarter of an hour.
 */

/** Seconds of the year that volatilities are quoted per: 365 calendar days. */
export const SECONDS_PER_YEAR = 31_536_000;
const MILLISECONDS_PER_SECOND = 1000;

/** Seconds from `nowMs` to `endOfTradingMs` (both epoch milliseconds UTC), zero once it has passed. */
export function secondsToExpiry(nowMs: number, endOfTradingMs: number): number {
  return Math.max(0, (endOfTradingMs - nowMs) / MILLISECONDS_PER_SECOND);
}

/** Seconds as a share of the 365-day year. */
export function yearsOfSeconds(seconds: number): number {
  return seconds / SECONDS_PER_YEAR;
}
