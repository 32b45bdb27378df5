/**
 * Legs of a position and their value at any spot, moment and shift of volatility. Rupees per position; a leg's premium and value are
 * rupees per unit. The forward of each leg follows the spot price with the leg's own carry, so that legs of several expiries are priced
 * on their own forwards.
 */
import { valueOption } from '../option.ts';
import { settlementValue } from '../settlement.ts';
import { yearsOfSeconds } from '../time-to-expiry.ts';

/** An option or future of a position, or the underlying itself. */
export interface Leg {
  readonly kind: 'call' | 'put' | 'future' | 'underlying';
  /** Signed units: lots times lot size, negative when short. */
  readonly quantity: number;
  /** Premium or price paid (or received, when short) per unit. */
  readonly entryPrice: number;
  /** Options only. */
  readonly strike?: number;
  /** Seconds to the end of trading; zero or absent for the underlying. */
  readonly secondsToExpiry?: number;
  /** Per unit and year; options only. */
  readonly volatility?: number;
  /** Forward of this leg's expiry over the spot price today, 1 when absent. */
  readonly forwardRatio?: number;
  /** Options only: present on the last day of a contract that settles on an average. */
  readonly averaging?: LegAveraging;
}

/** The averaging window of a contract that settles on an average, as it stands now. */
export interface LegAveraging {
  readonly lengthSeconds: number;
  /** Average over the part of the window that has passed; ignored while none has. */
  readonly runningAverage: number;
}

/** Where and when a position is valued. */
export interface Moment {
  readonly spot: number;
  /** Seconds from now. */
  readonly secondsAhead: number;
  /** Added to every volatility, in volatility points. */
  readonly volatilityShiftPoints: number;
}

/** Greeks of a position by spot, in rupees. */
export interface PositionGreeks {
  readonly delta: number;
  readonly gamma: number;
  readonly thetaPerDay: number;
  readonly vegaPerVolPoint: number;
}

/** Volatility never falls below this under a shift: a hundredth of a point. */
const LOWEST_VOLATILITY = 1e-4;
/** A spot price of zero is priced as this, where every formula still holds. */
const LOWEST_SPOT = 1e-9;

/** Why legs cannot be valued, as a sentence; undefined when they can. */
export function legFault(legs: readonly Leg[]): string | undefined {
  if (legs.length === 0) return 'a position has at least one leg';
  for (const [n, leg] of legs.entries()) {
    const option = leg.kind === 'call' || leg.kind === 'put';
    if (!Number.isFinite(leg.quantity) || leg.quantity === 0)
      return `leg ${n + 1}: quantity is not a number other than zero`;
    if (!Number.isFinite(leg.entryPrice)) return `leg ${n + 1}: entry price is not a number`;
    if (option && !(isFinitePositive(leg.strike) && isFinitePositive(leg.volatility))) {
      return `leg ${n + 1}: an option has a strike and a volatility above zero`;
    }
    if (option && !((leg.secondsToExpiry ?? NaN) >= 0 && (leg.secondsToExpiry ?? NaN) < Infinity)) {
      return `leg ${n + 1}: an option has a time to expiry`;
    }
    if (leg.forwardRatio !== undefined && !isFinitePositive(leg.forwardRatio)) {
      return `leg ${n + 1}: the forward is above zero`;
    }
  }
  return undefined;
}

const isFinitePositive = (value: number | undefined): boolean => value !== undefined && value > 0 && value < Infinity;

/** Value and Greeks by spot of one unit of a leg. */
export function unitAt(leg: Leg, moment: Moment): PositionGreeks & { readonly value: number } {
  const total = leg.secondsToExpiry ?? 0;
  const left = Math.max(0, total - moment.secondsAhead);
  // The carry that is left: the whole ratio today, none at expiry.
  const ratio = total > 0 ? (leg.forwardRatio ?? 1) ** (left / total) : 1;
  const forward = Math.max(moment.spot, LOWEST_SPOT) * ratio;
  if (leg.kind === 'future' || leg.kind === 'underlying') {
    return {
      value: leg.kind === 'future' ? forward : moment.spot,
      delta: leg.kind === 'future' ? ratio : 1,
      gamma: 0,
      thetaPerDay: 0,
      vegaPerVolPoint: 0,
    };
  }
  if (leg.averaging !== undefined) return averagedUnit(leg, leg.averaging, forward, moment, left);
  const side = leg.kind === 'call' ? 1 : -1;
  const strike = leg.strike ?? 0;
  if (left === 0 || !(forward > 0)) {
    const inside = side * (moment.spot - strike);
    return { value: Math.max(inside, 0), delta: inside > 0 ? side : 0, gamma: 0, thetaPerDay: 0, vegaPerVolPoint: 0 };
  }
  const volatility = shiftedVolatility(leg, moment);
  const seen = valueOption(
    { model: 'black76', type: side > 0 ? 'c' : 'p', underlying: forward, strike, years: yearsOfSeconds(left), rate: 0 },
    volatility,
  );
  return {
    value: seen.price,
    delta: seen.delta * ratio,
    gamma: seen.gamma * ratio * ratio,
    thetaPerDay: seen.thetaPerDay,
    vegaPerVolPoint: seen.vegaPerVolPoint,
  };
}

const shiftedVolatility = (leg: Leg, moment: Moment): number =>
  Math.max(LOWEST_VOLATILITY, (leg.volatility ?? 0) + moment.volatilityShiftPoints / 100);

/** The share of a leg's averaging window that has passed now, 0 without one. */
export function averagedShare({ averaging, secondsToExpiry = 0 }: Leg): number {
  return averaging === undefined ? 0 : Math.min(1, Math.max(0, 1 - secondsToExpiry / averaging.lengthSeconds));
}

/** In settlement mode; what the window takes in between now and the moment is taken at the moment's spot price. */
function averagedUnit(
  leg: Leg,
  { lengthSeconds, runningAverage }: LegAveraging,
  forward: number,
  moment: Moment,
  left: number,
): PositionGreeks & { readonly value: number } {
  const passed = averagedShare(leg);
  const then = Math.min(1, Math.max(0, 1 - left / lengthSeconds));
  const average = then > 0 ? (passed * runningAverage + (then - passed) * moment.spot) / then : 0;
  const window = {
    secondsToStart: Math.max(0, left - lengthSeconds),
    secondsToEnd: left,
    lengthSeconds,
    runningAverage: average,
  };
  const type = leg.kind === 'call' ? 'c' : 'p';
  const contract = { type, strike: leg.strike ?? 0, forward, rate: 0 } as const;
  const seen = settlementValue(contract, window, shiftedVolatility(leg, moment));
  const ratio = forward / Math.max(moment.spot, LOWEST_SPOT);
  return {
    value: seen.price,
    delta: seen.delta * ratio,
    gamma: seen.gamma * ratio * ratio,
    thetaPerDay: seen.thetaPerDay,
    vegaPerVolPoint: seen.vegaPerVolPoint,
  };
}

/** Profit or loss of the position in rupees at a moment, entry prices included. */
export function profitAt(legs: readonly Leg[], moment: Moment): number {
  let sum = 0;
  for (const leg of legs) sum += leg.quantity * (unitAt(leg, moment).value - leg.entryPrice);
  return sum;
}

/** Greeks of the position by spot in rupees at a moment. */
export function greeksAt(legs: readonly Leg[], moment: Moment): PositionGreeks {
  let [delta, gamma, thetaPerDay, vegaPerVolPoint] = [0, 0, 0, 0];
  for (const leg of legs) {
    const unit = unitAt(leg, moment);
    delta += leg.quantity * unit.delta;
    gamma += leg.quantity * unit.gamma;
    thetaPerDay += leg.quantity * unit.thetaPerDay;
    vegaPerVolPoint += leg.quantity * unit.vegaPerVolPoint;
  }
  return { delta, gamma, thetaPerDay, vegaPerVolPoint };
}
