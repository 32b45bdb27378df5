import {
  type CancelAllResponse,
  type ChildOrder,
  ChildState,
  type Denial,
  type Fill,
  type GetBookResponse,
  type GetTimelineResponse,
  type GetTradesResponse,
  type Order,
  type OrderEvent,
  OrderEventKind,
  OrderIntent,
  OrderProduct,
  OrderPurpose,
  OrderSide,
  OrderStatus,
  OrderType,
  OrderValidity,
  type RiskCheck,
} from '@vega/contracts';
import { invariant, paiseToRupees } from '@vega/kernel';
import type { OrdersBody } from '../../app/stream/orders/orders-channel.ts';
import type { Changed, Placed } from '../../app/orders/order-desk.ts';
import { nonZero, toRupees } from '../../app/quote-figures.ts';
import type {
  CancelledOrdersView,
  ChangedOrderView,
  ChildOrderView,
  OrderBookView,
  OrderEventView,
  OrderFillView,
  OrderTimelineView,
  OrderTradesView,
  OrderView,
  PlacedOrderView,
} from './order.view.ts';
import { wordOf } from './order-words.ts';
import type { DenialView, RiskCheckView } from './risk-check.view.ts';

/** Empty text stands for "none" on the bus. */
export const textOrNull = (text: string): string | null => (text === '' ? null : text);

/** The part of an answer that orders always gives. */
export function present<T>(value: T | undefined): T {
  invariant(value !== undefined, 'an answer of orders lacks its content');
  return value;
}

/** Paise over a quantity as rupees per unit: divided for display only. */
function averageOf(valuePaise: number, quantity: number): number | null {
  return quantity === 0 ? null : paiseToRupees(valuePaise / quantity);
}

function toChildView(child: ChildOrder): ChildOrderView {
  return {
    child_id: child.childId,
    slice: child.slice,
    state: wordOf(ChildState, child.state),
    quantity: child.quantity,
    price: toRupees(child.pricePaise),
    trigger_price: toRupees(child.triggerPricePaise),
    broker_order_id: textOrNull(child.brokerOrderId),
    broker_status: textOrNull(child.brokerStatus),
    code: textOrNull(child.code),
    message: textOrNull(child.message),
    filled_quantity: child.filledQty,
    average_price: averageOf(child.filledValuePaise, child.filledQty),
    born_at_ms: nonZero(child.bornAtMs),
    sent_at_ms: nonZero(child.sentAtMs),
    answered_at_ms: nonZero(child.answeredAtMs),
    ended_at_ms: nonZero(child.endedAtMs),
    adopted: child.adopted,
  };
}

export function toOrderView(order: Order): OrderView {
  const intent = order.intent ?? OrderIntent.create();
  return {
    order_id: intent.orderId,
    account_id: intent.accountId,
    user_id: order.userId,
    instrument_key: intent.instrumentKey,
    trading_symbol: textOrNull(order.tradingSymbol),
    side: wordOf(OrderSide, intent.side),
    quantity: intent.quantity,
    product: wordOf(OrderProduct, intent.product),
    order_type: wordOf(OrderType, intent.orderType),
    price: toRupees(intent.pricePaise),
    trigger_price: toRupees(intent.triggerPricePaise),
    validity: wordOf(OrderValidity, intent.validity),
    disclosed_quantity: intent.disclosedQty,
    // What leaves it open is taken as an entry.
    purpose: intent.purpose === OrderPurpose.EXIT ? 'EXIT' : 'ENTRY',
    strategy: textOrNull(intent.strategy),
    status: wordOf(OrderStatus, order.status),
    reducing: order.reducing,
    foreign: order.foreign,
    filled_quantity: order.filledQty,
    open_quantity: order.openQty,
    lapsed_quantity: order.lapsedQty,
    average_price: averageOf(order.filledValuePaise, order.filledQty),
    valid_until_ms: nonZero(intent.validUntilMs),
    decided_price: toRupees(intent.decidedPricePaise),
    created_at_ms: nonZero(order.createdAtMs),
    decided_at_ms: nonZero(order.decidedAtMs),
    updated_at_ms: nonZero(order.updatedAtMs),
    account_seq: order.accountSeq,
    denial: order.denial === undefined ? null : toDenialView(order.denial),
    children: order.children.map(toChildView),
  };
}

export function toDenialView({ code, message, retryable, checks }: Denial): DenialView {
  return { code, message, retryable, checks: checks.map(toCheckView) };
}

/** A check in rupees where the bus has paise. */
export function toCheckView({ code, passed, applied, value, limit, unit, detail }: RiskCheck): RiskCheckView {
  const figure = (one: number | undefined): number | null => {
    if (one === undefined) return null;
    return unit.startsWith('paise') ? paiseToRupees(one) : one;
  };
  const told = textOrNull(unit.replace('paise', 'rupees'));
  return { code, passed, applied, value: figure(value), limit: figure(limit), unit: told, detail: textOrNull(detail) };
}

export function toPlacedView(placed: Placed): PlacedOrderView {
  const order_id = placed.orderId;
  const nothing = { account_seq: null, slices: [], valid_until_ms: null, detail: null, denial: null };
  switch (placed.kind) {
    case 'accepted': {
      const { accountSeq, slices, validUntilMs } = placed.accepted;
      const told = { account_seq: accountSeq, slices: [...slices], valid_until_ms: nonZero(validUntilMs) };
      return { ...nothing, order_id, outcome: 'ACCEPTED', ...told };
    }
    case 'denied': {
      const denial = toDenialView(placed.denial);
      return { ...nothing, order_id, outcome: 'DENIED', detail: denial.message, denial };
    }
    case 'unknown':
      return { ...nothing, order_id, outcome: 'UNKNOWN', detail: placed.why };
  }
}

export function toChangedView({ kind, order }: Changed): ChangedOrderView {
  return { outcome: kind === 'done' ? 'DONE' : 'UNKNOWN', order: order === undefined ? null : toOrderView(order) };
}

export function toCancelledView(answer: CancelAllResponse | undefined): CancelledOrdersView {
  return answer === undefined
    ? { outcome: 'UNKNOWN', order_ids: [] }
    : { outcome: 'DONE', order_ids: [...answer.orderIds] };
}

export function toBookView({ orders, nextCursor, accountSeq }: GetBookResponse): OrderBookView {
  return { orders: orders.map(toOrderView), next_cursor: textOrNull(nextCursor), account_seq: accountSeq };
}

export function toFillView(fill: Fill): OrderFillView {
  return {
    fill_id: fill.fillId,
    order_id: fill.orderId,
    child_id: fill.childId,
    broker_order_id: textOrNull(fill.brokerOrderId),
    account_id: fill.accountId,
    instrument_key: fill.instrumentKey,
    side: wordOf(OrderSide, fill.side),
    product: wordOf(OrderProduct, fill.product),
    quantity: fill.quantity,
    price: averageOf(fill.valuePaise, fill.quantity),
    value: toRupees(fill.valuePaise),
    at_ms: nonZero(fill.atMs),
    market_time_ms: nonZero(fill.marketTimeMs),
    strategy: textOrNull(fill.strategy),
  };
}

export function toTradesView({ fills, nextCursor }: GetTradesResponse): OrderTradesView {
  return { trades: fills.map(toFillView), next_cursor: textOrNull(nextCursor) };
}

export function toEventView(event: OrderEvent): OrderEventView {
  return {
    account_seq: event.accountSeq,
    kind: wordOf(OrderEventKind, event.kind),
    order_id: textOrNull(event.orderId),
    child_id: textOrNull(event.childId),
    at_ms: nonZero(event.atMs),
    market_time_ms: nonZero(event.marketTimeMs),
    status: event.order === undefined ? null : wordOf(OrderStatus, event.order.status),
    code: textOrNull(event.code),
    message: textOrNull(event.message),
    source: event.source,
    epoch: event.epoch,
    fill: event.fill === undefined ? null : toFillView(event.fill),
  };
}

export function toTimelineView({ order, events }: GetTimelineResponse): OrderTimelineView {
  return { order: toOrderView(present(order)), events: events.map(toEventView) };
}

/** A body of the stream's channel. */
export function toStreamedOrders({ accountId, accountSeq, orders, events }: OrdersBody): object {
  return {
    account_id: accountId,
    account_seq: accountSeq,
    orders: orders.map(toOrderView),
    events: events.map(toEventView),
  };
}
