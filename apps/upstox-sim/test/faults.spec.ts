import { FakeClock, eventually } from '@vega/testkit';
import { ATM_CALL, FixtureMarket, RELIANCE } from './fixture-market.ts';
import { decodeFrame, FeedClient, startHarness, type Harness } from './harness.ts';

const WITHIN = { withinMs: 5_000 };
const LTP = `/v3/market-quote/ltp?instrument_key=${encodeURIComponent(ATM_CALL)}`;

describe('the fault port', () => {
  let harness: Harness;
  let token: string;
  let clients: FeedClient[] = [];

  beforeAll(async () => {
    harness = await startHarness({
      config: { limitFactor: 1000, plan: 'plus' },
      feed: { idlePingMs: 10, pongTimeoutMs: 600_000 },
    });
    token = await harness.token();
  });
  afterEach(async () => {
    await harness.clearFaults();
    for (const client of clients) client.close();
    clients = [];
    await eventually(() => harness.sim.context.hub.status().connections.length === 0, WITHIN);
  });
  afterAll(() => harness.stop());

  async function subscribed(): Promise<FeedClient> {
    const client = await FeedClient.connect(harness.sim.url, token);
    clients.push(client);
    client.send('sub', [ATM_CALL], 'full');
    await client.frame((frame) => frame.feeds !== undefined);
    return client;
  }

  function tick(ltp: number): void {
    harness.market.step([{ key: ATM_CALL, change: { ltp } }]);
  }

  it('is absent unless asked for', async () => {
    const plain = await startHarness({ config: { faultPort: undefined } });
    expect(plain.sim.faultUrl).toBeUndefined();
    await plain.stop();
  });

  it('posts, lists and clears faults, and refuses what it does not know', async () => {
    const port = harness.sim.faultUrl ?? '';
    const post = (json: object) =>
      fetch(`${port}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      });
    expect((await post({ kind: 'flood' })).status).toBe(400);
    expect((await post({ kind: 'slow' })).status).toBe(400);
    expect((await post({ kind: '429', pathh: '/x' })).status).toBe(400);
    const id = await harness.fault({ kind: '429', path: '/v2' });
    await harness.fault({ kind: 'mute' });
    const list = (await (await fetch(`${port}/faults`)).json()) as { faults: { id: number }[] };
    expect(list.faults).toHaveLength(2);
    expect((await fetch(`${port}/faults/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(`${port}/faults/${id}`, { method: 'DELETE' })).status).toBe(404);
    await harness.clearFaults();
    expect(await (await fetch(`${port}/faults`)).json()).toEqual({ faults: [] });
  });

  it.each([
    [{ kind: '401' }, 401, 'UDAPI100050'],
    [{ kind: '429' }, 429, 'UDAPI10005'],
    [{ kind: '5xx' }, 500, 'UDAPI100500'],
    [{ kind: '5xx', status: 503 }, 503, 'UDAPI100500'],
    [{ kind: 'refuse-connections', status: 502 }, 502, 'UDAPI100500'],
  ])('answers REST with %j', async (spec, status, code) => {
    await harness.fault({ ...spec, path: '/v3/market-quote', times: 2 });
    for (let strike = 0; strike < 2; strike++) {
      const answer = await harness.get(LTP, token);
      expect([answer.status, answer.body.errors?.[0]?.['errorCode']]).toEqual([status, code]);
      expect(answer.headers.get('retry-after')).toBeNull();
    }
    expect((await harness.get(LTP, token)).status).toBe(200);
    expect((await harness.get('/health/ready')).status).toBe(200);
  });

  it('answers like a proxy, late, or not at all', async () => {
    await harness.fault({ kind: 'html403', times: 1 });
    const html = await harness.get(LTP, token);
    expect([html.status, html.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8']);
    expect(html.text).toContain('Error 1010');
    await harness.fault({ kind: 'latency', delayMs: 150, times: 1 });
    const start = performance.now();
    expect((await harness.get(LTP, token)).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(145);
    await harness.fault({ kind: 'refuse-connections', times: 1 });
    await expect(harness.get(LTP, token)).rejects.toThrow();
    expect((await harness.get('/v2/market/status/NSE', token)).status).toBe(200);
  });

  it('strikes only its path', async () => {
    await harness.fault({ kind: '5xx', path: '/v2/market' });
    expect((await harness.get(LTP, token)).status).toBe(200);
    expect((await harness.get('/v2/market/status/NSE', token)).status).toBe(500);
  });

  it('mutes frames and, when asked, pings and pongs', async () => {
    const client = await subscribed();
    await harness.fault({ kind: 'mute' });
    tick(200);
    await client.until(() => client.pings > 0);
    await harness.clearFaults();
    await harness.fault({ kind: 'mute', pings: false });
    const seen = client.pings;
    let pongs = 0;
    client.socket.on('pong', () => pongs++);
    client.socket.ping();
    tick(201);
    const other = await harness.get('/sim/status');
    expect(other.status).toBe(200);
    expect([client.pings - seen, pongs]).toEqual([0, 0]);
    await harness.clearFaults();
    client.socket.ping();
    tick(202);
    const live = await client.frame((frame) => frame.type === 'live_feed');
    expect(live.feeds?.[ATM_CALL]?.fullFeed?.['marketFF']?.['ltpc']).toMatchObject({ ltp: 202 });
    await client.until(() => pongs > 0);
  });

  it('drops some or all connections, abruptly or with a code', async () => {
    const [first, second] = [await subscribed(), await subscribed()];
    await harness.fault({ kind: 'drop', connections: 1 });
    await first.until(() => first.closeCode !== undefined);
    expect([first.closeCode, second.closeCode]).toEqual([1006, undefined]);
    await harness.fault({ kind: 'drop', code: 1011 });
    await second.until(() => second.closeCode !== undefined);
    expect(second.closeCode).toBe(1011);
  });

  it('sends each frame twice, or garbage before it, to as many connections as told', async () => {
    const [first, second] = [await subscribed(), await subscribed()];
    await harness.fault({ kind: 'duplicate', connections: 1, times: 1 });
    tick(210);
    await first.until(() => first.frames.length === 4);
    await second.until(() => second.frames.length === 3);
    expect(first.frames[2]?.equals(first.frames[3] ?? Buffer.of())).toBe(true);
    await harness.fault({ kind: 'garbage', times: 2 });
    tick(211);
    await second.until(() => second.frames.length === 5);
    expect(() => decodeFrame(second.frames[3] ?? Buffer.of())).toThrow();
    expect(second.decoded.bind(second)).toThrow();
    expect(decodeFrame(second.frames[4] ?? Buffer.of()).type).toBe('live_feed');
  });

  it('ends tokens, of one user or of all', async () => {
    const other = await harness.token('VG1002');
    const mine = await harness.token('VG1003');
    await harness.fault({ kind: 'token-death', userId: 'VG1002' });
    expect((await harness.get('/v2/user/profile', other)).status).toBe(401);
    expect((await harness.get('/v2/user/profile', mine)).status).toBe(200);
    const client = await FeedClient.connect(harness.sim.url, mine);
    clients.push(client);
    await harness.fault({ kind: 'token-death' });
    await client.until(() => client.closeCode !== undefined);
    expect(client.closeCode).toBe(1008);
    token = await harness.token();
  });

  it('shifts the clock that tokens live by', async () => {
    const mine = await harness.token('VG1003');
    await harness.fault({ kind: 'clock-shift', offsetMs: 86_400_000 });
    expect((await harness.get('/v2/user/profile', mine)).status).toBe(401);
    await harness.clearFaults();
    expect((await harness.get('/v2/user/profile', mine)).status).toBe(200);
  });

  it('refuses handshakes', async () => {
    await harness.fault({ kind: 'refuse-connections', path: '/v3/feed', status: 503, times: 1 });
    await expect(FeedClient.connect(harness.sim.url, token)).rejects.toThrow('HTTP 503');
    await harness.fault({ kind: 'refuse-connections', path: '/market-data-feeder', times: 1 });
    await expect(FeedClient.connect(harness.sim.url, token)).rejects.toThrow(/hang up|ECONNRESET/);
    await subscribed();
  });

  it.each([
    ['error-status', async () => expect((await harness.get('/v2/nothing', token)).status).toBe(200)],
    [
      'snake-only',
      async () => expect((await harness.get('/v2/nothing', token)).body.errors?.[0]).not.toHaveProperty('errorCode'),
    ],
    [
      'snapshot-as-live',
      async () => {
        const client = await subscribed();
        expect(client.decoded().find((frame) => frame.feeds !== undefined)?.type).toBe('live_feed');
      },
    ],
  ])('plants the protocol fault %s', async (what, look) => {
    await harness.fault({ kind: 'sabotage', what });
    await look();
  });
});

describe('faults in time', () => {
  it('delays frames in order and ends by itself', async () => {
    const clock = new FakeClock();
    const harness = await startHarness({ clock });
    const client = await FeedClient.connect(harness.sim.url, await harness.token());
    client.send('sub', [ATM_CALL], 'full');
    await client.frame((frame) => frame.feeds !== undefined);
    await harness.fault({ kind: 'slow', delayMs: 500, durationMs: 300 });
    harness.market.step([{ key: ATM_CALL, change: { ltp: 1 } }]);
    await clock.advance(299);
    harness.market.step([{ key: ATM_CALL, change: { ltp: 2 } }]);
    await clock.advance(1);
    harness.market.step([{ key: ATM_CALL, change: { ltp: 3 } }]);
    expect(client.frames).toHaveLength(2);
    await clock.advance(500);
    await client.until(() => client.frames.length === 5);
    const prices = client
      .decoded()
      .slice(2)
      .map((frame) => frame.feeds?.[ATM_CALL]?.fullFeed?.['marketFF']?.['ltpc']?.['ltp']);
    expect(prices).toEqual([1, 2, 3]);
    client.close();
    await harness.stop();
  });

  it('keeps pings and pongs back when told to', async () => {
    const clock = new FakeClock();
    const harness = await startHarness({ clock });
    const client = await FeedClient.connect(harness.sim.url, await harness.token());
    await client.frame((frame) => frame.type === 'market_info');
    await harness.fault({ kind: 'mute', pings: false });
    await clock.advance(120_000);
    await harness.clearFaults();
    await clock.advance(1_000);
    await client.until(() => client.pings > 0);
    expect(client.pings).toBe(1);
    client.close();
    await harness.stop();
  });

  it('pings an idle connection and ends one that does not answer', async () => {
    const clock = new FakeClock();
    const harness = await startHarness({ clock });
    const token = await harness.token();
    const quiet = await FeedClient.connect(harness.sim.url, token, { autoPong: false });
    const good = await FeedClient.connect(harness.sim.url, token);
    await clock.advance(9_000);
    expect([quiet.pings, good.pings]).toEqual([0, 0]);
    const awaiting = (): boolean[] => harness.sim.context.hub.status().connections.map((one) => one.awaitsPong);
    for (let second = 0; second < 45 && awaiting().length === 2; second++) {
      await clock.advance(1_000);
      // Pongs travel over real sockets: the one that is due must arrive before time goes on.
      await eventually(() => awaiting()[1] !== true, WITHIN);
    }
    await quiet.until(() => quiet.closeCode !== undefined);
    expect(quiet.pings).toBeGreaterThan(0);
    expect(good.closeCode).toBeUndefined();
    expect(good.pings).toBeGreaterThan(0);
    good.close();
    await harness.stop();
  });
});

describe('a client that does not read', () => {
  it('is disconnected when it owes more than the bound, and costs the others nothing', async () => {
    const bound = 256 * 1024;
    const harness = await startHarness({ market: new FixtureMarket(), feed: { maxBufferedBytes: bound } });
    const token = await harness.token();
    const slow = await FeedClient.connect(harness.sim.url, token);
    const good = await FeedClient.connect(harness.sim.url, token);
    const keys = harness.market.instruments().map((row) => row.instrument_key);
    for (const client of [slow, good]) client.send('sub', keys, 'full');
    await good.frame((frame) => frame.feeds !== undefined);
    await slow.frame((frame) => frame.feeds !== undefined);
    slow.socket.pause();
    let steps = 0;
    let owed = 0;
    await eventually(
      () => {
        for (let burst = 0; burst < 20; burst++) {
          harness.market.step(keys.map((key) => ({ key, change: { ltp: 100 + steps * 0.05 } })));
          steps++;
        }
        const status = harness.sim.context.hub.status();
        owed = Math.max(owed, ...status.connections.map((one) => one.owedBytes));
        return status.totals.slowClientsDropped === 1;
      },
      { withinMs: 15_000, everyMs: 1 },
    );
    expect(owed).toBeLessThan(bound + 128 * 1024);
    await good.until(() => good.frames.length >= steps);
    expect(good.closeCode).toBeUndefined();
    harness.market.step([{ key: RELIANCE, change: { ltp: 1_777 } }]);
    await good.until(() => good.frames.length > steps + 1);
    slow.close();
    good.close();
    await harness.stop();
  });
});
