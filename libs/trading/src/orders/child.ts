import type { ChildId, OrderId } from './order-id.ts';

/** Where a child order is. The last five are ends. */
export const CHILD_STATES = [
  'sending',
  'unknown',
  'acknowledged',
  'open',
  'modifying',
  'cancelling',
  'filled',
  'cancelled',
  'rejected',
  'absent',
  'failed',
] as const;
export type ChildState = (typeof CHILD_STATES)[number];

const ENDS: ReadonlySet<ChildState> = new Set<ChildState>(['filled', 'cancelled', 'rejected', 'absent', 'failed']);
const IN_DOUBT: ReadonlySet<ChildState> = new Set<ChildState>(['sending', 'unknown']);

/** Whether nothing more is expected of it. */
export function hasEnded(state: ChildState): boolean {
  return ENDS.has(state);
}

/** Whether nobody knows if the broker has it. */
export function isInDoubt(state: ChildState): boolean {
  return IN_DOUBT.has(state);
}

/** What of an order can be changed. */
export interface ChildTerms {
  /** Units. */
  readonly quantity: number;
  readonly pricePaise: number;
  readonly triggerPricePaise: number;
}

/** One intended broker order: the unit of safety. */
export interface Child extends ChildTerms {
  readonly childId: ChildId;
  readonly orderId: OrderId;
  /** Place within its intent, from 0. */
  readonly slice: number;
  readonly state: ChildState;
  /** What a modify in flight asks for. */
  readonly asked: ChildTerms | undefined;
  /** Empty until the broker has named it. */
  readonly brokerOrderId: string;
  readonly brokerStatus: string;
  readonly code: string;
  readonly message: string;
  readonly filledQty: number;
  /** Sum of price times quantity over its fills. */
  readonly filledValuePaise: number;
  readonly adopted: boolean;
}

/** A child as it is born. */
export function bornChild(orderId: OrderId, childId: ChildId, slice: number, terms: ChildTerms): Child {
  return {
    childId,
    orderId,
    slice,
    ...terms,
    state: 'sending',
    asked: undefined,
    brokerOrderId: '',
    brokerStatus: '',
    code: '',
    message: '',
    filledQty: 0,
    filledValuePaise: 0,
    adopted: false,
  };
}

/** The most it can have filled in the end: of one in doubt or alive all, of one that ended what it has filled. */
export function worstCaseQty(child: Child): number {
  // An absent one may still be adopted: it keeps its claim on the intent's quantity for ever.
  if (child.state === 'absent') return child.quantity;
  return hasEnded(child.state) ? child.filledQty : Math.max(child.quantity, child.asked?.quantity ?? 0);
}

/** What of it may still be filled, at worst. */
export function openQty(child: Child): number {
  return hasEnded(child.state) ? 0 : Math.max(0, worstCaseQty(child) - child.filledQty);
}

/** What the broker says of an order at one moment. Quantities are totals, never increments. */
export interface BrokerReport {
  readonly brokerOrderId: string;
  /** The broker's own word. */
  readonly brokerStatus: string;
  readonly quantity: number;
  readonly pricePaise: number;
  readonly triggerPricePaise: number;
  readonly filledQty: number;
  readonly filledValuePaise: number;
  readonly message: string;
  /** Read from a complete book whose reading began after the last answer about this order: it ends what is in flight. */
  readonly settled: boolean;
}

/** What can happen to a child. */
export type ChildEvent =
  | { readonly kind: 'acknowledged'; readonly brokerOrderId: string }
  | { readonly kind: 'refused' | 'lost' | 'unsent'; readonly code: string; readonly message: string }
  | { readonly kind: 'proven-absent' }
  | { readonly kind: 'reported-open' | 'reported-filled' | 'reported-cancelled'; readonly report: BrokerReport }
  | { readonly kind: 'reported-rejected'; readonly report: BrokerReport }
  | { readonly kind: 'modify-asked'; readonly terms: ChildTerms }
  | { readonly kind: 'modify-refused' | 'cancel-refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'cancel-asked' };

export type ChildEventKind = ChildEvent['kind'];
export const CHILD_EVENT_KINDS = [
  'acknowledged',
  'refused',
  'lost',
  'unsent',
  'proven-absent',
  'reported-open',
  'reported-filled',
  'reported-cancelled',
  'reported-rejected',
  'modify-asked',
  'modify-refused',
  'cancel-asked',
  'cancel-refused',
] as const satisfies readonly ChildEventKind[];
