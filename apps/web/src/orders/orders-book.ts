// Goal: the day's orders of an account with their present states.
// Method: REST gives the day's book, the stream every change since; an order is replaced by one of a later place in the account's
//   sequence only, whichever came first. After a snapshot of the stream the book is read anew, since what ended meanwhile is not in it.
// Invariants: an older state never replaces a newer one; an order that the stream lists as open is shown even before the book came.

import type { OrderEventView, OrderView } from '@vega/client';
import { CellStore, type Schedule } from '../live/cell-store.ts';
import { Observed } from '../live/observed.ts';

/** A frame of the stream's channel `orders`. */
export interface OrdersFrame {
  snapshot: boolean;
  account_seq: number;
  orders: readonly OrderView[];
  events: readonly OrderEventView[];
}

/** The orders of one account. */
export class OrdersBook {
  readonly rows: CellStore<OrderView>;
  /** Ids, newest first; a new list only when orders come. */
  readonly ids = new Observed<readonly string[]>([]);
  /** Grows with each change of any order, for what is counted over all. */
  readonly revision = new Observed(0);
  /** What the last frame told. */
  readonly news = new Observed<readonly OrderEventView[]>([]);

  constructor(schedule?: Schedule) {
    this.rows = schedule === undefined ? new CellStore() : new CellStore(schedule);
  }

  /** Takes orders as a page of the book or a frame tells them. */
  take(orders: readonly OrderView[]): void {
    let [isNew, isChanged] = [false, false];
    for (const order of orders) {
      const held = this.rows.get(order.order_id);
      if (held !== undefined && held.account_seq >= order.account_seq) continue;
      this.rows.set(order.order_id, order);
      isNew ||= held === undefined;
      isChanged = true;
    }
    if (isNew) this.ids.set(this.sorted());
    if (isChanged) this.revision.set(this.revision.get() + 1);
  }

  /** Takes a frame. */
  takeFrame(frame: OrdersFrame): void {
    this.take(frame.orders);
    if (frame.events.length > 0) this.news.set(frame.events);
  }

  /** All orders, newest first. */
  all(): OrderView[] {
    return this.ids.get().flatMap((id) => this.rows.get(id) ?? []);
  }

  private sorted(): string[] {
    const orders = [...this.rows.keys()].flatMap((id) => this.rows.get(id) ?? []);
    return orders
      .sort((a, b) => (b.created_at_ms ?? 0) - (a.created_at_ms ?? 0) || b.account_seq - a.account_seq)
      .map(({ order_id: id }) => id);
  }
}
