/**
 * The orders of this exchange's customers in one instrument, matched by price and time against the depth that the market
 * shows and against each other.
 *
 * Method: two sorted lists, best first, earlier first at a price. An order that arrives takes the best opposite price,
 * market or customer, up to its limit; at one price the market's units come first. An order that rests is filled at its
 * own price when the market's depth reaches it, or when the market trades at its price beyond the units that stood in
 * front of it, or through it.
 * Invariants: lists are sorted; no two resting orders of different customers cross; a fill is never worse than the limit.
 */
import type { MarketView } from '../instrument.ts';
import type { Side } from '../orders/order.ts';
import { ShownDepth } from './shown-depth.ts';

/** An order as the book sees it. */
export interface BookOrder {
  readonly id: string;
  readonly account: string;
  readonly side: Side;
  readonly limitPaise: number;
  /** Arrival: lower is earlier. */
  readonly priority: number;
  remaining: number;
}

/** Units that changed hands. `counter` is the other customer's order; absent: the market. */
export interface BookFill {
  readonly id: string;
  readonly quantity: number;
  readonly pricePaise: number;
  readonly counter?: string;
}

/** What became of an order that arrived. */
export interface Arrival {
  readonly fills: readonly BookFill[];
  /** It met an order of its own account and what was left of it must not trade. */
  readonly selfTrade: boolean;
}

interface Resting {
  readonly order: BookOrder;
  /** The market's units in front of it at its price. */
  ahead: number;
}

export class InstrumentBook {
  private readonly bids: Resting[] = [];
  private readonly asks: Resting[] = [];
  private readonly shownBids = new ShownDepth();
  private readonly shownAsks = new ShownDepth();
  private volume: number | undefined;

  /** Resting orders of a side, best first. */
  resting(side: Side): readonly BookOrder[] {
    return this.listOf(side).map((one) => one.order);
  }

  get isEmpty(): boolean {
    return this.bids.length === 0 && this.asks.length === 0;
  }

  /** Takes over what the market shows without matching; for a book that begins. */
  begin(view: MarketView): void {
    this.shownBids.show(view.bids);
    this.shownAsks.show(view.asks);
    this.volume = view.volume;
  }

  /** Matches an order against what is there; it does not rest yet. */
  match(order: BookOrder): Arrival {
    const fills: BookFill[] = [];
    const buys = order.side === 'BUY';
    const depth = buys ? this.shownAsks : this.shownBids;
    const others = buys ? this.asks : this.bids;
    const within = (price: number): boolean => (buys ? price <= order.limitPaise : price >= order.limitPaise);
    while (order.remaining > 0) {
      const market = depth.best();
      const head = others[0];
      const marketFirst =
        market !== undefined &&
        (head === undefined || (buys ? market <= head.order.limitPaise : market >= head.order.limitPaise));
      const price = marketFirst ? market : head?.order.limitPaise;
      if (price === undefined || !within(price)) break;
      if (marketFirst) {
        const quantity = depth.take(price, order.remaining);
        order.remaining -= quantity;
        fills.push({ id: order.id, quantity, pricePaise: price });
      } else if (head !== undefined) {
        if (head.order.account === order.account) return { fills, selfTrade: true };
        const quantity = Math.min(order.remaining, head.order.remaining);
        order.remaining -= quantity;
        head.order.remaining -= quantity;
        fills.push(
          { id: order.id, quantity, pricePaise: price, counter: head.order.id },
          { id: head.order.id, quantity, pricePaise: price, counter: order.id },
        );
        if (head.order.remaining === 0) others.shift();
      }
    }
    return { fills, selfTrade: false };
  }

  /** Puts an order to rest behind what is at its price. */
  rest(order: BookOrder): void {
    const buys = order.side === 'BUY';
    const list = this.listOf(order.side);
    const ahead = (buys ? this.shownBids : this.shownAsks).ahead(order.limitPaise, buys);
    list.splice(placeIn(list, order), 0, { order, ahead });
  }

  /** Takes an order out; false when it does not rest here. */
  remove(order: Pick<BookOrder, 'id' | 'side' | 'limitPaise' | 'priority'>): boolean {
    const list = this.listOf(order.side);
    const at = placeIn(list, order);
    if (list[at]?.order.id !== order.id) return false;
    list.splice(at, 1);
    return true;
  }

  /** Moves on to what the market shows now; the fills this brings to resting orders, in priority. */
  move(view: MarketView): readonly BookFill[] {
    this.shownBids.show(view.bids);
    this.shownAsks.show(view.asks);
    const traded = this.volume === undefined ? 0 : Math.max(0, view.volume - this.volume);
    this.volume = view.volume;
    const fills: BookFill[] = [];
    for (const side of ['BUY', 'SELL'] as const) {
      if (this.listOf(side).length === 0) continue;
      this.meetDepth(side, fills);
      if (traded > 0) this.meetTrades(side, view.lastPaise, traded, fills);
      this.noteQueue(side);
      this.dropFilled(side);
    }
    return fills;
  }

  /** The other side's depth has come to resting orders: they trade at their own price. */
  private meetDepth(side: Side, fills: BookFill[]): void {
    const depth = side === 'BUY' ? this.shownAsks : this.shownBids;
    for (const { order } of this.listOf(side)) {
      while (order.remaining > 0) {
        const price = depth.best();
        if (price === undefined || !reaches(order, price)) return;
        const quantity = depth.take(price, order.remaining);
        order.remaining -= quantity;
        fills.push({ id: order.id, quantity, pricePaise: order.limitPaise });
      }
    }
  }

  /** The market has traded `traded` units at a price: first what stood before, then these orders. */
  private meetTrades(side: Side, lastPaise: number, traded: number, fills: BookFill[]): void {
    let left = traded;
    for (const resting of this.listOf(side)) {
      const { order } = resting;
      if (left <= 0 || !reaches(order, lastPaise)) return;
      const before = order.limitPaise === lastPaise ? resting.ahead : 0;
      const used = traded - left;
      const quantity = Math.min(order.remaining, Math.max(0, traded - Math.max(before, 0) - used));
      if (order.limitPaise === lastPaise) resting.ahead = Math.max(0, resting.ahead - traded);
      if (quantity <= 0) continue;
      order.remaining -= quantity;
      left -= quantity;
      fills.push({ id: order.id, quantity, pricePaise: order.limitPaise });
    }
  }

  /** Units in front can only become fewer: later orders of the market stand behind. */
  private noteQueue(side: Side): void {
    const buys = side === 'BUY';
    const depth = buys ? this.shownBids : this.shownAsks;
    for (const resting of this.listOf(side)) {
      resting.ahead = Math.min(resting.ahead, depth.ahead(resting.order.limitPaise, buys));
    }
  }

  private dropFilled(side: Side): void {
    const list = this.listOf(side);
    for (let at = list.length - 1; at >= 0; at--) if (list[at]?.order.remaining === 0) list.splice(at, 1);
  }

  private listOf(side: Side): Resting[] {
    return side === 'BUY' ? this.bids : this.asks;
  }
}

function reaches(order: BookOrder, price: number): boolean {
  return order.side === 'BUY' ? price <= order.limitPaise : price >= order.limitPaise;
}

/** Where an order stands or would stand in a list sorted best first, earlier first. */
function placeIn(list: readonly Resting[], order: Pick<BookOrder, 'side' | 'limitPaise' | 'priority'>): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle]?.order;
    if (other !== undefined && comesBefore(other, order)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comesBefore(
  a: Pick<BookOrder, 'side' | 'limitPaise' | 'priority'>,
  b: Pick<BookOrder, 'limitPaise' | 'priority'>,
): boolean {
  if (a.limitPaise !== b.limitPaise) {
    return a.side === 'BUY' ? a.limitPaise > b.limitPaise : a.limitPaise < b.limitPaise;
  }
  return a.priority < b.priority;
}
