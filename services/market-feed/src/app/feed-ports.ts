import type { FeedHealth, MarketStatus } from '@vega/contracts';
import type { InstrumentKey } from '@vega/kernel';

/** Where ticks go. Synchronous: nothing on the hot path waits. */
export interface TickSink {
  /**
   * Sends one tick, whose frame came at `receivedAtMonotonicMs`, and does not look back. False when it could not be
   * handed over; the bytes are never written again.
   */
  publish(subject: string, bytes: Uint8Array, receivedAtMonotonicMs: number): boolean;
}

/** Where status goes: kept by the bus, last per subject. Rejects when the bus did not acknowledge. */
export interface StatusSink {
  publishStatus(status: MarketStatus): Promise<void>;
  publishHealth(health: FeedHealth): Promise<void>;
}

/** The last tick of an instrument on its way to the store. */
export interface StoredTick {
  readonly key: InstrumentKey;
  /** As published. */
  readonly tick: Uint8Array;
}

/** Keeps last values outside this process, for those who ask while it is away. */
export interface LastValueStore {
  /** Writes a batch; rejects when any of it may not have been written. */
  write(values: readonly StoredTick[], writtenAtMs: number): Promise<void>;
}

/** Gives each start of the service an epoch of its own, greater than all before. */
export interface EpochSource {
  next(): Promise<number>;
}

/** The stream behind one instrument, as it is now. */
export interface InstrumentStream {
  readonly subscribed: boolean;
  /** Whether its connection is open and has sent the instrument's state since it opened. */
  readonly connected: boolean;
  /** Whether its connection is silent although a segment it carries is open. */
  readonly mute: boolean;
  /** Milliseconds since the last frame on its connection; absent before the first or without one. */
  readonly lastFrameAgeMs: number | undefined;
}

/** The broker's feed as those who answer questions see it. */
export interface StreamDirectory {
  streamOf(key: InstrumentKey): InstrumentStream;
}
