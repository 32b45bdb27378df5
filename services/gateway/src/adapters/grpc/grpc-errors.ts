import { Metadata, status } from '@grpc/grpc-js';
import type { ErrorCode } from '@vega/contracts';
import { DENIAL_STATUS, ORDER_STATUS_CODES } from './order-statuses.ts';
import { toProblem, type ToldProblem } from '../http/problem.ts';

/** Every code of the contracts and its gRPC face. */
export const GRPC_STATUS = {
  BAD_REQUEST: status.INVALID_ARGUMENT,
  DEADLINE_EXCEEDED: status.DEADLINE_EXCEEDED,
  SERVICE_UNAVAILABLE: status.UNAVAILABLE,
  RATE_LIMITED: status.RESOURCE_EXHAUSTED,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  METHOD_NOT_ALLOWED: status.UNIMPLEMENTED,
  BODY_TOO_LARGE: status.RESOURCE_EXHAUSTED,
  URL_TOO_LONG: status.INVALID_ARGUMENT,
  MEDIA_TYPE_UNSUPPORTED: status.INVALID_ARGUMENT,
  QUERY_TOO_COMPLEX: status.INVALID_ARGUMENT,
  NOT_FOUND: status.NOT_FOUND,
  INTERNAL: status.INTERNAL,
  CREDENTIALS_INVALID: status.UNAUTHENTICATED,
  SECOND_FACTOR_REQUIRED: status.UNAUTHENTICATED,
  LOGIN_THROTTLED: status.RESOURCE_EXHAUSTED,
  SESSION_ENDED: status.UNAUTHENTICATED,
  PASSWORD_REFUSED: status.INVALID_ARGUMENT,
  REGISTRATION_CLOSED: status.PERMISSION_DENIED,
  PERMISSION_DENIED: status.PERMISSION_DENIED,
  SECOND_FACTOR_MISSING: status.PERMISSION_DENIED,
  SECOND_FACTOR_STATE: status.FAILED_PRECONDITION,
  LIMIT_REACHED: status.FAILED_PRECONDITION,
  ACCOUNT_NOT_FOUND: status.NOT_FOUND,
  ACCOUNT_INVALID: status.FAILED_PRECONDITION,
  LOGIN_STATE_INVALID: status.FAILED_PRECONDITION,
  BROKER_LOGIN_REFUSED: status.FAILED_PRECONDITION,
  INSTRUMENT_KEY_INVALID: status.INVALID_ARGUMENT,
  SEGMENT_UNSUPPORTED: status.FAILED_PRECONDITION,
  UNKNOWN_INSTRUMENT: status.NOT_FOUND,
  SUBSCRIPTION_LIMIT: status.RESOURCE_EXHAUSTED,
  CANDLE_UNIT_INVALID: status.INVALID_ARGUMENT,
  CANDLE_INTERVAL_INVALID: status.INVALID_ARGUMENT,
  CANDLE_SPAN_INVALID: status.INVALID_ARGUMENT,
  CANDLE_SPAN_TOO_LONG: status.INVALID_ARGUMENT,
  CALENDAR_NOT_COVERED: status.FAILED_PRECONDITION,
  RULE_UNKNOWN: status.FAILED_PRECONDITION,
  QUOTE_UNAVAILABLE: status.UNAVAILABLE,
  UPSTREAM_UNAVAILABLE: status.UNAVAILABLE,
  UPSTREAM_TOKEN: status.UNAVAILABLE,
  UPSTREAM_RATE_LIMITED: status.UNAVAILABLE,
  ...ORDER_STATUS_CODES,
  ...DENIAL_STATUS,
  STREAM_MESSAGE_INVALID: status.INVALID_ARGUMENT,
  STREAM_FULL: status.RESOURCE_EXHAUSTED,
  STREAM_LIMIT: status.RESOURCE_EXHAUSTED,
} as const satisfies Record<ErrorCode, status>;

/** Names of the trailing metadata that carry what a status number cannot. */
export const ERROR_METADATA = { code: 'vega-error-code', retryable: 'vega-error-retryable', traceId: 'vega-trace-id' };

/** A failure as grpc-js sends it. */
export interface GrpcFailure {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** An error in gRPC's words, with the same code and text as the problem of REST. */
export function toGrpcFailure(error: unknown, method: string, traceId: string): GrpcFailure & { told: ToldProblem } {
  const told = toProblem(error, method, traceId);
  const { code, detail, retryable } = told.body;
  const metadata = new Metadata();
  metadata.set(ERROR_METADATA.code, code);
  metadata.set(ERROR_METADATA.retryable, String(retryable));
  metadata.set(ERROR_METADATA.traceId, traceId);
  return { code: GRPC_STATUS[code], details: detail, metadata, told };
}
