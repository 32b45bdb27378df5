import type { ErrorCodeEntry } from './error-code-entry.ts';
import { DENIAL_CODE_ENTRIES, ORDER_CODE_ENTRIES } from './order-codes.ts';

/** Every code that crosses the bus or a front door, in precedence order within its group. */
export const ERROR_CODES = {
  // Requests
  BAD_REQUEST: { retryable: false, meaning: 'The request does not fit its schema.' },
  DEADLINE_EXCEEDED: { retryable: true, meaning: 'No answer within the deadline; the effect is unknown.' },
  SERVICE_UNAVAILABLE: { retryable: true, meaning: 'The service that answers this is not there.' },
  RATE_LIMITED: { retryable: true, meaning: 'Too many requests from this client.' },
  UNAUTHENTICATED: { retryable: false, meaning: 'The request does not say who asks, or nobody is admitted.' },
  METHOD_NOT_ALLOWED: { retryable: false, meaning: 'This address does not take this method.' },
  BODY_TOO_LARGE: { retryable: false, meaning: 'The body is larger than this address takes.' },
  URL_TOO_LONG: { retryable: false, meaning: 'The address with its query is longer than the front door takes.' },
  MEDIA_TYPE_UNSUPPORTED: { retryable: false, meaning: 'The body is of a media type that is not read here.' },
  QUERY_TOO_COMPLEX: { retryable: false, meaning: 'The GraphQL query is deeper, wider or costlier than allowed.' },
  NOT_FOUND: { retryable: false, meaning: 'There is nothing at this address.' },
  INTERNAL: { retryable: true, meaning: 'A defect on our side; it is logged with the trace id.' },
  // People
  CREDENTIALS_INVALID: { retryable: false, meaning: 'E-mail, password or second factor are not right.' },
  SECOND_FACTOR_REQUIRED: { retryable: false, meaning: 'The password is right; the second factor is wanted too.' },
  LOGIN_THROTTLED: { retryable: true, meaning: 'Too many failed attempts; the context says when to try again.' },
  SESSION_ENDED: { retryable: false, meaning: 'The session is over: sign in again.' },
  PASSWORD_REFUSED: { retryable: false, meaning: 'The password is too short, too long or too common.' },
  REGISTRATION_CLOSED: { retryable: false, meaning: 'Nobody can register here; an admin adds people.' },
  PERMISSION_DENIED: { retryable: false, meaning: 'The role or the scope of the caller does not allow this.' },
  SECOND_FACTOR_MISSING: { retryable: false, meaning: 'This is done by sessions that gave a second factor only.' },
  SECOND_FACTOR_STATE: { retryable: false, meaning: 'The second factor is on, or is not on, already.' },
  LIMIT_REACHED: { retryable: false, meaning: 'There are as many of these as there may be.' },
  // Broker accounts
  ACCOUNT_NOT_FOUND: { retryable: false, meaning: 'The caller has no account of this id.' },
  ACCOUNT_INVALID: { retryable: false, meaning: 'The account cannot be as asked; the message says why.' },
  LOGIN_STATE_INVALID: {
    retryable: false,
    meaning: 'This broker login was not begun in this browser, is over, or was used before.',
  },
  BROKER_LOGIN_REFUSED: { retryable: false, meaning: 'The broker refused the login, or the login is another account.' },
  // Instruments
  INSTRUMENT_KEY_INVALID: { retryable: false, meaning: 'Not of the form SEGMENT|token.' },
  SEGMENT_UNSUPPORTED: { retryable: false, meaning: 'The platform does not serve this segment.' },
  UNKNOWN_INSTRUMENT: { retryable: false, meaning: 'No instrument has this key or trading symbol.' },
  SUBSCRIPTION_LIMIT: { retryable: true, meaning: 'The broker feed has no room for this instrument.' },
  // History
  CANDLE_UNIT_INVALID: { retryable: false, meaning: 'The unit is not one of minutes, hours, days, weeks, months.' },
  CANDLE_INTERVAL_INVALID: { retryable: false, meaning: 'The interval is not allowed for this unit.' },
  CANDLE_SPAN_INVALID: { retryable: false, meaning: 'The dates are malformed, reversed or out of reach.' },
  CANDLE_SPAN_TOO_LONG: { retryable: false, meaning: 'The span is longer than this unit and interval allow.' },
  // Options
  NO_OPTIONS: { retryable: false, meaning: 'The instrument has no listed options.' },
  EXPIRY_INVALID: { retryable: false, meaning: 'The expiry is not a date of the form YYYY-MM-DD.' },
  EXPIRY_PAST: { retryable: false, meaning: 'The expiry date has passed.' },
  UNKNOWN_EXPIRY: { retryable: false, meaning: 'The underlying has no contracts of this expiry.' },
  LEGS_INVALID: { retryable: false, meaning: 'A leg of the position cannot be valued; the message names it.' },
  TOO_MANY_LEGS: { retryable: false, meaning: 'The position has more legs than are evaluated.' },
  CHAIN_UNAVAILABLE: { retryable: true, meaning: 'The chain is being set up or its market data cannot be had.' },
  // Rules
  CALENDAR_NOT_COVERED: { retryable: false, meaning: 'No holiday list covers this date.' },
  RULE_UNKNOWN: { retryable: false, meaning: 'The market rule in force on this date is not known here.' },
  // Broker
  QUOTE_UNAVAILABLE: {
    retryable: true,
    meaning: 'Nothing has been seen of this instrument and the broker cannot be asked.',
  },
  UPSTREAM_UNAVAILABLE: { retryable: true, meaning: 'The broker did not answer or refused service.' },
  UPSTREAM_TOKEN: { retryable: true, meaning: 'The broker token is missing, expired or refused.' },
  UPSTREAM_RATE_LIMITED: { retryable: true, meaning: 'The broker asked to slow down.' },
  // Orders: requests, then denials in precedence order
  ...ORDER_CODE_ENTRIES,
  ...DENIAL_CODE_ENTRIES,
  // Streams
  STREAM_MESSAGE_INVALID: { retryable: false, meaning: 'A frame from the client does not fit the stream protocol.' },
  STREAM_FULL: { retryable: true, meaning: 'This gateway holds as many stream clients as it may.' },
  STREAM_LIMIT: { retryable: false, meaning: 'More subscriptions than one client may hold.' },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether text is a code of the table. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
