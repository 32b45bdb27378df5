import { Tick, TickSource, type Instrument } from '@vega/contracts';
import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import {
  bookOf,
  figuresOf,
  nonZero,
  toWholeMs,
  type BookFigures,
  type QuoteFigures,
  type StaleReasonName,
} from '../../quote-figures.ts';
import type { TickTrace } from '../ports.ts';
import type { TickHeader } from './tick-header.ts';

/** What became of a tick that arrived. */
export type Arrival =
  | { readonly kind: 'taken'; readonly missed: number; readonly replaced: boolean }
  | { readonly kind: 'lower-epoch' }
  | { readonly kind: 'repeated' };

/** One who wants to hear once that a state has changed; it asks again when it has taken the change. */
export interface Watcher {
  /** Its place in the state's list; -1 while it does not wait. Kept by the state alone. */
  slot: number;
  /** Called once, within the turn of the change. */
  changed(): void;
}

/** A state as stream clients are shown it. */
export interface LiveQuote extends QuoteFigures {
  instrument_key: string;
  trading_symbol: string;
  exchange_time_ms: number | null;
  last_trade_time_ms: number | null;
  received_at_ms: number | null;
  /** Milliseconds since its arrival at the platform. */
  age_ms: number | null;
  stale: boolean;
  stale_reason: StaleReasonName | null;
  /** Best prices of the order book; only where it was asked for. */
  depth?: BookFigures;
  /** Only where the value's tick was traced. */
  trace_id?: string;
}

/** Told when a value is read for the first time: when it arrived at market-feed and when it is read, epoch ms. */
export type OnFirst = (receivedMs: number, wallNowMs: number) => void;

/** A JSON text made at most this long ago is still true enough for a snapshot, whose ages it carries. */
const FRAGMENT_LIFE_MS = 250;

interface Fragment {
  readonly json: Buffer;
  readonly version: number;
  readonly atMs: number;
}

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
  private decoded: Tick | undefined;
  private pending: Uint8Array = new Uint8Array(512);
  private pendingLength = 0;
  private unsent = false;
  /** Of the present value, if it came by a tick that is traced. */
  private trace: TickTrace | undefined;
  private plain: Fragment | undefined;
  private withDepth: Fragment | undefined;
  private watchers: Watcher[] = [];
  private told: Watcher[] = [];

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
  takeTick(header: TickHeader, bytes: Uint8Array, nowMs: number, trace?: TickTrace): Arrival {
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
    this.follow(trace);
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
    this.unsent = true;
    this.advance();
  }

  /** Lets the watcher hear of the next change. */
  watch(watcher: Watcher): void {
    if (watcher.slot >= 0) return;
    watcher.slot = this.watchers.length;
    this.watchers.push(watcher);
  }

  unwatch(watcher: Watcher): void {
    const { slot } = watcher;
    if (slot < 0) return;
    watcher.slot = -1;
    const last = this.watchers.pop();
    if (last === undefined || last === watcher) return;
    this.watchers[slot] = last;
    last.slot = slot;
  }

  /** The newest tick, decoded. */
  get tick(): Tick {
    return this.current();
  }

  /** The current state as clients are shown it. `onFirst` is told as by {@link toFragment}. */
  toQuote(wallNowMs: number, onFirst: OnFirst, depth = false): LiveQuote {
    const tick = this.current();
    const receivedMs = tick.receivedTimeUs / 1000;
    if (this.unsent && this.staleReason === null) {
      onFirst(receivedMs, wallNowMs);
      // Whoever reads a state writes it within the same turn.
      this.trace?.sent();
    }
    this.unsent = false;
    return {
      instrument_key: this.key,
      trading_symbol: this.instrument.tradingSymbol,
      ...figuresOf(tick),
      exchange_time_ms: nonZero(tick.marketTimeMs),
      last_trade_time_ms: nonZero(tick.lastTradeTimeMs),
      received_at_ms: toWholeMs(tick.receivedTimeUs),
      age_ms: tick.receivedTimeUs === 0 ? null : Math.max(0, Math.round(wallNowMs - receivedMs)),
      stale: this.staleReason !== null,
      stale_reason: this.staleReason,
      ...(depth ? { depth: bookOf(tick) } : {}),
      ...(this.trace === undefined ? {} : { trace_id: this.trace.traceId }),
    };
  }

  /**
   * The instrument's current state as one JSON object in UTF-8, shared by all who are sent it. `onFirst` is told once per
   * value.
   */
  toFragment(nowMs: number, wallNowMs: number, onFirst: OnFirst, depth = false): Buffer {
    const present = depth ? this.withDepth : this.plain;
    if (present?.version === this.version && nowMs - present.atMs <= FRAGMENT_LIFE_MS) return present.json;
    const json = Buffer.from(JSON.stringify(this.toQuote(wallNowMs, onFirst, depth)));
    const made = { json, version: this.version, atMs: nowMs };
    if (depth) this.withDepth = made;
    else this.plain = made;
    return json;
  }

  /** A value read once by the broker's REST has no place in the feed's sequence: only its time tells whether it is newer. */
  private takeRead(tick: Tick, staleReason: StaleReasonName | null, nowMs: number): void {
    if (!this.hasValue || tick.receivedTimeUs > this.current().receivedTimeUs) {
      this.replaceBy(tick, staleReason, nowMs);
    } else this.judge(staleReason, nowMs);
  }

  private replaceBy(tick: Tick, staleReason: StaleReasonName | null, nowMs: number): void {
    this.decoded = tick;
    this.pendingLength = 0;
    this.follow(undefined);
    this.changed(staleReason, nowMs);
    if (staleReason === 'SOURCE_UNREACHABLE') this.verifiedAtMs = Number.NEGATIVE_INFINITY;
  }

  private follow(trace: TickTrace | undefined): void {
    this.trace?.replaced();
    this.trace = trace;
  }

  private changed(staleReason: StaleReasonName | null, nowMs: number): void {
    this.staleReason = staleReason;
    this.verifiedAtMs = nowMs;
    this.unsent = true;
    this.advance();
  }

  /** Whoever was told waits in its own list until it has taken the change: a second change before that costs nothing. */
  private advance(): void {
    this.version += 1;
    if (this.watchers.length === 0) return;
    const told = this.watchers;
    this.watchers = this.told;
    for (const watcher of told) {
      watcher.slot = -1;
      watcher.changed();
    }
    told.length = 0;
    this.told = told;
  }

  private current(): Tick {
    if (this.pendingLength > 0) {
      const tick = decodeTick(this.pending.subarray(0, this.pendingLength));
      this.pendingLength = 0;
      if (tick?.instrumentKey === this.key) this.decoded = tick;
      // The value before it is older than what was published: it must not pass for the present.
      else this.staleReason = 'UNKNOWN';
    }
    this.decoded ??= Tick.create({ instrumentKey: this.key });
    return this.decoded;
  }
}

function decodeTick(bytes: Uint8Array): Tick | undefined {
  try {
    return Tick.decode(bytes);
  } catch {
    return undefined;
  }
}
