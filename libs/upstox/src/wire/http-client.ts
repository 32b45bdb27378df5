import { type Clock, invariant } from '@vega/kernel';
import type { UpstoxEndpoints } from './endpoints.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { type Envelope, failureOf, type RawReply, readFlatReply, readReply } from './reply.ts';
import { type RetryPolicy, withRetry } from './retry.ts';
import { type BrokerToken, isUsableToken, type TokenSource } from './token-source.ts';
import { transportFailure } from './transport-failure.ts';
import { UpstoxError } from './upstox-error.ts';

/** A JSON answer larger than this is not read to its end. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_RATE_WAIT_MS = 5_000;

/** What a caller decides about one call. */
export interface CallOptions {
  /** From sending to the last byte of the answer. Default 10 s. */
  readonly timeoutMs?: number;
  /** How long the call may wait for its turn under the rate limits. Default 5 s. */
  readonly rateWaitMs?: number;
  /** Absent: the call is made once. */
  readonly retry?: RetryPolicy;
  readonly signal?: AbortSignal;
}

/** One call, as the doors of this room state it. */
export interface UpstoxRequest {
  /** Method and path template: the name that rate limits and errors know the call by. */
  readonly api: string;
  /** Path with its parameters filled in and encoded. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form instead. */
  readonly form?: Readonly<Record<string, string>>;
  /** What is sent and must not come back in a message, besides the token. */
  readonly secret?: string;
  /** `bearer`: the current token of the source; a token: that one; `none`: no Authorization header. */
  readonly auth: 'bearer' | 'none' | BrokerToken;
}

/** The environment, account and limits that every call of a client shares. */
export interface UpstoxHttpOptions {
  readonly endpoints: UpstoxEndpoints;
  readonly tokens: TokenSource;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The one way out to Upstox's REST: rate limits, token, deadline, and errors that say what is known of the outcome. */
export class UpstoxHttp {
  constructor(private readonly options: UpstoxHttpOptions) {}

  /** Makes a call and returns the envelope of its success. Throws {@link UpstoxError} only. */
  async call(request: UpstoxRequest, call: CallOptions = {}): Promise<Envelope> {
    const { clock, random } = this.options;
    const isRead = (request.method ?? 'GET') === 'GET';
    return withRetry(call.retry, { clock, random, isRead, signal: call.signal }, () =>
      this.attempt(request, call, readReply),
    );
  }

  /** The same for the one call that answers without the envelope. */
  async callFlat(request: UpstoxRequest, call: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.attempt(request, call, readFlatReply);
  }

  /**
   * Opens a public file and hands its body to `read` as it arrives. The deadline covers `read`, whose own errors pass.
   */
  async download<T>(
    api: string,
    url: string,
    call: CallOptions,
    read: (body: ReadableStream<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    await this.options.limiter.acquire(api, rateWaitOf(call));
    return this.underDeadline(api, call, async (signal) => {
      const response = await fetch(url, { redirect: 'follow', signal, headers: { 'User-Agent': USER_AGENT } });
      if (response.ok && response.body) return read(response.body);
      throw failureOf({ api, status: response.status, text: await readText(api, response), token: undefined });
    });
  }

  private async attempt<T>(request: UpstoxRequest, call: CallOptions, read: (reply: RawReply) => T): Promise<T> {
    const { limiter, tokens } = this.options;
    const { api } = request;
    await limiter.acquire(api, rateWaitOf(call));
    const token = this.tokenFor(api, request.auth);
    try {
      const answer = await this.send(request, token, call, read);
      limiter.succeeded(api);
      return answer;
    } catch (error) {
      invariant(error instanceof UpstoxError, `a call to Upstox may fail with UpstoxError only, got ${String(error)}`);
      if (error.code === 'UPSTOX_RATE_LIMITED') limiter.backOff(api);
      else if (error.httpStatus !== undefined) limiter.succeeded(api);
      if (error.code === 'UPSTOX_TOKEN_INVALID' && token !== undefined) tokens.reportRejected?.(token);
      throw error;
    }
  }

  private send<T>(
    request: UpstoxRequest,
    token: string | undefined,
    call: CallOptions,
    read: (reply: RawReply) => T,
  ): Promise<T> {
    const { api } = request;
    const headers: Record<string, string> = { Accept: 'application/json', 'User-Agent': USER_AGENT };
    if (token !== undefined) headers['Authorization'] = `Bearer ${token}`;
    if (request.body !== undefined) headers['Content-Type'] = 'application/json';
    const url = `${this.options.endpoints.rest}${request.path}${queryOf(request.query)}`;
    const init: RequestInit = { method: request.method ?? 'GET', headers, redirect: 'manual' };
    if (request.body !== undefined) init.body = JSON.stringify(request.body);
    // Sets its content type by itself.
    if (request.form !== undefined) init.body = new URLSearchParams(request.form);
    return this.underDeadline(api, call, async (signal) => {
      const response = await fetch(url, { ...init, signal });
      const said = await readText(api, response);
      return read({ api, status: response.status, text: said, token: token ?? request.secret });
    });
  }

  /** Runs `work` under the call's deadline and the caller's signal; whatever it throws leaves as an {@link UpstoxError}. */
  private async underDeadline<T>(
    api: string,
    call: CallOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (call.signal?.aborted) throw new UpstoxError('UPSTOX_ABORTED', 'given up before sending', 'not-sent', { api });
    const controller = new AbortController();
    let ended: UpstoxError | undefined;
    const end = (error: UpstoxError): void => {
      ended ??= error;
      controller.abort();
    };
    const onAbort = (): void => end(new UpstoxError('UPSTOX_ABORTED', 'the caller gave up', 'unknown', { api }));
    const deadline = this.options.clock.after(timeoutMs, () =>
      end(new UpstoxError('UPSTOX_TIMEOUT', `no complete answer within ${timeoutMs} ms`, 'unknown', { api })),
    );
    call.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await work(controller.signal);
    } catch (error) {
      if (ended) throw ended;
      if (error instanceof UpstoxError) throw error;
      throw transportFailure(api, error);
    } finally {
      deadline.cancel();
      call.signal?.removeEventListener('abort', onAbort);
    }
  }

  private tokenFor(api: string, auth: UpstoxRequest['auth']): string | undefined {
    if (auth === 'none') return undefined;
    const held = auth === 'bearer' ? this.options.tokens.current() : auth;
    if (!held) throw new UpstoxError('UPSTOX_TOKEN_MISSING', 'nobody has logged in', 'not-sent', { api });
    if (held.expiresAt <= this.options.clock.wallNow()) {
      throw new UpstoxError('UPSTOX_TOKEN_MISSING', 'the token has expired', 'not-sent', { api });
    }
    if (!isUsableToken(held.token)) {
      throw new UpstoxError('UPSTOX_TOKEN_MISSING', 'the token holds characters no header can', 'not-sent', { api });
    }
    return held.token;
  }
}

const USER_AGENT = 'vega-trade';

function rateWaitOf(call: CallOptions): { waitMs: number; signal?: AbortSignal } {
  return { waitMs: call.rateWaitMs ?? DEFAULT_RATE_WAIT_MS, ...(call.signal && { signal: call.signal }) };
}

function queryOf(query: UpstoxRequest['query']): string {
  const present = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return present.length === 0 ? '' : `?${present.join('&')}`;
}

async function readText(api: string, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) {
      const facts = { api, httpStatus: response.status };
      throw new UpstoxError('UPSTOX_BAD_REPLY', `the answer exceeds ${MAX_REPLY_BYTES} bytes`, 'unknown', facts);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}
