import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { simulatorEndpoints } from '../src/wire/endpoints.ts';
import { type CallOptions, UpstoxHttp, type UpstoxRequest } from '../src/wire/http-client.ts';
import { RateLimiter } from '../src/wire/rate-limiter.ts';
import { UpstoxError } from '../src/wire/upstox-error.ts';
import { FakeClock, until } from './support/fake-clock.ts';
import { HttpStub } from './support/http-stub.ts';
import { TestTokens } from './support/tokens.ts';

const TOKEN = 'eyJhbGciOi.secret-token.value';
const READ: UpstoxRequest = { api: 'GET /v2/thing', path: '/v2/thing', auth: 'bearer' };
const WRITE: UpstoxRequest = { ...READ, api: 'POST /v2/thing', method: 'POST', body: { quantity: 1 } };
const HTML =
  '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>1010</body></html>';

interface Rig {
  readonly http: UpstoxHttp;
  readonly clock: FakeClock;
  readonly tokens: TestTokens;
  /** How often the dice were thrown: once for each wait between attempts. */
  readonly dice: { thrown: number };
}

function rigAt(origin: string, tokens = new TestTokens(TOKEN)): Rig {
  const clock = new FakeClock();
  const dice = { thrown: 0 };
  const random = (): number => {
    dice.thrown += 1;
    return 0.5;
  };
  const limiter = new RateLimiter({ clock, random });
  const http = new UpstoxHttp({ endpoints: simulatorEndpoints(origin), tokens, limiter, clock, random });
  return { http, clock, tokens, dice };
}

async function failureOf(call: Promise<unknown>): Promise<UpstoxError> {
  const error: unknown = await call.then(
    () => new Error('the call succeeded'),
    (caught: unknown) => caught,
  );
  if (!(error instanceof UpstoxError)) throw error;
  const everything = `${JSON.stringify(error)}${error.message}${error.stack}${JSON.stringify(error.context)}${String(error.cause)}`;
  expect(everything).not.toContain(TOKEN);
  return error;
}

describe('UpstoxHttp', () => {
  let stub: HttpStub;
  let rig: Rig;

  beforeEach(async () => {
    stub = await HttpStub.start();
    rig = rigAt(stub.origin);
  });
  afterEach(() => stub.stop());

  it('sends the bearer token, encoded queries and JSON bodies, and returns the envelope', async () => {
    stub.succeed({ answer: 42 }, { metadata: { latency: 3 } });
    const envelope = await rig.http.call({
      ...WRITE,
      query: { key: 'NSE_INDEX|Nifty 50', absent: undefined, page: 2 },
    });
    expect(envelope).toEqual({ status: 'success', data: { answer: 42 }, metadata: { latency: 3 } });
    expect(stub.received).toMatchObject([
      { method: 'POST', path: '/v2/thing', authorization: `Bearer ${TOKEN}`, body: '{"quantity":1}' },
    ]);
    expect(stub.received[0]?.query.toString()).toBe('key=NSE_INDEX%7CNifty+50&page=2');
  });

  it('sends no Authorization where none is asked for, and a given token instead of the current one', async () => {
    stub.succeed(null);
    await rig.http.call({ ...READ, auth: 'none' });
    await rig.http.call({ ...READ, auth: { token: 'other', expiresAt: rig.clock.wallNow() + 1 } as never });
    expect(stub.received.map((request) => request.authorization)).toEqual([undefined, 'Bearer other']);
  });

  const snake = {
    error_code: 'UDAPI100011',
    message: 'Invalid Instrument key',
    property_path: 'instrument_key',
    invalid_value: 'X',
  };
  const camel = {
    errorCode: 'UDAPI1015',
    message: 'to_date must be greater',
    propertyPath: 'to_date',
    invalidValue: null,
  };
  const envelope = (...errors: object[]): string => JSON.stringify({ status: 'error', errors });

  it.each([
    ['snake_case envelope', 400, envelope(snake), 'UPSTOX_REJECTED', 'rejected', 'UDAPI100011'],
    ['camelCase envelope', 400, envelope(camel), 'UPSTOX_REJECTED', 'rejected', 'UDAPI1015'],
    ['both spellings', 400, envelope({ ...camel, ...snake }), 'UPSTOX_REJECTED', 'rejected', 'UDAPI100011'],
    ['an error under HTTP 200', 200, envelope(snake), 'UPSTOX_REJECTED', 'rejected', 'UDAPI100011'],
    [
      'a dead token',
      401,
      envelope({ errorCode: 'UDAPI100050', message: 'Invalid token' }),
      'UPSTOX_TOKEN_INVALID',
      'rejected',
      'UDAPI100050',
    ],
    [
      'a dead token under another status',
      400,
      envelope({ error_code: 'UDAPI100050', message: 'Invalid token' }),
      'UPSTOX_TOKEN_INVALID',
      'rejected',
      'UDAPI100050',
    ],
    ['401 without a body', 401, '', 'UPSTOX_TOKEN_INVALID', 'unknown', undefined],
    [
      '403 of Upstox',
      403,
      envelope({ error_code: 'UDAPI1154', message: 'static ip' }),
      'UPSTOX_FORBIDDEN',
      'rejected',
      'UDAPI1154',
    ],
    ['HTML 403 of a proxy', 403, HTML, 'UPSTOX_BLOCKED_BY_PROXY', 'unknown', undefined],
    [
      '404 of Upstox',
      404,
      envelope({ error_code: 'UDAPI100060', message: 'not found' }),
      'UPSTOX_NOT_FOUND',
      'rejected',
      'UDAPI100060',
    ],
    [
      'outside service hours',
      423,
      envelope({ error_code: 'UDAPI100072', message: 'closed' }),
      'UPSTOX_SERVICE_CLOSED',
      'rejected',
      'UDAPI100072',
    ],
    [
      '429 with an envelope',
      429,
      envelope({ error_code: 'UDAPI10005', message: 'Too many' }),
      'UPSTOX_RATE_LIMITED',
      'unknown',
      'UDAPI10005',
    ],
    ['429 with nothing', 429, '', 'UPSTOX_RATE_LIMITED', 'unknown', undefined],
    [
      '500 with an envelope',
      500,
      envelope({ error_code: 'UDAPI100500', message: 'oops' }),
      'UPSTOX_SERVER_ERROR',
      'unknown',
      'UDAPI100500',
    ],
    ['502 in HTML', 502, HTML, 'UPSTOX_SERVER_ERROR', 'unknown', undefined],
    ['an empty 400', 400, '', 'UPSTOX_BAD_REPLY', 'unknown', undefined],
    ['an envelope without entries', 400, envelope(), 'UPSTOX_BAD_REPLY', 'unknown', undefined],
    ['an empty success', 200, '', 'UPSTOX_BAD_REPLY', 'unknown', undefined],
    ['a truncated success', 200, '{"status":"success","data":{"a', 'UPSTOX_BAD_REPLY', 'unknown', undefined],
    ['a success without data', 200, '{"status":"success"}', 'UPSTOX_BAD_REPLY', 'unknown', undefined],
    ['JSON that is no object', 200, '[1,2]', 'UPSTOX_BAD_REPLY', 'unknown', undefined],
    ['HTML under 200', 200, HTML, 'UPSTOX_BAD_REPLY', 'unknown', undefined],
  ])('%s', async (_name, status, body, code, outcome, upstreamCode) => {
    stub.reply(status, body);
    const error = await failureOf(rig.http.call(WRITE));
    expect(error).toMatchObject({ code, outcome, upstreamCode, httpStatus: status, api: WRITE.api });
    expect(stub.received).toHaveLength(1);
  });

  it('cuts the token and control characters out of what the other side says', async () => {
    stub.reply(
      400,
      envelope({ error_code: `E${TOKEN}`, message: `bad header Bearer ${TOKEN}\r\n\u001b[31m${'x'.repeat(500)}` }),
    );
    const error = await failureOf(rig.http.call(READ));
    expect(error.message).toMatch(/^[\x20-\x7e]{40,300}$/);
    expect(error.message).toContain('Bearer [token]');
  });

  it('does not follow redirects with the token', async () => {
    stub.answer = (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/stolen' }).end();
    expect(await failureOf(rig.http.call(READ))).toMatchObject({ code: 'UPSTOX_BAD_REPLY', httpStatus: 302 });
  });

  it('calls a refused connection not sent', async () => {
    await stub.stop();
    expect(await failureOf(rig.http.call(WRITE))).toMatchObject({ code: 'UPSTOX_UNREACHABLE', outcome: 'not-sent' });
  });

  it('calls an unknown host not sent', async () => {
    const error = await failureOf(rigAt('http://no-such-host.invalid').http.call(WRITE));
    expect(error).toMatchObject({ code: 'UPSTOX_UNREACHABLE', outcome: 'not-sent' });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['before the status line', (response) => response.destroy()],
    [
      'inside the body',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"status":"succ', () => response.destroy());
      },
    ],
  ])('calls a connection that breaks %s unknown', async (_name, breakOff) => {
    stub.answer = (_request, response) => breakOff(response);
    expect(await failureOf(rig.http.call(WRITE))).toMatchObject({ code: 'UPSTOX_CONNECTION_LOST', outcome: 'unknown' });
  });

  it('calls an answer that is not HTTP unknown', async () => {
    const raw: Server = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const error = await failureOf(rigAt(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`).http.call(WRITE));
    expect(error).toMatchObject({ code: 'UPSTOX_CONNECTION_LOST', outcome: 'unknown' });
    await new Promise((resolve) => raw.close(resolve));
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['never answers', () => undefined],
    [
      'stalls inside the body',
      (response) => {
        response.writeHead(200);
        response.write('{"status"');
      },
    ],
  ])('times out on a server that %s, outcome unknown', async (_name, stall) => {
    stub.answer = (_request, response) => stall(response);
    const failed = failureOf(rig.http.call(WRITE, { timeoutMs: 3_000 }));
    await until('the request arrived', () => stub.received.length === 1);
    await rig.clock.advance(2_999);
    let settled = false;
    void failed.then(() => (settled = true));
    await rig.clock.advance(0);
    expect(settled).toBe(false);
    await rig.clock.advance(1);
    expect(await failed).toMatchObject({ code: 'UPSTOX_TIMEOUT', outcome: 'unknown' });
  });

  it('leaves no timer behind', async () => {
    stub.succeed(1);
    await rig.http.call(READ);
    stub.reply(500, '');
    await failureOf(rig.http.call(READ));
    expect(rig.clock.waiting).toBe(0);
  });

  it('lets the caller give up: not sent before, unknown after', async () => {
    expect(await failureOf(rig.http.call(READ, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'UPSTOX_ABORTED',
      outcome: 'not-sent',
    });
    stub.answer = () => undefined;
    const controller = new AbortController();
    const failed = failureOf(rig.http.call(READ, { signal: controller.signal }));
    await until('the request arrived', () => stub.received.length === 1);
    controller.abort();
    expect(await failed).toMatchObject({ code: 'UPSTOX_ABORTED', outcome: 'unknown' });
  });

  it('refuses an answer beyond all measure', async () => {
    stub.answer = (_request, response) => {
      const pour = (): void => {
        while (response.writable && response.write(Buffer.alloc(1 << 20, 0x20)));
      };
      response.on('drain', pour);
      pour();
    };
    expect(await failureOf(rig.http.call(READ))).toMatchObject({ code: 'UPSTOX_BAD_REPLY' });
  });

  it.each([
    ['no token', new TestTokens()],
    ['an expired token', new TestTokens(TOKEN, 1)],
    ['a token that cannot be a header', new TestTokens('se\ncret')],
  ])('sends nothing with %s', async (_name, tokens) => {
    const error = await failureOf(rigAt(stub.origin, tokens).http.call(READ));
    expect(error).toMatchObject({ code: 'UPSTOX_TOKEN_MISSING', outcome: 'not-sent' });
    expect(error.message).not.toContain('cret');
    expect(stub.received).toEqual([]);
  });

  it('reports a refused token to its source', async () => {
    stub.reply(401, envelope({ error_code: 'UDAPI100050', message: 'Invalid token' }));
    await failureOf(rig.http.call(READ));
    expect(rig.tokens.rejected).toEqual([TOKEN]);
  });

  describe('retries', () => {
    const retry = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1_000 };

    async function attempts(request: UpstoxRequest, call: CallOptions): Promise<number> {
      const failed = failureOf(rig.http.call(request, call));
      let settled = false;
      void failed.then(() => (settled = true));
      await until(
        'the call settled',
        () => settled,
        () => rig.clock.advance(500),
      );
      return stub.received.length;
    }

    it('makes none unless told to', async () => {
      stub.reply(503, '');
      expect(await attempts(READ, {})).toBe(1);
    });

    it('repeats a read that may pass, as often as told, and never a write', async () => {
      stub.reply(503, '');
      expect(await attempts(READ, { retry })).toBe(3);
      stub.received.length = 0;
      expect(await attempts(WRITE, { retry })).toBe(1);
    });

    it('does not repeat what would be refused again', async () => {
      stub.reply(400, envelope(snake));
      expect(await attempts(READ, { retry })).toBe(1);
    });

    it('repeats a write that found no connection', async () => {
      const origin = stub.origin;
      await stub.stop();
      const failed = failureOf(rigAt(origin).http.call(WRITE, { retry: { ...retry, maxAttempts: 1 } }));
      expect(await failed).toMatchObject({ outcome: 'not-sent' });
      const { http, clock, dice } = rigAt(origin);
      const second = failureOf(http.call(WRITE, { retry }));
      let settled = false;
      void second.then(() => (settled = true));
      await until(
        'the call settled',
        () => settled,
        () => clock.advance(500),
      );
      expect(dice.thrown).toBe(2);
    });

    it('returns the success that follows a failure', async () => {
      stub.answer = (_request, response) => {
        const isFirst = stub.received.length === 1;
        response.writeHead(isFirst ? 503 : 200).end(isFirst ? '' : '{"status":"success","data":7}');
      };
      let value: unknown;
      void rig.http.call(READ, { retry }).then((envelope) => (value = envelope.data));
      await until(
        'the call succeeded',
        () => value !== undefined,
        () => rig.clock.advance(100),
      );
      expect(value).toBe(7);
    });

    it('stops when the caller gives up in between', async () => {
      stub.reply(503, '');
      const controller = new AbortController();
      const failed = failureOf(rig.http.call(READ, { retry, signal: controller.signal }));
      await until('the wait before the second attempt', () => rig.dice.thrown === 1);
      controller.abort();
      expect(await failed).toMatchObject({ code: 'UPSTOX_SERVER_ERROR' });
      expect(stub.received).toHaveLength(1);
    });
  });

  it('holds calls back after a 429', async () => {
    stub.reply(429, '');
    await failureOf(rig.http.call(READ));
    expect(await failureOf(rig.http.call(READ, { rateWaitMs: 100 }))).toMatchObject({ code: 'UPSTOX_RATE_WAIT' });
    stub.succeed(1);
    const later = rig.http.call(READ, { rateWaitMs: 10_000 });
    await rig.clock.advance(1_500);
    expect((await later).data).toBe(1);
    expect(stub.received).toHaveLength(2);
  });
});
