import type { Level, MarketView } from '../src/index.ts';

/** An order of the naive book: plain data, nothing sorted. */
export interface NaiveOrder {
  id: string;
  account: string;
  side: 'BUY' | 'SELL';
  limitPaise: number;
  priority: number;
  remaining: number;
  ahead: number;
}

export interface NaiveFill {
  id: string;
  quantity: number;
  pricePaise: number;
  counter?: string;
}

/** The same rules as the book, said again without any structure: every question searches everything. */
export class NaiveBook {
  orders: NaiveOrder[] = [];
  private shown: { BUY: Level[]; SELL: Level[] } = { BUY: [], SELL: [] };
  private taken = new Map<string, number>();
  private volume: number | undefined;

  begin(view: MarketView): void {
    this.show(view);
    this.volume = view.volume;
  }

  match(order: Omit<NaiveOrder, 'ahead'>): { fills: NaiveFill[]; selfTrade: boolean } {
    const fills: NaiveFill[] = [];
    const other = order.side === 'BUY' ? 'SELL' : 'BUY';
    while (order.remaining > 0) {
      const market = this.free(other)[0];
      const mine = this.queue(other)[0];
      const candidates = [market?.pricePaise, mine?.limitPaise].filter((one) => one !== undefined);
      if (candidates.length === 0) break;
      const price = order.side === 'BUY' ? Math.min(...candidates) : Math.max(...candidates);
      if (order.side === 'BUY' ? price > order.limitPaise : price < order.limitPaise) break;
      if (market?.pricePaise === price) {
        const quantity = Math.min(order.remaining, market.quantity);
        this.take(other, price, quantity);
        order.remaining -= quantity;
        fills.push({ id: order.id, quantity, pricePaise: price });
      } else if (mine !== undefined) {
        if (mine.account === order.account) return { fills, selfTrade: true };
        const quantity = Math.min(order.remaining, mine.remaining);
        order.remaining -= quantity;
        mine.remaining -= quantity;
        fills.push({ id: order.id, quantity, pricePaise: price, counter: mine.id });
        fills.push({ id: mine.id, quantity, pricePaise: price, counter: order.id });
        this.orders = this.orders.filter((one) => one.remaining > 0);
      }
    }
    return { fills, selfTrade: false };
  }

  rest(order: Omit<NaiveOrder, 'ahead'>): void {
    this.orders.push({ ...order, ahead: this.standing(order.side, order.limitPaise) });
  }

  remove(id: string): boolean {
    const before = this.orders.length;
    this.orders = this.orders.filter((order) => order.id !== id);
    return this.orders.length < before;
  }

  move(view: MarketView): NaiveFill[] {
    this.show(view);
    const traded = this.volume === undefined ? 0 : Math.max(0, view.volume - this.volume);
    this.volume = view.volume;
    const fills: NaiveFill[] = [];
    for (const side of ['BUY', 'SELL'] as const) {
      const meets = (order: NaiveOrder, price: number): boolean =>
        side === 'BUY' ? price <= order.limitPaise : price >= order.limitPaise;
      for (const order of this.queue(side)) {
        for (const level of this.free(side === 'BUY' ? 'SELL' : 'BUY')) {
          const quantity = Math.min(order.remaining, level.quantity);
          if (quantity === 0 || !meets(order, level.pricePaise)) break;
          this.take(side === 'BUY' ? 'SELL' : 'BUY', level.pricePaise, quantity);
          order.remaining -= quantity;
          fills.push({ id: order.id, quantity, pricePaise: order.limitPaise });
        }
      }
      let used = 0;
      if (traded > 0) {
        for (const order of this.queue(side)) {
          if (used >= traded || !meets(order, view.lastPaise)) break;
          const at = order.limitPaise === view.lastPaise;
          const quantity = Math.min(order.remaining, Math.max(0, traded - used - (at ? order.ahead : 0)));
          if (at) order.ahead = Math.max(0, order.ahead - traded);
          if (quantity === 0) continue;
          used += quantity;
          order.remaining -= quantity;
          fills.push({ id: order.id, quantity, pricePaise: order.limitPaise });
        }
      }
      for (const order of this.orders) {
        if (order.side === side) order.ahead = Math.min(order.ahead, this.standing(side, order.limitPaise));
      }
      this.orders = this.orders.filter((order) => order.side !== side || order.remaining > 0);
    }
    return fills;
  }

  /** Resting orders of a side by price and time. */
  queue(side: 'BUY' | 'SELL'): NaiveOrder[] {
    const sign = side === 'BUY' ? -1 : 1;
    return this.orders
      .filter((order) => order.side === side)
      .sort((a, b) => sign * (a.limitPaise - b.limitPaise) || a.priority - b.priority);
  }

  private show(view: MarketView): void {
    const next = { BUY: [...view.bids], SELL: [...view.asks] };
    for (const key of [...this.taken.keys()]) {
      const [side, price] = key.split('@') as ['BUY' | 'SELL', string];
      const find = (levels: Level[]): number | undefined =>
        levels.find((level) => level.pricePaise === Number(price))?.quantity;
      if (find(this.shown[side]) !== find(next[side])) this.taken.delete(key);
    }
    this.shown = next;
  }

  private free(side: 'BUY' | 'SELL'): Level[] {
    return this.shown[side]
      .map(({ pricePaise, quantity }) => ({
        pricePaise,
        quantity: quantity - (this.taken.get(`${side}@${pricePaise}`) ?? 0),
      }))
      .filter((level) => level.quantity > 0);
  }

  private take(side: 'BUY' | 'SELL', pricePaise: number, quantity: number): void {
    const key = `${side}@${pricePaise}`;
    this.taken.set(key, (this.taken.get(key) ?? 0) + quantity);
  }

  private standing(side: 'BUY' | 'SELL', pricePaise: number): number {
    const level = this.shown[side].find((one) => one.pricePaise === pricePaise);
    if (level !== undefined) return level.quantity - (this.taken.get(`${side}@${pricePaise}`) ?? 0);
    const prices = this.shown[side].map((one) => one.pricePaise);
    if (prices.length === 0) return 0;
    const beyond = side === 'BUY' ? pricePaise < Math.min(...prices) : pricePaise > Math.max(...prices);
    return beyond ? Infinity : 0;
  }
}
