import type { Problem } from './gen/api.ts';

/** Where the gateway is and how it is asked. */
export interface GatewayAccess {
  /** Origin and base path without a trailing slash; '' for the page's own origin. */
  baseUrl: string;
  /** Defaults to the platform's own. */
  fetch?: typeof fetch;
  headers?: Readonly<Record<string, string>>;
  /** The caller's access token; asked for before each call. */
  token?: () => Promise<string | undefined>;
  /** What `fetch` does with cookies; its own default unless given. */
  credentials?: 'omit' | 'same-origin' | 'include';
  /** Milliseconds after which a call is given up; 15,000 unless given. */
  timeoutMs?: number;
}

/** What one call may add. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** One call, as the generated functions describe it. */
export interface GatewayCall {
  operation: string;
  method: string;
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** The gateway said no: an RFC 9457 problem with a stable `code`. */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';
  readonly operation: string;
  readonly problem: Problem;

  constructor(operation: string, problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.operation = operation;
    this.problem = problem;
  }
}

/** No answer that could be read: the network failed, the call took too long, or what answered is not the gateway. */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable';
  readonly operation: string;
  /** HTTP status of an answer that is neither JSON nor a problem; undefined when none came. */
  readonly status: number | undefined;

  constructor(operation: string, message: string, details: { status?: number; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.operation = operation;
    this.status = details.status;
  }
}

/**
 * Makes one call and gives its JSON. Throws {@link GatewayProblem} or {@link GatewayUnreachable}; a call that its caller
 * aborted rejects with the abort's reason.
 */
export async function callGateway<T>(access: GatewayAccess, call: GatewayCall, options: CallOptions): Promise<T> {
  const { operation } = call;
  const ask = access.fetch ?? globalThis.fetch;
  const deadline = AbortSignal.timeout(access.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  const type = call.body === undefined ? {} : { 'content-type': 'application/json' };
  const token = await access.token?.();
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const accept = 'application/json, application/problem+json';
  const headers = { accept, ...type, ...bearer, ...access.headers, ...given(call.headers ?? {}) };
  const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
  let response: Response;
  let text: string;
  try {
    const cookies = access.credentials === undefined ? {} : { credentials: access.credentials };
    response = await ask(addressOf(access.baseUrl, call), {
      method: call.method,
      headers,
      signal,
      ...cookies,
      ...body,
    });
    text = await response.text();
  } catch (cause) {
    if (options.signal?.aborted === true) throw options.signal.reason;
    const message = deadline.aborted ? 'no answer in time' : 'the gateway cannot be reached';
    throw new GatewayUnreachable(operation, message, { cause });
  }
  const answer = parseJson(text);
  if (response.ok && answer !== undefined) return answer as T;
  if (isProblem(answer)) throw new GatewayProblem(operation, answer);
  throw new GatewayUnreachable(operation, `an answer of status ${response.status} that is not the gateway's`, {
    status: response.status,
  });
}

/** The problem with which an operation failed, with what that operation adds to it; undefined for any other error. */
export function problemOf<More extends object>(error: unknown, operation: string): (Problem & More) | undefined {
  if (!(error instanceof GatewayProblem) || error.operation !== operation) return undefined;
  return error.problem as Problem & More;
}

/** The headers that have a value. */
function given(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const pairs = Object.entries(headers);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function addressOf(baseUrl: string, call: GatewayCall): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return `${baseUrl}${call.path}${text === '' ? '' : `?${text}`}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null || !('code' in body) || !('detail' in body)) return false;
  return typeof body.code === 'string' && typeof body.detail === 'string';
}
