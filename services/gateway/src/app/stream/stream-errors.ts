import { OperationalError, OutcomeError } from '@vega/kernel';
import type { MessageId, ServerFrame } from './protocol.ts';

/** The frame that tells a refusal or a failure; `about` adds facts to its context. */
export function errorFrame(id: MessageId, error: unknown, about: Readonly<Record<string, unknown>> = {}): ServerFrame {
  if (error instanceof OutcomeError) {
    const { code, message, retryable, context } = error;
    return { type: 'error', id, code, detail: message, retryable, context: { ...context, ...about } };
  }
  if (error instanceof OperationalError) {
    const { code, message, context } = error;
    return { type: 'error', id, code, detail: message, retryable: true, context: { ...context, ...about } };
  }
  const detail = 'a defect on our side; it is logged';
  return { type: 'error', id, code: 'INTERNAL', detail, retryable: true, context: { ...about } };
}

/** The refusal of one client too many. */
export function streamFull(): OutcomeError {
  return new OutcomeError('STREAM_FULL', 'this gateway takes no further stream client now', {}, true);
}
