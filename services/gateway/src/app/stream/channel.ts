// What a channel of the stream is: one registered piece that says what can be asked of it, what a subscription holds and
// how that is shown. Sequence, snapshots, resync, pace, slow clients and the end of a connection are the core's
// (stream-client.ts, stream-subscription.ts, stream-requests.ts), the same for every channel and every protocol.
import type { OutcomeError } from '@vega/kernel';
import type { z } from 'zod';
import type { AccessRule } from '../access.ts';
import type { Principal } from '../principal.ts';
import type { SharedFrame } from './ports.ts';

/** What a request came down to, before anything is held. */
export interface Resolved {
  /** What was asked for and is not to be had, by the words it was asked in; a follower of one channel takes none of it then. */
  readonly refused?: ReadonlyMap<string, OutcomeError>;
}

/** What a subscription was widened by. */
export interface Held {
  /** Fields that the reply `subscribed` carries besides the common ones. */
  readonly reply: Readonly<Record<string, unknown>>;
  /** The items whose snapshot follows; undefined for all of the subscription. */
  readonly items: readonly string[] | undefined;
  /** What the client is told after the snapshot. */
  readonly notices: readonly OutcomeError[];
}

/** What a subscription of a channel may do with the core. */
export interface SubscriptionHandle {
  /** The name that its frames carry. */
  readonly name: string;
  readonly principal: Principal;
  /** Items that the other subscriptions of the same client and channel hold. */
  itemsBeside(): number;
  /** Something changed that has not been taken yet: `changes` is called when the client may be sent it. */
  changed(): void;
  /** What was sent cannot be carried on, such as after a gap at the source: a snapshot of all follows. */
  restart(): void;
  /** Tells the client, unasked, what is wrong with the subscription. */
  tell(error: OutcomeError): void;
}

/** What a channel keeps of one subscription of one client. */
export interface ChannelSubscription<Wanted = unknown, Body = unknown> {
  /** Items held, for limits and metrics; 1 where a subscription is about one thing. */
  readonly itemCount: number;
  /** Whether `changes` would tell something. */
  readonly hasChanges: boolean;
  /** Widens it by what is wanted, all of it; throws `OutcomeError` and holds nothing more when a limit is in the way. */
  hold(wanted: Wanted): Held;
  /** Resolves when the present of the items (undefined: all) is at hand; rejects when it cannot be had now, and is asked again. */
  refresh(items: readonly string[] | undefined): Promise<void>;
  /** The present of the items (undefined: all), after which they are updated. */
  snapshot(items: readonly string[] | undefined): Body;
  /** What changed since it was last taken, each thing once and in its newest state; undefined when that is nothing. */
  changes(): Body | undefined;
  /** Gives up some items; absent where only the whole can be given up. */
  narrow?(items: readonly string[]): { readonly gone: readonly string[]; readonly remaining: number };
  /** Gives everything up; called once. */
  release(): void;
}

/** One kind of thing that can be subscribed. */
export interface StreamChannel<Request = unknown, Wanted extends Resolved = Resolved, Body = unknown> {
  /** Who may follow it. */
  readonly access: AccessRule;
  /** Its name in `subscribe`, the `type` of its frames and the name of a subscription that is not given one. */
  readonly name: string;
  /** Fields of its `subscribe` besides `op`, `id`, `channel`, `subscription` and `rate_hz`. */
  readonly request: z.ZodRawShape;
  /** Finds out what is asked for; throws `OutcomeError` when the principal may not have it. Changes nothing. */
  resolve(request: Request, principal: Principal): Promise<Wanted> | Wanted;
  /** A subscription that holds nothing yet. */
  open(handle: SubscriptionHandle): ChannelSubscription<Wanted, Body>;
  /** The fields of a body as one JSON object; let clients that are sent the same share one text. */
  toJson(body: Body, timeMs: number): string;
  /** Puts all of a client's batches into one frame, where a frame for each would cost too much. */
  toFrame?(timeMs: number, batches: readonly Batch<Body>[]): SharedFrame;
  /** Ends what the channel has begun, such as its interest. */
  close(): Promise<void>;
}

/** What one subscription is sent at once. */
export interface Batch<Body = unknown> {
  readonly channel: StreamChannel;
  readonly subscription: string;
  readonly seq: number;
  readonly snapshot: boolean;
  readonly body: Body;
}
