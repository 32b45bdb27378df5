import type { ErrorCode } from '@vega/contracts';
import { DENIAL_PROBLEMS, ORDER_PROBLEMS } from './order-problems.ts';

/** How one code is told over HTTP. */
export interface ProblemKind {
  readonly status: number;
  /** The same for every occurrence. */
  readonly title: string;
}

/** Requests as such, whatever they ask for. */
const REQUEST_PROBLEMS = {
  BAD_REQUEST: { status: 400, title: 'The request does not fit its schema' },
  DEADLINE_EXCEEDED: { status: 504, title: 'No answer in time' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'A service is away' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  UNAUTHENTICATED: { status: 401, title: 'Not admitted' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  BODY_TOO_LARGE: { status: 413, title: 'Body too large' },
  URL_TOO_LONG: { status: 414, title: 'Address too long' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'Media type not supported' },
  QUERY_TOO_COMPLEX: { status: 400, title: 'The query asks for too much' },
  NOT_FOUND: { status: 404, title: 'Nothing is here' },
  INTERNAL: { status: 500, title: 'A defect on our side' },
} as const;

const AUTH_PROBLEMS = {
  CREDENTIALS_INVALID: { status: 401, title: 'Sign-in refused' },
  SECOND_FACTOR_REQUIRED: { status: 401, title: 'A second factor is wanted' },
  LOGIN_THROTTLED: { status: 429, title: 'Too many attempts' },
  SESSION_ENDED: { status: 401, title: 'The session is over' },
  PASSWORD_REFUSED: { status: 422, title: 'Password not allowed' },
  REGISTRATION_CLOSED: { status: 403, title: 'Registration is closed' },
  PERMISSION_DENIED: { status: 403, title: 'Not allowed' },
  SECOND_FACTOR_MISSING: { status: 403, title: 'Only with a second factor' },
  SECOND_FACTOR_STATE: { status: 409, title: 'The second factor is not so' },
  LIMIT_REACHED: { status: 409, title: 'No more of these' },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'No such account' },
  ACCOUNT_INVALID: { status: 422, title: 'Not an account' },
  LOGIN_STATE_INVALID: { status: 400, title: 'This login cannot be finished' },
  BROKER_LOGIN_REFUSED: { status: 422, title: 'The broker login was refused' },
} as const;

const MARKET_PROBLEMS = {
  INSTRUMENT_KEY_INVALID: { status: 400, title: 'Not an instrument key' },
  SEGMENT_UNSUPPORTED: { status: 422, title: 'Segment not served' },
  UNKNOWN_INSTRUMENT: { status: 404, title: 'Unknown instrument' },
  SUBSCRIPTION_LIMIT: { status: 503, title: 'The broker feed is full' },
  CANDLE_UNIT_INVALID: { status: 400, title: 'Unknown unit of candles' },
  CANDLE_INTERVAL_INVALID: { status: 400, title: 'Interval not allowed' },
  CANDLE_SPAN_INVALID: { status: 400, title: 'Dates not allowed' },
  CANDLE_SPAN_TOO_LONG: { status: 400, title: 'Span too long' },
  CALENDAR_NOT_COVERED: { status: 422, title: 'No calendar for this date' },
  RULE_UNKNOWN: { status: 422, title: 'No market rule for this date' },
  QUOTE_UNAVAILABLE: { status: 503, title: 'No quote to be had' },
} as const;

const OPTIONS_PROBLEMS = {
  NO_OPTIONS: { status: 404, title: 'Nothing is listed on it' },
  EXPIRY_INVALID: { status: 400, title: 'Not an expiry date' },
  EXPIRY_PAST: { status: 422, title: 'The expiry has passed' },
  UNKNOWN_EXPIRY: { status: 404, title: 'Unknown expiry' },
  LEGS_INVALID: { status: 422, title: 'A leg cannot be valued' },
  TOO_MANY_LEGS: { status: 422, title: 'Too many legs' },
  CHAIN_UNAVAILABLE: { status: 503, title: 'The chain is not to be had' },
} as const;

const BROKER_PROBLEMS = {
  UPSTREAM_UNAVAILABLE: { status: 503, title: 'The broker is away' },
  UPSTREAM_TOKEN: { status: 503, title: 'The broker login is missing or over' },
  UPSTREAM_RATE_LIMITED: { status: 503, title: 'The broker asks to slow down' },
} as const;

const STREAM_PROBLEMS = {
  STREAM_MESSAGE_INVALID: { status: 400, title: 'Not a message of the stream' },
  STREAM_FULL: { status: 503, title: 'The stream is full' },
  STREAM_LIMIT: { status: 429, title: 'Too many subscriptions' },
} as const;

/**
 * Every code of the contracts and its HTTP face: the only place where codes meet status numbers. A domain adds a table of
 * its own; a code without a face does not compile, and gRPC's status follows from HTTP's (grpc-errors.ts).
 */
export const PROBLEM_KINDS = {
  ...REQUEST_PROBLEMS,
  ...AUTH_PROBLEMS,
  ...MARKET_PROBLEMS,
  ...OPTIONS_PROBLEMS,
  ...BROKER_PROBLEMS,
  ...ORDER_PROBLEMS,
  ...DENIAL_PROBLEMS,
  ...STREAM_PROBLEMS,
} as const satisfies Record<ErrorCode, ProblemKind>;

/** The code under which an HTTP status of the framework itself is told. */
export function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'PERMISSION_DENIED';
    case 404:
      return 'NOT_FOUND';
    case 405:
      return 'METHOD_NOT_ALLOWED';
    case 413:
      return 'BODY_TOO_LARGE';
    case 414:
    case 431:
      return 'URL_TOO_LONG';
    case 415:
      return 'MEDIA_TYPE_UNSUPPORTED';
    case 429:
      return 'RATE_LIMITED';
    case 503:
      return 'SERVICE_UNAVAILABLE';
    default:
      return status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL';
  }
}
