/** The words of orders in the public interfaces: those of the bus, as text. */
import {
  ChildState,
  OrderEventKind,
  OrderProduct,
  OrderPurpose,
  OrderSide,
  OrderStatus,
  OrderType,
  OrderValidity,
  SwitchStops,
} from '@vega/contracts';

type Words = Readonly<Record<string, number>>;
type WordOf<E extends Words> = Exclude<keyof E & string, 'UNSPECIFIED'>;

function wordsOf<E extends Words>(of: E): WordOf<E>[] {
  return Object.keys(of).filter((word): word is WordOf<E> => word !== 'UNSPECIFIED');
}

/** The word of a value of the bus. `UNSPECIFIED` stands for one that this build does not know. */
export function wordOf(of: Words, value: number): string {
  return Object.entries(of).find(([, one]) => one === value)?.[0] ?? 'UNSPECIFIED';
}

export const SIDES = wordsOf(OrderSide);
export const PRODUCTS = wordsOf(OrderProduct);
export const ORDER_TYPES = wordsOf(OrderType);
export const VALIDITIES = wordsOf(OrderValidity);
export const PURPOSES = wordsOf(OrderPurpose);
export const ORDER_STATUSES = wordsOf(OrderStatus);
export const CHILD_STATES = wordsOf(ChildState);
export const EVENT_KINDS = wordsOf(OrderEventKind);
export const SWITCH_STOPS = wordsOf(SwitchStops);
/** What engaging a switch may stop. */
export const STOPS = ['OPENING', 'EVERYTHING'] as const;
/** How a placed order was answered. */
export const PLACE_OUTCOMES = ['ACCEPTED', 'DENIED', 'UNKNOWN'] as const;
/** How a request about an order was answered. */
export const CHANGE_OUTCOMES = ['DONE', 'UNKNOWN'] as const;
/** What a switch covers. */
export const SWITCH_SCOPES = ['all', 'user', 'account', 'strategy'] as const;
/** Segments that the broker's own switch knows. */
export const SWITCHED_SEGMENTS = ['NSE_EQ', 'BSE_EQ', 'NSE_FO', 'BSE_FO'] as const;
