import type { Clock } from '@vega/kernel';
import { CLOSE_CODES, type StreamLimits } from './limits.ts';
import { MessageBudget } from './message-budget.ts';
import type { FrameSink, StreamMetrics } from './ports.ts';
import { RATES_HZ, type QuotesBatch, type RateHz, type ServerFrame } from './protocol.ts';
import { QuotesSubscription } from './quotes-subscription.ts';

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

/** Where a client puts itself when it has something to send. */
export interface ClientQueue {
  /** In the next turn. */
  soon(client: StreamClient): void;
  /** When it is due. */
  atItsTime(client: StreamClient): void;
}

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
    private readonly sink: FrameSink,
    private readonly queue: ClientQueue,
    private readonly clock: Clock,
    private readonly limits: StreamLimits,
    private readonly metrics: StreamMetrics,
  ) {
    this.budget = new MessageBudget(clock, limits.maxMessagesPerSecond);
  }

  /** Sends a frame at once. A client that lets replies pile up past the hard bound is cut off. */
  send(frame: ServerFrame): void {
    this.write(() => this.sink.frame(frame));
  }

  addQuotes(name: string, rateHz: RateHz): QuotesSubscription {
    const dueMs = this.clock.monotonicMs() + this.intervalMs(rateHz);
    const subscription = new QuotesSubscription(name, rateHz, dueMs, (changed) => this.plan(changed));
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
    const states = [...keys].flatMap((key) => subscription.takeForSnapshot(key) ?? []);
    const now = this.clock.monotonicMs();
    // A snapshot takes the place of a flush, except where changes wait: whoever asks for snapshots often must not starve them.
    if (!subscription.hasChanges) {
      subscription.dueMs = Math.max(subscription.dueMs, now + this.intervalMs(subscription.rateHz));
    }
    subscription.seq += 1;
    this.writeQuotes([
      {
        subscription: subscription.name,
        seq: subscription.seq,
        snapshot: true,
        states: states.filter((state) => state.hasValue),
        unavailable: states.filter((state) => !state.hasValue).map((state) => state.key),
      },
    ]);
  }

  /** Whether a subscription with changes may be sent them. */
  isDue(nowMs: number): boolean {
    for (const subscription of this.subscriptions.values()) {
      if (isDue(subscription, nowMs)) return true;
    }
    return false;
  }

  /** Sends what changed in the subscriptions that are due, in one write. Returns whether changes wait for a later one. */
  flush(nowMs: number): boolean {
    if (this.closed) return false;
    const due = [...this.subscriptions.values()].filter((subscription) => isDue(subscription, nowMs));
    for (const subscription of due) this.rest(subscription, nowMs);
    if (due.length > 0 && this.canTakeMore(nowMs)) {
      const batches = due.flatMap((subscription) => batchOf(subscription));
      if (batches.length > 0) this.writeQuotes(batches);
    }
    return !this.closed && this.hasChanges;
  }

  /** Says farewell and lets the socket end. */
  close(code: number, frame: Extract<ServerFrame, { type: 'bye' }>): void {
    if (this.closed) return;
    this.send(frame);
    this.closed = true;
    this.sink.close(code, frame.code);
    // The farewell waits behind what the client has not read; the connection must not wait with it for ever.
    this.clock.after(CLOSE_GRACE_MS, () => this.sink.terminate());
  }

  private get hasChanges(): boolean {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.channel === 'quotes' && subscription.hasChanges) return true;
    }
    return false;
  }

  private plan(subscription: QuotesSubscription): void {
    subscription.isLeading = subscription.dueMs <= this.clock.monotonicMs();
    if (subscription.isLeading) this.queue.soon(this);
    else this.queue.atItsTime(this);
  }

  /** Sets when the subscription may be sent something again. */
  private rest(subscription: QuotesSubscription, nowMs: number): void {
    const interval = this.intervalMs(subscription.rateHz);
    // One of a row keeps its pace although beats come a little late, but makes up for none that was missed.
    const paced = Math.max(subscription.dueMs + interval, nowMs + interval / 2);
    subscription.dueMs = subscription.isLeading ? nowMs + interval : paced;
    subscription.isLeading = false;
  }

  /** Whether the client keeps up; one that does not is given longer intervals, and in the end is closed. */
  private canTakeMore(nowMs: number): boolean {
    const { bufferedBytes } = this.sink;
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

  private writeQuotes(batches: readonly QuotesBatch[]): void {
    this.write(() => this.sink.quotes(this.clock.wallNow(), batches));
  }

  private write(put: () => number): void {
    if (this.closed) return;
    if (this.sink.bufferedBytes > this.limits.hardBufferBytes) {
      this.closed = true;
      this.metrics.slowClientClosed();
      this.sink.terminate();
      return;
    }
    this.metrics.framesOut(1, put());
  }
}

function isDue(subscription: Subscription, nowMs: number): subscription is QuotesSubscription {
  return subscription.channel === 'quotes' && subscription.hasChanges && subscription.dueMs <= nowMs;
}

function batchOf(subscription: QuotesSubscription): QuotesBatch[] {
  const states = subscription.takeChanges();
  if (states.length === 0) return [];
  subscription.seq += 1;
  return [{ subscription: subscription.name, seq: subscription.seq, snapshot: false, states, unavailable: [] }];
}
