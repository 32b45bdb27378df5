import { ERROR_CODES, isErrorCode } from '@vega/contracts';
import { OperationalError, OutcomeError } from '@vega/kernel';
import type { MessageId, ServerFrame } from './protocol.ts';

/** The frame that tells a refusal or a failure. */
export function errorFrame(id: MessageId, error: unknown): ServerFrame {
  if (error instanceof OutcomeError) {
    const { code, message, retryable, context } = error;
    return { type: 'error', id, code, detail: message, retryable, context };
  }
  if (error instanceof OperationalError) {
    return { type: 'error', id, code: error.code, detail: error.message, retryable: true, context: error.context };
  }
  const detail = 'a defect on our side; it is logged';
  return { type: 'error', id, code: 'INTERNAL', detail, retryable: true, context: {} };
}

/** The refusal of one client too many. */
export function streamFull(): OutcomeError {
  return new OutcomeError('STREAM_FULL', 'this gateway takes no further stream client now', {}, true);
}

/** The frame that tells that the broker feed does not stream an instrument. */
export function refusalFrame(subscription: string, key: string, code: string): ServerFrame {
  const context = { subscription, instrument_key: key };
  const retryable = isErrorCode(code) && ERROR_CODES[code].retryable;
  return errorFrame(null, new OutcomeError(code, `${key} is not streamed by the broker feed`, context, retryable));
}
