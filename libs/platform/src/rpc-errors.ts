import { ErrorDetail } from '@vega/contracts';
import { OperationalError, OutcomeError, type ErrorContext, type FailureOutcome } from '@vega/kernel';
import { headers as natsHeaders, type MsgHdrs } from '@nats-io/nats-core';

/** Headers of the NATS services protocol that mark a reply as an error. */
const CODE_HEADER = 'Nats-Service-Error-Code';
const MESSAGE_HEADER = 'Nats-Service-Error';

/** Thrown by a handler's edge when a request does not fit its schema. */
export function badRequest(message: string, context: ErrorContext = {}): OutcomeError {
  return new OutcomeError('BAD_REQUEST', message, context);
}

/** The reply that tells an error: refusals and operational failures with their code, anything else as INTERNAL without detail. */
export function encodeError(error: unknown): { headers: MsgHdrs; body: Uint8Array } {
  const known = error instanceof OutcomeError || error instanceof OperationalError;
  const detail = ErrorDetail.create({
    code: known ? error.code : 'INTERNAL',
    message: known ? error.message : 'A defect on our side; it is in the log.',
    retryable: error instanceof OutcomeError ? error.retryable : true,
    outcome: error instanceof OperationalError ? error.outcome : known ? '' : 'unknown',
    contextJson: known ? encodeContext(error.context) : {},
  });
  const headers = natsHeaders();
  headers.set(CODE_HEADER, detail.code);
  headers.set(MESSAGE_HEADER, detail.message.replaceAll(/[\r\n]+/g, ' '));
  return { headers, body: ErrorDetail.encode(detail).finish() };
}

/** The error a reply tells; undefined when the reply is an answer. */
export function decodeError(
  headers: MsgHdrs | undefined,
  body: Uint8Array,
): OutcomeError | OperationalError | undefined {
  const code = headers?.get(CODE_HEADER);
  if (code === undefined || code === '') return undefined;
  const detail = ErrorDetail.decode(body);
  const context = decodeContext(detail.contextJson);
  const message = detail.message || (headers?.get(MESSAGE_HEADER) ?? code);
  if (isOutcome(detail.outcome)) return new OperationalError(code, message, detail.outcome, { context });
  return new OutcomeError(code, message, context, detail.retryable);
}

function isOutcome(text: string): text is FailureOutcome {
  return text === 'not-sent' || text === 'rejected' || text === 'unknown';
}

function encodeContext(context: ErrorContext): Record<string, string> {
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, JSON.stringify(value)]));
}

function decodeContext(json: Record<string, string>): ErrorContext {
  return Object.fromEntries(
    Object.entries(json).map(([name, text]) => [name, JSON.parse(text) as string | number | boolean | null]),
  );
}
