import { type Ohlc, Tick, TickMode, TickSource } from '@vega/contracts';
import type { QuoteV3 } from '@vega/upstox/market';
import type { TickIdentity } from './to-tick.ts';

/** What a REST quote lacks of a tick: `seq` is that of the last tick published of the instrument, 0 before any. */
export interface RestStamp {
  readonly seq: number;
  readonly receivedTimeUs: number;
}

/** The state of an instrument as read once by REST. It is answered, never published. */
export function restTick(quote: QuoteV3, identity: TickIdentity, stamp: RestStamp): Tick {
  const { traits } = identity;
  return Tick.create({
    instrumentKey: identity.key,
    instrumentId: identity.instrumentId,
    feedEpoch: identity.feedEpoch,
    seq: stamp.seq,
    source: TickSource.REST,
    mode: TickMode.FULL,
    marketTimeMs: quote.timestampMs,
    receivedTimeUs: stamp.receivedTimeUs,
    lastPricePaise: quote.lastPaise,
    lastTradeTimeMs: quote.lastTradeMs ?? 0,
    prevClosePaise: quote.previousClosePaise ?? 0,
    depth: traits.book ? depthOf(quote) : [],
    avgPricePaise: traits.book ? (quote.averagePaise ?? 0) : undefined,
    volume: traits.book ? (quote.volume ?? 0) : undefined,
    oi: traits.openInterest ? (quote.oi ?? 0) : undefined,
    totalBuyQty: traits.book ? (quote.totalBuyQuantity ?? 0) : undefined,
    totalSellQty: traits.book ? (quote.totalSellQuantity ?? 0) : undefined,
    day: dayOf(quote),
    ...auctionOf(quote),
  });
}

function depthOf(quote: QuoteV3): Tick['depth'] {
  const levels = Math.max(quote.bids.length, quote.asks.length);
  return Array.from({ length: levels }, (_, at) => {
    const bid = quote.bids[at];
    const ask = quote.asks[at];
    return {
      bidQty: bid?.quantity ?? 0,
      bidPricePaise: bid?.pricePaise ?? 0,
      askQty: ask?.quantity ?? 0,
      askPricePaise: ask?.pricePaise ?? 0,
    };
  });
}

function dayOf(quote: QuoteV3): Ohlc | undefined {
  if (quote.day === null) return undefined;
  const { openPaise, highPaise, lowPaise, closePaise } = quote.day;
  const volume = quote.dayVolume ?? quote.volume ?? 0;
  return { openPaise, highPaise, lowPaise, closePaise, volume, startTimeMs: quote.dayStartMs ?? 0 };
}

function auctionOf(quote: QuoteV3): Partial<Tick> {
  const indicativePricePaise = quote.indicativePricePaise ?? 0;
  const referencePricePaise = quote.referencePricePaise ?? 0;
  const indicativeQty = quote.indicativeQuantity ?? 0;
  const imbalanceQtyTotal = quote.imbalanceTotal ?? 0;
  const imbalanceQtyMarket = quote.imbalanceMarket ?? 0;
  const auction = { indicativePricePaise, referencePricePaise, indicativeQty, imbalanceQtyTotal, imbalanceQtyMarket };
  return Object.values(auction).some((value) => value !== 0) ? auction : {};
}
