import type { Clock } from '@vega/kernel';
import type { InstrumentState } from './instrument-state.ts';
import { CLOSE_CODES, type StreamLimits } from './limits.ts';
import { MessageBudget } from './message-budget.ts';
import type { ClientSocket, StreamMetrics } from './ports.ts';
import { quotesFrame, RATES_HZ, type QuotesBatch, type RateHz, type ServerFrame } from './protocol.ts';

/** An instrument within a subscription and the version of it that the client was sent last. */
interface HeldState {
  readonly state: InstrumentState;
  sentVersion: number;
  /** The next frame about it is a snapshot that is being prepared: updates wait for it. */
  awaitsSnapshot: boolean;
}

/** One quotes subscription of one client. */
export interface QuotesSubscription {
  readonly channel: 'quotes';
  readonly name: string;
  rateHz: RateHz;
  seq: number;
  dueMs: number;
  readonly held: Map<string, HeldState>;
}

/** The status subscription of one client. */
export interface StatusSubscription {
  readonly channel: 'status';
  readonly name: string;
  seq: number;
}

export type Subscription = QuotesSubscription | StatusSubscription;

const FULL_RATE = RATES_HZ[0];

/** Each level doubles the interval between flushes, up to the longest. */
const MAX_SLOWNESS = 5;
const LONGEST_INTERVAL_MS = 4_000;

/** Flushes in a row that find nothing unsent before a slow client is given a shorter interval again. */
const RELIEF = 5;

/** Milliseconds within which a client must answer a farewell. */
const CLOSE_GRACE_MS = 2_000;

/**
 * One client: its subscriptions and what it was sent of them. Nothing is queued per client: a flush takes the newest
 * state of what changed since the last one, so memory does not grow with the time a client stays behind.
 */
export class StreamClient {
  readonly subscriptions = new Map<string, Subscription>();
  readonly budget: MessageBudget;
  inHand = 0;
  instrumentCount = 0;
  closed = false;
  lastLimitNoticeMs = Number.NEGATIVE_INFINITY;
  private slowness = 0;
  private easyFlushes = 0;
  private stalledSinceMs: number | undefined;

  constructor(
    readonly socket: ClientSocket,
    private readonly clock: Clock,
    private readonly limits: StreamLimits,
    private readonly metrics: StreamMetrics,
  ) {
    this.budget = new MessageBudget(clock, limits.maxMessagesPerSecond);
  }

  /** Sends a frame at once. A client that lets replies pile up past the hard bound is cut off. */
  send(frame: ServerFrame): void {
    this.write(JSON.stringify(frame));
  }

  addQuotes(name: string, rateHz: RateHz): QuotesSubscription {
    const subscription: QuotesSubscription = {
      channel: 'quotes',
      name,
      rateHz,
      seq: 0,
      dueMs: this.clock.monotonicMs() + this.intervalMs(rateHz),
      held: new Map(),
    };
    this.subscriptions.set(name, subscription);
    return subscription;
  }

  addStatus(name: string): StatusSubscription {
    const subscription: StatusSubscription = { channel: 'status', name, seq: 0 };
    this.subscriptions.set(name, subscription);
    return subscription;
  }

  /** Sends the present state of the given instruments of a subscription, which may then be updated. */
  sendSnapshot(subscription: QuotesSubscription, keys: Iterable<string>): void {
    const fragments: Buffer[] = [];
    const unavailable: string[] = [];
    for (const key of keys) {
      const held = subscription.held.get(key);
      if (held === undefined) continue;
      held.awaitsSnapshot = false;
      held.sentVersion = held.state.version;
      if (held.state.hasValue) fragments.push(this.fragmentOf(held.state));
      else unavailable.push(key);
    }
    subscription.seq += 1;
    this.write(
      quotesFrame(this.clock.wallNow(), [
        { subscription: subscription.name, seq: subscription.seq, snapshot: true, fragments, unavailable },
      ]),
    );
  }

  /** Sends what changed in the subscriptions that are due, in one write. Call it on every beat of the hub. */
  flush(nowMs: number): void {
    const due: QuotesSubscription[] = [];
    for (const subscription of this.subscriptions.values()) {
      if (subscription.channel === 'quotes' && subscription.dueMs <= nowMs) due.push(subscription);
    }
    if (due.length === 0 || this.closed) return;
    for (const subscription of due) {
      const interval = this.intervalMs(subscription.rateHz);
      // Keeps its beat, but makes up for no beat that was missed.
      subscription.dueMs = Math.max(subscription.dueMs + interval, nowMs + interval / 2);
    }
    if (!this.canTakeMore(nowMs)) return;
    const batches = due.flatMap((subscription) => this.batchOf(subscription));
    if (batches.length > 0) this.write(quotesFrame(this.clock.wallNow(), batches));
  }

  /** Says farewell and lets the socket end. */
  close(code: number, frame: Extract<ServerFrame, { type: 'bye' }>): void {
    if (this.closed) return;
    this.send(frame);
    this.closed = true;
    this.socket.close(code, frame.code);
    // The farewell waits behind what the client has not read; the connection must not wait with it for ever.
    this.clock.after(CLOSE_GRACE_MS, () => this.socket.terminate());
  }

  private batchOf(subscription: QuotesSubscription): QuotesBatch[] {
    const fragments: Buffer[] = [];
    for (const held of subscription.held.values()) {
      if (held.state.version === held.sentVersion || held.awaitsSnapshot) continue;
      held.sentVersion = held.state.version;
      fragments.push(this.fragmentOf(held.state));
    }
    if (fragments.length === 0) return [];
    subscription.seq += 1;
    return [{ subscription: subscription.name, seq: subscription.seq, snapshot: false, fragments, unavailable: [] }];
  }

  private fragmentOf(state: InstrumentState): Buffer {
    const wallNow = this.clock.wallNow();
    return state.toFragment(this.clock.monotonicMs(), wallNow, (receivedMs) =>
      this.metrics.tickLag(Math.max(0, wallNow - receivedMs) / 1000),
    );
  }

  /** Whether the client keeps up; one that does not is given longer intervals, and in the end is closed. */
  private canTakeMore(nowMs: number): boolean {
    const { bufferedBytes } = this.socket;
    if (bufferedBytes > this.limits.softBufferBytes) {
      this.metrics.flushSkipped();
      this.slowness = Math.min(MAX_SLOWNESS, this.slowness + 1);
      this.easyFlushes = 0;
      this.stalledSinceMs ??= nowMs;
      if (nowMs - this.stalledSinceMs >= this.limits.stallMs) this.closeAsSlow();
      return false;
    }
    this.stalledSinceMs = undefined;
    this.easyFlushes = bufferedBytes === 0 ? this.easyFlushes + 1 : 0;
    if (this.easyFlushes >= RELIEF && this.slowness > 0) {
      this.slowness -= 1;
      this.easyFlushes = 0;
    }
    return true;
  }

  private closeAsSlow(): void {
    this.metrics.slowClientClosed();
    this.close(CLOSE_CODES.SLOW_CLIENT, {
      type: 'bye',
      code: 'SLOW_CLIENT',
      detail: `the client stayed behind for ${this.limits.stallMs} ms`,
      reconnect_after_ms: null,
    });
  }

  private intervalMs(rateHz: RateHz): number {
    const usual = (this.limits.flushMs * FULL_RATE) / rateHz;
    return Math.max(usual, Math.min(LONGEST_INTERVAL_MS, usual * 2 ** this.slowness));
  }

  private write(text: Buffer | string): void {
    if (this.closed) return;
    if (this.socket.bufferedBytes > this.limits.hardBufferBytes) {
      this.closed = true;
      this.metrics.slowClientClosed();
      this.socket.terminate();
      return;
    }
    this.metrics.framesOut(1, text.length);
    this.socket.send(text);
  }
}
