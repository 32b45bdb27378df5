import { type ErrorContext, type FailureOutcome, OperationalError } from '@vega/kernel';

/** Everything that can be wrong with a call to Upstox, in the order it can go wrong. */
export const UPSTOX_ERROR_CODES = [
  /** No token, an expired one, or one that cannot be a header. Nothing left this process. */
  'UPSTOX_TOKEN_MISSING',
  /** The client-side rate limit would have held the call beyond its deadline. */
  'UPSTOX_RATE_WAIT',
  /** The caller gave up. */
  'UPSTOX_ABORTED',
  /** No connection: refused, unresolved, no route, bad certificate. */
  'UPSTOX_UNREACHABLE',
  /** No complete answer in time. */
  'UPSTOX_TIMEOUT',
  /** The connection broke before the answer was complete. */
  'UPSTOX_CONNECTION_LOST',
  /** HTTP 401, or UDAPI100050 under any status. */
  'UPSTOX_TOKEN_INVALID',
  /** HTTP 403 in Upstox's own envelope. */
  'UPSTOX_FORBIDDEN',
  /** A 403 or similar that is not Upstox's: an HTML page of the proxy before it. */
  'UPSTOX_BLOCKED_BY_PROXY',
  /** HTTP 404 or UDAPI100060. */
  'UPSTOX_NOT_FOUND',
  /** HTTP 423: outside service hours. */
  'UPSTOX_SERVICE_CLOSED',
  /** HTTP 429 or UDAPI10005. */
  'UPSTOX_RATE_LIMITED',
  /** Another 4xx in Upstox's envelope: the request was read and refused. */
  'UPSTOX_REJECTED',
  /** HTTP 5xx. */
  'UPSTOX_SERVER_ERROR',
  /** An answer that cannot be read: empty, truncated, not JSON, not the documented shape, a redirect, too large. */
  'UPSTOX_BAD_REPLY',
] as const;
export type UpstoxErrorCode = (typeof UPSTOX_ERROR_CODES)[number];

/** What is known beside the code. */
export interface UpstoxErrorFacts {
  /** Method and path template of the call, e.g. `GET /v3/market-quote/ltp`. */
  readonly api: string;
  readonly httpStatus?: number;
  /** Upstox's own code, e.g. `UDAPI100050`. */
  readonly upstreamCode?: string;
  /** The property Upstox complains about. */
  readonly upstreamProperty?: string;
  /** The operating system's or HTTP library's name of a transport failure, e.g. `ECONNRESET`. */
  readonly transportCode?: string;
}

/** A call to Upstox that brought no usable answer. Carries no token, no one-time URL and no raw cause. */
export class UpstoxError extends OperationalError {
  override readonly name = 'UpstoxError';
  declare readonly code: UpstoxErrorCode;
  readonly api: string;
  readonly httpStatus: number | undefined;
  readonly upstreamCode: string | undefined;

  constructor(code: UpstoxErrorCode, message: string, outcome: FailureOutcome, facts: UpstoxErrorFacts) {
    super(code, `${facts.api}: ${message}`, outcome, { context: contextOf(facts) });
    this.api = facts.api;
    this.httpStatus = facts.httpStatus;
    this.upstreamCode = facts.upstreamCode;
  }
}

function contextOf(facts: UpstoxErrorFacts): ErrorContext {
  const context: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(facts) as [string, string | number | undefined][]) {
    if (value !== undefined) context[name] = value;
  }
  return context;
}

/** Text of the other side made fit for a log line: the token cut out, control characters gone, at most 200 characters. */
export function quotable(text: string, token: string | undefined): string {
  const safe = token ? text.replaceAll(token, '[token]') : text;
  return safe.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').slice(0, 200);
}
