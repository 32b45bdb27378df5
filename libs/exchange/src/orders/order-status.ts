/** Every status an order can show, in the broker's words. */
export const ORDER_STATUSES = [
  'put order req received',
  'validation pending',
  'open pending',
  'open',
  'trigger pending',
  'complete',
  'rejected',
  'cancelled',
  'modify validation pending',
  'modify pending',
  'modified',
  'not modified',
  'cancel pending',
  'not cancelled',
  'after market order req received',
  'modify after market order req received',
  'cancelled after market order',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Statuses after which nothing follows. */
export const TERMINAL_STATUSES: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'complete',
  'rejected',
  'cancelled',
  'cancelled after market order',
]);

/** Statuses in which an after-market order waits for the session. */
export const WAITING_STATUSES: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'after market order req received',
  'modify after market order req received',
]);

const OPENING = ['put order req received', 'cancelled', 'rejected'] as const;

/**
 * Which status may follow which: the sequences of the protocol. `rejected` and `cancelled` end an order at any moment
 * before it is complete; a partial fill repeats `open`.
 */
export const NEXT_STATUSES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  'put order req received': ['validation pending', 'rejected'],
  'validation pending': ['open pending', 'rejected'],
  'open pending': ['open', 'trigger pending', 'rejected'],
  open: ['open', 'complete', 'cancelled', 'modify validation pending', 'cancel pending', 'rejected'],
  'trigger pending': ['open', 'cancelled', 'modify validation pending', 'cancel pending', 'rejected'],
  'modify validation pending': ['modify pending', 'not modified'],
  'modify pending': ['modified', 'not modified'],
  modified: ['open', 'trigger pending', 'cancelled'],
  'not modified': ['open', 'trigger pending'],
  'cancel pending': ['cancelled', 'not cancelled'],
  'not cancelled': ['open', 'trigger pending'],
  'after market order req received': [
    'modify after market order req received',
    'cancelled after market order',
    ...OPENING,
  ],
  'modify after market order req received': [
    'modify after market order req received',
    'cancelled after market order',
    ...OPENING,
  ],
  complete: [],
  rejected: [],
  cancelled: [],
  'cancelled after market order': [],
};
