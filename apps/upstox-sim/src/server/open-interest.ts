/** Open interest of one strike. */
export interface StrikeOi {
  readonly strike: number;
  readonly call: number;
  readonly put: number;
}

/** Total put over total call open interest; 0 when there are no calls. */
export function putCallRatio(strikes: readonly StrikeOi[]): number {
  let calls = 0;
  let puts = 0;
  for (const one of strikes) {
    calls += one.call;
    puts += one.put;
  }
  return calls === 0 ? 0 : puts / calls;
}

/**
 * The strike at which writers of the whole chain would pay the least at expiry; 0 for an empty chain.
 * Strikes ascending. Linear: the payout's slope changes by the open interest of each strike passed.
 */
export function maxPain(strikes: readonly StrikeOi[]): number {
  let best = 0;
  let least = Infinity;
  let payout = strikes.reduce((sum, one) => sum + one.put * (one.strike - (strikes[0]?.strike ?? 0)), 0);
  let slope = -strikes.reduce((sum, one) => sum + one.put, 0);
  let previous = strikes[0]?.strike ?? 0;
  for (const one of strikes) {
    payout += slope * (one.strike - previous);
    previous = one.strike;
    if (payout < least) {
      least = payout;
      best = one.strike;
    }
    slope += one.call + one.put;
  }
  return best;
}
