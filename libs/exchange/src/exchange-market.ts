import type { Phase } from '@vega/rulebook';
import type { MarketView, TradedInstrument } from './instrument.ts';
import type { MarginMarket } from './margin/derivative-margin.ts';

/** What the exchange asks of the world around it: market time, what the market shows, which phase an instrument is in. */
export interface ExchangeMarket {
  /** Market time, epoch ms. */
  now(): number;
  view(key: string): MarketView | undefined;
  phase(instrument: TradedInstrument): Phase | 'closed';
  margins(): MarginMarket;
}

/** What happens to an order that is given in a phase. */
export type OrderEntry = 'trade' | 'collect' | 'after-market' | 'refuse';

/** Continuous trading matches, auctions collect, a closed market keeps orders for the next session; in between nothing is taken. */
export function orderEntry(phase: Phase | 'closed'): OrderEntry {
  switch (phase) {
    case 'continuous':
      return 'trade';
    case 'pre-open-entry':
    case 'pre-open-limit-entry':
    case 'closing-entry':
    case 'closing-limit-entry':
      return 'collect';
    case 'closed':
      return 'after-market';
    default:
      return 'refuse';
  }
}
