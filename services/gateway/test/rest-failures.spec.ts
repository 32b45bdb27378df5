import { encodeLastValue, lastValueKey } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { Redis } from 'ioredis';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { OPTION, RELIANCE, sampleTick, VIX } from './market-feed-stand-in.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

const at = (symbol: string): string => encodeURIComponent(symbol);

describe('when market-feed does not answer', () => {
  beforeAll(async () => {
    await gateway.get('/api/v1/market/quote/RELIANCE');
    await gateway.get('/api/v1/market/overview');
    await gateway.get('/api/v1/market/market-feed/status');
    const redis = new Redis(gateway.redis.url);
    const tick = sampleTick(RELIANCE, { receivedTimeUs: (Date.now() - 90_000) * 1000, seq: 41 });
    await redis.set(lastValueKey(RELIANCE), Buffer.from(encodeLastValue(tick, Date.now())));
    await redis.set(lastValueKey(OPTION), Buffer.from('not a value at all'));
    redis.disconnect();
    await gateway.feed.goAway();
  });

  afterAll(() => gateway.feed.resume());

  it.each(['RELIANCE', RELIANCE])('the quote of %s is 503 with what is known, its age, and stale', async (symbol) => {
    const { status, headers, body } = await gateway.get(`/api/v1/market/quote/${at(symbol)}`);
    expect([status, body['code']]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(headers.get('retry-after')).toBe('1');
    expect(body['known']).toMatchObject({
      instrument: { instrument_key: RELIANCE, trading_symbol: 'RELIANCE' },
      last_price: 123.45,
      seq: 41,
      stale: true,
      stale_reason: 'SOURCE_UNREACHABLE',
    });
    const { age } = body['known'] as { age: { quote_ms: number } };
    expect(age.quote_ms).toBeGreaterThanOrEqual(90_000);
    expect(age.quote_ms).toBeLessThan(120_000);
  });

  it.each([OPTION, 'NIFTY', 'NEVER SEEN'])(
    'the quote of %s, of which nothing is known, is 503 with null',
    async (symbol) => {
      const { status, body } = await gateway.get(`/api/v1/market/depth/${at(symbol)}`);
      expect([status, body['known']]).toEqual([503, null]);
    },
  );

  it('the overview carries the last one, aged', async () => {
    const { status, body } = await gateway.get('/api/v1/market/overview');
    expect(status).toBe(503);
    expect(body['known']).toMatchObject({
      feed_state: 'RED',
      indices: [{ stale: true, stale_reason: 'SOURCE_UNREACHABLE', last_price: 123.45 }],
    });
    expect((body['known'] as { data_age_ms: number }).data_age_ms).toBeGreaterThan(25);
  });

  it('the feed status carries the last report, red', async () => {
    const { status, body } = await gateway.get('/api/v1/market/market-feed/status');
    expect(status).toBe(503);
    expect(body['known']).toMatchObject({
      state: 'RED',
      gaps: 1,
      reasons: [expect.stringContaining('does not answer')],
    });
  });

  it.each(['search?q=a', 'historical/NIFTY?unit=days&interval=1&from=2026-11-01&to=2026-11-02'])(
    '%s is 503',
    async (path) => {
      const { status, body } = await gateway.get(`/api/v1/market/${path}`);
      expect([status, body['code']]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(body).not.toHaveProperty('known');
    },
  );
});

describe('when market-feed is too slow', () => {
  it('every endpoint ends at its deadline with 504 and what is known', async () => {
    for (const method of ['getOverview', 'getFeedStatus', 'searchInstruments', 'getQuotes'] as const) {
      gateway.feed.silent.add(method);
    }
    const paths = ['overview', 'market-feed/status', 'search?q=a', 'quote/RELIANCE'];
    const answers = await Promise.all(paths.map((path) => gateway.get(`/api/v1/market/${path}`)));
    gateway.feed.silent.clear();
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      paths.map(() => [504, 'DEADLINE_EXCEEDED']),
    );
    expect(answers[3]?.body['known']).toMatchObject({ last_price: 123.45, stale: true });
  });
});

describe('when the broker cannot be asked', () => {
  it.each([
    ['UPSTREAM_UNAVAILABLE', 503],
    ['UPSTREAM_TOKEN', 503],
    ['UPSTREAM_RATE_LIMITED', 503],
  ])('%s is %d with what is known', async (code, expected) => {
    gateway.feed.refusals.set('getQuotes', new OutcomeError(code, 'no broker', {}, true));
    const { status, body } = await gateway.get('/api/v1/market/quote/RELIANCE');
    gateway.feed.refusals.clear();
    expect([status, body['code']]).toEqual([expected, code]);
    expect(body['known']).toMatchObject({ stale: true });
  });

  it('an instrument of which nothing was ever seen is QUOTE_UNAVAILABLE', async () => {
    const { status, body } = await gateway.get(`/api/v1/market/quote/${at(VIX)}`);
    expect([status, body['code'], body['known']]).toEqual([503, 'QUOTE_UNAVAILABLE', null]);
  });
});
