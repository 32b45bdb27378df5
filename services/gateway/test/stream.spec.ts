import { encodeLastValue, HealthState, lastValueKey, SessionStatus, StaleReason, Tick, toBytes } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import { Redis } from 'ioredis';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { MARKET_TIME_MS, M_AND_M, NIFTY, OPTION, RELIANCE, sampleTick, VIX } from './market-feed-stand-in.ts';
import { StreamProbe } from './stream-probe.ts';

let gateway: GatewayUnderTest;
const probes: StreamProbe[] = [];

async function open(options?: Parameters<typeof StreamProbe.open>[1]): Promise<StreamProbe> {
  const probe = await StreamProbe.open(gateway.url, options);
  probes.push(probe);
  return probe;
}

beforeAll(async () => {
  gateway = await startGateway({
    VEGA_STREAM_FLUSH_MS: '40',
    VEGA_STREAM_MAX_INSTRUMENTS: '4',
    VEGA_STREAM_MAX_CLIENTS: '6',
  });
});

afterEach(async () => {
  for (const probe of probes.splice(0)) probe.close();
  await eventually(async () => (await gateway.metric('vega_stream_clients')) === 0, { withinMs: 3_000 });
});

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

describe('the stream', () => {
  it('greets, and tells its limits', async () => {
    const probe = await open();
    const hello = await probe.frame((frame) => frame.type === 'hello');
    expect(hello).toMatchObject({
      protocol: 1,
      replica: 'gateway-under-test',
      channels: ['quotes', 'status', 'chain', 'accounts', 'orders'],
      rates_hz: [10, 2],
      limits: { max_instruments: 4, max_message_bytes: 65_536 },
    });
    probe.send({ op: 'ping', id: 5 });
    expect(await probe.reply(5)).toMatchObject({ type: 'pong', time_ms: expect.any(Number) });
  });

  it('answers a subscription by key or symbol with what is held, what is refused, and a snapshot', async () => {
    const probe = await open();
    const snapshot = await probe.subscribe([OPTION, 'm&m', 'NO SUCH', 'MCX_FO|9', 'NSE_FO|a|b'], 'mine');
    expect(await probe.reply('s-mine')).toMatchObject({
      type: 'subscribed',
      subscription: 'mine',
      channel: 'quotes',
      rate_hz: 10,
      instruments: [
        { asked: OPTION, instrument_key: OPTION, trading_symbol: 'NIFTY 25000 CE 30 NOV 27' },
        { asked: 'm&m', instrument_key: M_AND_M, trading_symbol: 'M&M' },
      ],
      refused: [
        { asked: 'MCX_FO|9', code: 'SEGMENT_UNSUPPORTED' },
        { asked: 'NSE_FO|a|b', code: 'INSTRUMENT_KEY_INVALID' },
        { asked: 'NO SUCH', code: 'UNKNOWN_INSTRUMENT' },
      ],
    });
    expect(snapshot).toMatchObject({ seq: 1, snapshot: true });
    expect(snapshot.quotes.find((quote) => quote.instrument_key === OPTION)).toMatchObject({
      trading_symbol: 'NIFTY 25000 CE 30 NOV 27',
      last_price: 123.45,
      change: 3.45,
      ohlc: { open: 121, high: 124, low: 120.5, close: 123.45 },
      volume: 1_234_500,
      oi: 0,
      bid_price: 123.4,
      ask_qty: 130,
      exchange_time_ms: MARKET_TIME_MS,
      seq: 1,
      feed_epoch: 7,
      stale: false,
      stale_reason: null,
    });
  });

  it('updates what is published, in order, conflated, without a hole in its own sequence', async () => {
    const probe = await open();
    await probe.subscribe([OPTION]);
    for (let paise = 20_000; paise < 20_200; paise += 5) gateway.feed.publish(OPTION, { lastPricePaise: paise });
    await probe.quote(OPTION, (quote) => quote.last_price === 201.95);
    const seqs = probe.quotes(OPTION).map((quote) => quote.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(seqs.length).toBeLessThan(40);
    expect(probe.batches().map((batch) => batch.seq)).toEqual(probe.batches().map((_batch, at) => at + 1));
    expect(await gateway.metric('vega_stream_ticks_conflated_total')).toBeGreaterThan(0);
    expect(await gateway.metric('vega_stream_tick_lag_seconds_count')).toBeGreaterThan(0);
  });

  it('sends all changed instruments of a flush in one frame', async () => {
    const probe = await open();
    await probe.subscribe([OPTION, RELIANCE, M_AND_M]);
    await probe.subscribe([OPTION], 'other');
    const before = probe.frames.length;
    for (const key of [OPTION, RELIANCE, M_AND_M]) gateway.feed.publish(key, { lastPricePaise: 30_000 });
    await probe.quote(M_AND_M, (quote) => quote.last_price === 300);
    await probe.quote(OPTION, (quote) => quote.last_price === 300, 'other');
    const sent = probe.frames.slice(before).flatMap((frame) => frame.subscriptions ?? []);
    expect(sent.filter((batch) => batch.subscription === 'quotes').length).toBeLessThanOrEqual(2);
    expect(sent.flatMap((batch) => batch.quotes).length).toBe(4);
  });

  it('gives a subscription of 2 Hz a fifth of the frames', async () => {
    const probe = await open();
    await probe.subscribe([RELIANCE], 'fast', { rate_hz: 10 });
    await probe.subscribe([RELIANCE], 'slow', { rate_hz: 2 });
    await eventually(
      () => {
        gateway.feed.publish(RELIANCE);
        return probe.batches('fast').length > 20;
      },
      { withinMs: 8_000 },
    );
    const ratio = probe.batches('fast').length / probe.batches('slow').length;
    expect(ratio).toBeGreaterThan(2.5);
    expect(probe.batches('slow').length).toBeGreaterThan(1);
  });

  it('shares one bus subscription and one lease among clients, and takes the instrument from memory for the second', async () => {
    const [first, second] = await Promise.all([open(), open()]);
    await first.subscribe([RELIANCE]);
    await eventually(() => gateway.feed.interest.includes(RELIANCE), { withinMs: 3_000 });
    const asked = gateway.feed.callsOf('getInstruments').length;
    const instruments = await gateway.metric('vega_stream_instruments');
    await second.subscribe([RELIANCE]);
    expect(gateway.feed.callsOf('getInstruments').length).toBe(asked);
    expect(await gateway.metric('vega_stream_instruments')).toBe(instruments);
    gateway.feed.publish(RELIANCE, { lastPricePaise: 31_005 });
    await Promise.all([first, second].map((probe) => probe.quote(RELIANCE, (quote) => quote.last_price === 310.05)));
  });

  it('unsubscribes some or all', async () => {
    const probe = await open();
    await probe.subscribe([OPTION, RELIANCE, M_AND_M]);
    probe.send({ op: 'unsubscribe', id: 'u1', instruments: ['reliance', 'NOBODY'] });
    expect(await probe.reply('u1')).toMatchObject({ type: 'unsubscribed', instruments: [RELIANCE], remaining: 2 });
    gateway.feed.publish(RELIANCE, { lastPricePaise: 77_700 });
    gateway.feed.publish(OPTION, { lastPricePaise: 77_700 });
    await probe.quote(OPTION, (quote) => quote.last_price === 777);
    expect(probe.quotes(RELIANCE).some((quote) => quote.last_price === 777)).toBe(false);
    probe.send({ op: 'unsubscribe', id: 'u2' });
    expect(await probe.reply('u2')).toMatchObject({ instruments: null, remaining: 0 });
    probe.send({ op: 'resync', id: 'u3' });
    expect(await probe.reply('u3')).toMatchObject({ type: 'error', code: 'STREAM_MESSAGE_INVALID' });
  });

  it('sends a snapshot again on request', async () => {
    const probe = await open();
    await probe.subscribe([OPTION, RELIANCE]);
    probe.send({ op: 'resync', id: 'r' });
    expect(await probe.reply('r')).toMatchObject({ type: 'resyncing', subscription: 'quotes' });
    const again = await eventually(() => probe.batches().filter((batch) => batch.snapshot)[1], { withinMs: 3_000 });
    expect(again.quotes.map((quote) => quote.instrument_key).sort()).toEqual([OPTION, RELIANCE].sort());
    expect(again.seq).toBeGreaterThan(1);
  });

  it('names instruments of which nothing is known, and sends their first state as an update', async () => {
    const probe = await open();
    const snapshot = await probe.subscribe([VIX]);
    expect(snapshot).toMatchObject({ quotes: [], unavailable: [VIX] });
    gateway.feed.publish(VIX, { lastPricePaise: 1_305 });
    expect(await probe.quote(VIX, () => true)).toMatchObject({ last_price: 13.05, stale: false });
    gateway.feed.ticks.delete(VIX);
  });

  it('tells what the broker feed has no room for', async () => {
    gateway.feed.refusedInterests = [{ instrumentKey: NIFTY, code: 'SUBSCRIPTION_LIMIT' }];
    const probe = await open();
    await probe.subscribe(['NIFTY'], 'index');
    const refusal = await probe.frame((frame) => frame.type === 'error');
    gateway.feed.refusedInterests = [];
    expect(refusal).toMatchObject({
      id: null,
      code: 'SUBSCRIPTION_LIMIT',
      retryable: true,
      context: { subscription: 'index', instrument_key: NIFTY },
    });
  });
});

describe('sequence and epoch', () => {
  it('drops lower epochs and repeats, takes higher epochs, and refetches on a gap', async () => {
    const probe = await open();
    await probe.subscribe([M_AND_M]);
    const start = gateway.feed.ticks.get(M_AND_M)?.seq ?? 0;
    const raw = (epoch: number, seq: number, paise: number): void => {
      const tick = sampleTick(M_AND_M, { feedEpoch: epoch, seq, lastPricePaise: paise });
      gateway.feed.publishRaw(M_AND_M, toBytes(Tick, tick));
    };
    const gaps = await gateway.metric('vega_stream_seq_gaps_total');
    const missed = await gateway.metric('vega_stream_ticks_missed_total');
    raw(6, 999, 66_600); // a lower epoch
    raw(7, start, 66_700); // a repeat
    gateway.feed.publishRaw(M_AND_M, Buffer.from([0xff, 0xff, 0xff]));
    raw(7, start + 1, 40_100);
    await probe.quote(M_AND_M, (quote) => quote.last_price === 401);
    gateway.feed.ticks.set(M_AND_M, sampleTick(M_AND_M, { feedEpoch: 7, seq: start + 9, lastPricePaise: 40_900 }));
    const asked = gateway.feed.callsOf('getQuotes').length;
    raw(7, start + 5, 40_500);
    await probe.quote(M_AND_M, (quote) => quote.last_price === 409 && quote.seq === start + 9);
    expect(gateway.feed.callsOf('getQuotes').slice(asked)).toEqual([{ symbols: [M_AND_M] }]);
    expect(await gateway.metric('vega_stream_seq_gaps_total')).toBe(gaps + 1);
    expect(await gateway.metric('vega_stream_ticks_missed_total')).toBe(missed + 3);
    raw(8, 1, 50_000);
    await probe.quote(M_AND_M, (quote) => quote.last_price === 500 && quote.feed_epoch === 8);
    raw(7, start + 10, 66_800);
    gateway.feed.publish(M_AND_M, { feedEpoch: 8, seq: 2, lastPricePaise: 50_100 });
    await probe.quote(M_AND_M, (quote) => quote.last_price === 501);
    const prices = probe.quotes(M_AND_M).map((quote) => quote.last_price);
    expect(prices.filter((price) => price !== null && price > 600)).toEqual([]);
    expect(await gateway.metric('vega_stream_ticks_dropped_total')).toBeGreaterThanOrEqual(4);
  });
});

describe('staleness', () => {
  it('follows the health of the feed: marked while market-feed is silent, fresh after', async () => {
    const probe = await open();
    await probe.subscribe([RELIANCE]);
    gateway.feed.staleReasons.set(RELIANCE, StaleReason.CONNECTION_MUTE);
    gateway.feed.publishHealth({ state: HealthState.RED, reasons: ['connection 1 is mute'] });
    expect(await probe.quote(RELIANCE, (quote) => quote.stale)).toMatchObject({ stale_reason: 'CONNECTION_MUTE' });
    const count = probe.quotes(RELIANCE).length;
    gateway.feed.staleReasons.clear();
    gateway.feed.publishHealth({ state: HealthState.GREEN, reasons: [] });
    await eventually(
      () =>
        probe
          .quotes(RELIANCE)
          .slice(count)
          .find((quote) => !quote.stale),
      { withinMs: 3_000 },
    );
  });

  it('marks what it has while market-feed is away, and shows it fresh when it is back', async () => {
    const probe = await open();
    await probe.subscribe([RELIANCE]);
    await gateway.feed.goAway();
    await eventually(
      async () => {
        probe.send({ op: 'resync' });
        return probe.batches().at(-1)?.quotes[0]?.stale_reason === 'SOURCE_UNREACHABLE';
      },
      { withinMs: 5_000, everyMs: 150 },
    );
    const marked = probe.quotes(RELIANCE).at(-1);
    expect(marked?.last_price).toEqual(expect.any(Number));
    expect(marked?.['age_ms']).toBeGreaterThan(0);
    probe.send({ op: 'subscribe', id: 'new', channel: 'quotes', instruments: ['NEVER ASKED'] });
    expect(await probe.reply('new')).toMatchObject({ type: 'error', code: 'SERVICE_UNAVAILABLE', retryable: true });
    const count = probe.quotes(RELIANCE).length;
    gateway.feed.resume();
    await eventually(
      () =>
        probe
          .quotes(RELIANCE)
          .slice(count)
          .find((quote) => !quote.stale),
      { withinMs: 6_000 },
    );
  });

  it('starts from the last known value when market-feed cannot give one', async () => {
    const redis = new Redis(gateway.redis.url);
    const tick = sampleTick(VIX, { receivedTimeUs: (Date.now() - 60_000) * 1000, lastPricePaise: 1_410, seq: 500 });
    await redis.set(lastValueKey(VIX), Buffer.from(encodeLastValue(tick, Date.now())));
    const restarted = await startGateway({ VEGA_REDIS_URL: gateway.redis.url });
    restarted.feed.refusals.set('getQuotes', new OutcomeError('UPSTREAM_UNAVAILABLE', 'no broker', {}, true));
    const probe = await StreamProbe.open(restarted.url);
    try {
      const snapshot = await probe.subscribe([VIX]);
      expect(snapshot.quotes[0]).toMatchObject({ last_price: 14.1, stale: true, stale_reason: 'SOURCE_UNREACHABLE' });
      expect(snapshot.quotes[0]?.['age_ms']).toBeGreaterThanOrEqual(60_000);
    } finally {
      await redis.del(lastValueKey(VIX));
      redis.disconnect();
      probe.close();
      await restarted.close();
    }
  });

  it('tells sessions and health on the status channel, at every change', async () => {
    const probe = await open();
    probe.send({ op: 'subscribe', id: 'st', channel: 'status' });
    expect(await probe.reply('st')).toMatchObject({ type: 'subscribed', channel: 'status', subscription: 'status' });
    const first = await probe.frame((frame) => frame.type === 'status');
    expect(first).toMatchObject({ seq: 1, snapshot: true, sessions: [{ segment: 'NSE_FO', status: 'NORMAL_OPEN' }] });
    gateway.feed.publishStatus({
      segment: 'NSE_EQ',
      status: SessionStatus.CLOSING_START,
      marketTimeMs: 1,
      source: 'feed',
    });
    await probe.frame(
      (frame) => frame.type === 'status' && JSON.stringify(frame['sessions']).includes('CLOSING_START'),
    );
    gateway.feed.publishHealth({ state: HealthState.AMBER, reasons: ['slow'] });
    const amber = await probe.frame((frame) => JSON.stringify(frame['feed'] ?? '').includes('AMBER'));
    expect(amber['feed']).toMatchObject({ state: 'AMBER', reasons: ['slow'] });
    gateway.feed.publishHealth({ state: HealthState.GREEN, reasons: [] });
    await eventually(() => probe.frames.filter((frame) => frame.type === 'status').at(-1)?.['feed'], {
      withinMs: 3_000,
    });
    const seqs = probe.frames.filter((frame) => frame.type === 'status').map((frame) => frame['seq']);
    expect(seqs).toEqual(seqs.map((_seq, at) => at + 1));
  });
});
