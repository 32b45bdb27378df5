import type { StreamQuote } from '@vega/client';
import type { Candle } from './indicators.ts';

/** What a live quote adds to a chart. */
export interface LivePoint {
  /** Rupees. */
  price: number;
  /** Units traded since the previous point. */
  tradedQty: number;
  /** Open interest in units; null where the instrument has none. */
  oi: number | null;
  /** Time of the exchange feed, epoch ms. */
  marketTimeMs: number;
}

/**
 * Joins a live price to the last candle of history: extends it while market time is within it, else opens the next one
 * on the same grid. A price from before the last candle changes nothing. `intervalMs` is the candle's length.
 */
export function joinLivePoint(last: Candle, point: LivePoint, intervalMs: number): Candle {
  const { price, tradedQty, marketTimeMs } = point;
  const oi = point.oi ?? last.oi;
  if (marketTimeMs < last.startMs) return last;
  if (marketTimeMs < last.startMs + intervalMs) {
    if (price === last.close && tradedQty === 0 && oi === last.oi) return last;
    const high = Math.max(last.high, price);
    const low = Math.min(last.low, price);
    return { ...last, close: price, high, low, volume: last.volume + tradedQty, oi };
  }
  const steps = Math.floor((marketTimeMs - last.startMs) / intervalMs);
  const startMs = last.startMs + steps * intervalMs;
  return { startMs, open: price, high: price, low: price, close: price, volume: tradedQty, oi };
}

/** What a live point is made from. */
export type PricedQuote = Pick<
  StreamQuote,
  'last_price' | 'volume' | 'oi' | 'exchange_time_ms' | 'last_trade_time_ms' | 'stale'
>;

/**
 * What a quote adds to a chart; undefined where it adds nothing. A price belongs to the moment of its trade: while nothing
 * is traded, quotes go on coming with the price of a trade long past, which must not open a candle of the present. An
 * index has no volume, and its value is of the moment of the quote. `volumeSeen` is the day's volume at the last reading.
 */
export function livePointOf(quote: PricedQuote, volumeSeen: number | null): LivePoint | undefined {
  const { last_price: price, volume, oi, exchange_time_ms: quotedMs, last_trade_time_ms: tradedMs } = quote;
  if (quote.stale || price === null || quotedMs === null) return undefined;
  const tradedQty = tradedBetween(volumeSeen, volume);
  const marketTimeMs = volume === null || tradedQty > 0 ? quotedMs : tradedMs;
  return marketTimeMs === null ? undefined : { price, tradedQty, oi, marketTimeMs };
}

/** Units traded between two readings of the day's volume; none at the first reading, or where the day began anew. */
export function tradedBetween(before: number | null, after: number | null): number {
  if (before === null || after === null) return 0;
  return Math.max(0, after - before);
}
