import { jetstreamManager } from '@nats-io/jetstream';
import {
  decodeLastValue,
  FeedHealth,
  HealthState,
  lastValueKey,
  marketFeedRpc,
  MarketStatus,
  parseTickSubject,
  SessionStatus,
  StaleReason,
  STREAMS,
  subjects,
  TickMode,
  TickSource,
  type Quote,
  type Tick,
} from '@vega/contracts';
import { eventually } from '@vega/testkit';
import { Redis } from 'ioredis';
import { startFeed, type Heard, type RunningFeed } from './running-feed.ts';
import { startSimulator, type Simulator } from './simulator.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';
let sim: Simulator;
let feed: RunningFeed;

beforeAll(async () => {
  sim = await startSimulator();
  feed = await startFeed(sim.url);
  await feed.untilState(HealthState.GREEN, 30_000);
  await eventually(
    async () => {
      const { sessions } = await feed.ask(marketFeedRpc.getFeedStatus, {});
      return sessions.some(({ status, source }) => status === SessionStatus.NORMAL_OPEN && source === 'feed');
    },
    { withinMs: 60_000, what: 'an open market' },
  );
}, 150_000);

afterAll(async () => {
  await feed.stop();
  await sim.stop();
}, 30_000);

const ofInstrument = (key: string): Tick[] =>
  feed.heard.filter(({ tick }) => tick.instrumentKey === key).map(({ tick }) => tick);
const quote = async (symbol: string): Promise<Quote> => {
  const { quotes } = await feed.ask(marketFeedRpc.getQuotes, { symbols: [symbol] });
  return quotes[0]!;
};
/** Some options of NIFTY that nobody streams. */
const options = async (limit: number, offset = 0): Promise<string[]> => {
  const { instruments } = await feed.ask(marketFeedRpc.searchInstruments, {
    query: 'NIFTY',
    segments: ['NSE_FO'],
    instrumentTypes: ['CE'],
    expiryDate: '',
    limit,
    offset,
  });
  return instruments.map(({ instrumentKey }) => instrumentKey);
};

describe('ticks on the bus', () => {
  it('come on the subject of their instrument, in order, numbered without gaps from 1 in one epoch', async () => {
    await eventually(() => ofInstrument(NIFTY).length > 10, { withinMs: 30_000, what: 'ten ticks of the index' });
    const heard: readonly Heard[] = [...feed.heard];
    const last = new Map<string, Tick>();
    for (const { subject, tick } of heard) {
      expect(parseTickSubject(subject)).toBe(tick.instrumentKey);
      const before = last.get(tick.instrumentKey);
      expect(tick.seq).toBe((before?.seq ?? 0) + 1);
      expect(tick.feedEpoch).toBe(1);
      expect(tick.instrumentId).toBeGreaterThan(0);
      expect(tick.marketTimeMs).toBeGreaterThanOrEqual(before?.marketTimeMs ?? 1);
      expect(tick.source).toBe(before === undefined ? TickSource.FEED_SNAPSHOT : TickSource.FEED_LIVE);
      expect(tick.lastPricePaise).toBeGreaterThan(0);
      last.set(tick.instrumentKey, tick);
    }
    expect(last.size).toBeGreaterThan(40);
  });

  it('have what their instrument has, and nothing else', async () => {
    const some = (match: RegExp): Tick => feed.heard.find(({ tick }) => match.test(tick.instrumentKey))!.tick;
    expect(some(/^NSE_INDEX/)).toMatchObject({ depth: [], volume: undefined, oi: undefined, brokerIv: undefined });
    const stock = some(/^NSE_EQ/);
    expect(stock).toMatchObject({ mode: TickMode.FULL, oi: undefined, brokerIv: undefined, brokerGreeks: undefined });
    expect(stock.depth).toHaveLength(5);
    expect(stock.volume).toBeGreaterThanOrEqual(0);
    const future = some(/^NSE_FO/);
    expect(future.oi).toBeGreaterThan(0);
    expect(future.brokerIv).toBeUndefined();
  });

  it('are all captured for replay', async () => {
    const manager = await jetstreamManager(feed.nc);
    await eventually(
      async () => {
        const before = feed.heard.length;
        const { state } = await manager.streams.info(STREAMS.ticks.name);
        return state.messages >= before && state.messages <= feed.heard.length;
      },
      { withinMs: 5_000, what: 'as many ticks in the stream as were heard' },
    );
  });
});

describe('status on the bus', () => {
  it('tells the session of each segment as the feed announced it', async () => {
    const bytes = await feed.lastOf(subjects.status('NSE_FO'));
    expect(MarketStatus.decode(bytes!)).toMatchObject({
      segment: 'NSE_FO',
      status: SessionStatus.NORMAL_OPEN,
      source: 'feed',
    });
  });

  it('tells the health each second', async () => {
    const read = async (): Promise<FeedHealth> =>
      FeedHealth.decode((await feed.lastOf(subjects.health('feed-under-test')))!);
    const first = await read();
    expect(first).toMatchObject({ replica: 'feed-under-test', feedEpoch: 1, marketSource: 'simulator' });
    await eventually(async () => (await read()).reportedAtMs > first.reportedAtMs, { withinMs: 3_000 });
  });
});

describe('questions', () => {
  it('a quote is the last tick, with the instrument, its ages and its band', async () => {
    const key = feed.heard.find(({ tick }) => tick.instrumentKey.startsWith('NSE_EQ'))!.tick.instrumentKey;
    const answer = await eventually(
      async () => {
        const one = await quote(key);
        return one.upperCircuitPaise === undefined ? undefined : one;
      },
      { withinMs: 10_000, what: 'a quote with its price band' },
    );
    expect(ofInstrument(key)).toContainEqual(answer.tick);
    expect(answer.instrument).toMatchObject({ instrumentKey: key, segment: 'NSE_EQ', instrumentType: 'EQ' });
    expect(answer).toMatchObject({ staleReason: StaleReason.NONE, session: SessionStatus.NORMAL_OPEN });
    expect(answer.connectionAgeMs).toBeLessThan(5_000);
    expect(answer.quoteAgeMs).toBeGreaterThanOrEqual(0);
    expect(answer.tradeAgeMs).toBeGreaterThanOrEqual(0);
    expect(answer.lowerCircuitPaise).toBeLessThan(answer.tick!.lastPricePaise);
    expect(answer.upperCircuitPaise).toBeGreaterThan(answer.tick!.lastPricePaise);
  });

  it('answers in the order asked, by key and by symbol, and names what it does not know', async () => {
    const symbols = ['NIFTY 50', 'NOBODY', NIFTY, 'MCX_FO|1', 'NSE_INDEX|India VIX', 'NSE_FO|0'];
    const answer = await feed.ask(marketFeedRpc.getQuotes, { symbols });
    const known = answer.quotes.map(({ instrument }) => instrument?.instrumentKey);
    expect(known.slice(-2)).toEqual([NIFTY, 'NSE_INDEX|India VIX']);
    expect(answer.unknown).toEqual(expect.arrayContaining(['NOBODY', 'MCX_FO|1', 'NSE_FO|0']));
    expect(answer.unavailable).toEqual([]);
    expect(known.length + answer.unknown.length).toBe(symbols.length);
  });

  it.each([[0], [501]])('refuses a question of %d symbols', async (count) => {
    const symbols = Array.from({ length: count }, () => NIFTY);
    await expect(feed.ask(marketFeedRpc.getQuotes, { symbols })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('an instrument that nobody streams is put on the feed and answered', async () => {
    const [key] = await options(1);
    const before = await feed.health();
    const answer = await quote(key!);
    expect(answer.instrument?.instrumentKey).toBe(key);
    expect(answer.tick?.lastPricePaise).toBeGreaterThan(0);
    expect(answer.staleReason).toBe(
      answer.tick?.source === TickSource.REST ? StaleReason.NOT_SUBSCRIBED : StaleReason.NONE,
    );
    await eventually(async () => (await feed.health()).subscribed > before.subscribed, { withinMs: 5_000 });
    await eventually(() => ofInstrument(key!).length > 0, { withinMs: 10_000, what: 'its ticks on the bus' });
  });

  it('the overview is the indices, VIX, the sessions and the breadth', async () => {
    const overview = await feed.ask(marketFeedRpc.getOverview, {});
    const keys = overview.indices.map(({ instrument }) => instrument?.instrumentKey);
    expect(keys).toContain(NIFTY);
    expect(keys.length).toBeGreaterThanOrEqual(5);
    expect(keys).not.toContain('NSE_INDEX|India VIX');
    expect(overview.vix?.tick?.lastPricePaise).toBeGreaterThan(0);
    expect(overview.sessions.map(({ segment }) => segment)).toContain('BSE_FO');
    const { advances, declines, unchanged, unknown } = overview.breadth!;
    expect(advances + declines + unchanged + unknown).toBeGreaterThanOrEqual(35);
    // On a machine that is busy the feed may be amber for a moment, and says so.
    const isGreen = async (): Promise<boolean> =>
      (await feed.ask(marketFeedRpc.getOverview, {})).health?.state === HealthState.GREEN;
    await eventually(isGreen, { withinMs: 60_000, what: 'a green feed' });
  }, 90_000);

  it('an interest is leased in its mode, and what cannot be streamed is named', async () => {
    const [, one, two] = await options(3);
    const answer = await feed.ask(marketFeedRpc.renewInterest, {
      holder: 'spec-1',
      interests: [
        { instrumentKey: one!, mode: TickMode.FULL },
        { instrumentKey: two!, mode: TickMode.LTPC },
        { instrumentKey: 'NSE_FO|0', mode: TickMode.FULL },
      ],
    });
    expect(answer.refused).toEqual([{ instrumentKey: 'NSE_FO|0', code: 'UNKNOWN_INSTRUMENT' }]);
    expect(answer.expiresAtMs).toBeGreaterThan(Date.now() + 20_000);
    await eventually(() => ofInstrument(one!).length > 0 && ofInstrument(two!).length > 0, { withinMs: 10_000 });
    expect(ofInstrument(one!)[0]).toMatchObject({ mode: TickMode.FULL });
    expect(ofInstrument(one!)[0]?.depth).toHaveLength(5);
    expect(ofInstrument(two!)[0]).toMatchObject({ mode: TickMode.LTPC, depth: [], volume: undefined, oi: undefined });
  });
});

describe('what others find while market-feed is away', () => {
  it('is the last value of each instrument in Redis: the last one that was published', async () => {
    await feed.drain();
    await feed.nc.flush();
    const last = new Map<string, Tick>();
    for (const { tick } of feed.heard) last.set(tick.instrumentKey, tick);
    const redis = new Redis(feed.redis.url, { lazyConnect: true });
    await redis.connect();
    try {
      expect(last.size).toBeGreaterThan(40);
      for (const [key, tick] of last) {
        const value = decodeLastValue((await redis.getBuffer(lastValueKey(key)))!);
        expect(value?.tick).toEqual(tick);
        expect(value?.writtenAtMs).toBeGreaterThanOrEqual(tick.receivedTimeUs / 1000 - 1);
        expect(await redis.ttl(lastValueKey(key))).toBeGreaterThan(24 * 3600);
      }
    } finally {
      redis.disconnect();
    }
  }, 60_000);

  it('a second start has a greater epoch and counts from 1 again', async () => {
    await feed.start();
    const second = (): Tick[] => ofInstrument(NIFTY).filter(({ feedEpoch }) => feedEpoch === 2);
    await eventually(() => second().length > 1, { withinMs: 30_000, what: 'ticks of the second epoch' });
    expect(second().map(({ seq }) => seq)).toEqual(second().map((_tick, at) => at + 1));
    expect(feed.exits).toEqual([]);
  }, 60_000);
});

describe('operators', () => {
  it('see it ready, and its figures', async () => {
    await feed.untilState(HealthState.GREEN, 30_000);
    const ready = await fetch(`${feed.opsUrl}/health/ready`);
    expect(await ready.json()).toMatchObject({
      ready: true,
      checks: { feed: 'ok', redis: 'ok', nats: 'ok', postgres: 'ok' },
    });
    const metrics = await (await fetch(`${feed.opsUrl}/metrics`)).text();
    for (const name of [
      'vega_feed_ticks_published_total',
      'vega_feed_duplicates_total',
      'vega_feed_frame_seconds_bucket',
      'vega_feed_age_seconds',
      'vega_feed_lag_seconds',
      'vega_feed_subscriptions{mode="full"',
      'vega_feed_reconnects_total',
      'vega_feed_gaps_total',
      'vega_feed_refused',
      'vega_feed_last_value_write_seconds',
    ]) {
      expect(metrics).toContain(name);
    }
    expect(Number(/^vega_feed_ticks_published_total\S* (\S+)/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  });
});
