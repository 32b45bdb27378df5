// The hub over ports in memory and a clock that stands still: leases, lingering, slow clients, silence.
import { FeedHealth, HealthState, Instrument, Tick } from '@vega/contracts';
import { repeat } from '@vega/kernel';
import { QuotesSubscription } from '../src/app/stream/quotes/quotes-subscription.ts';
import { stage, type Stage } from './hub-stage.ts';
import { MemorySocket } from './in-memory-feed.ts';
import type { StreamClient } from '../src/app/stream/stream-client.ts';

const A = 'NSE_FO|1';
const B = 'NSE_FO|2';

const health = (more: Partial<FeedHealth> = {}): FeedHealth =>
  FeedHealth.create({ replica: 'm', state: HealthState.GREEN, ...more });

describe('interest', () => {
  it('is one lease for the union, renewed every 10 s, and lets go 30 s after the last client', async () => {
    const { feed, clock, hub, quotes, join, say } = stage();
    const [one, two] = [join(), join()];
    say(one.client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    say(two.client, { op: 'subscribe', channel: 'quotes', instruments: [A, B] });
    await clock.advance(100);
    expect(feed.renewals.map((interests) => interests.map((one) => one.instrumentKey))).toEqual([[A, B]]);
    await clock.advance(30_000);
    expect(feed.renewals.length).toBe(4);
    hub.leave(one.client);
    hub.leave(two.client);
    await clock.advance(29_000);
    expect([quotes.instrumentCount, hub.held().get('quotes')?.items, feed.listeners.size]).toEqual([2, 0, 2]);
    expect(feed.renewals.at(-1)?.length).toBe(2);
    await clock.advance(2_000);
    expect([quotes.instrumentCount, feed.listeners.size]).toEqual([0, 0]);
    await clock.advance(10_000);
    expect(feed.renewals.at(-1)).toEqual([]);
    const count = feed.renewals.length;
    await clock.advance(60_000);
    expect(feed.renewals.length).toBe(count);
  });

  it('is kept by a client that comes back within the 30 s, and tried again when market-feed is away', async () => {
    const { feed, clock, hub, quotes, join, say, failures } = stage();
    const first = join();
    say(first.client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    await clock.advance(100);
    hub.leave(first.client);
    await clock.advance(20_000);
    const second = join();
    say(second.client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    await clock.advance(60_000);
    expect(quotes.instrumentCount).toBe(1);
    feed.away = true;
    const before = feed.renewals.length;
    await clock.advance(25_000);
    expect(feed.renewals.length).toBe(before);
    expect(failures.length).toBeGreaterThan(5);
    feed.away = false;
    await clock.advance(2_100);
    expect(feed.renewals.length).toBeGreaterThan(before);
  });

  it('tells a refusal once to who holds the instrument, and to who comes later', async () => {
    const { feed, clock, join, say } = stage();
    feed.refused = [{ instrumentKey: A, code: 'SUBSCRIPTION_LIMIT' }];
    const [one, other] = [join(), join()];
    say(one.client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    say(other.client, { op: 'subscribe', channel: 'quotes', instruments: [B] });
    await clock.advance(25_000);
    const errors = (socket: MemorySocket): unknown[] =>
      socket.frames.filter((frame) => frame.type === 'error').map((frame) => frame['code']);
    expect([errors(one.socket), errors(other.socket)]).toEqual([['SUBSCRIPTION_LIMIT'], []]);
    const late = join();
    say(late.client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    await clock.advance(100);
    expect(errors(late.socket)).toEqual(['SUBSCRIPTION_LIMIT']);
  });
});

/** A stage whose market-feed says every second that it is well. */
function healthyStage(): Stage {
  const made = stage();
  const report = (): void => made.feed.onHealth(health());
  report();
  repeat(made.clock, 1_000, report);
  return made;
}

describe('a flush', () => {
  async function warm(rate_hz: 10 | 2 = 10): Promise<Stage & { socket: MemorySocket; client: StreamClient }> {
    const made = healthyStage();
    const { feed, clock, join, say } = made;
    for (const key of [A, B]) feed.publish(key, 100);
    const { socket, client } = join();
    say(client, { op: 'subscribe', channel: 'quotes', instruments: [A, B], rate_hz });
    await clock.advance(2_000);
    expect(socket.batches()).toMatchObject([{ seq: 1, snapshot: true }]);
    return { ...made, socket, client };
  }

  it('brings the first change of a quiet subscription at once, together with what came in the same turn', async () => {
    const { feed, clock, socket } = await warm();
    feed.publish(A, 101);
    feed.publish(B, 201);
    feed.publish(A, 102);
    expect(socket.batches().length).toBe(1);
    await clock.advance(0);
    expect(socket.batches()[1]?.quotes.map((quote) => [quote.instrument_key, quote.last_price])).toEqual([
      [A, 1.02],
      [B, 2.01],
    ]);
  });

  it.each([
    [10, 100],
    [2, 500],
  ] as const)('at %i Hz sends what comes after it once the %i ms are over, conflated', async (rate, interval) => {
    const { feed, clock, socket } = await warm(rate);
    const startMs = clock.monotonicMs();
    feed.publish(A, 101);
    await clock.advance(0);
    for (const price of [102, 103, 104]) {
      feed.publish(A, price);
      await clock.advance(10);
    }
    expect(socket.batches().length).toBe(2);
    while (socket.batches().length === 2) await clock.advance(1);
    const tookMs = clock.monotonicMs() - startMs;
    expect(tookMs).toBeGreaterThanOrEqual(interval);
    expect(tookMs).toBeLessThanOrEqual(interval + 26);
    expect(socket.batches()[2]?.quotes).toMatchObject([{ instrument_key: A, last_price: 1.04 }]);
    await clock.advance(interval + 50);
    feed.publish(B, 7);
    await clock.advance(0);
    expect(socket.batches().length).toBe(4);
  });

  it('keeps the pace of a subscription that changes without a pause', async () => {
    const { feed, clock, socket } = await warm();
    const before = socket.batches().length;
    for (let at = 0; at < 5_000; at += 5) {
      feed.publish(A, at + 1);
      await clock.advance(5);
    }
    expect(socket.batches().length - before).toBeGreaterThanOrEqual(48);
    expect(socket.batches().length - before).toBeLessThanOrEqual(51);
  });

  it('is not put off by a client that asks for snapshots all the time', async () => {
    const { feed, clock, socket, client, say } = await warm();
    for (let round = 0; round < 20; round += 1) {
      say(client, { op: 'subscribe', channel: 'quotes', instruments: [B] });
      feed.publish(A, 1_000 + round);
      await clock.advance(90);
    }
    expect(socket.quotes(A).length).toBeGreaterThanOrEqual(14);
    expect(socket.quotes(A).at(-1)?.last_price).toBeGreaterThan(10.17);
  });

  it('costs a tick the same whether a client holds one instrument or five hundred', async () => {
    const { feed, clock, hub, join, say } = healthyStage();
    const keys = Array.from({ length: 500 }, (_item, at) => `NSE_FO|${at + 1}`);
    for (const key of keys) feed.publish(key, 100);
    const { socket, client } = join();
    say(client, { op: 'subscribe', channel: 'quotes', instruments: keys });
    await clock.advance(2_000);
    const subscription = client.subscriptions.get('quotes');
    if (!(subscription?.content instanceof QuotesSubscription)) throw new Error('no subscription');
    let looks = 0;
    for (const held of subscription.content.held.values()) {
      const { state } = held;
      const slow = { get: (): typeof state => ((looks += 1), state), configurable: true };
      Object.defineProperty(held, 'state', slow);
    }
    feed.publish(A, 101);
    await clock.advance(1_000);
    expect(socket.quotes(A).at(-1)?.last_price).toBe(1.01);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(10);
    expect(hub.held().get('quotes')?.items).toBe(500);
  });

  it('reaches every one of many clients, also when one turn is not enough for all', async () => {
    const { feed, clock, join, say } = healthyStage();
    feed.publish(A, 100);
    const clients = Array.from({ length: 300 }, () => join());
    for (const { client } of clients) say(client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    await clock.advance(2_000);
    // Each send takes a millisecond of the clock, so that a turn is over after a few of them.
    for (const { socket } of clients) {
      const send = socket.send.bind(socket);
      socket.send = (text): void => {
        clock.advanceSync(1);
        send(text);
      };
    }
    feed.publish(A, 101);
    await clock.advance(5_000);
    expect(clients.filter(({ socket }) => socket.quotes(A).at(-1)?.last_price === 1.01).length).toBe(300);
  });
});

describe('a client that does not read', () => {
  it('is skipped, given longer intervals, closed after the stall time, and never holds more than the bound', async () => {
    const { feed, clock, metrics, join, say } = stage({ softBufferBytes: 2_000, stallMs: 10_000 });
    const [slow, quick] = [join(), join()];
    for (const { client } of [slow, quick]) say(client, { op: 'subscribe', channel: 'quotes', instruments: [A, B] });
    await clock.advance(200);
    slow.socket.reads = false;
    let price = 0;
    const run = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 50) {
        price += 1;
        for (const key of [A, B]) feed.publish(key, price);
        await clock.advance(50);
      }
    };
    await run(8_000);
    const flushBytes = 2 * 700;
    expect(slow.socket.peakBytes).toBeLessThanOrEqual(2_000 + flushBytes);
    expect(metrics.of('skipped')).toBeGreaterThan(3);
    expect(metrics.of('skipped')).toBeLessThan(15);
    expect(slow.socket.closedWith).toBeUndefined();
    await run(9_000);
    expect([slow.socket.closedWith, metrics.of('slow closed')]).toEqual([4408, 1]);
    await clock.advance(2_100);
    expect(slow.socket.terminated).toBe(true);
    expect(slow.socket.peakBytes).toBeLessThanOrEqual(2_000 + flushBytes + 300);
    expect(quick.socket.quotes(A).at(-1)?.last_price).toBe(price / 100);
    expect(quick.socket.batches().length).toBeGreaterThan(150);
  });

  it('gets the newest state and its old pace back when it reads again', async () => {
    const { feed, clock, join, say } = stage({ softBufferBytes: 2_000 });
    const { socket, client } = join();
    say(client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    await clock.advance(200);
    socket.reads = false;
    const run = async (rounds: number): Promise<number> => {
      const before = socket.batches().length;
      for (let round = 0; round < rounds; round += 1) {
        feed.publish(A, 1_000 + round);
        await clock.advance(100);
      }
      return socket.batches().length - before;
    };
    await run(100);
    socket.reads = true;
    socket.bufferedBytes = 0;
    expect(await run(40)).toBeLessThan(20);
    expect(socket.quotes(A).at(-1)?.seq).toBeGreaterThan(100);
    await run(400);
    expect(await run(50)).toBeGreaterThanOrEqual(45);
    expect(socket.batches().map((batch) => batch.seq)).toEqual(socket.batches().map((_batch, at) => at + 1));
  });

  it('that asks without reading is cut at the hard bound', async () => {
    const { hub, clock, join, metrics } = stage({ hardBufferBytes: 5_000, maxMessagesPerSecond: 1_000 });
    const { socket, client } = join();
    socket.reads = false;
    for (let n = 0; n < 500; n += 1) await hub.receive(client, '{"op":"ping"}');
    await clock.advance(0);
    expect([socket.terminated, metrics.of('slow closed')]).toEqual([true, 1]);
    expect(socket.peakBytes).toBeLessThan(5_200);
  });
});

describe('staleness', () => {
  it('marks everything after 5 s without a report, and asks again when reports are back', async () => {
    const { feed, clock, watch, join, say } = stage();
    feed.publish(A, 100);
    const { socket, client } = join();
    say(client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    say(client, { op: 'subscribe', channel: 'status' });
    for (let second = 0; second < 10; second += 1) {
      feed.onHealth(health());
      await clock.advance(1_000);
    }
    expect(watch.figures().feed).toEqual({ state: 'GREEN', reasons: [], report_age_ms: 1_000 });
    expect(socket.quotes(A).some((quote) => quote.stale)).toBe(false);
    feed.away = true;
    await clock.advance(7_000);
    expect(watch.figures().feed).toMatchObject({ state: 'RED', reasons: ['market-feed does not report'] });
    expect(socket.quotes(A).at(-1)).toMatchObject({ stale: true, stale_reason: 'SOURCE_UNREACHABLE' });
    const statuses = socket.frames.filter((frame) => frame.type === 'status');
    expect(statuses.at(-1)?.['feed']).toMatchObject({ state: 'RED' });
    feed.away = false;
    feed.onHealth(health());
    await clock.advance(500);
    expect(socket.quotes(A).at(-1)).toMatchObject({ stale: false });
    expect(watch.figures().feed.state).toBe('GREEN');
  });

  it('shows what was last known when nothing can be asked, and asks again until it can', async () => {
    const { feed, clock, join, say } = stage();
    const { socket, client } = join();
    const tick = Tick.create({ instrumentKey: A, feedEpoch: 1, seq: 4, lastPricePaise: 4_200 });
    say(client, { op: 'subscribe', channel: 'quotes', instruments: [B] });
    await clock.advance(100);
    feed.known.set(A, {
      value: { tick, instrument: Instrument.create({ instrumentKey: A, tradingSymbol: '1' }) },
      ageMs: 5,
    });
    feed.away = true;
    say(client, { op: 'subscribe', channel: 'quotes', instruments: [A] });
    await clock.advance(100);
    expect(socket.quotes(A)).toMatchObject([{ last_price: 42, stale: true, stale_reason: 'SOURCE_UNREACHABLE' }]);
    feed.away = false;
    feed.ticks.set(A, tick);
    await clock.advance(3_500);
    expect(socket.quotes(A).at(-1)).toMatchObject({ last_price: 42, stale: false });
  });

  it('takes the worst of several replicas, and forgets one that is gone', async () => {
    const { feed, clock, watch } = stage();
    feed.onHealth(health({ replica: 'a' }));
    feed.onHealth(health({ replica: 'b', state: HealthState.RED, reasons: ['mute'] }));
    expect(watch.figures().feed).toMatchObject({ state: 'RED', reasons: ['mute'] });
    for (let second = 0; second < 8; second += 1) {
      feed.onHealth(health({ replica: 'a' }));
      await clock.advance(1_000);
    }
    expect(watch.figures().feed).toMatchObject({ state: 'GREEN', reasons: [] });
  });
});
