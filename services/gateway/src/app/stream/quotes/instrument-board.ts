import type { Instrument } from '@vega/contracts';
import { instrumentKey, OutcomeError, type Clock, type InstrumentKey } from '@vega/kernel';
import type { LastKnown, MarketData } from '../../ports.ts';
import { InstrumentState } from './instrument-state.ts';
import type { Ending, FeedSource, StreamMetrics, TickTrace } from '../ports.ts';
import { QuoteRefresher } from './quote-refresher.ts';
import { readTickHeader } from './tick-header.ts';

/** A value confirmed within this time is shown without asking again. */
const TRUSTED_MS = 1_000;

/** How often a value that could not be confirmed is asked for again. */
const RETRY_MS = 2_000;

interface Entry {
  readonly state: InstrumentState;
  readonly endTicks: Ending;
}

/**
 * The instruments that this process's clients hold, each subscribed once on the bus and counted by holder. An instrument
 * stays for a while after its last holder has left, so that a client that reconnects finds it warm.
 */
export class InstrumentBoard {
  private readonly entries = new Map<InstrumentKey, Entry>();
  private readonly refresher: QuoteRefresher;
  private lastRetryMs = 0;

  constructor(
    private readonly source: FeedSource,
    market: MarketData,
    lastKnown: LastKnown,
    private readonly clock: Clock,
    private readonly metrics: StreamMetrics,
    private readonly limits: { readonly maxInstrumentsTotal: number; readonly lingerMs: number },
  ) {
    this.refresher = new QuoteRefresher(market, lastKnown, clock, (key) => this.entries.get(key)?.state);
  }

  get size(): number {
    return this.entries.size;
  }

  keys(): InstrumentKey[] {
    return [...this.entries.keys()];
  }

  states(): InstrumentState[] {
    return [...this.entries.values()].map((entry) => entry.state);
  }

  stateOf(key: InstrumentKey): InstrumentState | undefined {
    return this.entries.get(key)?.state;
  }

  /** Throws `OutcomeError` STREAM_FULL when the board has no room for those of the instruments that it does not have. */
  refuseBeyondRoom(instruments: readonly Instrument[]): void {
    const fresh = instruments.filter((one) => !this.entries.has(instrumentKey(one.instrumentKey)));
    if (this.entries.size + fresh.length <= this.limits.maxInstrumentsTotal) return;
    const context = { max_instruments_total: this.limits.maxInstrumentsTotal };
    throw new OutcomeError('STREAM_FULL', 'this gateway streams as many instruments as it may', context, true);
  }

  /** Counts one more holder of the instrument. */
  acquire(instrument: Instrument): { readonly state: InstrumentState; readonly isNew: boolean } {
    const key = instrumentKey(instrument.instrumentKey);
    const present = this.entries.get(key);
    if (present !== undefined) {
      present.state.holders += 1;
      return { state: present.state, isNew: false };
    }
    const state = new InstrumentState(instrument);
    state.holders = 1;
    const endTicks = this.source.subscribeTicks(key, (bytes, trace) => this.onTick(state, bytes, trace));
    this.entries.set(key, { state, endTicks });
    return { state, isNew: true };
  }

  /** Counts one holder less. */
  release(state: InstrumentState): void {
    state.holders -= 1;
    if (state.holders === 0) state.idleSinceMs = this.clock.monotonicMs();
  }

  /** Forgets what nobody has held for the linger time, and asks again for what could not be confirmed. Call it each second. */
  sweep(): void {
    const now = this.clock.monotonicMs();
    for (const [key, { state, endTicks }] of this.entries) {
      if (state.holders > 0 || now - state.idleSinceMs < this.limits.lingerMs) continue;
      endTicks();
      this.entries.delete(key);
    }
    if (now - this.lastRetryMs < RETRY_MS) return;
    this.lastRetryMs = now;
    void this.refresher.refresh(
      this.states()
        .filter((state) => state.holders > 0 && state.staleReason === 'SOURCE_UNREACHABLE')
        .map((state) => state.key),
    );
  }

  /** Resolves when each state has been confirmed by market-feed within the last second, or could not be. */
  ensureFresh(states: readonly InstrumentState[]): Promise<void> {
    const oldest = this.clock.monotonicMs() - TRUSTED_MS;
    return this.refresher.refresh(states.filter((state) => state.verifiedAtMs < oldest).map((state) => state.key));
  }

  /** Asks for everything again: ticks may have passed unseen, or what is stale may have changed. */
  refreshAll(): Promise<void> {
    return this.refresher.refresh(this.keys());
  }

  /** Marks every value: nobody tells any more whether it is the present. */
  markUnreachable(): void {
    const now = this.clock.monotonicMs();
    for (const state of this.states()) state.judge('SOURCE_UNREACHABLE', now);
  }

  close(): void {
    for (const { endTicks } of this.entries.values()) endTicks();
    this.entries.clear();
  }

  private onTick(state: InstrumentState, bytes: Uint8Array, trace: TickTrace | undefined): void {
    const header = readTickHeader(bytes);
    if (header === undefined) return this.metrics.tickDropped('garbage');
    const arrival = state.takeTick(header, bytes, this.clock.monotonicMs(), trace);
    if (arrival.kind !== 'taken') return this.metrics.tickDropped(arrival.kind);
    if (arrival.replaced) this.metrics.conflated(1);
    if (arrival.missed === 0) return;
    this.metrics.gap(arrival.missed);
    void this.refresher.refresh([state.key]);
  }
}
