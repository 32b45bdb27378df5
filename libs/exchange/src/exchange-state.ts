import { invariant, istDate, type IstDate } from '@vega/kernel';
import { bookTrade, convertPosition, keep, openAccount, type Account } from './account/account.ts';
import { closeAccountDay } from './account/day-end.ts';
import type { ExchangeEvent } from './events.ts';
import { isGttLive, type GttOrder } from './orders/gtt.ts';
import { NEXT_STATUSES, TERMINAL_STATUSES, WAITING_STATUSES } from './orders/order-status.ts';
import { isTerminal, type Order } from './orders/order.ts';

/** Finished good-till-triggered orders that are kept per exchange. */
const MAX_FINISHED_GTTS = 1_000;

type EventOf<T extends ExchangeEvent['type']> = Extract<ExchangeEvent, { type: T }>;

/** All that the exchange and the broker know, as the fold of events: no decision is taken here. */
export class ExchangeState {
  date: IstDate = istDate('1970-01-01');
  /** The last date that was closed. */
  closedDate: IstDate = istDate('1970-01-01');
  readonly accounts = new Map<string, Account>();
  /** Today's orders and waiting after-market orders by id. */
  readonly orders = new Map<string, Order>();
  readonly gtts = new Map<string, GttOrder>();
  /** Counters of ids; they never go back. */
  ordersEver = 0;
  tradesEver = 0;
  gttsEver = 0;
  priorities = 0;

  private readonly brokeragePaise: number;

  constructor(brokeragePaise: number) {
    this.brokeragePaise = brokeragePaise;
  }

  account(id: string): Account {
    const account = this.accounts.get(id);
    invariant(account !== undefined, `account ${id} has not been opened`);
    return account;
  }

  order(id: string): Order {
    const order = this.orders.get(id);
    invariant(order !== undefined, `order ${id} is not known`);
    return order;
  }

  /** Takes a fact in. A fact that cannot follow what is known is a defect. */
  apply(event: ExchangeEvent): void {
    switch (event.type) {
      case 'day-opened':
        return this.openDay(event);
      case 'account-opened':
        this.accounts.set(event.account, openAccount(event.account, event.openingPaise));
        return;
      case 'order-received':
        return this.receive(event);
      case 'order-status':
        return this.moveOrder(event);
      case 'order-modified': {
        const order = this.order(event.orderId);
        order.terms = event.terms;
        order.requestId++;
        return;
      }
      case 'trade':
        return this.trade(event);
      case 'position-converted':
        return convertPosition(this.account(event.account), event);
      case 'kill-switch-set':
        this.account(event.account).killSwitches.set(event.segment, { enabled: event.enabled, at: event.at });
        return;
      case 'gtt-placed':
        this.gttsEver++;
        this.gtts.set(event.gtt.id, copyOf(event.gtt));
        this.forgetFinishedGtts();
        return;
      case 'gtt-modified':
        this.gtts.set(event.gtt.id, copyOf(event.gtt));
        return;
      case 'gtt-rule':
        return this.moveRule(event);
      case 'cash-moved':
        return this.moveCash(event);
      case 'day-closed':
        for (const account of this.accounts.values()) closeAccountDay(account, event.date, event);
        this.closedDate = event.date;
        return;
    }
  }

  private openDay({ date }: EventOf<'day-opened'>): void {
    this.date = date;
    for (const [id, order] of this.orders) if (isTerminal(order)) this.orders.delete(id);
    for (const account of this.accounts.values()) {
      account.orders = account.orders.filter((order) => !isTerminal(order));
      for (const trade of account.trades) keep(account.pastTrades, trade);
      account.trades = [];
    }
  }

  private receive(event: EventOf<'order-received'>): void {
    this.ordersEver++;
    const { orderId: id, account, refId, tag, variety, parentId, instrument, terms, at } = event;
    const status = variety === 'AMO' ? 'after market order req received' : 'put order req received';
    const order: Order = {
      id,
      account,
      refId,
      instrument,
      tag,
      variety,
      placedAt: at,
      parentId,
      terms,
      status,
      message: null,
      requestId: 1,
      exchangeOrderId: null,
      exchangeAt: null,
      filled: 0,
      filledValuePaise: 0,
      limitPaise: 0,
      triggered: false,
      priority: 0,
      history: [{ at, status, filled: 0, filledValuePaise: 0, requestId: 1 }],
    };
    this.orders.set(id, order);
    this.account(account).orders.push(order);
  }

  private moveOrder(event: EventOf<'order-status'>): void {
    const order = this.order(event.orderId);
    invariant(
      NEXT_STATUSES[order.status].includes(event.status),
      `order ${order.id} cannot go from "${order.status}" to "${event.status}"`,
    );
    order.status = event.status;
    if (event.message !== undefined) order.message = event.message;
    if (event.limitPaise !== undefined) order.limitPaise = event.limitPaise;
    if (event.triggered === true) order.triggered = true;
    if (event.priority !== undefined) {
      order.priority = event.priority;
      this.priorities = Math.max(this.priorities, event.priority);
    }
    if (event.exchangeOrderId !== undefined) order.exchangeOrderId = event.exchangeOrderId;
    if (order.exchangeOrderId !== null) order.exchangeAt = event.at;
    const { status, message } = event;
    const { filled, filledValuePaise, requestId } = order;
    order.history.push({ at: event.at, status, message, filled, filledValuePaise, requestId });
  }

  private trade(event: EventOf<'trade'>): void {
    const order = this.order(event.orderId);
    const { at, tradeId, orderId, quantity, pricePaise } = event;
    invariant(!TERMINAL_STATUSES.has(order.status), `order ${orderId} is finished and cannot trade`);
    invariant(!WAITING_STATUSES.has(order.status), `order ${orderId} waits for the session and cannot trade`);
    invariant(order.filled + quantity <= order.terms.quantity, `order ${orderId} would be filled beyond its quantity`);
    this.tradesEver++;
    order.filled += quantity;
    order.filledValuePaise += quantity * pricePaise;
    const { instrument, terms } = order;
    const { product, side } = terms;
    const trade = { tradeId, orderId, at, date: this.date, instrument, product, side, quantity, pricePaise };
    bookTrade(this.account(order.account), order, trade, this.brokeragePaise);
  }

  private moveRule(event: EventOf<'gtt-rule'>): void {
    const rule = this.gtts.get(event.gttId)?.rules[event.rule];
    invariant(rule !== undefined, `GTT ${event.gttId} has no rule ${event.rule}`);
    rule.status = event.status;
    if (event.orderId !== undefined) rule.orderId = event.orderId;
    if (event.message !== undefined) rule.message = event.message;
    if (event.triggerPaise !== undefined) rule.currentPaise = event.triggerPaise;
  }

  private moveCash({ at, account: id, paise, reason }: EventOf<'cash-moved'>): void {
    const account = this.account(id);
    account.cashPaise += paise;
    if (paise >= 0) account.addedPaise += paise;
    else account.withdrawnPaise -= paise;
    keep(account.movements, { at, paise, reason });
  }

  private forgetFinishedGtts(): void {
    if (this.gtts.size <= MAX_FINISHED_GTTS) return;
    for (const [id, gtt] of this.gtts) {
      if (!isGttLive(gtt)) {
        this.gtts.delete(id);
        return;
      }
    }
  }
}

/** The state changes rules in place; events stay as they were written. */
function copyOf(gtt: GttOrder): GttOrder {
  return { ...gtt, rules: gtt.rules.map((rule) => ({ ...rule })) };
}
