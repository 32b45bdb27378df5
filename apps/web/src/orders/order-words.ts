import type { OrderView } from '@vega/client';
import type { Tone } from '../grid/grid-column.ts';

/** Statuses of an order in the order in which they are listed. */
export const ORDER_STATUSES = [
  'UNKNOWN',
  'PENDING',
  'WORKING',
  'FILLED',
  'CANCELLED',
  'REJECTED',
  'DENIED',
  'FAILED',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

interface StatusWords {
  word: string;
  note: string;
  tone: Tone | 'warn';
}

const WORDS: Readonly<Record<OrderStatus, StatusWords>> = {
  UNKNOWN: { word: 'Unknown', note: 'Nobody knows yet whether the broker has it; it is being found out', tone: 'warn' },
  PENDING: { word: 'Pending', note: 'Recorded, on its way to the exchange', tone: 'flat' },
  WORKING: { word: 'Open', note: 'Works at the exchange, or waits for its trigger', tone: 'flat' },
  FILLED: { word: 'Filled', note: 'All of it traded', tone: 'gain' },
  CANCELLED: { word: 'Cancelled', note: 'Ended with less than its quantity', tone: 'flat' },
  REJECTED: { word: 'Rejected', note: 'The broker or the exchange refused it', tone: 'loss' },
  DENIED: { word: 'Denied', note: 'We refused it before it reached the broker', tone: 'loss' },
  FAILED: { word: 'Failed', note: 'Nothing reached the broker', tone: 'loss' },
};

const isStatus = (text: string): text is OrderStatus => (ORDER_STATUSES as readonly string[]).includes(text);

/** A status as people say it, what it means, and its colour. */
export function statusWords(status: string): StatusWords {
  return isStatus(status) ? WORDS[status] : { word: status, note: '', tone: 'warn' };
}

const OPEN: ReadonlySet<string> = new Set(['UNKNOWN', 'PENDING', 'WORKING']);

/** Whether something may still happen to an order. */
export function isOpenOrder({ status }: Pick<OrderView, 'status'>): boolean {
  return OPEN.has(status);
}

/** Whether a person may change or cancel it here. */
export function isChangeable(order: Pick<OrderView, 'status'>): boolean {
  return order.status === 'PENDING' || order.status === 'WORKING';
}

/** The limit of an order as it is now, rupees: a change moves its orders at the broker, not what was once asked for. */
export function presentPrice({ price, children }: Pick<OrderView, 'price' | 'children'>): number | null {
  return children.at(-1)?.price ?? price;
}

/** The trigger of an order as it is now, rupees. */
export function presentTrigger(order: Pick<OrderView, 'trigger_price' | 'children'>): number | null {
  return order.children.at(-1)?.trigger_price ?? order.trigger_price;
}

/** The units of an order as it is now: a change may have made it larger or smaller while it works. */
export function presentQuantity(order: OrderView): number {
  const { filled_quantity: filled, open_quantity: open, lapsed_quantity: lapsed } = order;
  return isOpenOrder(order) ? filled + open + lapsed : order.quantity;
}

export const PRODUCT_WORDS: Readonly<Record<string, string>> = {
  INTRADAY: 'Intraday',
  DELIVERY: 'Carry',
  MTF: 'MTF',
};

export const TYPE_WORDS: Readonly<Record<string, string>> = { LIMIT: 'Limit', SL: 'Stop limit', MARKET: 'Market' };

const EVENT_WORDS: Readonly<Record<string, string>> = {
  ACCEPTED: 'Accepted and recorded',
  DENIED: 'Denied by risk',
  CHILD_BORN: 'Handed to the sender',
  CHILD_ACKNOWLEDGED: 'Taken by the broker',
  CHILD_UNKNOWN: 'No proof of what became of it',
  CHILD_REJECTED: 'Rejected',
  CHILD_FAILED: 'Not sent',
  CHILD_ABSENT: 'Proven not to be at the broker',
  CHILD_OPEN: 'Open at the exchange',
  CHILD_FILL: 'Filled',
  CHILD_CANCELLED: 'Cancelled',
  CHILD_ADOPTED: 'Seen at the broker after all',
  MODIFY_REQUESTED: 'Change asked for',
  MODIFIED: 'Changed',
  MODIFY_REFUSED: 'Change refused',
  CANCEL_REQUESTED: 'Cancelling asked for',
  CANCEL_REFUSED: 'Cancelling refused',
  REMAINDER_LAPSED: 'The rest lapsed',
  FOREIGN: 'Placed elsewhere',
  ODDITY: 'The broker said something unexpected',
  ACCOUNT_HALTED: 'Account halted',
  ACCOUNT_RESUMED: 'Account resumed',
};

/** What happened, in words. */
export function eventWords(kind: string): string {
  return EVENT_WORDS[kind] ?? kind;
}

/** Why an order ended as it did: the denial, else the last word about one of its children. */
export function reasonOf(order: Pick<OrderView, 'denial' | 'children'>): string {
  if (order.denial !== null) return `${order.denial.code}: ${order.denial.message}`;
  const child = order.children.findLast(({ code, message }) => code !== null || message !== null);
  return [child?.code, child?.message].filter((part) => part !== null && part !== undefined && part !== '').join(': ');
}
