import { OperationalError, OutcomeError, type ErrorContext } from '@vega/kernel';

const TOKEN = new Set(['UPSTOX_TOKEN_MISSING', 'UPSTOX_TOKEN_INVALID']);
const SLOW_DOWN = new Set(['UPSTOX_RATE_WAIT', 'UPSTOX_RATE_LIMITED']);

/**
 * What a failed call to the broker means to whoever asked: `UPSTREAM_TOKEN`, `UPSTREAM_RATE_LIMITED` or
 * `UPSTREAM_UNAVAILABLE`, with the broker's own code and what is known all the same. Errors that are not of the broker
 * come back as they are.
 */
export function upstreamOutcome(error: unknown, known: ErrorContext): unknown {
  if (!(error instanceof OperationalError)) return error;
  const code = TOKEN.has(error.code)
    ? 'UPSTREAM_TOKEN'
    : SLOW_DOWN.has(error.code)
      ? 'UPSTREAM_RATE_LIMITED'
      : 'UPSTREAM_UNAVAILABLE';
  return new OutcomeError(code, error.message, { ...error.context, brokerCode: error.code, ...known }, true);
}
