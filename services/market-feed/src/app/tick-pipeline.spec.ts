import { Instrument, Tick, TickSource } from '@vega/contracts';
import { instrumentKey, marketInstant, type InstrumentKey } from '@vega/kernel';
import { FakeClock } from '@vega/testkit';
import { FeedSlot, type FeedEntry, type FeedType } from '@vega/upstox/market';
import { MemoryDirectory } from '../../test/memory-directory.ts';
import type { LiveInstrument } from './live-instrument.ts';
import type { TickFacts } from './ports.ts';
import { TickPipeline } from './tick-pipeline.ts';

const CALL = instrumentKey('NSE_FO|51414');
const INDEX = instrumentKey('NSE_INDEX|Nifty 50');
const ROWS = [
  Instrument.create({ instrumentId: 11, instrumentKey: CALL, segment: 'NSE_FO', instrumentType: 'CE' }),
  Instrument.create({ instrumentId: 12, instrumentKey: INDEX, segment: 'NSE_INDEX', instrumentType: 'INDEX' }),
];

function setUp(rows: readonly Instrument[] = ROWS) {
  const clock = new FakeClock(1_765_773_004_000);
  const directory = new MemoryDirectory('2025-12-15', rows);
  const published: { subject: string; bytes: Uint8Array }[] = [];
  const heard: TickFacts[] = [];
  const changed: LiveInstrument[] = [];
  const bus = { connected: true };
  const pipeline = new TickPipeline({
    feedEpoch: 7,
    directory,
    clock,
    sink: {
      publish(subject, bytes) {
        if (bus.connected) published.push({ subject, bytes });
        return bus.connected;
      },
    },
    onChanged: (instrument) => changed.push(instrument),
    listeners: [{ onTick: (facts) => heard.push({ ...facts }) }],
  });
  const slot = new FeedSlot();
  const feed = (
    key: InstrumentKey,
    ltp: number,
    more: Partial<FeedSlot> = {},
    entry: Partial<FeedEntry> = {},
  ): void => {
    Object.assign(slot, { kind: 'market', mode: 'full', hasLtpc: true, ltp, cp: 100, ltt: 1_765_773_003_000 }, more);
    pipeline.onEntry({
      key,
      currentTs: marketInstant(1_765_773_004_000),
      feedType: 'live_feed' as FeedType,
      connection: 0,
      generation: 1,
      receivedAtMonotonicMs: clock.monotonicMs(),
      slot,
      ...entry,
    } as FeedEntry);
  };
  return { clock, directory, published, heard, changed, bus, pipeline, feed };
}

const decode = ({ bytes }: { bytes: Uint8Array }): Tick => Tick.decode(bytes);

describe('tick pipeline', () => {
  it('publishes each entry at once on the subject of its instrument, numbered from 1 without gaps per instrument', () => {
    const { published, feed } = setUp();
    feed(CALL, 693.75, {}, { feedType: 'initial_feed' });
    feed(INDEX, 24_530.9, { kind: 'index' });
    feed(CALL, 693.8);
    feed(CALL, 693.85);
    expect(published.map(({ subject }) => subject)).toEqual([
      'md.v1.tick.NSE_FO.51414',
      'md.v1.tick.NSE_INDEX.Nifty%2050',
      'md.v1.tick.NSE_FO.51414',
      'md.v1.tick.NSE_FO.51414',
    ]);
    expect(published.map(decode)).toMatchObject([
      {
        instrumentKey: CALL,
        instrumentId: 11,
        feedEpoch: 7,
        seq: 1,
        source: TickSource.FEED_SNAPSHOT,
        lastPricePaise: 69_375,
      },
      { instrumentKey: INDEX, instrumentId: 12, feedEpoch: 7, seq: 1, source: TickSource.FEED_LIVE, volume: undefined },
      { seq: 2, source: TickSource.FEED_LIVE, lastPricePaise: 69_380, oi: 0 },
      { seq: 3, lastPricePaise: 69_385 },
    ]);
  });

  it('stamps market time from the frame, never back, and arrival in microseconds', () => {
    const { published, feed, clock } = setUp();
    feed(CALL, 1);
    clock.advanceSync(0.5);
    feed(CALL, 2, {}, { currentTs: marketInstant(1_765_773_003_900) });
    clock.advanceSync(1);
    feed(CALL, 3, {}, { currentTs: marketInstant(1_765_773_004_100) });
    const ticks = published.map(decode);
    expect(ticks.map(({ marketTimeMs }) => marketTimeMs)).toEqual([
      1_765_773_004_000, 1_765_773_004_000, 1_765_773_004_100,
    ]);
    expect(ticks.map(({ receivedTimeUs }) => receivedTimeUs - 1_765_773_004_000_000)).toEqual([0, 500, 1_500]);
  });

  it('leaves a hole in seq for what the bus would not take, and keeps the last value all the same', () => {
    const { published, feed, bus, pipeline } = setUp();
    feed(CALL, 1);
    bus.connected = false;
    feed(CALL, 2);
    expect(pipeline.get(CALL)?.lastTick()).toMatchObject({ seq: 2, lastPricePaise: 200 });
    bus.connected = true;
    feed(CALL, 3);
    expect(published.map((one) => decode(one).seq)).toEqual([1, 3]);
    expect(pipeline.counts).toEqual({ published: 2, lost: 1 });
  });

  it('tells the store of each tick, and listeners its facts once the frame is on its way', async () => {
    const { published, heard, changed, feed } = setUp();
    feed(CALL, 693.75, {
      vtt: 135_870,
      oi: 189_945,
      hasMinute: true,
      minuteOpen: 693.25,
      minuteVol: 455,
      minuteTs: 60_000,
    });
    feed(INDEX, 24_530.9, { kind: 'index', hasMinute: false });
    expect([published.length, heard.length]).toEqual([2, 0]);
    await Promise.resolve();
    expect(heard).toMatchObject([
      {
        key: CALL,
        instrumentId: 11,
        snapshot: false,
        lastPricePaise: 69_375,
        lastTradeTimeMs: 1_765_773_003_000,
        volume: 135_870,
        oi: 189_945,
        minute: { openPaise: 69_325, volume: 455, startTimeMs: 60_000 },
      },
      { key: INDEX, volume: undefined, oi: undefined, minute: undefined },
    ]);
    expect(changed.map(({ key }) => key)).toEqual([CALL, INDEX]);
    feed(CALL, 693.8);
    await Promise.resolve();
    expect(heard.map(({ lastPricePaise }) => lastPricePaise)).toEqual([69_375, 2_453_090, 69_380]);
  });

  it('takes what a newer master says and counts on', () => {
    const { published, feed, directory } = setUp([]);
    feed(CALL, 1);
    directory.replace('2025-12-16', ROWS);
    feed(CALL, 2);
    expect(published.map(decode)).toMatchObject([
      { seq: 1, instrumentId: 0 },
      { seq: 2, instrumentId: 11 },
    ]);
  });

  it('wakes who waits for a tick, and tells those in vain so', async () => {
    const { feed, pipeline, clock } = setUp();
    const first = pipeline.nextTick(CALL, 1_000);
    const never = pipeline.nextTick(INDEX, 1_000);
    feed(CALL, 1);
    await expect(first).resolves.toBe(true);
    await clock.advance(1_000);
    await expect(never).resolves.toBe(false);
    expect(clock.waiting).toBe(0);
  });
});
