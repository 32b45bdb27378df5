/** States of a segment's session, in Upstox's words and in the order of the wire's enum. */
export const MARKET_STATUSES = [
  'PRE_OPEN_START',
  'PRE_OPEN_END',
  'NORMAL_OPEN',
  'NORMAL_CLOSE',
  'CLOSING_START',
  'CLOSING_END',
] as const;

/** A session's state; `UNKNOWN` stands for a word or number this code does not know. */
export type MarketStatus = (typeof MARKET_STATUSES)[number] | 'UNKNOWN';

const known = new Set<string>(MARKET_STATUSES);

/** Reads a status word. */
export function marketStatusOf(word: string): MarketStatus {
  return known.has(word) ? (word as MarketStatus) : 'UNKNOWN';
}
