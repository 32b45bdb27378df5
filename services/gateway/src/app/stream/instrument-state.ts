import { Tick, TickSource, type Instrument } from '@vega/contracts';
import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import { figuresOf, nonZero, type StaleReasonName } from '../quote-figures.ts';
import type { TickHeader } from './tick-header.ts';

/** What became of a tick that arrived. */
export type Arrival =
  | { readonly kind: 'taken'; readonly missed: number; readonly replaced: boolean }
  | { readonly kind: 'lower-epoch' }
  | { readonly kind: 'repeated' };

/** A JSON text made at most this long ago is still true enough for a snapshot, whose ages it carries. */
const FRAGMENT_LIFE_MS = 250;

/** The newest state of one instrument, decoded and serialised when somebody needs it. */
export class InstrumentState {
  readonly key: InstrumentKey;
  /** Grows with every change that clients should see; 0 while nothing is known. */
  version = 0;
  /** Subscriptions that hold it. */
  holders = 0;
  /** Monotonic time from which nobody holds it. */
  idleSinceMs = 0;
  staleReason: StaleReasonName | null = 'UNKNOWN';
  /** Monotonic time at which its freshness was last known from market-feed, by a tick or by an answer. */
  verifiedAtMs = Number.NEGATIVE_INFINITY;
  /** The refusal under which market-feed does not stream it; undefined while it does or has not said. */
  refusedAs: string | undefined;
  private feedEpoch = 0;
  private seq = 0;
  private tick: Tick | undefined;
  private pending: Uint8Array = new Uint8Array(512);
  private pendingLength = 0;
  private unsent = false;
  private fragment: Buffer | undefined;
  private fragmentVersion = 0;
  private fragmentAtMs = 0;

  constructor(private instrument: Instrument) {
    this.key = instrumentKey(instrument.instrumentKey);
  }

  get hasValue(): boolean {
    return this.version > 0;
  }

  get tradingSymbol(): string {
    return this.instrument.tradingSymbol;
  }

  /** Takes a streamed tick if it is newer than what is known. The bytes are copied. */
  takeTick(header: TickHeader, bytes: Uint8Array, nowMs: number): Arrival {
    if (header.feedEpoch < this.feedEpoch) return { kind: 'lower-epoch' };
    const sameEpoch = header.feedEpoch === this.feedEpoch;
    if (sameEpoch && header.seq <= this.seq) return { kind: 'repeated' };
    const missed = sameEpoch ? header.seq - this.seq - 1 : 0;
    const replaced = this.unsent;
    this.feedEpoch = header.feedEpoch;
    this.seq = header.seq;
    // Reusing one buffer, since the bus hands out slices that would keep its whole read buffer alive.
    if (bytes.length > this.pending.length) this.pending = new Uint8Array(bytes.length * 2);
    this.pending.set(bytes);
    this.pendingLength = bytes.length;
    this.changed(null, nowMs);
    return { kind: 'taken', missed, replaced };
  }

  /** Takes what market-feed answered: a newer value, and whether the value may be taken for the present. */
  takeAnswer(tick: Tick, staleReason: StaleReasonName | null, nowMs: number): void {
    if (tick.source === TickSource.REST) this.takeRead(tick, staleReason, nowMs);
    else if (tick.feedEpoch > this.feedEpoch || (tick.feedEpoch === this.feedEpoch && tick.seq > this.seq)) {
      this.feedEpoch = tick.feedEpoch;
      this.seq = tick.seq;
      this.replaceBy(tick, staleReason, nowMs);
    } else if (tick.feedEpoch === this.feedEpoch && tick.seq === this.seq) this.judge(staleReason, nowMs);
    // Anything older was overtaken by a tick while the answer was on its way.
  }

  /** Marks the value as not to be taken for the present; null when it may be. */
  judge(staleReason: StaleReasonName | null, nowMs: number): void {
    if (staleReason !== 'SOURCE_UNREACHABLE') this.verifiedAtMs = nowMs;
    if (staleReason === this.staleReason || !this.hasValue) {
      this.staleReason = staleReason;
      return;
    }
    this.staleReason = staleReason;
    this.version += 1;
    this.unsent = true;
  }

  /**
   * The instrument's current state as one JSON object in UTF-8, shared by all who are sent it. `onFirst` is told the
   * wall time (epoch ms, fractional) at which the value arrived at market-feed, once per value.
   */
  toFragment(nowMs: number, wallNowMs: number, onFirst: (receivedMs: number) => void): Buffer {
    const fresh = this.fragmentVersion === this.version && nowMs - this.fragmentAtMs <= FRAGMENT_LIFE_MS;
    if (this.fragment !== undefined && fresh) return this.fragment;
    const tick = this.current();
    const receivedMs = tick.receivedTimeUs / 1000;
    if (this.unsent && this.staleReason === null) onFirst(receivedMs);
    this.unsent = false;
    this.fragment = Buffer.from(
      JSON.stringify({
        instrument_key: this.key,
        trading_symbol: this.instrument.tradingSymbol,
        ...figuresOf(tick),
        exchange_time_ms: nonZero(tick.marketTimeMs),
        last_trade_time_ms: nonZero(tick.lastTradeTimeMs),
        received_at_ms: nonZero(receivedMs),
        age_ms: tick.receivedTimeUs === 0 ? null : Math.max(0, Math.round(wallNowMs - receivedMs)),
        stale: this.staleReason !== null,
        stale_reason: this.staleReason,
      }),
    );
    this.fragmentVersion = this.version;
    this.fragmentAtMs = nowMs;
    return this.fragment;
  }

  /** A value read once by the broker's REST has no place in the feed's sequence: only its time tells whether it is newer. */
  private takeRead(tick: Tick, staleReason: StaleReasonName | null, nowMs: number): void {
    if (!this.hasValue || tick.receivedTimeUs > this.current().receivedTimeUs) {
      this.replaceBy(tick, staleReason, nowMs);
    } else this.judge(staleReason, nowMs);
  }

  private replaceBy(tick: Tick, staleReason: StaleReasonName | null, nowMs: number): void {
    this.tick = tick;
    this.pendingLength = 0;
    this.changed(staleReason, nowMs);
    if (staleReason === 'SOURCE_UNREACHABLE') this.verifiedAtMs = Number.NEGATIVE_INFINITY;
  }

  private changed(staleReason: StaleReasonName | null, nowMs: number): void {
    this.version += 1;
    this.staleReason = staleReason;
    this.verifiedAtMs = nowMs;
    this.unsent = true;
  }

  private current(): Tick {
    if (this.pendingLength > 0) {
      const tick = decodeTick(this.pending.subarray(0, this.pendingLength));
      this.pendingLength = 0;
      if (tick?.instrumentKey === this.key) this.tick = tick;
      // The value before it is older than what was published: it must not pass for the present.
      else this.staleReason = 'UNKNOWN';
    }
    this.tick ??= Tick.create({ instrumentKey: this.key });
    return this.tick;
  }
}

function decodeTick(bytes: Uint8Array): Tick | undefined {
  try {
    return Tick.decode(bytes);
  } catch {
    return undefined;
  }
}
