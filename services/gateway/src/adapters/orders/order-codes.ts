import { DENIAL_CODE_ENTRIES, type ErrorCode } from '@vega/contracts';

/** Why an order may be denied, in precedence order. */
export const DENIAL_CODES = Object.keys(DENIAL_CODE_ENTRIES) as readonly ErrorCode[];

/** What may come of asking the writer of an account. */
export const WRITER_CODES: readonly ErrorCode[] = ['WRITER_UNAVAILABLE', 'ORDER_STORE_UNAVAILABLE'];
