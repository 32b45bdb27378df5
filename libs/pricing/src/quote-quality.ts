/**
 * The judgement of one quote before any model sees it. Prices are in rupees per unit, zero (or anything not positive) meaning absent.
 */
import { StatusCode } from './black76/status.ts';

/** Quotes of contracts, one row each. */
export interface QuoteColumns {
  readonly bid: Float64Array;
  readonly ask: Float64Array;
  readonly last: Float64Array;
  /** Seconds since the connection that carries the quote was heard; a silent far strike on a living connection is not old. */
  readonly ageSeconds: Float64Array;
}

/** Fresh quote columns, all absent. */
export function quoteColumns(count: number): QuoteColumns {
  return {
    bid: new Float64Array(count),
    ask: new Float64Array(count),
    last: new Float64Array(count),
    ageSeconds: new Float64Array(count),
  };
}

/** What a caller calls old or wide. */
export interface QuoteLimits {
  readonly oldestSeconds: number;
  /** A spread up to this many rupees is never wide. */
  readonly narrowSpread: number;
  /** Beyond that, the largest spread as a share of the mid. */
  readonly widestShareOfMid: number;
  /** Tick of the contract, in rupees. */
  readonly tick: number;
  /** Half a tick may move the volatility by at most this many volatility points. */
  readonly coarsestVolPoints: number;
}

/** Limits that suit index options on NSE. */
export const USUAL_QUOTE_LIMITS: QuoteLimits = {
  oldestSeconds: 10,
  narrowSpread: 0.5,
  widestShareOfMid: 0.25,
  tick: 0.05,
  coarsestVolPoints: 1,
};

/** The status code of a quote: NO_QUOTE, ONE_SIDED, STALE, WIDE (also when crossed) or OK, the first that applies. */
export function judgeQuote(bid: number, ask: number, ageSeconds: number, limits: QuoteLimits): number {
  const hasBid = bid > 0 && bid < Infinity;
  const hasAsk = ask > 0 && ask < Infinity;
  if (!hasBid && !hasAsk) return StatusCode.NO_QUOTE;
  if (!hasBid || !hasAsk) return StatusCode.ONE_SIDED;
  if (!(ageSeconds <= limits.oldestSeconds)) return StatusCode.STALE;
  const spread = ask - bid;
  const widest = Math.max(limits.narrowSpread, limits.widestShareOfMid * 0.5 * (bid + ask));
  return spread < 0 || spread > widest ? StatusCode.WIDE : StatusCode.OK;
}

/** The middle of a two-sided quote that is not crossed, zero for any other. */
export function midOf(bid: number, ask: number): number {
  return bid > 0 && ask >= bid && ask < Infinity ? 0.5 * (bid + ask) : 0;
}

/** True when half a tick of price moves the volatility by more than the limit, `vegaPerVolPoint` being rupees per point. */
export function isTooCoarse(vegaPerVolPoint: number, limits: QuoteLimits): boolean {
  return 0.5 * limits.tick > vegaPerVolPoint * limits.coarsestVolPoints;
}
