import { status } from '@grpc/grpc-js';
import { DENIAL_CODE_ENTRIES, type ORDER_CODE_ENTRIES } from '@vega/contracts';

type DenialCode = keyof typeof DENIAL_CODE_ENTRIES;

/** The gRPC face of every denial: well formed, and we will not carry it out. */
export const DENIAL_STATUS = Object.fromEntries(
  Object.keys(DENIAL_CODE_ENTRIES).map((code) => [code, status.FAILED_PRECONDITION]),
) as unknown as Record<DenialCode, status>;

/** The gRPC face of the codes of requests about orders. */
export const ORDER_STATUS_CODES = {
  ACCOUNT_UNKNOWN: status.NOT_FOUND,
  ORDER_UNKNOWN: status.NOT_FOUND,
  ORDER_ID_INVALID: status.INVALID_ARGUMENT,
  ORDER_ID_REUSED: status.ALREADY_EXISTS,
  IDEMPOTENCY_KEY_INVALID: status.INVALID_ARGUMENT,
  DECISION_OUT_OF_SEQUENCE: status.FAILED_PRECONDITION,
  ORDER_NOT_WORKING: status.FAILED_PRECONDITION,
  ORDER_IN_DOUBT: status.FAILED_PRECONDITION,
  MODIFY_NOT_POSSIBLE: status.FAILED_PRECONDITION,
  BROKER_REFUSED: status.FAILED_PRECONDITION,
  WRITER_UNAVAILABLE: status.UNAVAILABLE,
  ORDER_STORE_UNAVAILABLE: status.UNAVAILABLE,
  REVISION_CONFLICT: status.ABORTED,
  WRITER_CHANGED: status.ABORTED,
  ABSENT_AT_BROKER: status.FAILED_PRECONDITION,
  NOT_SENT: status.UNAVAILABLE,
  OUTCOME_UNKNOWN: status.DEADLINE_EXCEEDED,
} as const satisfies Record<keyof typeof ORDER_CODE_ENTRIES, status>;
