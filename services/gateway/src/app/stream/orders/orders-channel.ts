import type { Order, OrderEvent } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { z } from 'zod';
import type { Principal } from '../../principal.ts';
import type { ChannelSubscription, Held, Resolved, StreamChannel, SubscriptionHandle } from '../channel.ts';
import type { AccountOrders } from './account-orders.ts';
import type { OrdersBoard, OrdersHolder } from './orders-board.ts';

/** What `subscribe` carries for orders. */
export interface OrdersAsked {
  readonly account_id: string;
}

export interface OrdersWanted extends Resolved {
  readonly accountId: string;
}

/** Orders that changed and the events that changed them; in a snapshot all open orders. */
export interface OrdersBody {
  readonly accountId: string;
  readonly accountSeq: number;
  readonly orders: readonly Order[];
  readonly events: readonly OrderEvent[];
}

/** The orders of one account: open ones, then every event, none of them twice or left out. */
export class OrdersChannel implements StreamChannel<OrdersAsked, OrdersWanted, OrdersBody> {
  readonly access = { scope: 'read', account: { in: 'request', name: 'account_id' } } as const;
  readonly name = 'orders';
  readonly request = {
    account_id: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'is an identity: letters, digits, _ and -'),
  };

  constructor(
    private readonly board: OrdersBoard,
    /** The fields of a body as REST shows them. */
    private readonly show: (body: OrdersBody) => object,
  ) {}

  resolve({ account_id: accountId }: OrdersAsked): OrdersWanted {
    return { accountId };
  }

  open(handle: SubscriptionHandle): OrdersSubscription {
    return new OrdersSubscription(handle, this.board);
  }

  toJson(body: OrdersBody): string {
    return JSON.stringify(this.show(body));
  }

  close(): Promise<void> {
    return this.board.close();
  }
}

/** One client's subscription to the orders of one account. */
class OrdersSubscription implements ChannelSubscription<OrdersWanted, OrdersBody>, OrdersHolder {
  readonly itemCount = 1;
  private accountId: string | undefined;
  private state: AccountOrders | undefined;
  private shownSeq = 0;

  constructor(
    private readonly handle: SubscriptionHandle,
    private readonly board: OrdersBoard,
  ) {}

  get principal(): Principal {
    return this.handle.principal;
  }

  get hasChanges(): boolean {
    return (this.state?.seq ?? 0) > this.shownSeq;
  }

  hold({ accountId }: OrdersWanted): Held {
    if (this.accountId !== undefined && this.accountId !== accountId) {
      const context = { held: this.accountId };
      throw new OutcomeError('STREAM_LIMIT', 'a subscription follows one account; give another one a name', context);
    }
    this.state = this.board.acquire(accountId, this);
    this.accountId = accountId;
    return { reply: { account_id: accountId }, items: undefined, notices: [] };
  }

  refresh(): Promise<void> {
    return this.accountId === undefined ? Promise.resolve() : this.board.ready(this.accountId, this);
  }

  snapshot(): OrdersBody {
    const { accountId = '', state } = this;
    this.shownSeq = state?.seq ?? 0;
    return { accountId, accountSeq: this.shownSeq, orders: state?.openOrders() ?? [], events: [] };
  }

  changes(): OrdersBody | undefined {
    const { accountId = '', state } = this;
    const events = state?.eventsAfter(this.shownSeq);
    if (state === undefined || events?.length === 0) return undefined;
    if (events === undefined) {
      // So far behind that events are gone: all of it again.
      this.handle.restart();
      return undefined;
    }
    this.shownSeq = state.seq ?? 0;
    return { accountId, accountSeq: this.shownSeq, orders: latestOf(events), events };
  }

  noteChange(): void {
    this.handle.changed();
  }

  noteRestart(): void {
    this.handle.restart();
  }

  release(): void {
    if (this.accountId !== undefined) this.board.release(this.accountId, this);
  }
}

/** The newest state of each order that events are about, in the order of their last ones. */
function latestOf(events: readonly OrderEvent[]): Order[] {
  const latest = new Map<string, Order>();
  for (const { order, orderId } of events) {
    if (order === undefined) continue;
    latest.delete(orderId);
    latest.set(orderId, order);
  }
  return [...latest.values()];
}
