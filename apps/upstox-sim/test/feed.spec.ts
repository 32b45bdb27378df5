import WebSocket from 'ws';
import { eventually } from '@vega/testkit';
import { ATM_CALL, FixtureMarket, IDEA, NIFTY, NIFTY_FUTURE, RELIANCE } from './fixture-market.ts';
import { FeedClient, startHarness, type Harness } from './harness.ts';

const WITHIN = { withinMs: 5_000 };

describe('the v3 market feed', () => {
  let harness: Harness;
  let clients: FeedClient[] = [];

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    clients = [];
    await harness.clearFaults();
    await eventually(() => harness.sim.context.hub.status().connections.length === 0, WITHIN);
  });
  afterAll(() => harness.stop());

  async function connect(userId = 'VG1001'): Promise<FeedClient> {
    const client = await FeedClient.connect(harness.sim.url, await harness.token(userId));
    clients.push(client);
    return client;
  }

  it('redirects a bearer with HTTP 302 to a one-time address', async () => {
    const token = await harness.token();
    const location = await new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(`${harness.sim.url.replace('http', 'ws')}/v3/feed/market-data-feed`, {
        headers: { authorization: `Bearer ${token}` },
      });
      socket.on('unexpected-response', (_request, response) => {
        if (response.statusCode === 302) resolve(response.headers.location ?? '');
        else reject(new Error(`HTTP ${response.statusCode}`));
        response.resume();
        socket.terminate();
      });
      socket.on('error', () => undefined);
    });
    expect(location).toMatch(
      /^ws:\/\/127\.0\.0\.1:\d+\/market-data-feeder\/v3\/upstox-developer-api\/feeds\?requestId=[\w-]+&code=[\w-]+$/,
    );
    clients.push(await FeedClient.open(location));
    await expect(FeedClient.open(location)).rejects.toThrow('HTTP 403');
  });

  it('gives the same kind of address by REST, in both spellings', async () => {
    const { body } = await harness.get('/v3/feed/market-data-feed/authorize', await harness.token());
    const data = body.data as unknown as Record<string, string>;
    expect(data['authorizedRedirectUri']).toBe(data['authorized_redirect_uri']);
    const client = await FeedClient.open(data['authorized_redirect_uri'] ?? '');
    clients.push(client);
    expect((await client.frame(() => true)).type).toBe('market_info');
  });

  it('redirects a plain request to the feed as well', async () => {
    const answer = await harness.get('/v3/feed/market-data-feed', await harness.token());
    expect(answer.status).toBe(302);
    clients.push(await FeedClient.open(answer.headers.get('location') ?? ''));
  });

  it('refuses a bad token with 401, a bad code with 403 and an extended token', async () => {
    await expect(FeedClient.connect(harness.sim.url, 'nonsense')).rejects.toThrow('HTTP 401');
    await expect(FeedClient.connect(harness.sim.url, await harness.token('VG1001', 'extended'))).rejects.toThrow(
      'HTTP 403',
    );
    const feeder = `${harness.sim.url.replace('http', 'ws')}/market-data-feeder/v3/upstox-developer-api/feeds`;
    await expect(FeedClient.open(`${feeder}?requestId=a&code=b`)).rejects.toThrow('HTTP 403');
    await expect(FeedClient.open(feeder)).rejects.toThrow('HTTP 403');
    await expect(FeedClient.open(`${harness.sim.url.replace('http', 'ws')}/nowhere`)).rejects.toThrow('HTTP 404');
  });

  it('allows two connections per user of the normal plan and takes a closed one back', async () => {
    await connect();
    const second = await connect();
    await expect(connect()).rejects.toThrow('HTTP 403');
    await connect('VG1002');
    second.close();
    await eventually(() => harness.sim.context.hub.hasRoom('VG1001'), WITHIN);
    await connect();
  });

  it('says market_info first and again when a status changes', async () => {
    const client = await connect();
    const info = await client.frame(() => true);
    expect(info).toMatchObject({
      type: 'market_info',
      currentTs: harness.market.now(),
      marketInfo: {
        segmentStatus: {
          NSE_EQ: 'NORMAL_OPEN',
          NSE_FO: 'NORMAL_OPEN',
          NSE_INDEX: 'NORMAL_OPEN',
          BSE_EQ: 'NORMAL_OPEN',
        },
        casMarketStatus: { NSE_EQ: { status: 'NORMAL_OPEN' } },
      },
    });
    harness.market.setStatus('NORMAL_CLOSE', ['NSE_FO']);
    const change = await client.frame((frame) => frame.marketInfo?.segmentStatus?.['NSE_FO'] === 'NORMAL_CLOSE');
    expect(change.marketInfo?.segmentStatus?.['NSE_EQ']).toBe('NORMAL_OPEN');
    harness.market.setStatus('NORMAL_OPEN');
  });

  it.each([
    ['ltpc', undefined],
    ['option_greeks', 'option_greeks'],
    ['full', 'full_d5'],
  ])('sends a snapshot and then changes in mode %s', async (mode, requestMode) => {
    const client = await connect();
    client.send('sub', [ATM_CALL, NIFTY], mode);
    const snapshot = await client.frame((frame) => frame.feeds !== undefined);
    expect(snapshot.type).toBeUndefined();
    expect(Object.keys(snapshot.feeds ?? {})).toEqual([ATM_CALL, NIFTY]);
    expect(snapshot.feeds?.[ATM_CALL]?.requestMode).toBe(requestMode);
    const ltp = (harness.market.quote(ATM_CALL)?.ltp ?? 0) + 1.05;
    const now = harness.market.step([
      { key: ATM_CALL, change: { ltp } },
      { key: RELIANCE, change: { ltp: 1430 } },
    ]);
    const live = await client.frame((frame) => frame.type === 'live_feed');
    expect(Object.keys(live.feeds ?? {})).toEqual([ATM_CALL]);
    expect(live.currentTs).toBe(now);
    expect(JSON.stringify(live.feeds?.[ATM_CALL])).toContain(`"ltp":${ltp}`);
  });

  it('says in each mode what that mode holds', async () => {
    const client = await connect();
    client.send('sub', [ATM_CALL], 'full');
    const full = (await client.frame((frame) => frame.feeds !== undefined)).feeds?.[ATM_CALL]?.fullFeed?.['marketFF'];
    const quote = harness.market.quote(ATM_CALL);
    expect(full).toMatchObject({
      ltpc: { ltp: quote?.ltp, ltt: quote?.ltt, ltq: quote?.ltq, cp: quote?.cp },
      optionGreeks: quote?.greeks,
      iv: quote?.iv,
      oi: quote?.oi,
      vtt: quote?.vtt,
    });
    expect(full?.['marketLevel']?.['bidAskQuote']).toEqual(quote?.depth.slice(0, 5));
    expect(full?.['marketOHLC']?.['ohlc']).toMatchObject([{ interval: '1d' }, { interval: 'I1' }]);
    client.send('sub', [RELIANCE], 'full');
    const share = (await client.frame((frame) => frame.feeds?.[RELIANCE] !== undefined)).feeds?.[RELIANCE]?.fullFeed?.[
      'marketFF'
    ];
    expect(share).toMatchObject({ optionGreeks: {}, casEligible: true });
    expect(share).not.toHaveProperty('oi');
    expect(share).not.toHaveProperty('iv');
    client.send('sub', [NIFTY], 'full');
    const index = (await client.frame((frame) => frame.feeds?.[NIFTY] !== undefined)).feeds?.[NIFTY]?.fullFeed;
    expect(Object.keys(index ?? {})).toEqual(['indexFF']);
    expect(Object.keys(index?.['indexFF'] ?? {})).toEqual(['ltpc', 'marketOHLC']);
  });

  it('takes text frames as well as binary ones, and sub of a known key as a change of mode', async () => {
    const client = await connect();
    client.send('sub', [ATM_CALL], 'ltpc', true);
    await client.frame((frame) => frame.feeds?.[ATM_CALL]?.ltpc !== undefined);
    client.send('sub', [ATM_CALL], 'full');
    await client.frame((frame) => frame.feeds?.[ATM_CALL]?.fullFeed !== undefined);
    client.send('change_mode', [ATM_CALL], 'option_greeks');
    await client.frame((frame) => frame.feeds?.[ATM_CALL]?.firstLevelWithGreeks !== undefined);
    expect(harness.sim.context.hub.status().connections).toMatchObject([
      { subscriptions: { ltpc: 0, full: 0, option_greeks: 1 } },
    ]);
    harness.market.step([{ key: ATM_CALL, change: { ltp: 321 } }]);
    const live = await client.frame((frame) => frame.type === 'live_feed');
    expect(live.feeds?.[ATM_CALL]?.requestMode).toBe('option_greeks');
  });

  it('falls silent about keys that were unsubscribed, and changes no mode of keys it does not know', async () => {
    const client = await connect();
    client.send('sub', [ATM_CALL, RELIANCE], 'full');
    await client.frame((frame) => frame.feeds?.[RELIANCE] !== undefined);
    client.send('unsub', [ATM_CALL]);
    client.send('change_mode', [IDEA], 'full');
    client.send('sub', [NIFTY, 'NSE_EQ|INE000A00000'], 'ltpc');
    await client.frame((frame) => frame.feeds?.[NIFTY] !== undefined);
    harness.market.step([
      { key: ATM_CALL, change: { ltp: 300 } },
      { key: IDEA, change: { ltp: 9 } },
      { key: RELIANCE, change: { ltp: 1431 } },
    ]);
    const live = await client.frame((frame) => frame.type === 'live_feed');
    expect(Object.keys(live.feeds ?? {})).toEqual([RELIANCE]);
    expect(harness.sim.context.hub.status().subscribedKeys).toBe(2);
  });

  it('ignores what it cannot read and goes on', async () => {
    const client = await connect();
    for (const nonsense of [
      '',
      '{',
      '[]',
      '{"method":"sub"}',
      '{"method":"buy","data":{"mode":"full","instrumentKeys":["x"]}}',
    ]) {
      client.socket.send(nonsense);
    }
    client.socket.send(Buffer.from([0xff, 0x00]));
    client.send('sub', [NIFTY], 'deep');
    client.send('sub', [], 'full');
    client.send('sub', [NIFTY], 'ltpc');
    await client.frame((frame) => frame.feeds?.[NIFTY] !== undefined);
    expect(harness.sim.context.hub.status().connections).toMatchObject([{ badRequests: 8 }]);
  });

  it('says nothing in the light modes when only the rest of the quote changed', async () => {
    const client = await connect();
    client.send('sub', [ATM_CALL], 'ltpc');
    await client.frame((frame) => frame.feeds !== undefined);
    harness.market.step([{ key: ATM_CALL, change: { tbq: 1 } }]);
    const now = harness.market.step([{ key: ATM_CALL, change: { ltp: 222.2 } }]);
    const live = await client.frame((frame) => frame.type === 'live_feed');
    expect(live.currentTs).toBe(now);
  });

  it('refuses full_d30 to the normal plan', async () => {
    const client = await connect();
    client.send('sub', [ATM_CALL], 'full_d30');
    client.send('sub', [NIFTY], 'full');
    const first = await client.frame((frame) => frame.feeds !== undefined);
    expect(Object.keys(first.feeds ?? {})).toEqual([NIFTY]);
    expect(harness.sim.context.hub.status().connections).toMatchObject([{ refusedKeys: 1 }]);
  });

  it('closes the connections of a token that is logged out', async () => {
    const token = await harness.token('VG1002');
    const client = await FeedClient.connect(harness.sim.url, token);
    clients.push(client);
    const other = await connect('VG1003');
    await harness.request('DELETE', '/v2/logout', { token });
    await client.until(() => client.closeCode !== undefined);
    expect(client.closeCode).toBe(1008);
    await expect(FeedClient.connect(harness.sim.url, token)).rejects.toThrow('HTTP 401');
    expect(other.closeCode).toBeUndefined();
  });
});

describe('the feed of the Plus plan', () => {
  it('allows five connections and thirty levels', async () => {
    const harness = await startHarness({ config: { plan: 'plus' } });
    try {
      const token = await harness.token();
      const clients: FeedClient[] = [];
      for (let at = 0; at < 5; at++) clients.push(await FeedClient.connect(harness.sim.url, token));
      await expect(FeedClient.connect(harness.sim.url, token)).rejects.toThrow('HTTP 403');
      const [client] = clients;
      client?.send('sub', [NIFTY_FUTURE], 'full_d30');
      const frame = await client?.frame((one) => one.feeds !== undefined);
      const feed = frame?.feeds?.[NIFTY_FUTURE];
      expect(feed?.requestMode).toBe('full_d30');
      expect(feed?.fullFeed?.['marketFF']?.['marketLevel']?.['bidAskQuote']).toEqual(
        harness.market.quote(NIFTY_FUTURE)?.depth,
      );
      for (const one of clients) one.close();
    } finally {
      await harness.stop();
    }
  });
});

describe('the feed of a recorded market', () => {
  it('sends every message in order, also one equal to its predecessor, and tells the recording who listens', async () => {
    const market = new FixtureMarket('recorded');
    const harness = await startHarness({ market });
    try {
      const client = await FeedClient.connect(harness.sim.url, await harness.token());
      client.send('sub', [ATM_CALL, RELIANCE], 'ltpc');
      await client.frame((frame) => frame.feeds !== undefined);
      await eventually(() => market.released.at(-1)?.length === 2, WITHIN);
      const times = [1, 2, 3].map(() => market.step([{ key: ATM_CALL }]));
      await client.until(() => client.frames.length === 5);
      const live = client.decoded().filter((frame) => frame.type === 'live_feed');
      expect(live.map((frame) => frame.currentTs)).toEqual(times);
      expect(new Set(live.map((frame) => JSON.stringify(frame.feeds))).size).toBe(1);
      client.close();
    } finally {
      await harness.stop();
    }
  });
});
