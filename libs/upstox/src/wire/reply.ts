import { quotable, UpstoxError, type UpstoxErrorCode, type UpstoxErrorFacts } from './upstox-error.ts';

/** A reply of Upstox in its envelope: `data`, and beside it `metadata`, `meta_data`, `errors` or `summary`. */
export type Envelope = Readonly<Record<string, unknown>> & { readonly data: unknown };

/** A reply as it came over the wire. */
export interface RawReply {
  readonly api: string;
  readonly status: number;
  readonly text: string;
  /** The token that was sent, to be kept out of messages. */
  readonly token: string | undefined;
}

/**
 * Reads a reply, or throws the {@link UpstoxError} it amounts to.
 *
 * `rejected` needs evidence: Upstox's own error envelope under a 4xx. A rate limit, a 5xx, an HTML page, an empty or
 * unreadable body leave the outcome `unknown`, whatever the status says.
 */
export function readReply(reply: RawReply): Envelope {
  const body = parseObject(reply.text);
  const succeeded = reply.status >= 200 && reply.status < 300;
  if (succeeded && body && (body['status'] === 'success' || body['status'] === 'partial_success') && 'data' in body) {
    return body as Envelope;
  }
  throw failureOf(reply, body);
}

/** Reads the reply of the token exchange, which has no envelope; failures have theirs. */
export function readFlatReply(reply: RawReply): Readonly<Record<string, unknown>> {
  const body = parseObject(reply.text);
  const succeeded = reply.status >= 200 && reply.status < 300;
  if (succeeded && body && !('errors' in body)) return body;
  throw failureOf(reply, body);
}

/** The failure that a reply other than a success amounts to. */
export function failureOf(reply: RawReply, body = parseObject(reply.text)): UpstoxError {
  const problem = body ? firstProblem(body) : undefined;
  const facts: UpstoxErrorFacts = {
    api: reply.api,
    httpStatus: reply.status,
    ...(problem?.code !== undefined && { upstreamCode: quotable(problem.code, reply.token) }),
    ...(problem?.property !== undefined && { upstreamProperty: quotable(problem.property, reply.token) }),
  };
  if (!problem) return withoutEnvelope(reply, body !== undefined, facts);
  const code = codeOf(reply.status, problem.code);
  const definite = reply.status < 500 && code !== 'UPSTOX_RATE_LIMITED' && code !== 'UPSTOX_SERVER_ERROR';
  const said = quotable(problem.message ?? 'no message', reply.token);
  return new UpstoxError(
    code,
    `HTTP ${reply.status} ${facts.upstreamCode ?? 'without code'}: ${said}`,
    definite ? 'rejected' : 'unknown',
    facts,
  );
}

function withoutEnvelope(reply: RawReply, isJson: boolean, facts: UpstoxErrorFacts): UpstoxError {
  const { status } = reply;
  const looks = reply.text.trim() === '' ? 'an empty body' : isJson ? 'an unknown JSON shape' : looksOf(reply.text);
  const message = `HTTP ${status} with ${looks}`;
  if (status === 429) return new UpstoxError('UPSTOX_RATE_LIMITED', message, 'unknown', facts);
  if (status === 401) return new UpstoxError('UPSTOX_TOKEN_INVALID', message, 'unknown', facts);
  if (status >= 500) return new UpstoxError('UPSTOX_SERVER_ERROR', message, 'unknown', facts);
  if (status >= 400 && looks === HTML) return new UpstoxError('UPSTOX_BLOCKED_BY_PROXY', message, 'unknown', facts);
  return new UpstoxError('UPSTOX_BAD_REPLY', message, 'unknown', facts);
}

const HTML = 'an HTML page';

function looksOf(text: string): string {
  return /^\s*<(!doctype|html|head|body)/i.test(text) ? HTML : 'a body that is not JSON';
}

function codeOf(status: number, upstream: string | undefined): UpstoxErrorCode {
  if (status === 401 || upstream === 'UDAPI100050') return 'UPSTOX_TOKEN_INVALID';
  if (status === 429 || upstream === 'UDAPI10005') return 'UPSTOX_RATE_LIMITED';
  if (status >= 500 || upstream === 'UDAPI100500') return 'UPSTOX_SERVER_ERROR';
  if (status === 403) return 'UPSTOX_FORBIDDEN';
  if (status === 404 || upstream === 'UDAPI100060') return 'UPSTOX_NOT_FOUND';
  if (status === 423) return 'UPSTOX_SERVICE_CLOSED';
  return 'UPSTOX_REJECTED';
}

interface Problem {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly property: string | undefined;
}

/** The first entry of `errors`, in the snake_case spelling or the deprecated camelCase one. */
function firstProblem(body: Readonly<Record<string, unknown>>): Problem | undefined {
  const errors = body['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null) return undefined;
  const fields = first as Readonly<Record<string, unknown>>;
  const code = text(fields['error_code']) ?? text(fields['errorCode']);
  const message = text(fields['message']);
  if (code === undefined && message === undefined) return undefined;
  return { code, message, property: text(fields['property_path']) ?? text(fields['propertyPath']) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
