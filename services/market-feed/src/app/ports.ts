import type { Instrument } from '@vega/contracts';
import type { InstrumentKey } from '@vega/kernel';
import type { TickFacts } from '../domain/tick-facts.ts';

export type { TickFacts } from '../domain/tick-facts.ts';

/** The instrument master in memory, as of its newest date. Reads never touch the database. */
export interface InstrumentDirectory {
  /** YYYY-MM-DD of the master in use; empty before the first is loaded. */
  readonly masterDate: string;
  readonly size: number;
  /** Every key of the master. */
  keys(): readonly InstrumentKey[];
  byKey(key: InstrumentKey): Instrument | undefined;
  /** By instrument key or trading symbol (exact, case-insensitive; the cash segment before the index, NSE before BSE). */
  resolve(symbol: string): Instrument | undefined;
  /** Keys of the cash instruments (indices and stocks) that have derivatives in this master. */
  underlyings(): readonly InstrumentKey[];
  /** Futures on an underlying that have not expired in this master, nearest expiry first. */
  futuresOf(underlying: InstrumentKey): readonly Instrument[];
  /** Expiry dates of the derivatives of an underlying in this master, ascending. */
  expiriesOf(underlying: InstrumentKey): readonly string[];
  /** Every contract of one expiry: futures first, then options by strike, calls before puts. */
  derivativesOf(underlying: InstrumentKey, expiryDate: string): readonly Instrument[];
  /** Called after each change of the master. Returns the unsubscriber. */
  onChange(listener: () => void): () => void;
}

/** Reacts to ticks in process, synchronously and fast. */
export interface TickListener {
  onTick(facts: TickFacts): void;
}
