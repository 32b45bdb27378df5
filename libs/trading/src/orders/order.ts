/**
 * An order: an intent and its children. The law of it: what its children can have filled in the end never passes the
 * quantity of the intent, whatever happens and in whatever order.
 */
import { invariant } from '@vega/kernel';
import { bornChild, type Child, type ChildTerms, hasEnded, isInDoubt, openQty, worstCaseQty } from './child.ts';
import { childIdOf, type OrderId } from './order-id.ts';

export const ORDER_STATUSES = [
  'denied',
  'pending',
  'working',
  'unknown',
  'filled',
  'cancelled',
  'rejected',
  'failed',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** What an order's children are made from and counted against. */
export interface OrderBody {
  readonly orderId: OrderId;
  /** Units of the intent. */
  readonly quantity: number;
  /** Quantities of its slices, in order; they sum to the quantity. Empty for a denied one. */
  readonly slices: readonly number[];
  readonly children: readonly Child[];
  /** Quantity that was not given to a child and never will be. */
  readonly lapsedQty: number;
}

/** An accepted order before its first child. */
export function acceptedOrder(orderId: OrderId, slices: readonly number[]): OrderBody {
  const quantity = slices.reduce((sum, slice) => sum + slice, 0);
  return { orderId, quantity, slices, children: [], lapsedQty: 0 };
}

/** Quantity no child has a claim on. */
export function freeQty(order: OrderBody): number {
  return order.quantity - order.lapsedQty - order.children.reduce((sum, child) => sum + worstCaseQty(child), 0);
}

/** The quantity of the next slice; undefined when there is none. A slice that ended early is not made up for. */
export function nextSlice(order: OrderBody): number | undefined {
  const planned = order.slices[order.children.length];
  if (planned === undefined) return undefined;
  const quantity = Math.min(planned, freeQty(order));
  return quantity > 0 ? quantity : undefined;
}

/** The order with its next child born. A child beyond the plan or the intent's quantity is a defect. */
export function bearChild(order: OrderBody, terms: Omit<ChildTerms, 'quantity'>): { order: OrderBody; child: Child } {
  const quantity = nextSlice(order);
  invariant(quantity !== undefined, `order ${order.orderId} has no slice left to give birth to`);
  const slice = order.children.length;
  const child = bornChild(order.orderId, childIdOf(order.orderId, slice), slice, { ...terms, quantity });
  const born = { ...order, children: [...order.children, child] };
  invariant(freeQty(born) >= 0, `the children of ${order.orderId} pass its quantity`);
  return { order: born, child };
}

/** The order with a child replaced by what became of it. */
export function withChild(order: OrderBody, child: Child): OrderBody {
  return { ...order, children: order.children.map((one) => (one.childId === child.childId ? child : one)) };
}

/** The order of which nothing more is given to children. */
export function lapse(order: OrderBody): OrderBody {
  const left = order.slices.slice(order.children.length).reduce((sum, slice) => sum + slice, 0);
  return left === 0
    ? order
    : { ...order, slices: order.slices.slice(0, order.children.length), lapsedQty: order.lapsedQty + left };
}

/** The order whose only child is asked to become another quantity; the intent becomes as large. */
export function resize(order: OrderBody, quantity: number): OrderBody {
  invariant(order.children.length === 1 && order.slices.length === 1, 'only an order of one child is resized');
  return { ...order, quantity: quantity + order.lapsedQty, slices: [quantity] };
}

/** Sums over the children. */
export function fillsOf(order: OrderBody): { readonly filledQty: number; readonly filledValuePaise: number } {
  let filledQty = 0;
  let filledValuePaise = 0;
  for (const child of order.children) {
    filledQty += child.filledQty;
    filledValuePaise += child.filledValuePaise;
  }
  return { filledQty, filledValuePaise };
}

/** What may still be filled of it, slices to come included. */
export function orderOpenQty(order: OrderBody): number {
  const toCome = order.slices.slice(order.children.length).reduce((sum, slice) => sum + slice, 0);
  return toCome + order.children.reduce((sum, child) => sum + openQty(child), 0);
}

/** What a trader reads of an accepted order: doubt before work, work before an end, and of ends what most of it came to. */
export function statusOf(order: OrderBody): OrderStatus {
  const { children } = order;
  const toCome = order.slices.length > children.length;
  if (children.some((child) => child.state === 'unknown')) return 'unknown';
  if (children.some((child) => !hasEnded(child.state) && !isInDoubt(child.state))) return 'working';
  if (toCome || children.some((child) => child.state === 'sending')) return 'pending';
  const { filledQty } = fillsOf(order);
  if (filledQty >= order.quantity && filledQty > 0) return 'filled';
  if (filledQty > 0 || children.some((child) => child.state === 'cancelled')) return 'cancelled';
  if (children.some((child) => child.state === 'rejected')) return 'rejected';
  return 'failed';
}
