/**
 * Goal: an entry of the feed becomes a tick on the bus within the same call, with as little garbage as possible.
 *
 * Method: one {@link LiveInstrument} per key holds everything that does not change from tick to tick; the tick is encoded
 * straight from the feed's slot. Listeners, whom nobody outside waits for, hear the facts of a frame in one go once all of
 * it is on its way, in reused objects.
 *
 * Invariants: per instrument `seq` grows by one with each tick, from 1, within the epoch, also over resubscription; a
 * tick that could not be handed to the bus leaves a hole in `seq`, so that consumers see that they missed it;
 * `market_time_ms` of an instrument never goes back.
 */
import { TickSource } from '@vega/contracts';
import type { Clock, InstrumentKey } from '@vega/kernel';
import type { FeedEntry } from '@vega/upstox/market';
import { TickEncoder } from '../domain/tick-encoder.ts';
import { minuteOf, type TickStamp } from '../domain/to-tick.ts';
import { WallMicros } from '../domain/wall-micros.ts';
import type { TickSink } from './feed-ports.ts';
import { LiveInstrument } from './live-instrument.ts';
import type { InstrumentDirectory, TickFacts, TickListener } from './ports.ts';

/** Totals since the start. */
export interface PipelineCounts {
  published: number;
  /** Ticks the bus would not take. */
  lost: number;
}

export interface PipelineOptions {
  readonly feedEpoch: number;
  readonly directory: InstrumentDirectory;
  readonly sink: TickSink;
  readonly clock: Clock;
  /** Told of each instrument whose last tick has changed. */
  readonly onChanged: (instrument: LiveInstrument) => void;
  readonly listeners: readonly TickListener[];
}

/** The hot path of the feed. */
export class TickPipeline {
  readonly counts: PipelineCounts = { published: 0, lost: 0 };
  /** Monotonic ms at which the last tick was published; 0 before the first. */
  lastPublishedMs = 0;
  private readonly instruments = new Map<InstrumentKey, LiveInstrument>();
  private readonly encoder = new TickEncoder();
  private readonly micros: WallMicros;
  private readonly stamp: TickStamp = { seq: 0, source: TickSource.FEED_LIVE, marketTimeMs: 0, receivedTimeUs: 0 };
  /** What listeners have not heard yet, the first `unheard` of them; the objects are used again. */
  private readonly facts: TickFacts[] = [];
  private unheard = 0;
  /** Arrival of the frame that `stamp` is of. */
  private frameAtMs = Number.NaN;

  constructor(private readonly options: PipelineOptions) {
    this.micros = new WallMicros(options.clock);
    options.directory.onChange(() => this.describeAll());
  }

  /** What is known of an instrument; undefined for one that was never on the feed. */
  get(key: InstrumentKey): LiveInstrument | undefined {
    return this.instruments.get(key);
  }

  /** Wall time now, epoch microseconds, as ticks are stamped with it. */
  nowMicros(): number {
    return this.micros.now();
  }

  /** Publishes one entry as a tick. */
  onEntry(entry: FeedEntry): void {
    const { slot, receivedAtMonotonicMs } = entry;
    const { sink } = this.options;
    const instrument = this.instruments.get(entry.key) ?? this.open(entry.key);
    const stamp = this.stamp;
    const snapshot = entry.feedType === 'initial_feed';
    instrument.seq += 1;
    stamp.seq = instrument.seq;
    stamp.source = snapshot ? TickSource.FEED_SNAPSHOT : TickSource.FEED_LIVE;
    if (entry.currentTs > instrument.marketTimeMs) instrument.marketTimeMs = entry.currentTs;
    stamp.marketTimeMs = instrument.marketTimeMs;
    if (receivedAtMonotonicMs !== this.frameAtMs) {
      this.frameAtMs = receivedAtMonotonicMs;
      stamp.receivedTimeUs = this.micros.at(receivedAtMonotonicMs);
    }
    const bytes = this.encoder.encode(instrument.header, instrument.identity.traits, slot, stamp);
    instrument.receivedMs = receivedAtMonotonicMs;
    if (sink.publish(instrument.subject, bytes, receivedAtMonotonicMs)) {
      this.counts.published += 1;
      this.lastPublishedMs = instrument.receivedMs;
    } else {
      this.counts.lost += 1;
    }
    instrument.keep(bytes);
    this.tell(instrument, entry, snapshot);
  }

  /** Resolves true when the next tick of an instrument comes, false after `timeoutMs` without one. */
  nextTick(key: InstrumentKey, timeoutMs: number): Promise<boolean> {
    const instrument = this.instruments.get(key) ?? this.open(key);
    return new Promise((resolve) => {
      const timer = this.options.clock.after(timeoutMs, () => {
        instrument.waiters = instrument.waiters?.filter((waiter) => waiter !== onTick);
        resolve(false);
      });
      const onTick = (): void => {
        timer.cancel();
        resolve(true);
      };
      (instrument.waiters ??= []).push(onTick);
    });
  }

  private tell(instrument: LiveInstrument, entry: FeedEntry, snapshot: boolean): void {
    const { slot } = entry;
    const { traits, instrumentId } = instrument.identity;
    // rupeesToPaise without its checks, which the feed's decoder made.
    instrument.lastPricePaise = Math.round(slot.ltp * 100);
    instrument.prevClosePaise = Math.round(slot.cp * 100);
    instrument.lastTradeTimeMs = slot.ltt;
    this.options.onChanged(instrument);
    if (instrument.waiters !== undefined) {
      for (const wake of instrument.waiters) wake();
      instrument.waiters = undefined;
    }
    if (this.options.listeners.length === 0) return;
    const facts = this.nextFacts();
    const priced = slot.kind === 'market' || slot.kind === 'greeks';
    facts.key = instrument.key;
    facts.instrumentId = instrumentId;
    facts.snapshot = snapshot;
    facts.marketTimeMs = instrument.marketTimeMs;
    facts.lastPricePaise = instrument.lastPricePaise;
    facts.lastTradeTimeMs = slot.ltt;
    facts.volume = priced && traits.book ? slot.vtt : undefined;
    facts.oi = priced && traits.openInterest ? Math.round(slot.oi) : undefined;
    facts.minute = slot.hasMinute ? minuteOf(slot) : undefined;
  }

  private nextFacts(): TickFacts {
    // The bus client writes in a microtask as well, which was asked for before this one.
    if (this.unheard === 0) queueMicrotask(() => this.tellListeners());
    const facts = (this.facts[this.unheard] ??= emptyFacts());
    this.unheard += 1;
    return facts;
  }

  private tellListeners(): void {
    const count = this.unheard;
    this.unheard = 0;
    for (let at = 0; at < count; at += 1) {
      for (const listener of this.options.listeners) listener.onTick(this.facts[at] as TickFacts);
    }
  }

  private open(key: InstrumentKey): LiveInstrument {
    const { directory, feedEpoch } = this.options;
    const instrument = new LiveInstrument(key, feedEpoch, directory.byKey(key));
    this.instruments.set(key, instrument);
    return instrument;
  }

  private describeAll(): void {
    for (const instrument of this.instruments.values()) {
      instrument.describe(this.options.directory.byKey(instrument.key));
    }
  }
}

function emptyFacts(): TickFacts {
  return {
    key: '' as InstrumentKey,
    instrumentId: 0,
    snapshot: false,
    marketTimeMs: 0,
    lastPricePaise: 0,
    lastTradeTimeMs: 0,
    volume: undefined,
    oi: undefined,
    minute: undefined,
  };
}
