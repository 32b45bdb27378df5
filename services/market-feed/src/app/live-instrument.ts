import { subjects, Tick, type Instrument } from '@vega/contracts';
import { segmentOf, type InstrumentKey, type SupportedSegment } from '@vega/kernel';
import { tickHeader } from '../domain/tick-encoder.ts';
import { traitsOf } from '../domain/tick-traits.ts';
import type { TickIdentity } from '../domain/to-tick.ts';

/** What this process knows of one instrument of the feed: its last tick, byte for byte, and the facts read most. */
export class LiveInstrument {
  readonly key: InstrumentKey;
  readonly segment: SupportedSegment;
  readonly subject: string;
  identity: TickIdentity;
  /** The leading bytes of its ticks. */
  header: Uint8Array;

  /** Of the last tick; 0 before the first. Never starts again within an epoch. */
  seq = 0;
  marketTimeMs = 0;
  /** Monotonic ms at which the last message came. */
  receivedMs = 0;
  lastPricePaise = 0;
  prevClosePaise = 0;
  lastTradeTimeMs = 0;
  /** Whether the last tick waits to be written to the store of last values. */
  unsaved = false;
  /** Who waits for the next tick. */
  waiters: (() => void)[] | undefined;

  private kept = new Uint8Array(0);
  private keptLength = 0;

  constructor(key: InstrumentKey, feedEpoch: number, instrument: Instrument | undefined) {
    this.key = key;
    this.segment = segmentOf(key);
    this.subject = subjects.tick(key);
    this.identity = identityOf(key, feedEpoch, instrument);
    this.header = tickHeader(this.identity);
  }

  /** Takes what a newer master says of it. */
  describe(instrument: Instrument | undefined): void {
    this.identity = identityOf(this.key, this.identity.feedEpoch, instrument);
    this.header = tickHeader(this.identity);
  }

  /** Copies the bytes of the last tick. */
  keep(bytes: Uint8Array): void {
    const length = bytes.length;
    if (length > this.kept.length) this.kept = new Uint8Array(length + (length >> 2));
    this.kept.set(bytes);
    this.keptLength = length;
  }

  /** The bytes of the last tick, valid until the next one; empty before the first. */
  bytes(): Uint8Array {
    return this.kept.subarray(0, this.keptLength);
  }

  /** The last tick as a message of its own; undefined before the first. */
  lastTick(): Tick | undefined {
    return this.keptLength === 0 ? undefined : Tick.decode(this.bytes());
  }
}

/** Whose ticks these are under a master. */
export function identityOf(key: InstrumentKey, feedEpoch: number, instrument: Instrument | undefined): TickIdentity {
  const traits = traitsOf(segmentOf(key), instrument?.instrumentType ?? '');
  return { key, instrumentId: instrument?.instrumentId ?? 0, feedEpoch, traits };
}
