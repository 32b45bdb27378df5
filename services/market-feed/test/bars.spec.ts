import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Bar, BarState, parseBarSubject, STREAMS } from '@vega/contracts';
import { addDays, instrumentKey, istDate, istInstant, MINUTE_MS } from '@vega/kernel';
import { createMetrics, ensureStreams, type Bus } from '@vega/platform';
import { seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import { eventually, FakeClock, testDatabase, testNats, type OwnServer, type TestResource } from '@vega/testkit';
import type pg from 'pg';
import { NatsBarPublisher } from '../src/adapters/nats/nats-bar-publisher.ts';
import { PgBarStore } from '../src/adapters/pg/pg-bar-store.ts';
import { createPool } from '../src/adapters/pg/pool.ts';
import { BarRecorder } from '../src/app/bar-recorder.ts';
import type { BarMessage, BarPublisher, BarStore } from '../src/app/data-ports.ts';
import type { TickFacts } from '../src/app/ports.ts';
import type { BuiltBar } from '../src/domain/bar-book.ts';
import { barMessage } from '../src/domain/bar-message.ts';
import { SessionHours } from '../src/domain/session-minutes.ts';
import { migrate } from '../src/migrate.ts';
import { openBus, silent } from './archive-fixture.ts';

let nats: OwnServer;
let database: TestResource;
let bus: Bus;
let pool: pg.Pool;
let store: PgBarStore;
const KEEP_DAYS = 30;
const KEY = instrumentKey('NSE_FO|51420');
const DATE = istDate('2026-08-04');
const OPEN = istInstant(DATE, 9, 15);

beforeAll(async () => {
  [nats, database] = await Promise.all([testNats(), testDatabase()]);
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  pool = createPool({ url: database.url, name: 'test', logger: silent });
  bus = await openBus(nats.url);
});

afterAll(async () => {
  await pool.end();
  await bus.close();
  await Promise.all([nats.close(), database.close()]);
});

beforeEach(async () => {
  await pool.query('TRUNCATE bars_1m, bar_outbox');
  const manager = await jetstreamManager(bus.nc);
  await manager.streams.delete(STREAMS.bars.name).catch(() => false);
  await ensureStreams(bus, [STREAMS.bars]);
  store = new PgBarStore(pool, KEEP_DAYS);
});

function bar(minute: number, more: Partial<BuiltBar> = {}): BuiltBar {
  return {
    key: KEY,
    instrumentId: 7,
    startTimeMs: OPEN + minute * MINUTE_MS,
    openPaise: 100,
    highPaise: 110,
    lowPaise: 90,
    closePaise: 105,
    volume: 50,
    oi: 900,
    final: false,
    tickCount: 3,
    endVolume: 1_000 + minute,
    ...more,
  };
}

/** Every bar on the bus, in the order of the stream. */
async function published(): Promise<Bar[]> {
  const js = jetstream(bus.nc);
  const manager = await jetstreamManager(bus.nc);
  const { messages } = (await manager.streams.info(STREAMS.bars.name)).state;
  if (messages === 0) return [];
  const { name } = await manager.consumers.add(STREAMS.bars.name, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
  });
  const consumer = await js.consumers.get(STREAMS.bars.name, name);
  const bars: Bar[] = [];
  for await (const message of await consumer.fetch({ max_messages: messages, expires: 2_000 })) {
    expect(parseBarSubject(message.subject)?.interval).toBe('1m');
    bars.push(Bar.decode(message.data));
  }
  await manager.consumers.delete(STREAMS.bars.name, name);
  return bars;
}

describe('bars in the database', () => {
  it('count their changes, and only those', async () => {
    const revisions = async (built: BuiltBar): Promise<number[]> => {
      const told: number[] = [];
      await store.save([built], (stored) => {
        told.push(stored.revision);
        return barMessage(stored);
      });
      return told;
    };
    expect(await revisions(bar(0))).toEqual([1]);
    expect(await revisions(bar(0))).toEqual([]);
    expect(await revisions(bar(0, { closePaise: 106 }))).toEqual([2]);
    expect(
      await revisions(bar(0, { closePaise: 106, final: true, oi: undefined, tickCount: 0, endVolume: undefined })),
    ).toEqual([3]);
    expect(await revisions(bar(0, { closePaise: 101 }))).toEqual([]);
    expect(await revisions(bar(0, { closePaise: 107, final: true }))).toEqual([4]);
    const { rows } = await pool.query(`SELECT close_paise, oi, final, revision, tick_count, end_volume FROM bars_1m`);
    expect(rows).toEqual([{ close_paise: 107, oi: 900, final: true, revision: 4, tick_count: 3, end_volume: 1_000 }]);
  });

  it('leave with their messages or not at all', async () => {
    await expect(store.save([bar(0), bar(1, { highPaise: 1 })], barMessage)).rejects.toThrow('check constraint');
    expect((await pool.query('SELECT FROM bars_1m')).rowCount).toBe(0);
    expect(await store.fetchLeftMessages(0, 10)).toEqual([]);
    const messages = await store.save([bar(0), bar(1)], barMessage);
    expect(await store.fetchLeftMessages(0, 10)).toEqual(
      messages.map((message) => ({ ...message, payload: Buffer.from(message.payload) })),
    );
    expect(await store.fetchLeftMessages(60_000, 10)).toEqual([]);
    await store.forgetMessages(messages.map(({ id }) => id));
    expect(await store.fetchLeftMessages(0, 10)).toEqual([]);
  });

  it('are read back by time, and say where they ended', async () => {
    await store.save(
      [bar(1), bar(0), bar(2, { instrumentId: 8, endVolume: undefined }), bar(-1_440, { instrumentId: 9 })],
      barMessage,
    );
    const range = await store.fetchRange(7, OPEN, OPEN + 2 * MINUTE_MS);
    expect(range.map(({ startMs }) => startMs)).toEqual([OPEN, OPEN + MINUTE_MS]);
    expect(range[0]).toEqual({
      startMs: OPEN,
      openPaise: 100,
      highPaise: 110,
      lowPaise: 90,
      closePaise: 105,
      volume: 50,
      oi: 900,
      final: false,
    });
    expect([...(await store.fetchLast())].sort((a, b) => a.instrumentId - b.instrumentId)).toEqual([
      { instrumentId: 7, startTimeMs: OPEN + MINUTE_MS, endVolume: 1_001 },
      { instrumentId: 8, startTimeMs: OPEN + 2 * MINUTE_MS, endVolume: undefined },
    ]);
  });

  it('live in a partition a day, made ahead and dropped after the retention', async () => {
    await store.save([bar(-1_440 * 40), bar(-1_440 * 10), bar(0)], barMessage);
    await store.maintain(DATE);
    expect(await store.fetchPartitions()).toEqual(
      expect.arrayContaining(['bars_1m_20260725', 'bars_1m_20260804', 'bars_1m_20260805', 'bars_1m_20260806']),
    );
    expect((await store.fetchPartitions()).filter((name) => name < 'bars_1m_20260705')).toEqual([]);
    expect((await pool.query('SELECT FROM bars_1m')).rowCount).toBe(2);
    await store.maintain(addDays(DATE, 1));
    expect(await store.fetchPartitions()).toContain('bars_1m_20260807');
  });

  it('take a minute of a whole market in one go', async () => {
    const market = Array.from({ length: 5_000 }, (_, id) => bar(0, { instrumentId: 1_000 + id }));
    expect(await store.save(market, barMessage)).toHaveLength(5_000);
    expect(await store.save(market, barMessage)).toHaveLength(0);
  });
});

function tick(at: number, price: number, volume: number, more: Partial<TickFacts> = {}): TickFacts {
  return {
    key: KEY,
    instrumentId: 7,
    snapshot: false,
    marketTimeMs: OPEN + at + 200,
    lastPricePaise: price,
    lastTradeTimeMs: OPEN + at,
    volume,
    oi: undefined,
    minute: undefined,
    ...more,
  };
}

interface Rig {
  readonly recorder: BarRecorder;
  readonly clock: FakeClock;
  marketMs: number;
}

function rig(more: { store?: BarStore; publisher?: BarPublisher; maxWaiting?: number } = {}): Rig {
  const clock = new FakeClock();
  const self = { clock, marketMs: OPEN } as Rig & { recorder: BarRecorder };
  const recorder = new BarRecorder({
    store: more.store ?? store,
    publisher: more.publisher ?? new NatsBarPublisher(bus),
    hours: new SessionHours(() => withBeyondCoverage(seedCalendar, 'weekdays')),
    clock,
    logger: silent,
    metrics: createMetrics('test'),
    marketNowMs: () => self.marketMs,
    ...(more.maxWaiting === undefined ? {} : { maxWaiting: more.maxWaiting }),
  });
  return Object.assign(self, { recorder });
}

/** A store whose transactions a test can forbid. */
function refusable(): { store: BarStore; refuse: boolean } {
  const self = {
    refuse: false,
    store: new Proxy(store, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (name !== 'save' || typeof member !== 'function')
          return typeof member === 'function' ? member.bind(target) : member;
        return (...args: unknown[]): unknown =>
          self.refuse ? Promise.reject(new Error('the database is away')) : Reflect.apply(member, target, args);
      },
    }),
  };
  return self;
}

describe('bars from ticks', () => {
  it('are in the database and on the bus when their minute is over, and again as the broker tells them', async () => {
    const at = rig();
    await at.recorder.start();
    at.recorder.onTick(tick(1_000, 100, 50, { snapshot: true }));
    at.recorder.onTick(tick(30_000, 130, 90));
    at.recorder.onTick(tick(61_000, 120, 100));
    await at.recorder.flush();
    expect(await published()).toEqual([]);
    at.marketMs = OPEN + 62_000;
    await at.clock.advance(500);
    await at.recorder.flush();
    const minute = { startTimeMs: OPEN, openPaise: 101, highPaise: 131, lowPaise: 99, closePaise: 129, volume: 44 };
    at.recorder.onTick(tick(63_000, 121, 110, { minute }));
    await at.recorder.stop();
    const bars = await published();
    expect(
      bars.map((told) => [told.state, told.revision, told.openPaise, told.closePaise, told.volume, told.tickCount]),
    ).toEqual([
      [BarState.PROVISIONAL, 1, 100, 130, 40, 2],
      [BarState.FINAL, 2, 101, 129, 44, 2],
    ]);
    expect(bars[0]).toMatchObject({ instrumentKey: KEY, instrumentId: 7, interval: '1m', startTimeMs: OPEN });
    expect((await pool.query('SELECT FROM bar_outbox')).rowCount).toBe(0);
    expect((await store.fetchRange(7, OPEN, OPEN + MINUTE_MS))[0]).toMatchObject({ closePaise: 129, final: true });
  });

  it('of instruments without an id are not made', async () => {
    const at = rig();
    at.recorder.onTick(tick(1_000, 100, 50, { instrumentId: 0 }));
    at.recorder.onTick(tick(200_000, 100, 50, { instrumentId: 0 }));
    await at.recorder.flush();
    expect(await published()).toEqual([]);
  });

  it('go on after a restart where they ended', async () => {
    const first = rig();
    await first.recorder.start();
    first.recorder.onTick(tick(1_000, 100, 50, { snapshot: true }));
    first.recorder.onTick(tick(5_000, 101, 80));
    first.recorder.onTick(tick(70_000, 102, 95));
    await first.recorder.stop();
    const second = rig();
    await second.recorder.start();
    second.recorder.onTick(tick(80_000, 103, 120, { snapshot: true }));
    second.recorder.onTick(tick(125_000, 104, 130));
    second.recorder.onTick(tick(190_000, 104, 131));
    await second.recorder.stop();
    const bars = await published();
    expect(bars.map((told) => [(told.startTimeMs - OPEN) / MINUTE_MS, told.revision, told.volume])).toEqual([
      [0, 1, 30],
      [1, 1, 40],
      [2, 1, 10],
    ]);
  });

  it('that were committed and not published are published by the next process, once', async () => {
    const dying = rig({ publisher: { publish: () => Promise.reject(new Error('the bus is away')) } });
    await dying.recorder.start();
    dying.recorder.onTick(tick(1_000, 100, 50, { snapshot: true }));
    dying.recorder.onTick(tick(65_000, 101, 80));
    await dying.recorder.flush();
    expect(dying.recorder.problem()).toContain('bars cannot be saved or published');
    expect([await published(), (await pool.query('SELECT FROM bar_outbox')).rowCount]).toEqual([[], 1]);
    const next = rig();
    await next.recorder.start();
    await next.recorder.start();
    expect((await published()).map(({ startTimeMs, revision }) => [startTimeMs, revision])).toEqual([[OPEN, 1]]);
  });

  it('published and not yet forgotten when the process died are dropped by the bus when they come again', async () => {
    const messages = await store.save([bar(0)], barMessage);
    await new NatsBarPublisher(bus).publish(messages);
    await rig().recorder.start();
    expect(await published()).toHaveLength(1);
    expect((await pool.query('SELECT FROM bar_outbox')).rowCount).toBe(0);
  });

  it('wait while the database is away, the newest word on each, and are all told when it is back', async () => {
    const guarded = refusable();
    const at = rig({ store: guarded.store });
    await at.recorder.start();
    guarded.refuse = true;
    at.recorder.onTick(tick(1_000, 100, 50, { snapshot: true }));
    at.recorder.onTick(tick(65_000, 101, 80));
    await at.recorder.flush();
    expect(at.recorder.problem()).toBeDefined();
    at.recorder.onTick(
      tick(66_000, 101, 81, {
        minute: { startTimeMs: OPEN, openPaise: 1, highPaise: 9, lowPaise: 1, closePaise: 9, volume: 3 },
      }),
    );
    await at.recorder.flush();
    guarded.refuse = false;
    await at.recorder.flush();
    expect(at.recorder.problem()).toBeUndefined();
    expect((await published()).map(({ state, revision, closePaise }) => [state, revision, closePaise])).toEqual([
      [BarState.FINAL, 1, 9],
    ]);
  });

  it('are dropped, oldest first, rather than fill the memory', async () => {
    const guarded = refusable();
    const at = rig({ store: guarded.store, maxWaiting: 5 });
    await at.recorder.start();
    guarded.refuse = true;
    for (let minute = 0; minute < 12; minute += 1)
      at.recorder.onTick(tick(minute * 60_000 + 1_000, 100 + minute, 50 + minute));
    await at.recorder.flush();
    guarded.refuse = false;
    await at.recorder.flush();
    // The last minute runs and the one before waits out its grace; of the ten that ended the first five had no room.
    expect((await published()).map(({ startTimeMs }) => (startTimeMs - OPEN) / MINUTE_MS)).toEqual([5, 6, 7, 8, 9]);
  });

  it('survive the bus going away and coming back', async () => {
    const at = rig();
    await at.recorder.start();
    at.recorder.onTick(tick(1_000, 100, 50, { snapshot: true }));
    at.recorder.onTick(tick(65_000, 101, 80));
    await nats.kill('SIGKILL');
    const away = at.recorder.flush();
    await nats.restart();
    await away;
    await eventually(
      async () => {
        await at.recorder.flush();
        return at.recorder.problem() === undefined && (await published()).length === 1;
      },
      { withinMs: 15_000, what: 'the bar being on the bus' },
    );
    await at.recorder.stop();
  }, 30_000);
});

it('a message is published under its id', async () => {
  const messages: BarMessage[] = [{ id: 1, ...barMessage({ bar: bar(3), revision: 4 }) }];
  expect(messages[0]).toMatchObject({
    subject: 'md.v1.bar.1m.NSE_FO.51420',
    messageId: `bar:7:${OPEN + 3 * MINUTE_MS}:4`,
  });
  await new NatsBarPublisher(bus).publish([...messages, ...messages]);
  expect(await published()).toHaveLength(1);
});
