import { SpotState } from '@vega/contracts';
import type { MarketInstant, SupportedSegment } from '@vega/kernel';
import { exchangeOf, isClosingAuction, phaseAt, type TradingCalendar } from '@vega/rulebook';
import type { InstrumentQuote } from './chain-quotes.ts';

/** What is known of the underlying's market at a moment. */
export interface SpotFacts {
  readonly quote: InstrumentQuote;
  readonly segment: SupportedSegment;
  readonly marketNow: MarketInstant;
  readonly calendar: TradingCalendar;
  /** Whether its segment trades, as announced; undefined where nobody has said. */
  readonly isOpen: boolean | undefined;
  readonly feedSilenceSeconds: number;
  readonly oldestSeconds: number;
}

/**
 * What the printed price of an underlying is worth. In the closing auction of the cash market (from 2026-08-03) an index stands still or
 * is indicative while its options trade: it is labelled, and the forward comes from parity or the future.
 */
export function spotState(facts: SpotFacts): SpotState {
  const { quote, segment, marketNow, calendar, isOpen, feedSilenceSeconds, oldestSeconds } = facts;
  if (quote.lastPaise === undefined) return SpotState.UNKNOWN;
  const cash: SupportedSegment = exchangeOf(segment) === 'NSE' ? 'NSE_EQ' : 'BSE_EQ';
  if (isClosingAuction(phaseAt(calendar, cash, marketNow, 'equity-cas'))) return SpotState.CLOSING_AUCTION;
  if (isOpen === false) return SpotState.CLOSED;
  return feedSilenceSeconds > oldestSeconds ? SpotState.STALE : SpotState.LIVE;
}

/** Whether the printed price may carry a forward when parity and future fail. */
export function spotCounts(state: SpotState, isChainOpen: boolean): boolean {
  // With everything closed the last price is as old as the quotes; while options trade only a living one counts.
  return state === SpotState.LIVE || (state === SpotState.CLOSED && !isChainOpen);
}
