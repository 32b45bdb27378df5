import {
  ChildState as WireChildState,
  type ChildOrder,
  type Denial,
  Order,
  type OrderIntent,
  OrderProduct,
  OrderSide,
  OrderStatus as WireOrderStatus,
  OrderType,
  OrderValidity,
} from '@vega/contracts';
import { instrumentKey, isSupportedSegment, segmentOf } from '@vega/kernel';
import {
  type Child,
  type ChildState,
  type ChildId,
  fillsOf,
  hasEnded,
  type IntentTerms,
  type OrderBody,
  type OrderId,
  orderOpenQty,
  type OrderStatus,
  type Product,
  statusOf,
} from '@vega/trading';

import type { OrderRow } from './order-store.ts';

/** Wall times of a child, epoch ms; 0 where it has not come to that. */
export interface ChildTimes {
  readonly bornAtMs: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly endedAtMs: number;
}

/** An order as the writer holds it. Replaced as a whole once a step is committed. */
export interface TrackedOrder {
  readonly intent: OrderIntent;
  /** The intent as it came: another body under its id is refused by it. */
  readonly raw: Uint8Array;
  readonly terms: IntentTerms;
  readonly body: OrderBody;
  readonly times: ReadonlyMap<ChildId, ChildTimes>;
  readonly userId: string;
  readonly tradingSymbol: string;
  /** The limit that leaves, paise. */
  readonly limitPaise: number;
  readonly marginPaise: number;
  readonly reducing: boolean;
  readonly foreign: boolean;
  readonly denial: Denial | undefined;
  readonly createdAtMs: number;
  /** Market time. */
  readonly decidedAtMs: number;
  readonly updatedAtMs: number;
  readonly accountSeq: number;
}

const CHILD_TO_WIRE: Readonly<Record<ChildState, WireChildState>> = {
  sending: WireChildState.SENDING,
  unknown: WireChildState.UNKNOWN,
  acknowledged: WireChildState.ACKNOWLEDGED,
  open: WireChildState.OPEN,
  modifying: WireChildState.MODIFYING,
  cancelling: WireChildState.CANCELLING,
  filled: WireChildState.FILLED,
  cancelled: WireChildState.CANCELLED,
  rejected: WireChildState.REJECTED,
  absent: WireChildState.ABSENT,
  failed: WireChildState.FAILED,
};
const CHILD_FROM_WIRE = new Map(Object.entries(CHILD_TO_WIRE).map(([ours, wire]) => [wire, ours as ChildState]));
const IS_CHANGING: ReadonlySet<WireChildState> = new Set([WireChildState.MODIFYING, WireChildState.CANCELLING]);
const HAS_ENDED: ReadonlySet<WireChildState> = new Set(
  [...CHILD_FROM_WIRE].filter(([, state]) => hasEnded(state)).map(([wire]) => wire),
);

const STATUS_TO_WIRE: Readonly<Record<OrderStatus, WireOrderStatus>> = {
  denied: WireOrderStatus.DENIED,
  pending: WireOrderStatus.PENDING,
  working: WireOrderStatus.WORKING,
  unknown: WireOrderStatus.UNKNOWN,
  filled: WireOrderStatus.FILLED,
  cancelled: WireOrderStatus.CANCELLED,
  rejected: WireOrderStatus.REJECTED,
  failed: WireOrderStatus.FAILED,
};

/** The order's status in the wire's words. */
export function wireStatus(order: TrackedOrder): WireOrderStatus {
  return STATUS_TO_WIRE[order.denial === undefined ? statusOf(order.body) : 'denied'];
}

/** Whether anything of it may still fill, or is in doubt. */
export function isWorking(order: TrackedOrder): boolean {
  return (
    order.denial === undefined &&
    (orderOpenQty(order.body) > 0 || order.body.children.some((one) => !hasEnded(one.state)))
  );
}

/** The order as others see it. */
export function toWireOrder(order: TrackedOrder): Order {
  return {
    intent: order.intent,
    userId: order.userId,
    tradingSymbol: order.tradingSymbol,
    status: wireStatus(order),
    children: order.body.children.map((child) => toWireChild(child, order.times.get(child.childId))),
    ...fillsOf(order.body),
    openQty: order.denial === undefined ? orderOpenQty(order.body) : 0,
    lapsedQty: order.body.lapsedQty,
    reducing: order.reducing,
    foreign: order.foreign,
    denial: order.denial,
    createdAtMs: order.createdAtMs,
    decidedAtMs: order.decidedAtMs,
    updatedAtMs: order.updatedAtMs,
    accountSeq: order.accountSeq,
  };
}

export const NO_TIMES: ChildTimes = { bornAtMs: 0, sentAtMs: 0, answeredAtMs: 0, endedAtMs: 0 };

function toWireChild(child: Child, times: ChildTimes = NO_TIMES): ChildOrder {
  const { childId, slice, quantity, pricePaise, triggerPricePaise, brokerOrderId, brokerStatus } = child;
  return {
    childId,
    slice,
    state: CHILD_TO_WIRE[child.state],
    quantity,
    pricePaise,
    triggerPricePaise,
    brokerOrderId,
    brokerStatus,
    code: child.code,
    message: child.message,
    filledQty: child.filledQty,
    filledValuePaise: child.filledValuePaise,
    ...times,
    adopted: child.adopted,
  };
}

/** An order of the record; undefined for one that cannot be read. */
export function fromRow(row: Pick<OrderRow, 'snapshot' | 'intent' | 'marginPaise'>): TrackedOrder | undefined {
  return fromWireOrder(Order.decode(row.snapshot), row.intent, row.marginPaise);
}

/** What it has not given to children is not given any more: its slices are its children. */
function fromWireOrder(wire: Order, raw: Uint8Array, marginPaise: number): TrackedOrder | undefined {
  const { intent } = wire;
  if (intent === undefined) return undefined;
  const terms = termsOf(intent);
  if (terms === undefined) return undefined;
  const children = wire.children.map((child) => fromWireChild(child, terms.orderId));
  const slices = children.map((child) => child.quantity);
  const lapsedQty = wire.denial === undefined ? wire.lapsedQty : 0;
  const born = slices.reduce((sum, slice) => sum + slice, 0);
  return {
    intent,
    raw,
    terms,
    body: { orderId: terms.orderId, quantity: born + lapsedQty, slices, children, lapsedQty },
    times: new Map(
      wire.children.map((child) => [
        child.childId as ChildId,
        {
          bornAtMs: child.bornAtMs,
          sentAtMs: child.sentAtMs,
          answeredAtMs: child.answeredAtMs,
          endedAtMs: child.endedAtMs,
        },
      ]),
    ),
    userId: wire.userId,
    tradingSymbol: wire.tradingSymbol,
    limitPaise: wire.children[0]?.pricePaise ?? intent.pricePaise,
    marginPaise,
    reducing: wire.reducing,
    foreign: wire.foreign,
    denial: wire.denial,
    createdAtMs: wire.createdAtMs,
    decidedAtMs: wire.decidedAtMs,
    updatedAtMs: wire.updatedAtMs,
    accountSeq: wire.accountSeq,
  };
}

/**
 * Quantity of a recorded order that no child was born for and that had not lapsed: what a new writer lets lapse. It is what
 * is open beyond its children, not what the intent has beyond them: a modify may have made the order smaller.
 */
export function unbornQty(wire: Order): number {
  if (wire.denial !== undefined || wire.foreign) return 0;
  // Only an order of one slice is modified, and a cancel lets the rest lapse: what is open beyond such a child is what was asked for it.
  if (wire.children.some(({ state }) => IS_CHANGING.has(state))) return 0;
  const open = wire.children.filter(({ state }) => !HAS_ENDED.has(state));
  return Math.max(0, wire.openQty - open.reduce((sum, child) => sum + child.quantity - child.filledQty, 0));
}

function fromWireChild(wire: ChildOrder, orderId: OrderId): Child {
  return {
    childId: wire.childId as ChildId,
    orderId,
    slice: wire.slice,
    state: CHILD_FROM_WIRE.get(wire.state) ?? 'unknown',
    asked: undefined,
    quantity: wire.quantity,
    pricePaise: wire.pricePaise,
    triggerPricePaise: wire.triggerPricePaise,
    brokerOrderId: wire.brokerOrderId,
    brokerStatus: wire.brokerStatus,
    code: wire.code,
    message: wire.message,
    filledQty: wire.filledQty,
    filledValuePaise: wire.filledValuePaise,
    adopted: wire.adopted,
  };
}

const PRODUCTS: Readonly<Record<number, Product>> = {
  [OrderProduct.INTRADAY]: 'I',
  [OrderProduct.DELIVERY]: 'D',
  [OrderProduct.MTF]: 'MTF',
};

/** The terms of an intent whose fields have been checked; undefined for a segment that is not traded. */
export function termsOf(intent: OrderIntent): IntentTerms | undefined {
  const key = instrumentKey(intent.instrumentKey);
  const segment = segmentOf(key);
  if (!isSupportedSegment(segment)) return undefined;
  return {
    orderId: intent.orderId as OrderId,
    accountId: intent.accountId,
    strategy: intent.strategy,
    instrumentKey: key,
    segment,
    side: intent.side === OrderSide.SELL ? 'SELL' : 'BUY',
    quantity: intent.quantity,
    product: PRODUCTS[intent.product] ?? 'D',
    orderType: intent.orderType === OrderType.MARKET ? 'MARKET' : intent.orderType === OrderType.SL ? 'SL' : 'LIMIT',
    pricePaise: intent.pricePaise,
    triggerPricePaise: intent.triggerPricePaise,
    validity: intent.validity === OrderValidity.IOC ? 'IOC' : 'DAY',
    disclosedQty: intent.disclosedQty,
    validUntilMs: intent.validUntilMs,
  };
}

/** An order as it comes, before anything is decided. */
export function undecided(
  intent: OrderIntent,
  terms: IntentTerms,
  raw: Uint8Array,
  userId: string,
  tradingSymbol: string,
  decidedAtMs: number,
  now: number,
): TrackedOrder {
  return {
    intent,
    raw,
    terms,
    body: { orderId: terms.orderId, quantity: terms.quantity, slices: [], children: [], lapsedQty: 0 },
    times: new Map(),
    userId,
    tradingSymbol,
    limitPaise: terms.pricePaise,
    marginPaise: 0,
    reducing: false,
    foreign: false,
    denial: undefined,
    createdAtMs: now,
    decidedAtMs,
    updatedAtMs: now,
    accountSeq: 0,
  };
}
