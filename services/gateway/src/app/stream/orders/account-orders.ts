import { OrderStatus, type Order, type OrderEvent } from '@vega/contracts';

/** Events kept for clients that are behind; who is farther behind is sent a snapshot. */
const MAX_KEPT = 500;

const OPEN: ReadonlySet<OrderStatus> = new Set([OrderStatus.PENDING, OrderStatus.WORKING, OrderStatus.UNKNOWN]);

/** What became of an event: it was taken, it says nothing new, or events before it were missed. */
export type EventOutcome = 'taken' | 'old' | 'gap';

/** The orders of one account as its events add up to them. */
export class AccountOrders {
  private readonly open = new Map<string, Order>();
  private readonly kept: OrderEvent[] = [];
  /** Everything up to this event is in it; undefined before the first book. */
  seq: number | undefined;

  /** Begins anew from a book: everything before it is in it. */
  begin(orders: readonly Order[], accountSeq: number): void {
    this.open.clear();
    this.kept.length = 0;
    this.seq = accountSeq;
    for (const order of orders) this.put(order);
  }

  /** Takes an event of the bus or an answer. One that does not follow what is held is not taken. */
  take(event: OrderEvent): EventOutcome {
    if (this.seq === undefined || event.accountSeq > this.seq + 1) return 'gap';
    if (event.accountSeq <= this.seq) return 'old';
    this.seq = event.accountSeq;
    this.kept.push(event);
    if (this.kept.length > MAX_KEPT) this.kept.shift();
    if (event.order !== undefined) this.put(event.order);
    return 'taken';
  }

  /** Orders that may still change, oldest first. */
  openOrders(): Order[] {
    return [...this.open.values()].sort((a, b) => a.createdAtMs - b.createdAtMs);
  }

  /** Events after a place in the sequence; undefined when some of them are not kept any more. */
  eventsAfter(seq: number): OrderEvent[] | undefined {
    const first = this.kept[0]?.accountSeq ?? (this.seq ?? 0) + 1;
    if (seq + 1 < first) return undefined;
    return this.kept.filter((event) => event.accountSeq > seq);
  }

  private put(order: Order): void {
    const id = order.intent?.orderId ?? '';
    if (OPEN.has(order.status)) {
      // A book that was read after an event may hold the order as it is later.
      if ((this.open.get(id)?.accountSeq ?? 0) <= order.accountSeq) this.open.set(id, order);
    } else this.open.delete(id);
  }
}
