import { GatewayProblem, GatewayUnreachable } from '@vega/client';

/** Why a call failed, in plain data, as the slow state holds it. */
export interface ApiFailure {
  /** A stable problem code, or `UNREACHABLE` where no gateway answered. */
  code: string;
  title: string;
  detail: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** Finds the request in logs; undefined where nothing answered. */
  traceId: string | undefined;
}

/** The failure behind an error of the client. */
export function toFailure(error: unknown): ApiFailure {
  if (error instanceof GatewayProblem) {
    const { code, title, detail, retryable, trace_id: traceId } = error.problem;
    return { code, title, detail, retryable, traceId };
  }
  const detail = error instanceof GatewayUnreachable ? error.message : String(error);
  return { code: 'UNREACHABLE', title: 'The platform does not answer', detail, retryable: true, traceId: undefined };
}

const ADVICE: Readonly<Record<string, string>> = {
  UNREACHABLE: 'Check that the platform runs and that this computer reaches it.',
  SERVICE_UNAVAILABLE: 'A service is restarting or down; this page asks again by itself.',
  DEADLINE_EXCEEDED: 'The answer took too long. Try again; look at Status if it stays.',
  RATE_LIMITED: 'Too many requests from here. Wait a few seconds.',
  UNAUTHENTICATED: 'Sign in again.',
  SESSION_ENDED: 'Sign in again.',
  CREDENTIALS_INVALID: 'Check the address, the password and the code.',
  SECOND_FACTOR_REQUIRED: 'Give the code of your authenticator, or a recovery code.',
  PERMISSION_DENIED: 'Your role, or this way of signing in, does not allow it. An admin can change roles.',
  SECOND_FACTOR_STATE: 'Look at the state of your second factor under You; it may have been changed elsewhere.',
  PASSWORD_REFUSED: 'Choose another one: longer, and not among those that are guessed first.',
  REGISTRATION_CLOSED: 'Ask an admin of this platform for an account.',
  ACCOUNT_NOT_FOUND: 'It may have been removed. Load the page again.',
  ACCOUNT_INVALID: 'Correct what it says and try again.',
  BROKER_LOGIN_REFUSED: 'Check the API key, the secret and the redirect URL of the app.',
  LIMIT_REACHED: 'Remove one that is not needed any more.',
  LOGIN_THROTTLED: 'Wait a little before the next attempt.',
  UNKNOWN_INSTRUMENT: 'It may have expired. Remove it and search for the present contract.',
  SEGMENT_UNSUPPORTED: 'Only NSE and BSE equity, index and F&O are served.',
  SUBSCRIPTION_LIMIT: 'The broker feed is full. Remove instruments that you do not need.',
  QUOTE_UNAVAILABLE: 'Nothing has traded or been seen yet. It appears with the first tick.',
  UPSTREAM_UNAVAILABLE: 'The broker does not answer. Live prices may go on; try again.',
  UPSTREAM_TOKEN: 'The broker login is missing or over. Log in at the broker again.',
  UPSTREAM_RATE_LIMITED: 'The broker asks to slow down. Wait a few seconds.',
  CANDLE_SPAN_TOO_LONG: 'Choose a longer interval.',
  WRITER_UNAVAILABLE: 'The account changes hands, which takes seconds. Try again.',
  ORDER_STORE_UNAVAILABLE: 'Orders cannot be recorded, so none is sent. Look at the orders before you try again.',
  ORDER_IN_DOUBT: 'What became of it is being found out. Wait until it is known.',
  ORDER_NOT_WORKING: 'It has ended in the meantime.',
  ORDER_ID_REUSED: 'This ticket was used for another order. Close it and open a new one.',
  BROKER_REFUSED: 'The broker said no; its own words stand above.',
  STREAM_FULL: 'The platform serves as many screens as it can. Close one that you do not need.',
  INTERNAL: 'A defect on our side. Try again, and report the trace id if it stays.',
};

/** What a person can do about a problem code. */
export function adviceFor(code: string): string {
  return ADVICE[code] ?? 'Try again. If it stays, report the code and the trace id.';
}
