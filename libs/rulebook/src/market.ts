import type { SupportedSegment } from '@vega/kernel';

/** The two exchanges that are served. */
export const EXCHANGES = ['NSE', 'BSE'] as const;
export type Exchange = (typeof EXCHANGES)[number];

/**
 * A market with a calendar of its own, named as in Upstox's holiday and timing answers: NSE and BSE are the cash
 * markets (and their indices), NFO and BFO the equity derivatives.
 */
export const MARKETS = ['NSE', 'NFO', 'BSE', 'BFO'] as const;
export type Market = (typeof MARKETS)[number];

/** The segments in which derivatives trade. */
export type DerivativeSegment = 'NSE_FO' | 'BSE_FO';

const MARKET_OF: Readonly<Record<SupportedSegment, Market>> = {
  NSE_EQ: 'NSE',
  NSE_INDEX: 'NSE',
  NSE_FO: 'NFO',
  BSE_EQ: 'BSE',
  BSE_INDEX: 'BSE',
  BSE_FO: 'BFO',
};

/** The market whose calendar a segment follows. */
export function marketOf(segment: SupportedSegment): Market {
  return MARKET_OF[segment];
}

/** The exchange that runs a segment. */
export function exchangeOf(segment: SupportedSegment): Exchange {
  return segment.startsWith('NSE') ? 'NSE' : 'BSE';
}

/** The derivatives segment of an exchange. */
export function derivativeSegmentOf(exchange: Exchange): DerivativeSegment {
  return exchange === 'NSE' ? 'NSE_FO' : 'BSE_FO';
}

/** Whether text from outside names a market that is served; Upstox's lists hold others (MCX, CDS, BCD, NSCOM). */
export function isMarket(text: string): text is Market {
  return (MARKETS as readonly string[]).includes(text);
}
