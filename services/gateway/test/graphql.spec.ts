// GraphQL over HTTP and over graphql-transport-ws, against the whole gateway.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, HealthState, SessionStatus } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { eventually, projectRoot } from '@vega/testkit';
import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { graphqlSchemaText } from '../src/graphql-schema.ts';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { M_AND_M, NIFTY, OPTION, RELIANCE, sampleTick, VIX } from './market-feed-stand-in.ts';

interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly errors: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
  readonly headers: Headers;
}

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
  gateway.feed.ticks.set(VIX, sampleTick(VIX));
  gateway.feed.ticks.delete(M_AND_M);
});

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

beforeEach(() => gateway.feed.refusals.clear());

async function ask(query: string, variables?: object, at: GatewayUnderTest = gateway): Promise<Answer> {
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
  });
  const body = (await response.json()) as Partial<Answer>;
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [], headers: response.headers };
}

const codesOf = (answer: Answer): unknown[] => answer.errors.map((error) => error.extensions['code']);

/** Every scalar and object of a REST body, as a GraphQL selection. */
function selectionOf(value: unknown): string {
  if (Array.isArray(value)) return selectionOf(value[0]);
  if (typeof value !== 'object' || value === null) return '';
  const fields = Object.entries(value).map(([name, below]) => `${name}${selectionOf(below)}`);
  return ` { ${fields.join(' ')} }`;
}

describe('the schema', () => {
  it('is what is committed', async () => {
    const committed = readFileSync(join(projectRoot(), 'docs/reference/schema.graphql'), 'utf8');
    expect(committed).toBe(await graphqlSchemaText());
  });

  it('is not told outside of development, and there is no playground', async () => {
    const answer = await ask('{ __schema { types { name } } }');
    expect([answer.status, codesOf(answer)[0]]).toEqual([400, 'BAD_REQUEST']);
    expect((await fetch(`${gateway.url}/graphiql`)).status).toBe(404);
  });

  it('is told in development, where there is a playground that its page may load', async () => {
    const development = await startGateway({ VEGA_ENV: 'development' });
    const { data } = await ask('{ __type(name: "Quote") { name } }', undefined, development);
    expect(data).toEqual({ __type: { name: 'Quote' } });
    const page = await fetch(`${development.url}/graphiql`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain('https:');
    await development.close();
  });
});

describe('queries', () => {
  it.each([
    ['/overview', 'overview'],
    [`/quote/${encodeURIComponent(RELIANCE)}`, `quote(symbol: "${RELIANCE}")`],
    ['/depth/RELIANCE', 'depth(symbol: "RELIANCE")'],
    [
      '/historical/NIFTY?unit=minutes&interval=1&from=2026-11-20&to=2026-11-20',
      'candles(symbol: "NIFTY", unit: "minutes", interval: 1, from: "2026-11-20", to: "2026-11-20")',
    ],
    [
      '/search?q=NIFTY&segment=NSE_FO&type=CE&limit=5',
      'search(q: "NIFTY", segments: ["NSE_FO"], types: ["CE"], limit: 5)',
    ],
    ['/market-feed/status', 'feed_status'],
  ])('answer as REST does: %s', async (path, field) => {
    const rest = await gateway.get(`/api/v1/market${path}`);
    expect(rest.status).toBe(200);
    const query = `{ answer: ${field}${selectionOf(rest.body)} }`;
    // The first run is interpreted, those after it are compiled: all say the same.
    for (let run = 0; run < 3; run += 1) {
      const { status, data, errors } = await ask(query);
      expect(errors).toEqual([]);
      expect([status, data]).toEqual([200, { answer: rest.body }]);
    }
  });

  it('take variables, also compiled', async () => {
    const query = 'query Q($symbol: String!) { quote(symbol: $symbol) { seq instrument { instrument_key } } }';
    for (const symbol of [RELIANCE, OPTION, NIFTY]) {
      const { data } = await ask(query, { symbol });
      expect(data).toMatchObject({ quote: { instrument: { instrument_key: symbol } } });
    }
    const wrong = await ask(query, { symbol: 7 });
    expect([wrong.status, codesOf(wrong)]).toEqual([400, ['BAD_REQUEST']]);
  });

  it('tell the ids and security headers of their request', async () => {
    const { headers, errors } = await ask('{ quote(symbol: "NOBODY") { seq } }');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('ratelimit-limit')).toBe('6000');
    expect(errors[0]?.extensions['trace_id']).toBe(headers.get('x-trace-id'));
  });
});

describe('errors', () => {
  it.each([
    ['quote(symbol: "NOBODY") { seq }', 'UNKNOWN_INSTRUMENT'],
    ['quote(symbol: "MCX_FO|1") { seq }', 'SEGMENT_UNSUPPORTED'],
    ['quote(symbol: "NSE_FO|") { seq }', 'INSTRUMENT_KEY_INVALID'],
    ['quote(symbol: "") { seq }', 'BAD_REQUEST'],
    ['search(q: "A", limit: 101) { total }', 'BAD_REQUEST'],
    ['search(q: "A", segments: ["MCX"]) { total }', 'BAD_REQUEST'],
    [
      'candles(symbol: "NIFTY", unit: "years", interval: 1, from: "2026-11-20", to: "2026-11-20") { unit }',
      'CANDLE_UNIT_INVALID',
    ],
    ['quote(symbol: "M&M") { seq }', 'QUOTE_UNAVAILABLE'],
  ])('%s is null with %s', async (field, code) => {
    const answer = await ask(`{ ${field} }`);
    expect([answer.status, codesOf(answer)]).toEqual([200, [code]]);
    expect(Object.values(answer.data ?? {})).toEqual([null]);
    expect(answer.errors[0]?.extensions['retryable']).toBe(ERROR_CODES[code as keyof typeof ERROR_CODES].retryable);
    expect(answer.errors[0]?.path).toEqual(Object.keys(answer.data ?? {}));
  });

  it.each(['{', '', '{ nothing }', 'query { quote { seq } }', 'mutation { x }', '{ quote(symbol: "A") }'])(
    '%j is a bad request',
    async (query) => {
      const answer = await ask(query);
      expect(answer.status).toBe(400);
      expect(new Set(codesOf(answer))).toEqual(new Set(['BAD_REQUEST']));
    },
  );

  it('that are ours say nothing of what is inside', async () => {
    gateway.feed.refusals.set('getOverview', new Error('password=hunter2'));
    const answer = await ask('{ overview { feed_state } }');
    expect(codesOf(answer)).toEqual(['INTERNAL']);
    expect(JSON.stringify(answer.errors)).not.toContain('hunter2');
  });

  it('carry what was known when market-feed is away, and leave other fields alone', async () => {
    await ask('{ overview { feed_state } }');
    gateway.feed.refusals.set('getOverview', new OutcomeError('SERVICE_UNAVAILABLE', 'away', {}, true));
    const answer = await ask('{ overview { feed_state } quote(symbol: "RELIANCE") { seq } }');
    expect(codesOf(answer)).toEqual(['SERVICE_UNAVAILABLE']);
    expect(answer.data).toMatchObject({ overview: null, quote: { seq: expect.any(Number) as number } });
    expect(answer.errors[0]?.extensions['known']).toMatchObject({ feed_state: 'RED' });
  });

  it('are told for a form that any page could post, and for one that is too large', async () => {
    const post = (type: string, body: string): Promise<Response> =>
      fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { 'content-type': type }, body });
    const form = await post('text/plain', '{ overview { feed_state } }');
    expect([form.status, await form.text()]).toEqual([415, expect.stringContaining('MEDIA_TYPE_UNSUPPORTED')]);
    const large = await post(
      'application/json',
      JSON.stringify({ query: `{ overview { feed_state } } #${'x'.repeat(70_000)}` }),
    );
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining('BODY_TOO_LARGE')]);
  });

  it('refuse everyone where nobody is admitted', async () => {
    const closed = await startGateway({ VEGA_UPSTOX_ENV: 'live' }, 'own');
    const answer = await ask('{ overview { feed_state } }', undefined, closed);
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
    expect(closed.feed.calls.filter((call) => call.method === 'getOverview')).toEqual([]);
    await closed.close();
  }, 60_000);
});

describe('limits', () => {
  const many = (count: number, field: (n: number) => string): string =>
    Array.from({ length: count }, (_item, n) => field(n)).join(' ');

  it.each([
    ['aliases', `{ ${many(16, (n) => `a${n}: overview { feed_state }`)} }`],
    ['root fields', `{ ${many(11, () => 'overview { feed_state }')} }`],
    [
      'root fields in fragments',
      `{ ${many(11, (n) => `...F${n}`)} } ${many(11, (n) => `fragment F${n} on Query { a${n}: overview { feed_state } }`)}`,
    ],
    ['cost', `{ feed_status { ${many(50, () => 'connections { modes { mode subscribed limit } }')} } }`],
    ['operations', 'query A { overview { feed_state } } query B { overview { feed_state } }'],
  ])('%s', async (_what, query) => {
    const before = gateway.feed.calls.length;
    const answer = await ask(query);
    expect([answer.status, answer.data]).toEqual([400, null]);
    expect(codesOf(answer)).toContain('QUERY_TOO_COMPLEX');
    expect(gateway.feed.calls.length).toBe(before);
  });

  it('tokens, and fragments that spread each other, without long work', async () => {
    const start = performance.now();
    const long = await ask(`{ ${'overview { feed_state } '.repeat(1_500)} }`);
    expect(long.status).toBe(400);
    const loop = 'fragment A on Overview { ...B } fragment B on Overview { ...A }';
    expect((await ask(`{ overview { ...A } } ${loop}`)).status).toBe(400);
    const tree = many(40, (n) => `fragment F${n} on Overview { ...F${n + 1} ...F${n + 1} }`);
    const exploding = await ask(`{ overview { ...F0 } } ${tree} fragment F40 on Overview { feed_state }`);
    expect(codesOf(exploding)).toContain('QUERY_TOO_COMPLEX');
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('let the dearest sensible query pass', async () => {
    const { body } = await gateway.get('/api/v1/market/overview');
    const { body: status } = await gateway.get('/api/v1/market/market-feed/status');
    const answer = await ask(`{ overview${selectionOf(body)} feed_status${selectionOf(status)} }`);
    expect(answer.errors).toEqual([]);
  });
});

describe('subscriptions', () => {
  interface Watched {
    readonly items: Record<string, Record<string, unknown>>[];
    readonly errors: unknown[];
    isDone: boolean;
    stop(): void;
  }

  function connect(at: GatewayUnderTest = gateway): Client {
    return createClient({
      url: `${at.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazyCloseTimeout: 0,
    });
  }

  function watch(client: Client, query: string): Watched {
    const watched: Watched = { items: [], errors: [], isDone: false, stop: () => undefined };
    watched.stop = client.subscribe(
      { query },
      {
        next: (result: FormattedExecutionResult) => {
          if (result.errors !== undefined) watched.errors.push(...result.errors);
          else watched.items.push(result.data as Record<string, Record<string, unknown>>);
        },
        error: (error) => watched.errors.push(...(Array.isArray(error) ? (error as unknown[]) : [error])),
        complete: () => (watched.isDone = true),
      },
    );
    return watched;
  }

  const QUOTE = 'seq snapshot quotes { instrument_key seq last_price stale }';
  const clients = (): Promise<number> => gateway.metric('vega_stream_clients');

  it('bring a snapshot and then changes, and end with the client', async () => {
    const client = connect();
    const watched = watch(client, `subscription { quotes(instruments: ["RELIANCE", "${OPTION}"]) { ${QUOTE} } }`);
    await eventually(() => watched.items.length === 1, { withinMs: 5_000 });
    expect(watched.items[0]?.['quotes']).toMatchObject({ seq: 1, snapshot: true });
    const tick = gateway.feed.publish(OPTION, { lastPricePaise: 4_321 });
    await eventually(() => watched.items.length === 2, { withinMs: 5_000 });
    expect(watched.items[1]?.['quotes']).toEqual({
      seq: 2,
      snapshot: false,
      quotes: [{ instrument_key: OPTION, seq: tick.seq, last_price: 43.21, stale: false }],
    });
    expect(await clients()).toBe(1);
    watched.stop();
    await eventually(async () => (await clients()) === 0, { withinMs: 5_000, what: 'the end of the subscription' });
    await client.dispose();
  });

  it('bring status and its changes', async () => {
    const client = connect();
    const watched = watch(
      client,
      'subscription { status { seq snapshot sessions { segment status } feed { state } } }',
    );
    await eventually(() => watched.items.length >= 1, { withinMs: 5_000 });
    gateway.feed.publishHealth({ state: HealthState.AMBER, reasons: ['because'] });
    gateway.feed.publishStatus({
      segment: 'NSE_EQ',
      status: SessionStatus.NORMAL_OPEN,
      marketTimeMs: 1,
      source: 'feed',
    });
    await eventually(
      () => {
        const { sessions, feed } = (watched.items.at(-1)?.['status'] ?? {}) as {
          sessions: { segment: string }[];
          feed: object;
        };
        return JSON.stringify(feed) === '{"state":"AMBER"}' && sessions.some((one) => one.segment === 'NSE_EQ');
      },
      { withinMs: 5_000 },
    );
    watched.stop();
    await client.dispose();
  });

  it.each([
    ['quotes(instruments: ["RELIANCE", "NOBODY"]) { seq }', 'UNKNOWN_INSTRUMENT'],
    ['quotes(instruments: ["MCX_FO|1"]) { seq }', 'SEGMENT_UNSUPPORTED'],
    ['quotes(instruments: []) { seq }', 'BAD_REQUEST'],
    ['quotes(instruments: ["RELIANCE"], rate_hz: 50) { seq }', 'BAD_REQUEST'],
    [
      `quotes(instruments: ["RELIANCE"]) { ${Array.from({ length: 16 }, (_item, n) => `a${n}: seq`).join(' ')} }`,
      'QUERY_TOO_COMPLEX',
    ],
  ])('%s is refused with %s and leaves nothing behind', async (field, code) => {
    const client = connect();
    const watched = watch(client, `subscription { ${field} }`);
    await eventually(() => watched.errors.length > 0, { withinMs: 5_000 });
    expect(watched.errors).toMatchObject([{ extensions: { code } }]);
    await eventually(async () => (await clients()) === 0, { withinMs: 5_000 });
    await client.dispose();
  });

  it('are bounded per connection, and all end with it, however it ends', async () => {
    const ws = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const heard: { type: string; id?: string; payload?: { extensions?: { code?: string } }[] }[] = [];
    ws.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as (typeof heard)[number]));
    await new Promise((done) => ws.on('open', done));
    ws.send('{"type":"connection_init"}');
    await eventually(() => heard.some((one) => one.type === 'connection_ack'), { withinMs: 5_000 });
    const query = 'subscription { quotes(instruments: ["RELIANCE"]) { seq } }';
    // Twice the same id: the library forgets the first, and so does its end.
    for (let n = 0; n < 22; n += 1)
      ws.send(JSON.stringify({ id: String(n % 21), type: 'subscribe', payload: { query } }));
    await eventually(() => heard.some((one) => one.type === 'error'), { withinMs: 5_000 });
    expect(heard.find((one) => one.type === 'error')?.payload?.[0]?.extensions?.code).toBe('STREAM_LIMIT');
    expect(await clients()).toBe(20);
    ws.terminate();
    await eventually(async () => (await clients()) === 0, { withinMs: 5_000 });
  });

  it('of a page of another origin are refused', async () => {
    const refused = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      origin: 'https://evil.example',
    });
    const status = await new Promise((done) => {
      refused.on('unexpected-response', (_request, response) => done(response.statusCode));
      refused.on('open', () => done('open'));
      refused.on('error', () => undefined);
    });
    expect(status).toBe(401);
  });

  it('of a client that floods are cut', async () => {
    const ws = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((done) => ws.on('close', done));
    await new Promise((done) => ws.on('open', done));
    ws.send('{"type":"connection_init"}');
    for (let n = 0; n < 100; n += 1) ws.send('{"type":"ping"}');
    expect(await closed).toBe(4429);
  });

  it('end with the service, and do not hold it up', async () => {
    const ending = await startGateway();
    const client = connect(ending);
    const watched = watch(client, `subscription { quotes(instruments: ["RELIANCE"]) { ${QUOTE} } }`);
    await eventually(() => watched.items.length === 1, { withinMs: 5_000 });
    const idle = new WebSocket(`${ending.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const idleEnd = new Promise<number>((done) => idle.on('close', done));
    await new Promise((done) => idle.on('open', done));
    const start = performance.now();
    await ending.service.drain();
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(await idleEnd).toBe(1001);
    await eventually(() => watched.errors.length > 0 || watched.isDone, { withinMs: 5_000 });
    expect(ending.exits).toEqual([]);
    await ending.feed.close();
    await Promise.all([ending.nats.close(), ending.redis.close()]);
  });
});
