import type { OutcomeError } from '@vega/kernel';
import type { Principal } from '../principal.ts';
import type { Batch, ChannelSubscription, StreamChannel, SubscriptionHandle } from './channel.ts';
import type { RateHz } from './protocol.ts';

/** What a subscription needs of the client it belongs to. */
export interface SubscriptionOwner {
  readonly principal: Principal;
  itemsOf(channel: StreamChannel, except: StreamSubscription): number;
  /** Told when something may be sent. */
  plan(subscription: StreamSubscription): void;
  tell(subscription: StreamSubscription, error: OutcomeError): void;
  restart(subscription: StreamSubscription): void;
}

/** One subscription of one client: its place in the sequence and in time; what it is about is its channel's. */
export class StreamSubscription implements SubscriptionHandle {
  readonly content: ChannelSubscription;
  seq = 0;
  /** Whether the first change came after the interval was over, so that the next flush is not one of a row. */
  isLeading = false;
  /** Snapshots of all of it that are being prepared: what changes meanwhile is in them. */
  snapshotsDue = 0;
  isClosed = false;

  constructor(
    readonly name: string,
    readonly channel: StreamChannel,
    private readonly owner: SubscriptionOwner,
    public rateHz: RateHz,
    /** Monotonic time from which it may be sent something again. */
    public dueMs: number,
  ) {
    this.content = channel.open(this);
  }

  get principal(): Principal {
    return this.owner.principal;
  }

  /** Whether it has something that may be sent once it is due. */
  get hasChanges(): boolean {
    return this.snapshotsDue === 0 && this.content.hasChanges;
  }

  itemsBeside(): number {
    return this.owner.itemsOf(this.channel, this);
  }

  changed(): void {
    if (this.hasChanges) this.owner.plan(this);
  }

  restart(): void {
    if (!this.isClosed) this.owner.restart(this);
  }

  tell(error: OutcomeError): void {
    if (!this.isClosed) this.owner.tell(this, error);
  }

  /** The next batch of its sequence: a snapshot. */
  takeSnapshot(items: readonly string[] | undefined): Batch {
    return this.batch(true, this.content.snapshot(items));
  }

  /** Adds the next batch of its sequence; none when nothing changed after all. */
  takeChanges(batches: Batch[]): void {
    const body = this.content.changes();
    if (body !== undefined) batches.push(this.batch(false, body));
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.content.release();
  }

  private batch(snapshot: boolean, body: unknown): Batch {
    this.seq += 1;
    return { channel: this.channel, subscription: this.name, seq: this.seq, snapshot, body };
  }
}
