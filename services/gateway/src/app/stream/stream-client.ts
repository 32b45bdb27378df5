import { OutcomeError, type Clock } from '@vega/kernel';
import type { Principal } from '../principal.ts';
import type { Batch, StreamChannel } from './channel.ts';
import { ClientPace } from './client-pace.ts';
import { CLOSE_CODES, type StreamLimits } from './limits.ts';
import { MessageBudget } from './message-budget.ts';
import type { Flushable, FlushQueue } from './flush-queue.ts';
import type { FrameSink, StreamMetrics } from './ports.ts';
import type { RateHz, ServerFrame } from './protocol.ts';
import { errorFrame } from './stream-errors.ts';
import { StreamSubscription, type SubscriptionOwner } from './stream-subscription.ts';

/** Milliseconds within which a client must answer a farewell. */
const CLOSE_GRACE_MS = 2_000;

/** Milliseconds until a snapshot that could not be had is tried again. */
const SNAPSHOT_RETRY_MS = 2_000;

/** What a client stands on, the same for all. */
export interface StreamClientParts {
  readonly queue: FlushQueue;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  readonly metrics: StreamMetrics;
  /** Told of a snapshot that could not be had. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * One client: its subscriptions and what it was sent of them. Nothing is queued per client: a flush takes the newest
 * state of what changed since the last one, so memory does not grow with the time a client stays behind.
 */
export class StreamClient implements SubscriptionOwner, Flushable {
  readonly subscriptions = new Map<string, StreamSubscription>();
  readonly budget: MessageBudget;
  readonly place = { isReady: false, beat: 0 };
  inHand = 0;
  /** While it is being found out who this is: settles when that is over, however it ends. */
  admission: Promise<void> | undefined;
  closed = false;
  lastLimitNoticeMs = Number.NEGATIVE_INFINITY;
  private readonly pace: ClientPace;

  constructor(
    private readonly sink: FrameSink,
    private who: Principal | undefined,
    private readonly parts: StreamClientParts,
    /** Where it connected from. */
    readonly address: string,
  ) {
    this.budget = new MessageBudget(parts.clock, parts.limits.maxMessagesPerSecond);
    this.pace = new ClientPace(parts.limits);
  }

  /** Whether it has said who it is. */
  get isAuthenticated(): boolean {
    return this.who !== undefined;
  }

  /** Who it is. Throws `OutcomeError` UNAUTHENTICATED as long as nobody has said so. */
  get principal(): Principal {
    if (this.who !== undefined) return this.who;
    throw new OutcomeError('UNAUTHENTICATED', 'the first message says who this is: authenticate', {
      reason: 'missing',
    });
  }

  /** The client shows a token, its first or a newer one of the same user. */
  authenticate(principal: Principal): void {
    if (this.who !== undefined && this.who.userId !== principal.userId) {
      throw new OutcomeError('PERMISSION_DENIED', 'a connection stays that of who opened it');
    }
    this.who = principal;
  }

  /** Sends a frame at once. A client that lets replies pile up past the hard bound is cut off. */
  send(frame: ServerFrame): void {
    if (this.mayWrite()) this.parts.metrics.framesOut(1, this.sink.frame(frame));
  }

  /** A subscription that is not among the client's yet. */
  newSubscription(name: string, channel: StreamChannel, rateHz: RateHz): StreamSubscription {
    const dueMs = this.parts.clock.monotonicMs() + this.pace.intervalMs(rateHz);
    return new StreamSubscription(name, channel, this, rateHz, dueMs);
  }

  /** Gives a subscription up. */
  drop(subscription: StreamSubscription): void {
    subscription.close();
    this.subscriptions.delete(subscription.name);
  }

  /** Gives everything up; nothing is sent any more. */
  end(): void {
    this.closed = true;
    for (const subscription of this.subscriptions.values()) this.drop(subscription);
  }

  itemsOf(channel: StreamChannel, except: StreamSubscription): number {
    let count = 0;
    for (const one of this.subscriptions.values()) {
      if (one.channel === channel && one !== except) count += one.content.itemCount;
    }
    return count;
  }

  /**
   * Sends the present of the items (undefined: all) of a subscription, which are then updated. Rejects when it cannot be
   * had now; it is then tried again until it can.
   */
  async snapshot(subscription: StreamSubscription, items: readonly string[] | undefined): Promise<void> {
    const ofAll = items === undefined ? 1 : 0;
    subscription.snapshotsDue += ofAll;
    try {
      await subscription.content.refresh(items);
    } catch (error) {
      this.parts.clock.after(SNAPSHOT_RETRY_MS, () => {
        subscription.snapshotsDue -= ofAll;
        if (!subscription.isClosed) this.snapshot(subscription, items).catch(this.parts.onFailure);
      });
      throw error;
    }
    subscription.snapshotsDue -= ofAll;
    if (!this.closed && !subscription.isClosed) this.sendSnapshot(subscription, items);
  }

  plan(subscription: StreamSubscription): void {
    subscription.isLeading = subscription.dueMs <= this.parts.clock.monotonicMs();
    if (subscription.isLeading) this.parts.queue.soon(this);
    else this.parts.queue.atItsTime(this, subscription.dueMs);
  }

  tell(subscription: StreamSubscription, error: OutcomeError): void {
    this.send(errorFrame(null, error, { subscription: subscription.name }));
  }

  restart(subscription: StreamSubscription): void {
    this.snapshot(subscription, undefined).catch((error: unknown) => {
      if (!subscription.isClosed) this.send(errorFrame(null, error, { subscription: subscription.name }));
      this.parts.onFailure(error);
    });
  }

  /** Sends what changed in the subscriptions that are due, in one write. */
  flush(nowMs: number): number | undefined {
    if (this.closed) return undefined;
    const batches: Batch[] = [];
    let takesMore: boolean | undefined;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const subscription of this.subscriptions.values()) {
      if (subscription.hasChanges && subscription.dueMs <= nowMs) {
        this.rest(subscription, nowMs);
        takesMore ??= this.canTakeMore(nowMs);
        if (takesMore) subscription.takeChanges(batches);
      }
      if (subscription.hasChanges) nextMs = Math.min(nextMs, subscription.dueMs);
    }
    if (batches.length > 0) this.writeBatches(batches);
    return this.closed || nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs;
  }

  /** Says farewell and lets the socket end. */
  close(code: number, frame: Extract<ServerFrame, { type: 'bye' }>): void {
    if (this.closed) return;
    this.send(frame);
    this.closed = true;
    this.sink.close(code, frame.code);
    // The farewell waits behind what the client has not read; the connection must not wait with it for ever.
    this.parts.clock.after(CLOSE_GRACE_MS, () => this.sink.terminate());
  }

  private sendSnapshot(subscription: StreamSubscription, items: readonly string[] | undefined): void {
    const now = this.parts.clock.monotonicMs();
    // A snapshot takes the place of a flush, except where changes wait: whoever asks for snapshots often must not starve them.
    if (!subscription.content.hasChanges) {
      subscription.dueMs = Math.max(subscription.dueMs, now + this.pace.intervalMs(subscription.rateHz));
    }
    this.writeBatches([subscription.takeSnapshot(items)]);
    subscription.changed();
  }

  /** Sets when the subscription may be sent something again. */
  private rest(subscription: StreamSubscription, nowMs: number): void {
    const interval = this.pace.intervalMs(subscription.rateHz);
    // One of a row keeps its pace although beats come a little late, but makes up for none that was missed.
    const paced = Math.max(subscription.dueMs + interval, nowMs + interval / 2);
    subscription.dueMs = subscription.isLeading ? nowMs + interval : paced;
    subscription.isLeading = false;
  }

  /** Whether the client keeps up; one that does not is skipped, and in the end closed. */
  private canTakeMore(nowMs: number): boolean {
    const verdict = this.pace.judge(this.sink.bufferedBytes, nowMs);
    if (verdict === 'take') return true;
    this.parts.metrics.flushSkipped();
    if (verdict === 'give up') this.closeAsSlow();
    return false;
  }

  private closeAsSlow(): void {
    this.parts.metrics.slowClientClosed();
    this.close(CLOSE_CODES.SLOW_CLIENT, {
      type: 'bye',
      code: 'SLOW_CLIENT',
      detail: `the client stayed behind for ${this.parts.limits.stallMs} ms`,
      reconnect_after_ms: null,
    });
  }

  private writeBatches(batches: readonly Batch[]): void {
    if (!this.mayWrite()) return;
    const { clock, metrics } = this.parts;
    metrics.framesOut(1, this.sink.batches(clock.wallNow(), batches));
  }

  /** Whether the client is there and below the hard bound; one beyond it is cut off. */
  private mayWrite(): boolean {
    if (this.closed) return false;
    const { limits, metrics } = this.parts;
    if (this.sink.bufferedBytes <= limits.hardBufferBytes) return true;
    this.closed = true;
    metrics.slowClientClosed();
    this.sink.terminate();
    return false;
  }
}
