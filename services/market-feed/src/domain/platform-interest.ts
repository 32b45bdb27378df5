import type { Instrument } from '@vega/contracts';
import { instrumentKey, segmentOf, type InstrumentKey } from '@vega/kernel';
import type { FeedMode } from '@vega/upstox/market';

/** India's volatility index: no underlying of anything, wanted by everybody. */
export const INDIA_VIX = instrumentKey('NSE_INDEX|India VIX');

/** The part of the instrument master that the platform's own interest is read from. */
export interface InterestMaster {
  readonly size: number;
  keys(): readonly InstrumentKey[];
  byKey(key: InstrumentKey): Instrument | undefined;
  resolve(symbol: string): Instrument | undefined;
  underlyings(): readonly InstrumentKey[];
  futuresOf(underlying: InstrumentKey): readonly Instrument[];
}

/** One instrument that is wanted, and how. Lists of these are in the order in which room is given. */
export interface Want {
  readonly key: InstrumentKey;
  readonly mode: FeedMode;
}

/** What the platform always wants, and what of the configuration names nothing. */
export interface PlatformInterest {
  /** Indices and India VIX. */
  readonly indices: readonly Want[];
  /** The underlyings' cash instruments, indices' near-month futures after them, then the rest of a small master. */
  readonly underlyings: readonly Want[];
  /** Configured symbols that the master does not know. */
  readonly unknown: readonly string[];
}

/** A master no larger than this is streamed as a whole: a recording, or a desk's own list. */
export const WHOLE_MASTER_AT_MOST = 500;

/** Whether a key is an index. */
export function isIndex(key: InstrumentKey): boolean {
  const segment = segmentOf(key);
  return segment === 'NSE_INDEX' || segment === 'BSE_INDEX';
}

/**
 * The platform's permanent interest under a master: every index that has derivatives, India VIX, the configured
 * underlyings (none configured: all that have derivatives) and the near-month future of each of their indices. Where
 * nothing is configured and the master is small, all of it.
 */
export function platformInterest(master: InterestMaster, configured: readonly string[]): PlatformInterest {
  const known = master.underlyings();
  const indices = known.filter(isIndex);
  if (master.byKey(INDIA_VIX) !== undefined) indices.push(INDIA_VIX);
  const unknown: string[] = [];
  const chosen = configured.length === 0 ? [...known] : [];
  for (const symbol of configured) {
    const instrument = master.resolve(symbol);
    if (instrument === undefined) unknown.push(symbol);
    else chosen.push(instrumentKey(instrument.instrumentKey));
  }
  const futures = chosen.filter(isIndex).flatMap((key) => master.futuresOf(key).slice(0, 1));
  const seen = new Set(indices);
  const whole = configured.length === 0 && master.size <= WHOLE_MASTER_AT_MOST ? master.keys() : [];
  const nearFutures = futures.map((future) => instrumentKey(future.instrumentKey));
  const underlyings = [...chosen, ...nearFutures, ...whole].filter((key) => {
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const full = (key: InstrumentKey): Want => ({ key, mode: 'full' });
  return { indices: indices.map(full), underlyings: underlyings.map(full), unknown };
}
