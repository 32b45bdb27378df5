/**
 * Goal: a call that may create an order is made once and its outcome is told by evidence alone.
 *
 * Method: Node's own HTTP client over the account's connections. The request is written only when a connection stands and
 * after a last look; what fails before is `not-sent`, every failure after it is `unknown`, and only Upstox's own error envelope under
 * a 4xx is `rejected`.
 *
 * Invariants: nothing is repeated; no redirect is followed; the deadline covers the last byte of the answer.
 */
import http from 'node:http';
import https from 'node:https';
import type { Clock } from '@vega/kernel';
import { type Envelope, readReply } from '../wire/reply.ts';
import { isUsableToken, type TokenSource } from '../wire/token-source.ts';
import { UpstoxError } from '../wire/upstox-error.ts';
import type { EgressAgents } from './egress.ts';

const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** One call of the trading door. */
export interface TradingRequest {
  /** Method and path template: the name that errors know the call by. */
  readonly api: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  /** Name of a registered algorithm. */
  readonly algoName?: string;
  /** Asked at the last moment, when a connection stands; what it tells is why nothing must leave any more. */
  readonly lastLook?: () => string | undefined;
  /** Told when the whole request has been handed to the operating system. */
  readonly onSent?: () => void;
}

export interface TradingHttpOptions {
  readonly tokens: TokenSource;
  readonly agents: EgressAgents;
  readonly clock: Clock;
}

/** The one way of an account to the broker's order endpoints and books. */
export class TradingHttp {
  private readonly options: TradingHttpOptions;

  constructor(options: TradingHttpOptions) {
    this.options = options;
  }

  /** Makes a call once and returns the envelope of its success. Throws {@link UpstoxError} only. */
  async call(request: TradingRequest): Promise<Envelope> {
    const { tokens } = this.options;
    const token = this.token(request.api);
    try {
      const { status, text } = await this.send(request, token);
      return readReply({ api: request.api, status, text, token });
    } catch (error) {
      if (error instanceof UpstoxError && error.code === 'UPSTOX_TOKEN_INVALID') tokens.reportRejected?.(token);
      throw error;
    }
  }

  private token(api: string): string {
    const held = this.options.tokens.current();
    const why =
      held === undefined
        ? 'nobody has logged in'
        : held.expiresAt <= this.options.clock.wallNow()
          ? 'the token has expired'
          : isUsableToken(held.token)
            ? undefined
            : 'the token holds characters no header can';
    if (held === undefined || why !== undefined) {
      throw new UpstoxError('UPSTOX_TOKEN_MISSING', why ?? 'no token', 'not-sent', { api });
    }
    return held.token;
  }

  private send(request: TradingRequest, token: string): Promise<{ status: number; text: string }> {
    const { api, url, method, timeoutMs } = request;
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers: Record<string, string | number> = {
      Accept: 'application/json',
      'User-Agent': 'vega-trade',
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': body.length }),
      ...(request.algoName === undefined ? {} : { 'X-Algo-Name': request.algoName }),
    };
    const { agents, clock } = this.options;
    return new Promise((resolve, reject) => {
      let mayHaveLeft = false;
      let settled = false;
      const end = (work: () => void): void => {
        if (settled) return;
        settled = true;
        deadline.cancel();
        work();
      };
      const call = (secure ? https : http).request(target, {
        method,
        headers,
        agent: secure ? agents.https : agents.http,
      });
      const deadline = clock.after(timeoutMs, () => {
        const outcome = mayHaveLeft ? 'unknown' : 'not-sent';
        const error = new UpstoxError('UPSTOX_TIMEOUT', `no complete answer within ${timeoutMs} ms`, outcome, { api });
        end(() => reject(error));
        call.destroy();
      });
      /** Hands the request over; until here nothing of it but the wish for a connection has left. */
      const leave = (): void => {
        if (settled) return;
        const why = request.lastLook?.();
        if (why !== undefined) {
          end(() => reject(new UpstoxError('UPSTOX_ABORTED', why, 'not-sent', { api })));
          call.destroy();
          return;
        }
        mayHaveLeft = true;
        if (request.onSent !== undefined) call.once('finish', request.onSent);
        call.end(body);
      };
      call.once('socket', (socket) => {
        // A kept connection, or one that a proxy has made, is handed over standing.
        if (!socket.connecting) leave();
        else socket.once(secure ? 'secureConnect' : 'connect', leave);
      });
      call.once('error', (error) => end(() => reject(failure(api, error, mayHaveLeft))));
      call.once('response', (response) => {
        mayHaveLeft = true;
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_REPLY_BYTES) response.destroy(new Error('too large'));
          else chunks.push(chunk);
        });
        response.once('end', () =>
          end(() =>
            response.complete
              ? resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })
              : reject(new UpstoxError('UPSTOX_BAD_REPLY', 'the answer is cut off', 'unknown', { api })),
          ),
        );
        response.once('error', (error) => end(() => reject(failure(api, error, true))));
        response.once('aborted', () => end(() => reject(failure(api, new Error('aborted'), true))));
      });
    });
  }
}

/** Only the code of a failure is kept: its text may quote headers. */
function failure(api: string, error: Error, mayHaveLeft: boolean): UpstoxError {
  const transportCode = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return mayHaveLeft
    ? new UpstoxError('UPSTOX_CONNECTION_LOST', `the connection broke (${transportCode})`, 'unknown', {
        api,
        transportCode,
      })
    : new UpstoxError('UPSTOX_UNREACHABLE', `no connection (${transportCode})`, 'not-sent', { api, transportCode });
}
