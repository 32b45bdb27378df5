import { DENIAL_CODE_ENTRIES, type ORDER_CODE_ENTRIES } from '@vega/contracts';
import type { ProblemKind } from './problem-table.ts';

/** Titles of denials; each is 422, since the request is well formed and we will not carry it out. */
const DENIAL_TITLES: Record<keyof typeof DENIAL_CODE_ENTRIES, string> = {
  KILL_SWITCH_ENGAGED: 'A kill switch is engaged',
  PRINCIPAL_NOT_ALLOWED: 'Not allowed to trade this account',
  ACCOUNT_NOT_TRADING: 'The account does not trade',
  ACCOUNT_HALTED: 'The account is halted',
  BROKER_TOKEN_NOT_VALID: 'The broker login is missing or over',
  MARKET_SOURCE_NOT_LIVE: 'The market is not live',
  MARKET_TIME_UNKNOWN: 'Market time is not known',
  INTENT_EXPIRED: 'The order came too late',
  SESSION_CLOSED: 'The session takes no such order',
  PRODUCT_NOT_ALLOWED: 'Product not allowed',
  INSTRUMENT_NOT_TRADABLE: 'Not tradable',
  LOT_SIZE_MISMATCH: 'Not a multiple of the lot',
  TICK_SIZE_MISMATCH: 'Not on the tick grid',
  TOO_MANY_SLICES: 'Too large to slice',
  PRICE_OUTSIDE_BAND: 'Outside the price band',
  PROTECTION_UNAVAILABLE: 'No price to protect by',
  FAT_FINGER_PRICE: 'Too far from the last price',
  FAT_FINGER_NOTIONAL: 'Too large a value',
  FAT_FINGER_QUANTITY: 'Too large a quantity',
  DUPLICATE_ORDER: 'A duplicate',
  UNKNOWN_ORDERS_OPEN: 'An earlier order is in doubt',
  OPEN_ORDERS_LIMIT: 'Too many open orders',
  ORDER_RATE_LIMIT: 'Too many orders in a short time',
  ORDERS_PER_DAY_LIMIT: 'Too many orders today',
  MARGIN_INSUFFICIENT: 'Not enough margin',
  POSITION_LIMIT: 'Position limit',
  EXPOSURE_LIMIT: 'Exposure limit',
  DAILY_LOSS_LIMIT: 'Daily loss limit',
  BOOK_DELTA_LIMIT: 'Delta limit of the book',
  BOOK_GAMMA_LIMIT: 'Gamma limit of the book',
  BOOK_VEGA_LIMIT: 'Vega limit of the book',
  SCENARIO_LOSS_LIMIT: 'Scenario loss limit',
  SELF_TRADE: 'Would trade with itself',
  INSTRUMENT_NOT_ALLOWED: 'Not on the list of what may be traded',
};

/** The HTTP face of every denial. */
export const DENIAL_PROBLEMS = Object.fromEntries(
  Object.entries(DENIAL_TITLES).map(([code, title]) => [code, { status: 422, title }]),
) as unknown as Record<keyof typeof DENIAL_CODE_ENTRIES, ProblemKind>;

/** The HTTP face of the codes of requests about orders. */
export const ORDER_PROBLEMS = {
  ORDER_UNKNOWN: { status: 404, title: 'Unknown order' },
  ORDER_ID_INVALID: { status: 400, title: 'Not an order id' },
  ORDER_ID_REUSED: { status: 409, title: 'The id belongs to another order' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'An Idempotency-Key is needed' },
  DECISION_OUT_OF_SEQUENCE: { status: 409, title: 'Decision out of sequence' },
  ORDER_NOT_WORKING: { status: 409, title: 'The order has ended' },
  ORDER_IN_DOUBT: { status: 409, title: 'The order is in doubt' },
  MODIFY_NOT_POSSIBLE: { status: 422, title: 'The change cannot be made' },
  BROKER_REFUSED: { status: 422, title: 'The broker refused' },
  WRITER_UNAVAILABLE: { status: 503, title: 'The account changes hands' },
  ORDER_STORE_UNAVAILABLE: { status: 503, title: 'Orders cannot be recorded' },
  REVISION_CONFLICT: { status: 409, title: 'Changed since it was read' },
  WRITER_CHANGED: { status: 409, title: 'Not sent by an earlier writer' },
  ABSENT_AT_BROKER: { status: 422, title: 'It never arrived' },
  NOT_SENT: { status: 503, title: 'It did not leave' },
  OUTCOME_UNKNOWN: { status: 504, title: 'No answer from the broker' },
} as const satisfies Record<keyof typeof ORDER_CODE_ENTRIES, ProblemKind>;
