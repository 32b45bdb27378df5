import type { ErrorCodeEntry } from './error-code-entry.ts';

const never = (meaning: string): ErrorCodeEntry => ({ retryable: false, meaning });
const later = (meaning: string): ErrorCodeEntry => ({ retryable: true, meaning });

/** Why an intent is denied, in precedence order: the first check that fails names the denial. */
export const DENIAL_CODE_ENTRIES = {
  KILL_SWITCH_ENGAGED: later('A kill switch that covers this order is engaged.'),
  PRINCIPAL_NOT_ALLOWED: never('Whoever asks may not trade this account.'),
  ACCOUNT_NOT_TRADING: later('The account is disabled, removed, or its owner has not allowed trading.'),
  ACCOUNT_HALTED: later('The account is halted after defects; an operator resumes it.'),
  BROKER_TOKEN_NOT_VALID: later('The broker token is missing, expired or refused.'),
  MARKET_SOURCE_NOT_LIVE: later('A live account while the market is not the live feed.'),
  MARKET_TIME_UNKNOWN: later('Market time is not known, so nothing can be said about deadlines and sessions.'),
  INTENT_EXPIRED: never('The time until which it may be sent has passed.'),
  SESSION_CLOSED: later('The segment takes no such order in its present session.'),
  PRODUCT_NOT_ALLOWED: never('The product does not exist for this instrument or is not allowed.'),
  INSTRUMENT_NOT_TRADABLE: never('Unknown, expired, an index, or of a segment that is not traded here.'),
  LOT_SIZE_MISMATCH: never('The quantity is not a multiple of the lot.'),
  TICK_SIZE_MISMATCH: never('A price is not on the tick grid.'),
  TOO_MANY_SLICES: never('The quantity needs more orders below the freeze quantity than are allowed.'),
  PRICE_OUTSIDE_BAND: never('A price lies outside the price band of the day.'),
  PROTECTION_UNAVAILABLE: later('A market order needs a fresh price to be protected by, and there is none.'),
  FAT_FINGER_PRICE: later('The price is farther from the last one than allowed.'),
  FAT_FINGER_NOTIONAL: never('The value of the order is larger than allowed.'),
  FAT_FINGER_QUANTITY: never('The quantity is larger than allowed.'),
  DUPLICATE_ORDER: later('An equal order was accepted a moment ago.'),
  UNKNOWN_ORDERS_OPEN: later('What became of an earlier order is not known; nothing is opened until it is.'),
  OPEN_ORDERS_LIMIT: later('As many orders work as may.'),
  ORDER_RATE_LIMIT: later('More orders in this second or minute than allowed, or than the broker takes in time.'),
  ORDERS_PER_DAY_LIMIT: later('As many orders today as may be.'),
  MARGIN_INSUFFICIENT: later('The funds do not cover the margin, or are not known.'),
  POSITION_LIMIT: later('The position with all working orders filled would be larger than allowed.'),
  EXPOSURE_LIMIT: later('The exposure with all working orders filled would be larger than allowed.'),
  DAILY_LOSS_LIMIT: later('The loss of the day has reached its limit.'),
  BOOK_DELTA_LIMIT: later('The delta of the book would leave its limit, or is not known.'),
  BOOK_GAMMA_LIMIT: later('The gamma of the book would leave its limit, or is not known.'),
  BOOK_VEGA_LIMIT: later('The vega of the book would leave its limit, or is not known.'),
  SCENARIO_LOSS_LIMIT: later('The worst scenario of the book would lose more than allowed, or is not known.'),
  SELF_TRADE: later('It could trade with an own working order on the other side.'),
  INSTRUMENT_NOT_ALLOWED: never('The instrument or product is not on the list of what may be traded.'),
} as const satisfies Record<string, ErrorCodeEntry>;

/** What requests about orders are refused with, and why a child ended without the broker's word. */
export const ORDER_CODE_ENTRIES = {
  ORDER_UNKNOWN: never('There is no such order, or it is not yours.'),
  ORDER_ID_INVALID: never('Not 26 characters of a-z and 2-7.'),
  ORDER_ID_REUSED: never('This id was used for another order.'),
  IDEMPOTENCY_KEY_INVALID: never('The request needs an Idempotency-Key of 1 to 128 printable characters.'),
  DECISION_OUT_OF_SEQUENCE: never('The deployment has decided this number already, or skipped one.'),
  ORDER_NOT_WORKING: never('The order has ended: there is nothing to modify or cancel.'),
  ORDER_IN_DOUBT: later('What became of the order is not known yet; it can be changed once it is.'),
  MODIFY_NOT_POSSIBLE: never('This change cannot be made to this order.'),
  BROKER_REFUSED: never('The broker refused the request; its code is in the context.'),
  WRITER_UNAVAILABLE: later('The writer of this account is starting or changing hands.'),
  ORDER_STORE_UNAVAILABLE: later('Orders cannot be recorded, so nothing is sent.'),
  REVISION_CONFLICT: never('It has been changed since it was read.'),
  WRITER_CHANGED: never('What an earlier writer had not sent is not sent.'),
  ABSENT_AT_BROKER: never('The broker does not have it: it never arrived.'),
  NOT_SENT: never('Proven not to have left: the connection could not be made.'),
  OUTCOME_UNKNOWN: never('The request left and no readable answer came.'),
} as const satisfies Record<string, ErrorCodeEntry>;
