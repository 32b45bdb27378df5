import type { BrokerOrder } from '@vega/upstox/trading';
import {
  AccountBook,
  type Child,
  type ChildId,
  hasEnded,
  isInDoubt,
  openQty,
  OrderRates,
  type OrderRateLimits,
} from '@vega/trading';
import { isWorking, type TrackedOrder } from './tracked-order.ts';

/** How a child in doubt is being proven. Monotonic milliseconds. */
export interface Doubt {
  readonly orderId: string;
  readonly childId: ChildId;
  /** Nothing is concluded from its absence before this. */
  readonly quarantineEndsMs: number;
  /** Complete books, begun after the quarantine, in which it was not. */
  readonly absentReads: number;
}

/** What a writer holds of its account between steps: the committed record, and what follows from it. */
export class AccountState {
  readonly orders = new Map<string, TrackedOrder>();
  readonly book = new AccountBook();
  readonly rates: OrderRates;
  readonly doubts = new Map<ChildId, Doubt>();
  /** When the last request about a child ended, monotonic: a book begun after it settles it. */
  readonly answeredMs = new Map<string, number>();
  private readonly oddities = new Map<string, Set<string>>();
  private readonly orderOfChild = new Map<string, string>();
  private readonly childOfBroker = new Map<string, ChildId>();
  /** Wall time of the last accepted order of each kind. */
  private readonly lastEqual = new Map<string, number>();
  private readonly acceptedAtMs: number[] = [];
  private day = '';
  /** Intents accepted on the day of the last one. */
  acceptedToday = 0;
  /** Margin of children born since the funds were read, paise by order. */
  private readonly reserved = new Map<string, { readonly paise: number; readonly bornMs: number }>();
  /** Grows with every fill, so that a reading of positions knows whether it was overtaken. */
  fillsSeen = 0;
  /** As {@link fillsSeen}, of children that were in doubt before: positions read meanwhile may hold them already. */
  doubtfulFills = 0;

  constructor(rates: OrderRateLimits) {
    this.rates = new OrderRates(rates);
  }

  /** Takes an order as committed: indexes, working quantities, position. `live` says whether its fills are news. */
  put(order: TrackedOrder, live = true): void {
    const before = this.orders.get(order.terms.orderId);
    this.orders.set(order.terms.orderId, order);
    const { terms } = order;
    for (const child of order.body.children) {
      this.orderOfChild.set(child.childId, terms.orderId);
      if (child.brokerOrderId !== '') this.childOfBroker.set(child.brokerOrderId, child.childId);
      if (!isInDoubt(child.state)) this.doubts.delete(child.childId);
      const was = before?.body.children.find((one) => one.childId === child.childId);
      if (live && child.filledQty > (was?.filledQty ?? 0)) {
        this.fillsSeen += 1;
        if (was !== undefined && isInDoubt(was.state)) this.doubtfulFills += 1;
        this.book.addFill(terms.instrumentKey, terms.product, terms.side, child.filledQty - (was?.filledQty ?? 0));
      }
      this.book.setWorking({
        childId: child.childId,
        instrumentKey: terms.instrumentKey,
        product: terms.product,
        side: terms.side,
        openQty: openQty(child),
        pricePaise: child.pricePaise,
      });
    }
    if (!isWorking(order)) this.reserved.delete(terms.orderId);
  }

  childOf(childId: string): { readonly order: TrackedOrder; readonly child: Child } | undefined {
    const order = this.orders.get(this.orderOfChild.get(childId) ?? '');
    const child = order?.body.children.find((one) => one.childId === childId);
    return order === undefined || child === undefined ? undefined : { order, child };
  }

  /** The child that a broker order is: by its name, else by the tag it carries. */
  childOfBrokerOrder(seen: BrokerOrder): { readonly order: TrackedOrder; readonly child: Child } | undefined {
    const named = this.childOfBroker.get(seen.brokerOrderId);
    return this.childOf(named ?? seen.tag ?? '');
  }

  /** Children in doubt that an order without a tag could be. */
  lookalikes(seen: BrokerOrder): readonly { readonly order: TrackedOrder; readonly child: Child }[] {
    return [...this.doubts.keys()].flatMap((childId) => {
      const found = this.childOf(childId);
      if (found === undefined) return [];
      const { terms } = found.order;
      const alike =
        terms.instrumentKey === seen.instrumentKey &&
        terms.side === seen.side &&
        found.child.quantity === seen.quantity;
      return alike ? [found] : [];
    });
  }

  /** Notes an accepted order for duplicates, rates and the count of the day. */
  noteAccepted(order: TrackedOrder, wallMs: number, date: string): void {
    if (date !== this.day) {
      this.day = date;
      this.acceptedToday = 0;
    }
    this.acceptedToday += 1;
    this.acceptedAtMs.push(wallMs);
    while ((this.acceptedAtMs[0] ?? Number.POSITIVE_INFINITY) < wallMs - 60_000) this.acceptedAtMs.shift();
    this.lastEqual.set(likeness(order), wallMs);
    if (this.lastEqual.size > 5_000) {
      for (const [key, at] of this.lastEqual) if (at < wallMs - 60_000) this.lastEqual.delete(key);
    }
  }

  acceptedOn(date: string): number {
    return date === this.day ? this.acceptedToday : 0;
  }

  acceptedSince(wallMs: number): number {
    let count = 0;
    for (let n = this.acceptedAtMs.length - 1; n >= 0 && (this.acceptedAtMs[n] as number) > wallMs; n -= 1) count += 1;
    return count;
  }

  lastEqualMs(order: Pick<TrackedOrder, 'terms'>): number | undefined {
    return this.lastEqual.get(likeness(order));
  }

  reserve(orderId: string, paise: number, bornMs: number): void {
    if (paise > 0) this.reserved.set(orderId, { paise, bornMs });
  }

  /** Funds were read, beginning at `readMs`: what was born before is in them, unless it is in doubt. */
  releaseReserved(readMs: number): void {
    for (const [orderId, { bornMs }] of this.reserved) {
      const doubtful = this.orders.get(orderId)?.body.children.some((child) => isInDoubt(child.state)) === true;
      if (bornMs < readMs && !doubtful) this.reserved.delete(orderId);
    }
  }

  get reservedPaise(): number {
    let sum = 0;
    for (const { paise } of this.reserved.values()) sum += paise;
    return sum;
  }

  /** Children of which nobody knows whether the broker has them, but for those that are being sent. */
  get unknownCount(): number {
    return this.doubts.size;
  }

  /** Whether this has not been said of a child before; notes it. */
  isNewOddity(childId: string, message: string): boolean {
    const said = this.oddities.get(childId) ?? new Set();
    this.oddities.set(childId, said);
    return !said.has(message) && said.add(message).size > 0;
  }

  working(): readonly TrackedOrder[] {
    return [...this.orders.values()].filter(isWorking);
  }

  /** Children that may be at the broker: those that have a name there and have not ended. */
  atBroker(): readonly { readonly order: TrackedOrder; readonly child: Child }[] {
    return this.working().flatMap((order) =>
      order.body.children
        .filter((child) => child.brokerOrderId !== '' && !hasEnded(child.state))
        .map((child) => ({ order, child })),
    );
  }

  /** Forgets orders that ended before a day: the record has them. */
  forgetBefore(wallMs: number): void {
    for (const [orderId, order] of this.orders) {
      if (isWorking(order) || order.updatedAtMs >= wallMs) continue;
      this.orders.delete(orderId);
      for (const child of order.body.children) {
        this.orderOfChild.delete(child.childId);
        this.answeredMs.delete(child.childId);
        this.oddities.delete(child.childId);
        this.childOfBroker.delete(child.brokerOrderId);
      }
    }
  }
}

function likeness({ terms }: Pick<TrackedOrder, 'terms'>): string {
  const { instrumentKey, side, quantity, product, orderType, pricePaise, triggerPricePaise, strategy } = terms;
  return [instrumentKey, side, quantity, product, orderType, pricePaise, triggerPricePaise, strategy].join(' ');
}
