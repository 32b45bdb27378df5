import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { systemClock } from '@vega/kernel';
import { MarketRestClient, RateLimiter, simulatorEndpoints, UpstoxHttp } from '@vega/upstox/market';

type Answer = { readonly status?: number; readonly body: unknown };

/** A broker that answers what a test lays out for each path; everything else is 404 in the broker's envelope. */
export interface BrokerFiles {
  readonly rest: MarketRestClient;
  /** Paths asked so far, decoded, oldest first. */
  readonly asked: string[];
  /** Answers `GET path` (decoded, without query) from now on. A Buffer is sent as it is, anything else as JSON. */
  answer(path: string | RegExp, answer: Answer | ((path: string) => Answer | Promise<Answer>)): void;
  close(): Promise<void>;
}

/** Starts it on a free port, with the real client before it. */
export async function openBrokerFiles(): Promise<BrokerFiles> {
  const answers: { path: string | RegExp; answer: Answer | ((path: string) => Answer | Promise<Answer>) }[] = [];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void respond(request, response);
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    asked.push(path);
    const match = answers.findLast((known) =>
      typeof known.path === 'string' ? known.path === path : known.path.test(path),
    );
    const found =
      match === undefined ? NOT_FOUND : typeof match.answer === 'function' ? await match.answer(path) : match.answer;
    const isRaw = Buffer.isBuffer(found.body);
    response.writeHead(found.status ?? 200, { 'content-type': isRaw ? 'application/gzip' : 'application/json' });
    response.end(isRaw ? found.body : JSON.stringify(found.body));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoints = simulatorEndpoints(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const clock = systemClock;
  const random = (): number => 0.5;
  const http = new UpstoxHttp({
    endpoints,
    clock,
    random,
    limiter: new RateLimiter({ clock, random }),
    tokens: {
      current: () => ({ token: 'test', expiresAt: (clock.wallNow() + 3_600_000) as ReturnType<typeof clock.wallNow> }),
      onChange: () => () => undefined,
    },
  });
  return {
    rest: new MarketRestClient(http, endpoints),
    asked,
    answer: (path, answer) => answers.push({ path, answer }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const NOT_FOUND: Answer = {
  status: 404,
  body: {
    status: 'error',
    errors: [{ error_code: 'UDAPI100060', message: 'Resource not Found.', property_path: null, invalid_value: null }],
  },
};

/** The path of the complete master. */
export const MASTER_PATH = '/market-quote/instruments/exchange/complete.json.gz';

/** A master file of rows as the broker writes them. */
export function masterFile(rows: readonly unknown[]): Answer {
  return { body: gzipSync(JSON.stringify(rows)) };
}

/** An answer in the broker's envelope of candles, newest first as the broker sends them. */
export function candleAnswer(
  rows: readonly (readonly [
    time: string,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    oi: number,
  ])[],
): Answer {
  return { body: { status: 'success', data: { candles: [...rows].sort((a, b) => (a[0] < b[0] ? 1 : -1)) } } };
}

/** A refusal in the broker's envelope. */
export function refusal(status: number, code: string): Answer {
  return {
    status,
    body: {
      status: 'error',
      errors: [{ error_code: code, message: `refused: ${code}`, property_path: null, invalid_value: null }],
    },
  };
}
