// What stands before every endpoint: the web app's files, security headers, CORS, rate limits, ids.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vega/testkit';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { StreamProbe } from './stream-probe.ts';

const PAGE = '<!doctype html><title>the app</title>';
const PROBLEM = 'application/problem+json; charset=utf-8';
const BROWSER = { headers: { accept: 'text/html,application/xhtml+xml' } };

describe('with a web app', () => {
  let gateway: GatewayUnderTest;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vega-web-'));
    mkdirSync(join(folder, 'web/assets'), { recursive: true });
    writeFileSync(join(folder, 'web/index.html'), PAGE);
    writeFileSync(join(folder, 'web/assets/main-Ab12.js'), 'export {};\n');
    writeFileSync(join(folder, 'web/robots.txt'), 'none\n');
    writeFileSync(join(folder, 'secret.txt'), 'outside of the app');
    gateway = await startGateway({
      VEGA_WEB_DIR: join(folder, 'web'),
      VEGA_HTTP_CORS_ORIGINS: 'https://desk.example',
    });
  });

  afterAll(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; text: string }> => {
    const response = await fetch(`${gateway.url}${path}`, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it.each(['/', '/index.html', '/chart/NSE_FO%7C51414', '/watch/M.M'])('%s is the page, never cached', async (path) => {
    const { status, headers, text } = await ask(path, BROWSER);
    expect([status, text]).toEqual([200, PAGE]);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-type')).toContain('text/html');
  });

  it('serves hashed files for ever, other files without a cache, and says when they have not changed', async () => {
    const asset = await ask('/assets/main-Ab12.js');
    expect([asset.status, asset.text]).toEqual([200, 'export {};\n']);
    expect(asset.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const robots = await ask('/robots.txt');
    expect([robots.status, robots.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    const etag = robots.headers.get('etag') ?? '';
    // fetch would send `cache-control: no-cache` along, which asks for the whole.
    const again = await new Promise<number | undefined>((done, fail) => {
      get(`${gateway.url}/robots.txt`, { headers: { 'if-none-match': etag } }, (response) => {
        response.resume();
        done(response.statusCode);
      }).on('error', fail);
    });
    expect(again).toBe(304);
    expect((await ask('/', { ...BROWSER, method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    ['/assets/gone-Cd34.js', {}, 404],
    ['/chart/NIFTY', {}, 404],
    ['/api/v1/nothing', BROWSER, 404],
    ['/graphql/nothing', BROWSER, 404],
    ['/', { ...BROWSER, method: 'POST' }, 404],
    ['/api/v1/market/overview', { method: 'DELETE' }, 405],
  ])('%s %j is a problem, not the page', async (path, init, expected) => {
    const { status, headers } = await ask(path, init);
    expect([status, headers.get('content-type')]).toEqual([expected, PROBLEM]);
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/..%2f..%2fetc/passwd',
  ])('never leaves its folder for %s', async (path) => {
    const { hostname, port } = new URL(gateway.url);
    const answer = await new Promise<string>((done, fail) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
      );
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('close', () => done(text)).on('error', fail);
    });
    expect(answer).toMatch(/^HTTP\/1.1 (400|403|404) /);
    expect(answer).not.toContain('outside of the app');
    expect(answer).not.toContain('root:');
  });

  it.each(['/', '/api/docs', '/api/v1/market/overview', '/api/v1/nothing'])(
    '%s has the security headers',
    async (path) => {
      const { headers } = await ask(path, BROWSER);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      // The simulator is not behind TLS, and a browser told otherwise would never come back to it.
      expect(headers.get('strict-transport-security')).toBeNull();
    },
  );

  it('loads nothing on its documentation page that its own policy forbids', async () => {
    const { text } = await ask('/api/docs');
    expect(text).not.toMatch(/<script(?![^>]*\bsrc="\/)/);
    expect(text).not.toMatch(/\son[a-z]+=/);
    expect(text).not.toMatch(/(src|href)="https?:/);
  });

  it('lets pages of the configured origin read, and no other', async () => {
    const from = (origin: string): Promise<Headers> =>
      ask('/api/v1/health/live', { headers: { origin } }).then(({ headers }) => headers);
    const allowed = await from('https://desk.example');
    expect(allowed.get('access-control-allow-origin')).toBe('https://desk.example');
    expect(allowed.get('access-control-expose-headers')).toContain('x-request-id');
    expect((await from('https://evil.example')).get('access-control-allow-origin')).toBeNull();
  });

  it('tells request and trace ids, and echoes a request id that is harmless', async () => {
    const own = await ask('/api/v1/health/live');
    expect(own.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(own.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    const given = await ask('/api/v1/health/live', { headers: { 'x-request-id': 'desk:42' } });
    expect(given.headers.get('x-request-id')).toBe('desk:42');
    const odd = await ask('/api/v1/health/live', { headers: { 'x-request-id': 'a b"<>' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('without a web app', () => {
  it('leads from / to the documentation', async () => {
    const gateway = await startGateway();
    const response = await fetch(gateway.url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/api/docs']);
    expect((await gateway.get('/chart', BROWSER)).status).toBe(404);
    await gateway.close();
  });
});

describe('rate limits', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway({ VEGA_RATE_LIMIT_PER_MINUTE: '20', VEGA_HTTP_TRUSTED_PROXIES: '127.0.0.1' });
  });

  afterAll(() => gateway.close());

  const askAs = (client: string, path = '/api/v1/market/overview'): ReturnType<GatewayUnderTest['get']> =>
    gateway.get(path, { headers: { 'x-forwarded-for': client } });

  /** Asks until refused, within two windows: one may end in between. */
  async function exhaust(client: string): Promise<Awaited<ReturnType<typeof askAs>>> {
    for (let n = 0; n < 41; n += 1) {
      const answer = await askAs(client);
      if (answer.status === 429) return answer;
      expect(answer.status).toBe(200);
    }
    throw new Error('41 requests within two windows of 20 were not refused');
  }

  it('tells what remains, refuses what is too much with when to come again, and does not touch other clients', async () => {
    const first = await askAs('203.0.113.1');
    expect(first.headers.get('ratelimit-limit')).toBe('20');
    expect(first.headers.get('ratelimit-policy')).toBe('20;w=60');
    expect(Number(first.headers.get('ratelimit-remaining'))).toBe(19);
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThanOrEqual(0);
    const refused = await exhaust('203.0.113.1');
    expect(refused.headers.get('content-type')).toBe(PROBLEM);
    expect(refused.body).toMatchObject({ code: 'RATE_LIMITED', status: 429, retryable: true, context: { limit: 20 } });
    expect(Number(refused.headers.get('retry-after'))).toBe(Number(refused.headers.get('ratelimit-reset')));
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect((await askAs('203.0.113.2')).status).toBe(200);
  });

  it('does not count probes, and counts upgrades of the stream', async () => {
    await exhaust('203.0.113.3');
    expect((await askAs('203.0.113.3', '/api/v1/health/live')).status).toBe(200);
    await expect(StreamProbe.open(gateway.url, { headers: { 'x-forwarded-for': '203.0.113.3' } })).rejects.toThrow(
      '429',
    );
  });

  it('goes on by itself when Redis is away', async () => {
    const alone = await startGateway({
      VEGA_REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      VEGA_RATE_LIMIT_PER_MINUTE: '20',
    });
    const statuses = new Set<number>();
    for (let n = 0; n < 41; n += 1) statuses.add((await alone.get('/api/v1/market/overview')).status);
    expect(statuses).toEqual(new Set([200, 429]));
    await alone.close();
  });
});
