import { OutcomeError } from '@vega/kernel';

const PATTERN = /^[\x21-\x7e]{1,128}$/;

/** The key under which a request may be repeated. Throws IDEMPOTENCY_KEY_INVALID for a missing or unreadable one. */
export function idempotencyKey(given: unknown): string {
  if (typeof given === 'string' && PATTERN.test(given)) return given;
  throw new OutcomeError(
    'IDEMPOTENCY_KEY_INVALID',
    'the Idempotency-Key is 1 to 128 printable characters without spaces',
  );
}

/** As {@link idempotencyKey}, where a request may come without one: then empty. */
export function optionalIdempotencyKey(given: unknown): string {
  return given === undefined || given === null ? '' : idempotencyKey(given);
}
