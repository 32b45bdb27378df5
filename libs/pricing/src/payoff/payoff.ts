/**
 * The payoff of any set of legs at the first expiry among them (later legs are valued by the model then): curve, breakevens, largest
 * profit and loss, probability of profit.
 *
 * With one expiry the payoff is a broken line: its corners are the strikes, and everything is exact. With several, it is smooth between
 * the strikes of the expiring legs: a grid finds sign changes and extremes, bisection and golden section refine them. Beyond the
 * outermost strike only the net number of calls, futures and units of the underlying counts: when it is not zero, profit or loss has no
 * bound and is said to have none.
 */
import { averagedShare, type Leg, type Moment, profitAt } from './leg.ts';

/** A price range, ends included where finite. */
export interface PriceRange {
  readonly low: number;
  readonly high: number;
}

/** What is known of a payoff at the horizon. */
export interface PayoffSummary {
  /** Seconds from now to the first expiry of a leg; zero without options or futures. */
  readonly horizonSeconds: number;
  /** Spot prices where the payoff changes sign, ascending. */
  readonly breakevens: readonly number[];
  /** Largest profit in rupees; null when there is no bound. */
  readonly maxProfit: number | null;
  /** Largest loss in rupees as a number not above zero; null when there is no bound. */
  readonly maxLoss: number | null;
  /** Ranges of spot price with a profit; `high` is Infinity where it goes on. */
  readonly profitRanges: readonly PriceRange[];
  /** Rupees paid (negative) or received for options at entry. */
  readonly netPremium: number;
}

/** The probability that the underlying ends at or below a price. */
export type ProbabilityBelow = (price: number) => number;

const GRID_POINTS = 400;
/** Highest price looked at, in multiples of the highest strike or spot price. */
const REACH = 3;

/** Seconds from now to the first expiry among the legs. */
export function horizonOf(legs: readonly Leg[]): number {
  const times = legs.flatMap(({ secondsToExpiry }) => (secondsToExpiry === undefined ? [] : [secondsToExpiry]));
  return times.length === 0 ? 0 : Math.min(...times);
}

/** Profit at a list of spot prices; the curve that a payoff chart draws. */
export function payoffCurve(
  legs: readonly Leg[],
  spots: Float64Array,
  secondsAhead: number,
  volatilityShiftPoints = 0,
): Float64Array {
  return spots.map((spot) => profitAt(legs, { spot, secondsAhead, volatilityShiftPoints }));
}

/** Breakevens, extremes and profitable ranges at the first expiry, `spot` being the price now. */
export function summarisePayoff(legs: readonly Leg[], spot: number, volatilityShiftPoints = 0): PayoffSummary {
  const horizonSeconds = horizonOf(legs);
  const profit = (price: number): number =>
    profitAt(legs, { spot: price, secondsAhead: horizonSeconds, volatilityShiftPoints } satisfies Moment);
  const strikes = legs.flatMap(cornerOf);
  const smooth = legs.some((leg) => isOption(leg) && (leg.secondsToExpiry ?? 0) > horizonSeconds);
  const highest = Math.max(spot, ...strikes) * REACH;
  const nodes = nodesOf(strikes, highest, smooth);
  const values = nodes.map(profit);
  const tail = tailSlope(legs, horizonSeconds);
  const crossings = nodes.slice(1).flatMap((high, n) => {
    const low = nodes[n] as number;
    return crossing(profit, low, high, values[n] as number, values[n + 1] as number, smooth);
  });
  const beyond = tailCrossing(highest, values[values.length - 1] as number, tail);
  const breakevens = distinct([...crossings, ...beyond]);
  const extremes = smooth ? refined(profit, nodes, values) : values;
  return {
    horizonSeconds,
    breakevens,
    maxProfit: tail > 0 ? null : Math.max(...extremes),
    maxLoss: tail < 0 ? null : Math.min(0, ...extremes),
    profitRanges: profitable(profit, breakevens, highest),
    netPremium: -legs.filter(isOption).reduce((sum, leg) => sum + leg.quantity * leg.entryPrice, 0),
  };
}

/** The probability that the position ends with a profit, 0 to 1. */
export function probabilityOfProfit({ profitRanges }: PayoffSummary, below: ProbabilityBelow): number {
  const share = profitRanges.reduce(
    (sum, { low, high }) => sum + (high === Infinity ? 1 : below(high)) - (low <= 0 ? 0 : below(low)),
    0,
  );
  return Math.min(1, Math.max(0, share));
}

/** Where a leg's payoff bends: at its strike, or where the rest of its averaging window has to end for the whole to meet it. */
function cornerOf(leg: Leg): number[] {
  if (leg.strike === undefined) return [];
  const passed = averagedShare(leg);
  if (passed === 0) return [leg.strike];
  const corner = (leg.strike - passed * (leg.averaging?.runningAverage ?? 0)) / (1 - passed);
  return corner > 0 && corner < Infinity ? [corner] : [];
}

const isOption = (leg: Leg): boolean => leg.kind === 'call' || leg.kind === 'put';

function nodesOf(strikes: readonly number[], highest: number, smooth: boolean): number[] {
  const corners = [0, ...strikes, highest];
  if (!smooth) return distinct(corners);
  const top = Math.max(highest / REACH / 2, ...strikes);
  const bottom = Math.min(highest / REACH, ...strikes);
  // Most points where the strikes are; a smooth payoff is dull elsewhere.
  const inner = Array.from(
    { length: GRID_POINTS },
    (_, n) => 0.7 * bottom + ((1.4 * top - 0.7 * bottom) * n) / (GRID_POINTS - 1),
  );
  const outer = Array.from({ length: GRID_POINTS / 4 }, (_, n) => (highest * n) / (GRID_POINTS / 4));
  return distinct([...corners, ...inner, ...outer]);
}

function distinct(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.filter((value, n) => n === 0 || value - (sorted[n - 1] as number) > 1e-9 * Math.max(1, value));
}

/** Rupees per point far above every strike. */
function tailSlope(legs: readonly Leg[], horizonSeconds: number): number {
  let slope = 0;
  for (const leg of legs) {
    const total = leg.secondsToExpiry ?? 0;
    const left = Math.max(0, total - horizonSeconds);
    const ratio = total > 0 && leg.kind !== 'underlying' ? (leg.forwardRatio ?? 1) ** (left / total) : 1;
    if (leg.kind !== 'put') slope += leg.quantity * ratio * (1 - averagedShare(leg));
  }
  const size = legs.reduce((sum, { quantity }) => sum + Math.abs(quantity), 0);
  return Math.abs(slope) <= 1e-6 * size ? 0 : slope;
}

/** Where the payoff passes through zero between two nodes; an end that is exactly zero counts when the other side is not. */
function crossing(
  profit: (price: number) => number,
  low: number,
  high: number,
  atLow: number,
  atHigh: number,
  smooth: boolean,
): number[] {
  if (atLow === 0 && atHigh === 0) return [];
  if (atLow === 0) return low > 0 ? [low] : [];
  if (atHigh === 0) return [high];
  if (atLow > 0 === atHigh > 0) return [];
  if (!smooth) return [low + ((high - low) * atLow) / (atLow - atHigh)];
  let [a, b] = [low, high];
  for (let n = 0; n < 60; n += 1) {
    const middle = 0.5 * (a + b);
    if (profit(middle) > 0 === atLow > 0) a = middle;
    else b = middle;
  }
  return [0.5 * (a + b)];
}

/** A crossing above the highest node, where only the slope counts. */
function tailCrossing(highest: number, value: number, slope: number): number[] {
  return value !== 0 && slope !== 0 && value > 0 !== slope > 0 ? [highest - value / slope] : [];
}

/** Node values with every inner extreme sharpened by golden section. */
function refined(profit: (price: number) => number, nodes: readonly number[], values: readonly number[]): number[] {
  const all = [...values];
  for (let n = 1; n + 1 < nodes.length; n += 1) {
    const [left, middle, right] = [values[n - 1], values[n], values[n + 1]] as [number, number, number];
    if (middle > left === middle > right && middle !== left) {
      all.push(goldenSection(profit, nodes[n - 1] as number, nodes[n + 1] as number, middle > left ? 1 : -1));
    }
  }
  return all;
}

function goldenSection(profit: (price: number) => number, low: number, high: number, sign: number): number {
  const share = 0.6180339887498949;
  let [a, b] = [low, high];
  let best = sign * profit(0.5 * (a + b));
  for (let n = 0; n < 40; n += 1) {
    const [c, d] = [b - share * (b - a), a + share * (b - a)];
    const [atC, atD] = [sign * profit(c), sign * profit(d)];
    best = Math.max(best, atC, atD);
    if (atC > atD) b = d;
    else a = c;
  }
  return sign * best;
}

function profitable(profit: (price: number) => number, breakevens: readonly number[], highest: number): PriceRange[] {
  const edges = [0, ...breakevens, Infinity];
  const ranges: { low: number; high: number }[] = [];
  for (let n = 0; n + 1 < edges.length; n += 1) {
    const [low, high] = [edges[n] as number, edges[n + 1] as number];
    const inside = high === Infinity ? Math.max(low * 1.5, highest) : 0.5 * (low + high);
    if (!(profit(inside) > 0)) continue;
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last.high === low) last.high = high;
    else ranges.push({ low, high });
  }
  return ranges;
}
