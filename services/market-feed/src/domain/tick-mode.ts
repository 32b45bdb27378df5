import { TickMode } from '@vega/contracts';
import type { FeedMode } from '@vega/upstox/market';

const TICK_MODE: Readonly<Record<FeedMode, TickMode>> = {
  ltpc: TickMode.LTPC,
  option_greeks: TickMode.GREEKS,
  full: TickMode.FULL,
  full_d30: TickMode.FULL_D30,
};

const FEED_MODE: Readonly<Record<TickMode, FeedMode | undefined>> = {
  [TickMode.UNSPECIFIED]: undefined,
  [TickMode.LTPC]: 'ltpc',
  [TickMode.GREEKS]: 'option_greeks',
  [TickMode.FULL]: 'full',
  [TickMode.FULL_D30]: 'full_d30',
};

/** The bus's word for a feed mode. */
export function toTickMode(mode: FeedMode): TickMode {
  return TICK_MODE[mode];
}

/** The feed's word for a mode of the bus; undefined for `UNSPECIFIED` and numbers from the future. */
export function toFeedMode(mode: TickMode): FeedMode | undefined {
  return FEED_MODE[mode];
}

const WEIGHT: Readonly<Record<FeedMode, number>> = { ltpc: 0, option_greeks: 1, full: 2, full_d30: 3 };

/** Of two modes the one that carries more. */
export function heavier(a: FeedMode, b: FeedMode): FeedMode {
  return WEIGHT[a] >= WEIGHT[b] ? a : b;
}
