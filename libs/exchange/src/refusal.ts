/** Why the broker or the exchange says no to an order it has taken in: it ends as `rejected` with these texts. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What the customer reads. */
  readonly message: string;
}

/** Reasons of rejection, in the order in which they are looked at. */
export const REFUSAL_CODES = [
  'KILL_SWITCH',
  'CONTRACT_EXPIRED',
  'SESSION_CLOSED',
  'ORDER_TYPE_NOT_ALLOWED',
  'PRODUCT_NOT_ALLOWED',
  'LOT_SIZE',
  'TICK_SIZE',
  'DISCLOSED_QUANTITY',
  'TRIGGER_PRICE',
  'FREEZE_QUANTITY',
  'PRICE_BAND',
  'NO_MARKET',
  'HOLDINGS',
  'MARGIN',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A refusal with its text. */
export function refusal(code: RefusalCode, message: string): Refusal {
  return { code, message };
}
