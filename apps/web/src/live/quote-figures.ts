import { formatAge, formatChange, formatCompact, formatCount, formatPercent, formatPrice } from '../format/numbers.ts';
import type { LiveQuote } from './live-data.ts';
import type { Tone } from '../grid/grid-column.ts';

// Readers of a quote's figures. They are constants, so that cells keep their subscriptions.

export const readLast = (quote: LiveQuote): string => formatPrice(quote.last_price);
export const readChange = (quote: LiveQuote): string => formatChange(quote.change);
export const readPercent = (quote: LiveQuote): string => formatPercent(quote.change_percent);
export const readBid = (quote: LiveQuote): string => formatPrice(quote.bid_price);
export const readBidQty = (quote: LiveQuote): string => formatCount(quote.bid_qty);
export const readAsk = (quote: LiveQuote): string => formatPrice(quote.ask_price);
export const readAskQty = (quote: LiveQuote): string => formatCount(quote.ask_qty);
export const readVolume = (quote: LiveQuote): string => formatCompact(quote.volume);
export const readOi = (quote: LiveQuote): string => formatCompact(quote.oi);
export const readOpen = (quote: LiveQuote): string => formatPrice(quote.ohlc?.open);
export const readHigh = (quote: LiveQuote): string => formatPrice(quote.ohlc?.high);
export const readLow = (quote: LiveQuote): string => formatPrice(quote.ohlc?.low);
export const readPrevClose = (quote: LiveQuote): string => formatPrice(quote.prev_close);
export const readAverage = (quote: LiveQuote): string => formatPrice(quote.avg_price);
export const readLastQty = (quote: LiveQuote): string => formatCount(quote.last_qty);

/** Rising, falling or neither, against the previous close. */
export function changeTone(quote: LiveQuote): Tone {
  const { change } = quote;
  if (change === null || change === 0) return 'flat';
  return change > 0 ? 'gain' : 'loss';
}

/** How old a quote is; `nowMs` is the page's monotonic time. */
export function ageText(quote: LiveQuote, nowMs: number): string {
  const age = quote.receivedAt === undefined ? null : Math.max(0, nowMs - quote.receivedAt);
  return age !== null && age < 1_000 ? '0 s' : formatAge(age);
}

const STALE_WORDS: Readonly<Record<string, string>> = {
  CONNECTION_MUTE: 'feed silent',
  CONNECTION_DOWN: 'feed down',
  NOT_SUBSCRIBED: 'not streamed',
  SOURCE_UNREACHABLE: 'feed service away',
  UNKNOWN: 'freshness unknown',
};

/** Why a quote is stale, in words. */
export function staleWord(reason: string | null): string {
  return reason === null ? '' : (STALE_WORDS[reason] ?? reason);
}
