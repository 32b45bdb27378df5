// Orders of one account in memory: events are recorded first, then published, unless the spec loses them.
import {
  Order,
  OrderEvent,
  OrderEventKind,
  OrderIntent,
  OrderStatus,
  ordersRpc,
  type RpcContract,
} from '@vega/contracts';
import { FakeClock } from '@vega/testkit';
import { toStreamedOrders } from '../src/adapters/orders/to-order-views.ts';
import type { OrdersData } from '../src/app/orders/orders-data.ts';
import { OrdersBoard } from '../src/app/stream/orders/orders-board.ts';
import { OrdersChannel } from '../src/app/stream/orders/orders-channel.ts';

export const ACCOUNT = 'acc_one';

/** The record and its subject. */
export class InMemoryOrders implements OrdersData {
  readonly orders = new Map<string, Order>();
  readonly events: OrderEvent[] = [];
  /** Events before this one are not in the record any more. */
  firstKept = 1;
  asked = 0;
  failure: Error | undefined;
  readonly board: OrdersBoard;
  readonly channel: OrdersChannel;
  private readonly listeners = new Set<(event: OrderEvent) => void>();
  private readonly reconnects = new Set<() => void>();

  constructor(readonly clock = new FakeClock()) {
    this.board = new OrdersBoard({
      orders: this,
      clock,
      onFailure: () => undefined,
      source: {
        subscribeOrderEvents: (_accountId, onEvent) => {
          this.listeners.add(onEvent);
          return () => this.listeners.delete(onEvent);
        },
        onReconnect: (listener) => {
          this.reconnects.add(listener);
          return () => this.reconnects.delete(listener);
        },
      },
    });
    this.channel = new OrdersChannel(this.board, toStreamedOrders);
  }

  /** How many follow the subject. */
  get followers(): number {
    return this.listeners.size;
  }

  ask<Req, Res>(contract: RpcContract<Req, Res>, request: Req): Promise<Res> {
    this.asked += 1;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(this.answer(contract.subject, request) as Res);
  }

  /** Records what happens to an order, which is made when there is none; nobody is told yet. */
  record(orderId: string, status: OrderStatus): OrderEvent {
    const accountSeq = this.events.length + 1;
    const intent = OrderIntent.create({ orderId, accountId: ACCOUNT, quantity: 75 });
    const isOpen = status === OrderStatus.WORKING;
    const createdAtMs = this.orders.get(orderId)?.createdAtMs ?? accountSeq;
    const order = Order.create({ intent, status, openQty: isOpen ? 75 : 0, accountSeq, createdAtMs });
    this.orders.set(orderId, order);
    const kind = isOpen ? OrderEventKind.CHILD_OPEN : OrderEventKind.CHILD_CANCELLED;
    const event = OrderEvent.create({ accountId: ACCOUNT, accountSeq, kind, orderId, order, source: 'stream' });
    this.events.push(event);
    return event;
  }

  publish(event: OrderEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  reconnect(): void {
    for (const listener of this.reconnects) listener();
  }

  private answer(subject: string, request: unknown): unknown {
    if (subject === ordersRpc.getBook.subject) {
      const orders = [...this.orders.values()].filter(({ openQty }) => openQty > 0);
      return { orders, nextCursor: '', accountSeq: this.events.length };
    }
    const { fromSeq, limit } = request as { fromSeq: number; limit: number };
    const from = Math.max(fromSeq, this.firstKept);
    const events = this.events.filter(({ accountSeq }) => accountSeq >= from).slice(0, limit);
    return { events, lastSeq: this.events.length };
  }
}
