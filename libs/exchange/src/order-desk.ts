import { istDateOf } from '@vega/kernel';
import type { PriceBandRow } from '@vega/rulebook';
import { fundsOf, isReducing } from './account/funds.ts';
import { InstrumentBook, type BookFill, type BookOrder } from './book/instrument-book.ts';
import type { ExchangeEvent } from './events.ts';
import { orderEntry, type ExchangeMarket } from './exchange-market.ts';
import type { ExchangeState } from './exchange-state.ts';
import type { TradedInstrument } from './instrument.ts';
import { checkOrder } from './orders/order-checks.ts';
import { WAITING_STATUSES, type OrderStatus } from './orders/order-status.ts';
import { isMarket, isStop, isTerminal, remainingOf, type Order, type OrderTerms } from './orders/order.ts';
import { protectedLimit } from './orders/protection.ts';
import { refusal, type Refusal } from './refusal.ts';

/** An order as a customer gives it. */
export interface OrderRequest {
  readonly account: string;
  readonly instrument: TradedInstrument;
  readonly terms: OrderTerms;
  readonly tag: string | null;
  readonly parentId?: string | undefined;
}

const SELF_TRADE = 'Cancelled: it would have traded with an order of the same account';
const IOC_REST = 'Cancelled: immediate or cancel';
const DAY_END = 'Cancelled: the session has ended';
const NOT_IN_AUCTION = 'Cancelled: stop orders do not take part in the closing auction';

/** Where orders are checked, matched and ended. Every change leaves as an event through `emit`, which also applies it. */
export class OrderDesk {
  private readonly books = new Map<string, InstrumentBook>();
  /** Live orders by instrument: what must be looked at when it moves. */
  private readonly live = new Map<string, Set<string>>();

  private readonly state: ExchangeState;
  private readonly market: ExchangeMarket;
  private readonly bands: readonly PriceBandRow[];
  private readonly emit: (event: ExchangeEvent) => void;

  constructor(
    state: ExchangeState,
    market: ExchangeMarket,
    bands: readonly PriceBandRow[],
    emit: (event: ExchangeEvent) => void,
  ) {
    this.state = state;
    this.market = market;
    this.bands = bands;
    this.emit = emit;
  }

  /** Takes an order in; its id. Whether it lives, trades or is rejected is told by events. The phase must take orders. */
  place(request: OrderRequest): string {
    const { state } = this;
    const at = this.market.now();
    const waits = orderEntry(this.market.phase(request.instrument)) === 'after-market';
    const orderId = orderIdOf(istDateOf(at), state.ordersEver + 1);
    this.emit({
      type: 'order-received',
      at,
      orderId,
      account: request.account,
      refId: `${orderId}${request.account}`,
      tag: request.tag,
      variety: waits ? 'AMO' : 'SIMPLE',
      parentId: request.parentId ?? null,
      instrument: request.instrument,
      terms: request.terms,
    });
    const order = state.order(orderId);
    this.watch(order);
    if (waits) this.checkWaiting(order);
    else this.admit(order);
    return orderId;
  }

  /** Changes an order; false when it is finished. A change that is not allowed shows in its history. */
  modify(orderId: string, terms: OrderTerms): boolean {
    const order = this.state.order(orderId);
    if (isTerminal(order)) return false;
    if (WAITING_STATUSES.has(order.status)) {
      this.emit({ type: 'order-modified', at: this.market.now(), orderId, terms });
      this.status(order, 'modify after market order req received');
      this.checkWaiting(order);
      return true;
    }
    this.status(order, 'modify validation pending');
    const limitPaise = this.limitOf(order.instrument, terms);
    const refused =
      terms.quantity <= order.filled
        ? refusal('LOT_SIZE', `Quantity ${terms.quantity} is not above the filled ${order.filled}`)
        : this.refusalOf(order, terms, limitPaise);
    if (refused !== undefined) {
      this.status(order, 'not modified', { message: refused.message });
      this.status(order, order.triggered || !isStop(order.terms.type) ? 'open' : 'trigger pending');
      return true;
    }
    this.status(order, 'modify pending');
    const keepsPlace =
      limitPaise === order.limitPaise && terms.quantity <= order.terms.quantity && terms.type === order.terms.type;
    this.takeOut(order);
    const { priority } = order;
    this.emit({ type: 'order-modified', at: this.market.now(), orderId, terms });
    this.status(order, 'modified');
    this.activate(order, keepsPlace ? priority : undefined);
    return true;
  }

  /** Cancels an order; false when it is finished. */
  cancel(orderId: string, message?: string): boolean {
    const order = this.state.order(orderId);
    if (isTerminal(order)) return false;
    if (WAITING_STATUSES.has(order.status)) {
      this.status(order, 'cancelled after market order', message === undefined ? {} : { message });
      this.unwatch(order);
      return true;
    }
    this.takeOut(order);
    this.status(order, 'cancel pending');
    this.finish(order, 'cancelled', message);
    return true;
  }

  /** The market of an instrument has moved. */
  move(key: string): void {
    const ids = this.live.get(key);
    const first = ids === undefined ? undefined : this.state.orders.get([...ids][0] ?? '');
    const view = this.market.view(key);
    if (ids === undefined || first === undefined || view === undefined) return;
    if (this.market.phase(first.instrument) !== 'continuous') return;
    const book = this.books.get(key);
    if (book !== undefined) this.report(book.move(view));
    for (const id of [...ids]) {
      const order = this.state.order(id);
      if (order.status === 'trigger pending' && isTriggered(order, view.lastPaise)) this.pull(order);
    }
  }

  /** Instruments with live orders. */
  watched(): IterableIterator<string> {
    return this.live.keys();
  }

  isWatched(key: string): boolean {
    return this.live.has(key);
  }

  /** Looks at the phases of instruments with live orders: releases what waited, ends what has no session left. */
  followPhases(before: (instrument: TradedInstrument) => string | undefined): void {
    for (const ids of [...this.live.values()]) {
      for (const id of [...ids]) {
        const order = this.state.order(id);
        const phase = this.market.phase(order.instrument);
        const entry = orderEntry(phase);
        if (isTerminal(order)) continue;
        if (WAITING_STATUSES.has(order.status)) {
          if (entry === 'trade' || phase === 'pre-open-entry') this.release(order);
        } else if (phase === 'closed') this.cancel(order.id, DAY_END);
        else if (phase === 'closing-reference' && order.status === 'trigger pending')
          this.cancel(order.id, NOT_IN_AUCTION);
        else if (phase === 'closing-matching') this.auction(order);
        else if (phase === 'continuous' && (before(order.instrument) ?? '').startsWith('pre-open')) this.reenter(order);
      }
    }
  }

  /** Puts live orders back into books after a replay. */
  restore(): void {
    for (const order of this.state.orders.values()) {
      if (isTerminal(order)) continue;
      this.watch(order);
      if (order.status === 'open') this.bookOf(order.instrument.key).rest(bookOrder(order));
    }
  }

  /** Ends every order that a day does not outlive. */
  endDay(): void {
    for (const order of [...this.state.orders.values()]) {
      if (!isTerminal(order) && !WAITING_STATUSES.has(order.status)) this.cancel(order.id, DAY_END);
    }
  }

  private release(order: Order): void {
    this.status(order, 'put order req received');
    this.admit(order);
  }

  /** An after-market order is looked at when it is given and again when its session begins. */
  private checkWaiting(order: Order): void {
    const refused = this.refusalOf(order, order.terms, isMarket(order.terms.type) ? 0 : order.terms.pricePaise);
    if (refused === undefined) return;
    this.status(order, 'rejected', { message: refused.message });
    this.unwatch(order);
  }

  private admit(order: Order): void {
    this.status(order, 'validation pending');
    const refused = this.refusalOf(order, order.terms, this.limitOf(order.instrument, order.terms));
    if (refused !== undefined) {
      this.status(order, 'rejected', { message: refused.message });
      this.unwatch(order);
      return;
    }
    this.status(order, 'open pending', { exchangeOrderId: `1${order.id}` });
    this.activate(order);
  }

  private refusalOf(order: Order, terms: OrderTerms, limitPaise: number): Refusal | undefined {
    const { state, market } = this;
    const account = state.account(order.account);
    const { instrument } = order;
    const view = market.view(instrument.key);
    const phase = market.phase(instrument);
    const date = istDateOf(market.now());
    const checked = {
      account,
      instrument,
      terms,
      limitPaise,
      view,
      phase,
      date,
      bands: this.bands,
      exceptId: order.id,
    };
    const refused = checkOrder(checked);
    if (refused !== undefined) return refused;
    return this.marginRefusal(order, terms, limitPaise > 0 ? limitPaise : (view?.lastPaise ?? 0));
  }

  /** The order is weighed in place of what it was; one that only reduces a position always passes. */
  private marginRefusal(order: Order, terms: OrderTerms, pricePaise: number): Refusal | undefined {
    const account = this.state.account(order.account);
    const others = { ...account, orders: account.orders.filter((other) => other !== order) };
    const units = terms.quantity - order.filled;
    if (isReducing(others, order.instrument, terms, units)) return undefined;
    const wanted = { instrument: order.instrument, terms: { ...terms, quantity: units }, pricePaise };
    const margins = this.market.margins();
    const { availablePaise } = fundsOf(others, margins, wanted);
    if (availablePaise >= 0) return undefined;
    const { availablePaise: before } = fundsOf(others, margins);
    const text = (paise: number): string => (paise / 100).toFixed(2);
    return refusal(
      'MARGIN',
      `Insufficient funds: required ${text(before - availablePaise)}, available ${text(before)}`,
    );
  }

  /** The limit with which terms go into the book; zero when the market has no price for a protection. */
  private limitOf(instrument: TradedInstrument, terms: OrderTerms): number {
    if (!isMarket(terms.type)) return terms.pricePaise;
    const last = this.market.view(instrument.key)?.lastPaise ?? 0;
    const reference = terms.type === 'SL-M' ? terms.triggerPaise : last;
    return reference <= 0 ? 0 : protectedLimit(instrument, terms.side, reference, terms.protectionPercent ?? -1);
  }

  /** Puts an accepted order where it belongs: behind its trigger, or into the book. */
  private activate(order: Order, priority?: number): void {
    const waits = isStop(order.terms.type) && !order.triggered;
    if (waits) {
      this.status(order, 'trigger pending');
      const last = this.market.view(order.instrument.key)?.lastPaise ?? 0;
      const trading = this.market.phase(order.instrument) === 'continuous';
      if (trading && last > 0 && isTriggered(order, last)) this.pull(order);
      return;
    }
    const limitPaise = this.limitOf(order.instrument, order.terms);
    this.status(order, 'open', { limitPaise, priority: priority ?? this.state.priorities + 1 });
    this.enterBook(order);
  }

  private pull(order: Order): void {
    const limitPaise = this.limitOf(order.instrument, order.terms);
    this.status(order, 'open', { limitPaise, priority: this.state.priorities + 1, triggered: true });
    this.enterBook(order);
  }

  private enterBook(order: Order): void {
    const book = this.bookOf(order.instrument.key);
    const entry = bookOrder(order);
    if (this.market.phase(order.instrument) === 'continuous') {
      const { fills, selfTrade } = book.match(entry);
      this.report(fills);
      if (entry.remaining === 0) return;
      if (selfTrade) return this.finish(order, 'cancelled', SELF_TRADE);
      if (order.terms.validity === 'IOC') return this.finish(order, 'cancelled', IOC_REST);
    }
    book.rest(entry);
  }

  /** At the end of an auction what was collected trades with what meets it. */
  private reenter(order: Order): void {
    if (order.status !== 'open') return;
    this.takeOut(order);
    this.enterBook(order);
  }

  /** The closing auction trades at the last price; what does not meet it is cancelled. */
  private auction(order: Order): void {
    const last = this.market.view(order.instrument.key)?.lastPaise ?? 0;
    const { side } = order.terms;
    const meets = last > 0 && (side === 'BUY' ? order.limitPaise >= last : order.limitPaise <= last);
    this.takeOut(order);
    if (meets && order.status === 'open') {
      this.report([{ id: order.id, quantity: remainingOf(order), pricePaise: last }]);
    } else this.cancel(order.id, DAY_END);
  }

  private report(fills: readonly BookFill[]): void {
    const touched = new Set<Order>();
    for (const { id, quantity, pricePaise, counter } of fills) {
      const tradeId = String(100_000_000 + this.state.tradesEver);
      const at = this.market.now();
      const event = { type: 'trade', at, orderId: id, tradeId, quantity, pricePaise } as const;
      this.emit(counter === undefined ? event : { ...event, counter });
      touched.add(this.state.order(id));
    }
    for (const order of touched) {
      if (remainingOf(order) === 0) this.finish(order, 'complete');
      else this.status(order, 'open');
    }
  }

  private finish(order: Order, status: OrderStatus, message?: string): void {
    this.status(order, status, message === undefined ? {} : { message });
    this.unwatch(order);
  }

  private status(
    order: Order,
    status: OrderStatus,
    more: Partial<
      Pick<
        Extract<ExchangeEvent, { type: 'order-status' }>,
        'message' | 'limitPaise' | 'priority' | 'triggered' | 'exchangeOrderId'
      >
    > = {},
  ): void {
    this.emit({ type: 'order-status', at: this.market.now(), orderId: order.id, status, ...more });
  }

  private takeOut(order: Order): void {
    const { id, terms, limitPaise, priority } = order;
    this.books.get(order.instrument.key)?.remove({ id, side: terms.side, limitPaise, priority });
  }

  private bookOf(key: string): InstrumentBook {
    let book = this.books.get(key);
    if (book === undefined) this.books.set(key, (book = new InstrumentBook()));
    const view = this.market.view(key);
    // A book with orders follows every move of the market; an empty one catches up when somebody comes.
    if (book.isEmpty && view !== undefined) book.begin(view);
    return book;
  }

  private watch(order: Order): void {
    const { key } = order.instrument;
    const ids = this.live.get(key) ?? new Set<string>();
    this.live.set(key, ids);
    ids.add(order.id);
  }

  private unwatch(order: Order): void {
    const { key } = order.instrument;
    const ids = this.live.get(key);
    ids?.delete(order.id);
    if (ids?.size === 0) this.live.delete(key);
  }
}

function bookOrder(order: Order): BookOrder {
  return {
    id: order.id,
    account: order.account,
    side: order.terms.side,
    limitPaise: order.limitPaise,
    priority: order.priority,
    remaining: remainingOf(order),
  };
}

function isTriggered(order: Order, lastPaise: number): boolean {
  const { side, triggerPaise } = order.terms;
  return side === 'BUY' ? lastPaise >= triggerPaise : lastPaise <= triggerPaise;
}

/** Fifteen digits: the date as yymmdd and a number that never comes twice. */
function orderIdOf(date: string, number: number): string {
  return `${date.slice(2).replaceAll('-', '')}${String(number).padStart(9, '0')}`;
}
