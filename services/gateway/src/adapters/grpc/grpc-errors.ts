import { Metadata, status } from '@grpc/grpc-js';
import type { ErrorCode } from '@vega/contracts';
import { PROBLEM_KINDS } from '../http/problem-table.ts';
import { toProblem, type ToldProblem } from '../http/problem.ts';

/** What an HTTP status is in gRPC's words. */
const GRPC_OF_HTTP: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  405: status.UNIMPLEMENTED,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  414: status.INVALID_ARGUMENT,
  415: status.INVALID_ARGUMENT,
  422: status.FAILED_PRECONDITION,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** Codes that gRPC has a better word for than their HTTP status tells. */
const GRPC_EXCEPTIONS: Readonly<Partial<Record<ErrorCode, status>>> = {
  PASSWORD_REFUSED: status.INVALID_ARGUMENT,
  LOGIN_STATE_INVALID: status.FAILED_PRECONDITION,
  SUBSCRIPTION_LIMIT: status.RESOURCE_EXHAUSTED,
  ORDER_ID_REUSED: status.ALREADY_EXISTS,
  REVISION_CONFLICT: status.ABORTED,
  WRITER_CHANGED: status.ABORTED,
  STREAM_FULL: status.RESOURCE_EXHAUSTED,
};

/** The gRPC face of a code. */
export function grpcStatusOf(code: ErrorCode): status {
  return GRPC_EXCEPTIONS[code] ?? GRPC_OF_HTTP[PROBLEM_KINDS[code].status] ?? status.INTERNAL;
}

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
  return { code: grpcStatusOf(code), details: detail, metadata, told };
}
