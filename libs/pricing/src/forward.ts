/**
 * The forward of one expiry. Put-call parity, C - P = D (F - K), gives one forward per strike; strikes near the money are averaged
 * with weights 1/spread^2, strikes that contradict the average by more than their own spread are left out. Without enough strikes the
 * future stands in, without a future the spot price with carry, and the result says which.
 * Reference: H. Stoll, "The relationship between put and call option prices", J. Finance 1969.
 */
import { judgeQuote, type QuoteColumns, type QuoteLimits } from './quote-quality.ts';
import { StatusCode } from './black76/status.ts';

/** Where a forward came from. */
export const ForwardSource = { PARITY: 'PARITY', FUTURE: 'FUTURE', SPOT: 'SPOT' } as const;
export type ForwardSource = (typeof ForwardSource)[keyof typeof ForwardSource];

/** A forward, its source, and how well the strikes agree. */
export interface ForwardEstimate {
  readonly forward: number;
  readonly source: ForwardSource;
  /** Strikes that entered the average; zero when the source is not parity. */
  readonly strikesUsed: number;
  /** Standard error of the weighted average in rupees; zero when the source is not parity. */
  readonly standardError: number;
}

/** What a forward can be made of; strikes ascend, calls and puts stand at the same rows. */
export interface ForwardInput {
  readonly strikes: Float64Array;
  readonly calls: QuoteColumns;
  readonly puts: QuoteColumns;
  readonly years: number;
  readonly rate: number;
  readonly limits: QuoteLimits;
  /** Price of the future of this expiry, absent when there is none or it is old. */
  readonly future?: number;
  /** Spot price, absent when it is frozen or old. */
  readonly spot?: number;
  /** Dividend yield for the carry of the spot price. */
  readonly dividendYield?: number;
}

/** Strikes on each side of the money that are averaged, and how far from it they may lie. */
const STRIKES_PER_SIDE = 8;
const WIDEST_SHARE = 0.03;
const FEWEST_STRIKES = 2;

interface Vote {
  readonly forward: number;
  readonly spread: number;
}

/** The forward of an expiry, undefined when quotes, future and spot price are all missing. */
export function estimateForward(input: ForwardInput): ForwardEstimate | undefined {
  const votes = parityVotes(input);
  const parity = average(votes);
  if (parity !== undefined) return parity;
  const other = { strikesUsed: 0, standardError: 0 };
  if (isPositive(input.future)) return { forward: input.future, source: ForwardSource.FUTURE, ...other };
  if (!isPositive(input.spot)) return undefined;
  const carry = (input.rate - (input.dividendYield ?? 0)) * input.years;
  return { forward: input.spot * Math.exp(carry), source: ForwardSource.SPOT, ...other };
}

const isPositive = (value: number | undefined): value is number => value !== undefined && value > 0 && value < Infinity;

/** One forward per strike that has both quotes in order, nearest to the money first. */
function parityVotes({ strikes, calls, puts, years, rate, limits }: ForwardInput): Vote[] {
  const growth = Math.exp(rate * years);
  const candidates: (Vote & { distance: number; strike: number })[] = [];
  for (let row = 0; row < strikes.length; row += 1) {
    const [callBid, callAsk] = [calls.bid[row] as number, calls.ask[row] as number];
    const [putBid, putAsk] = [puts.bid[row] as number, puts.ask[row] as number];
    if (!hasVote(callBid, callAsk, calls.ageSeconds[row] as number, limits)) continue;
    if (!hasVote(putBid, putAsk, puts.ageSeconds[row] as number, limits)) continue;
    const difference = 0.5 * growth * (callBid + callAsk - putBid - putAsk);
    const strike = strikes[row] as number;
    const spread = Math.max(growth * (callAsk - callBid + putAsk - putBid), limits.tick);
    candidates.push({ forward: strike + difference, spread, distance: Math.abs(difference), strike });
  }
  candidates.sort((a, b) => a.distance - b.distance);
  const widest = WIDEST_SHARE * (candidates[0]?.strike ?? 0);
  return candidates.filter(({ distance }) => distance <= widest).slice(0, 2 * STRIKES_PER_SIDE);
}

/**
 * A side votes when its quote is in order, or when nobody bids and the offer is so low that the premium is known anyway: in the last
 * minutes that is every strike but one.
 */
function hasVote(bid: number, ask: number, ageSeconds: number, limits: QuoteLimits): boolean {
  const code = judgeQuote(bid, ask, ageSeconds, limits);
  if (code === StatusCode.OK) return true;
  return bid === 0 && ask > 0 && ask <= limits.narrowSpread && ageSeconds <= limits.oldestSeconds;
}

function average(votes: readonly Vote[]): ForwardEstimate | undefined {
  if (votes.length < FEWEST_STRIKES) return undefined;
  const centre = weightedMedian(votes);
  const agreeing = votes.filter(({ forward, spread }) => Math.abs(forward - centre) <= spread);
  if (agreeing.length < FEWEST_STRIKES) return undefined;
  let weights = 0;
  let sum = 0;
  for (const { forward, spread } of agreeing) {
    weights += 1 / (spread * spread);
    sum += (forward - centre) / (spread * spread);
  }
  const forward = centre + sum / weights;
  if (!isPositive(forward)) return undefined;
  let scatter = 0;
  for (const vote of agreeing) scatter += ((vote.forward - forward) / vote.spread) ** 2;
  const standardError = Math.sqrt(scatter / weights / Math.max(1, agreeing.length - 1));
  return { forward, source: ForwardSource.PARITY, strikesUsed: agreeing.length, standardError };
}

/** The median is not moved by a strike whose quote is wrong, however narrow it is. */
function weightedMedian(votes: readonly Vote[]): number {
  const sorted = [...votes].sort((a, b) => a.forward - b.forward);
  const total = sorted.reduce((sum, { spread }) => sum + 1 / spread, 0);
  let passed = 0;
  for (const { forward, spread } of sorted) {
    passed += 1 / spread;
    if (passed >= 0.5 * total) return forward;
  }
  return sorted[sorted.length - 1]?.forward ?? 0;
}
