import { request } from 'node:http';
import { connect } from 'node:net';
import { ERROR_CODES } from '@vega/contracts';
import { OperationalError, OutcomeError } from '@vega/kernel';
import { codeOfStatus, PROBLEM_KINDS } from '../src/adapters/http/problem-table.ts';
import { toProblem } from '../src/adapters/http/problem.ts';
import { eventually } from '@vega/testkit';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

/** What came back, as it came: `fetch` would tidy the address first. */
function raw(path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Record<string, unknown> }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(gateway.url);
      const { method = 'GET', headers = {} } = options;
      const sent = request({ hostname, port, path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
          }),
        );
      });
      sent.on('error', reject);
      sent.end(options.body);
    },
  );
}

describe('the problem table', () => {
  it('has a face for every code and no other', () => {
    expect(Object.keys(PROBLEM_KINDS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it.each(Object.entries(PROBLEM_KINDS))('%s is an error status with a title', (code, { status, title }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title.length).toBeGreaterThan(3);
    const retryable = ERROR_CODES[code as keyof typeof ERROR_CODES].retryable;
    const { body } = toProblem(new OutcomeError(code, 'because', { a: 1 }, retryable), '/x', 'abc');
    expect(body).toMatchObject({
      code,
      status,
      title,
      retryable,
      detail: 'because',
      context: { a: 1 },
      trace_id: 'abc',
    });
  });

  it.each([400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 429, 431, 500, 502, 503])(
    'status %d of the framework has a code of the table',
    (status) => expect(Object.keys(ERROR_CODES)).toContain(codeOfStatus(status)),
  );

  it('tells nothing of a defect, nor of a code that nobody listed', () => {
    for (const error of [
      new TypeError('secret at line 3'),
      new OutcomeError('NOT_LISTED', 'secret'),
      'secret',
      undefined,
    ]) {
      const { body, isOurs } = toProblem(error, '/x', 'abc');
      expect([body.status, body.code, isOurs]).toEqual([500, 'INTERNAL', true]);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    const failure = new OperationalError('DEADLINE_EXCEEDED', 'late', 'unknown', { context: { deadlineMs: 5 } });
    expect(toProblem(failure, '/x', 'abc').body).toMatchObject({ status: 504, context: { deadlineMs: 5 } });
  });
});

describe('errors of the front door itself', () => {
  it.each([
    ['GET', '/nothing/here', 404, 'NOT_FOUND'],
    ['GET', '/api/v1/market', 404, 'NOT_FOUND'],
    ['GET', '/api/v1/market/quote/', 400, 'BAD_REQUEST'],
    ['POST', '/api/v1/market/overview', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/api/v1/market/quote/NIFTY', 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', '/stream', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/stream', 400, 'BAD_REQUEST'],
    ['GET', '/api/v1/market/overview?x=1', 400, 'BAD_REQUEST'],
    ['GET', '/api/v1/market/quote/%zz', 400, 'BAD_REQUEST'],
    ['GET', '/api/v1/market/quote/%ff', 400, 'BAD_REQUEST'],
    ['GET', `/api/v1/market/search?q=${'a'.repeat(2_100)}`, 414, 'URL_TOO_LONG'],
    ['GET', `/api/v1/market/quote/${'a'.repeat(20_000)}`, 414, 'URL_TOO_LONG'],
  ])('%s %s is %d %s', async (method, path, status, code) => {
    const answer = await raw(path, { method });
    expect([answer.status, answer.body['code'], answer.body['status']]).toEqual([status, code, status]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body['type']).toBe(`urn:vega-trade:problem:${code.toLowerCase().replaceAll('_', '-')}`);
    expect(answer.body['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    if (status === 405) expect(answer.headers['allow']).toBe('GET, HEAD');
  });

  it.each([
    ['{"broken":', 'application/json', 400, 'BAD_REQUEST'],
    ['<xml/>', 'application/xml', 405, 'METHOD_NOT_ALLOWED'],
    [JSON.stringify('x'.repeat(70_000)), 'application/json', 413, 'BODY_TOO_LARGE'],
    ['{"__proto__":{"a":1}}', 'application/json', 400, 'BAD_REQUEST'],
  ])('a body that cannot be taken: %#', async (body, type, status, code) => {
    const answer = await raw('/api/v1/market/overview', { method: 'POST', headers: { 'content-type': type }, body });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('answers bytes that are not HTTP with a problem', async () => {
    const { hostname, port } = new URL(gateway.url);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write('NOT HTTP AT ALL\r\n\r\n'));
      let read = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (read += chunk));
      socket.on('end', () => resolve(read)).on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
  });

  it('keeps the trace id of its caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await raw('/api/v1/market/quote/NOBODY', { headers: { traceparent } });
    expect(answer.body['trace_id']).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(answer.headers['x-trace-id']).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(answer.body['instance']).toBe('/api/v1/market/quote/NOBODY');
  });

  it('counts requests by route', async () => {
    const name = 'vega_http_request_duration_seconds_count';
    const before = await gateway.metric(name);
    await gateway.get('/api/v1/market/quote/NIFTY');
    await raw('/nowhere');
    expect(await gateway.metric(name)).toBe(before + 2);
  });
});

describe('health', () => {
  it('is live, and ready with what stands behind it', async () => {
    expect((await gateway.get('/api/v1/health/live')).body).toEqual({ live: true });
    // market-feed reports each second; this one does when it is told to, and silence counts as red.
    gateway.feed.publishHealth();
    const { status, body } = await eventually(
      async () => {
        const answer = await gateway.get('/api/v1/health/ready');
        return JSON.stringify(answer.body).includes('"market-feed":"ok"') ? answer : undefined;
      },
      { withinMs: 4_000, what: 'a healthy market-feed' },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ ready: true, checks: { nats: 'ok', redis: 'ok' }, behind: { 'market-feed': 'ok' } });
  });

  it('serves the documentation', async () => {
    const [page, script, json] = await Promise.all(
      ['/api/docs', '/api/docs/swagger-ui-bundle.js', '/api/openapi.json'].map((path) =>
        fetch(`${gateway.url}${path}`),
      ),
    );
    expect(page?.headers.get('content-type')).toContain('text/html');
    expect(await page?.text()).toContain('swagger-ui');
    expect((await script?.text())?.length).toBeGreaterThan(100_000);
    expect(await json?.json()).toMatchObject({ openapi: '3.1.0' });
  });

  it('sends no CORS headers unless told to', async () => {
    const { headers } = await gateway.get('/api/v1/health/live', { headers: { origin: 'http://elsewhere.example' } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('admission', () => {
  it.each<[string, Record<string, string>]>([
    ['live', { VEGA_UPSTOX_ENV: 'live' }],
    ['not said', { VEGA_UPSTOX_ENV: '' }],
  ])('nobody is admitted when the market is %s; health stays open', async (_name, environment) => {
    const closed = await startGateway(environment, 'own');
    try {
      const { status, body } = await closed.get('/api/v1/market/overview');
      expect([status, body['code']]).toEqual([401, 'UNAUTHENTICATED']);
      expect((await closed.get('/api/v1/health/live')).status).toBe(200);
      expect((await closed.get('/api/v1/health/ready')).status).toBe(200);
      expect(closed.feed.callsOf('getOverview')).toEqual([]);
    } finally {
      await closed.close();
    }
  });

  it('allows the origins that are configured', async () => {
    const origin = 'https://app.example';
    const open = await startGateway({ VEGA_HTTP_CORS_ORIGINS: `${origin}, https://other.example` });
    try {
      const allowed = await open.get('/api/v1/health/live', { headers: { origin } });
      expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
      const foreign = await open.get('/api/v1/health/live', { headers: { origin: 'https://foreign.example' } });
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await open.close();
    }
  });
});
