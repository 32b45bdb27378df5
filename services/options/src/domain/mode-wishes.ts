import { TickMode, type Interest } from '@vega/contracts';
import { keysByNearness, type ChainContracts } from './chain-contracts.ts';

/** A chain and where its money is. */
export interface ChainWish {
  readonly contracts: ChainContracts;
  /** Rupees; undefined while nothing is known. */
  readonly centre: number | undefined;
}

/** Contracts on each side of the money that are wanted with their depth. */
const FULL_STRIKES = 15;

/**
 * What is asked of the feed for all chains, the most important first: underlyings and futures, then the contracts near the money of
 * every chain in full, then the others with their best quotes. market-feed gives each the fullest mode that the broker's limits leave, in
 * this order; what it refuses is read by REST.
 */
export function modeWishes(chains: readonly ChainWish[]): Interest[] {
  const wishes = new Map<string, TickMode>();
  const wish = (key: string, mode: TickMode): void => {
    if (!wishes.has(key)) wishes.set(key, mode);
  };
  for (const { contracts } of chains) {
    wish(contracts.underlying.instrumentKey, TickMode.FULL);
    if (contracts.future !== undefined) wish(contracts.future.instrumentKey, TickMode.FULL);
  }
  const ordered = chains.map(({ contracts, centre }) => keysByNearness(contracts, centre));
  const near = FULL_STRIKES * 2 * 2;
  for (const keys of ordered) for (const key of keys.slice(0, near)) wish(key, TickMode.FULL);
  for (const keys of ordered) for (const key of keys.slice(near)) wish(key, TickMode.GREEKS);
  return [...wishes].map(([instrumentKey, mode]) => ({ instrumentKey, mode }));
}
