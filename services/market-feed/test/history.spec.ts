import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DAY_MS,
  instrumentKey,
  istDate,
  istInstant,
  MINUTE_MS,
  OutcomeError,
  systemClock,
  toIstIso,
  type IstDate,
} from '@vega/kernel';
import { createMetrics } from '@vega/platform';
import { seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import { describeWithSharedData, testDatabase, type TestResource } from '@vega/testkit';
import type pg from 'pg';
import { PgBarStore } from '../src/adapters/pg/pg-bar-store.ts';
import { PgCandleStore } from '../src/adapters/pg/pg-candle-store.ts';
import { createPool } from '../src/adapters/pg/pool.ts';
import { UpstoxCandleSource } from '../src/adapters/upstox/upstox-candle-source.ts';
import { CandleHistory, type CandleAnswer } from '../src/app/candle-history.ts';
import { barMessage } from '../src/domain/bar-message.ts';
import type { Candle } from '../src/domain/candle.ts';
import type { AskedCandles } from '../src/domain/candle-request.ts';
import { SessionHours } from '../src/domain/session-minutes.ts';
import { migrate } from '../src/migrate.ts';
import { silent } from './archive-fixture.ts';
import { candleAnswer, openBrokerFiles, refusal, type BrokerFiles } from './broker-files.ts';

type Row = readonly [string, number, number, number, number, number, number];

const KEY = instrumentKey('NSE_FO|51420');
const SERIES = { key: KEY, instrumentId: 7 };
/** A Wednesday; the Friday before was a trading day, Tuesday the 24th of November 2026 is a holiday. */
const TODAY = istDate('2026-07-15');
const CALENDAR = withBeyondCoverage(seedCalendar, 'weekdays');

let database: TestResource;
let pool: pg.Pool;
let broker: BrokerFiles;

beforeAll(async () => {
  database = await testDatabase();
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  pool = createPool({ url: database.url, name: 'test', logger: silent });
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

beforeEach(async () => {
  await pool.query('TRUNCATE candle_cache, bars_1m, bar_outbox');
  broker = await openBrokerFiles();
});

afterEach(() => broker.close());

function history(nowMs: number = istInstant(TODAY, 11, 0)): CandleHistory {
  return new CandleHistory({
    source: new UpstoxCandleSource(broker.rest),
    cache: new PgCandleStore(pool, 30),
    bars: new PgBarStore(pool, 30),
    hours: new SessionHours(() => CALENDAR),
    calendar: () => CALENDAR,
    clock: systemClock,
    metrics: createMetrics('test'),
    marketNowMs: () => nowMs,
  });
}

const ask = (candles: CandleHistory, asked: Partial<AskedCandles>): Promise<CandleAnswer> =>
  candles.fetch(
    SERIES,
    { unit: 'minutes', interval: 1, fromDate: '2026-07-09', toDate: '2026-07-14', ...asked },
    5_000,
  );

/** Rows of minutes of a date, `width` apart, from 09:15 on. */
function minutes(date: string, count: number, width = 1): Row[] {
  return Array.from({ length: count }, (_, n) => {
    const time = toIstIso(istInstant(istDate(date), 9, 15) + n * width * MINUTE_MS);
    return [time, 100 + n, 102 + n, 99 + n, 101 + n, 10, 1_000 + n] as const;
  });
}

function day(date: string, price: number): Row {
  return [`${date}T00:00:00+05:30`, price, price + 5, price - 5, price + 1, 100, 50];
}

/** Answers the historical calls with those of the rows that lie in the span asked for, as the broker does. */
function answerPast(rows: readonly Row[]): void {
  broker.answer(/^\/v3\/historical-candle\/NSE_FO/, (path) => {
    const [to = '', from = ''] = path.split('/').slice(-2);
    return candleAnswer(rows.filter(([time]) => time.slice(0, 10) >= from && time.slice(0, 10) <= to));
  });
}

function answerToday(unit: 'minutes' | 'days', rows: readonly Row[]): void {
  broker.answer(`/v3/historical-candle/intraday/${KEY}/${unit}/1`, candleAnswer(rows));
}

const starts = (answer: CandleAnswer): string[] => answer.candles.map(({ startMs }) => toIstIso(startMs).slice(0, 16));

describe('candles of past dates', () => {
  it('come oldest first, are asked of the broker once, and then known', async () => {
    answerPast([
      ...minutes('2026-07-09', 3),
      ...minutes('2026-07-10', 2),
      ...minutes('2026-07-13', 2),
      ...minutes('2026-07-14', 1),
    ]);
    const candles = history();
    const first = await ask(candles, {});
    expect(starts(first)).toEqual([
      '2026-07-09T09:15',
      '2026-07-09T09:16',
      '2026-07-09T09:17',
      '2026-07-10T09:15',
      '2026-07-10T09:16',
      '2026-07-13T09:15',
      '2026-07-13T09:16',
      '2026-07-14T09:15',
    ]);
    expect(first.candles[1]).toEqual({
      startMs: istInstant(istDate('2026-07-09'), 9, 16),
      openPaise: 10_100,
      highPaise: 10_300,
      lowPaise: 10_000,
      closePaise: 10_200,
      volume: 10,
      oi: 1_001,
    });
    expect(first.lastIsForming).toBe(false);
    expect(await ask(history(), {})).toEqual(first);
    expect(await ask(candles, { fromDate: '2026-07-10', toDate: '2026-07-13' })).toEqual({
      candles: first.candles.slice(3, 7),
      lastIsForming: false,
    });
    expect(broker.asked).toEqual([`/v3/historical-candle/${KEY}/minutes/1/2026-07-14/2026-07-09`]);
  });

  it('that are missing between known ones are fetched alone', async () => {
    answerPast(['2026-07-08', '2026-07-09', '2026-07-10', '2026-07-13'].flatMap((date) => minutes(date, 2)));
    await ask(history(), { fromDate: '2026-07-09', toDate: '2026-07-10' });
    const wider = await ask(history(), { fromDate: '2026-07-08', toDate: '2026-07-13' });
    expect(wider.candles).toHaveLength(8);
    expect(broker.asked.map((path) => path.split('/').slice(-2).join('/'))).toEqual([
      '2026-07-10/2026-07-09',
      '2026-07-13/2026-07-08',
    ]);
    await ask(history(), { fromDate: '2026-07-08', toDate: '2026-07-13' });
    expect(broker.asked).toHaveLength(2);
  });

  it('over weekends and holidays are known to be empty', async () => {
    answerPast([]);
    expect((await ask(history(), { fromDate: '2026-07-11', toDate: '2026-07-12' })).candles).toEqual([]);
    await ask(history(), { fromDate: '2026-07-11', toDate: '2026-07-12' });
    expect(broker.asked).toHaveLength(1);
  });

  it('of a trading day that the broker has not filed yet are asked for again, until it is a week old', async () => {
    answerPast([]);
    await ask(history(), { fromDate: '2026-07-14' });
    await ask(history(), { fromDate: '2026-07-14' });
    expect(broker.asked).toHaveLength(2);
    answerPast(minutes('2026-07-14', 2));
    expect((await ask(history(), { fromDate: '2026-07-14' })).candles).toHaveLength(2);
    answerPast([]);
    await ask(history(), { fromDate: '2026-06-30', toDate: '2026-06-30' });
    await ask(history(), { fromDate: '2026-06-30', toDate: '2026-06-30' });
    expect(broker.asked).toHaveLength(4);
  });

  it('of weeks and months that are over are whole, whatever day was named', async () => {
    answerPast([
      ['2026-06-29T00:00:00+05:30', 10, 20, 5, 15, 1_000, 0],
      ['2026-07-06T00:00:00+05:30', 11, 21, 6, 16, 1_001, 0],
    ]);
    const weeks = await ask(history(), { unit: 'weeks', fromDate: '2026-07-02', toDate: '2026-07-08' });
    expect(starts(weeks)).toEqual(['2026-06-29T00:00', '2026-07-06T00:00']);
    expect(broker.asked).toEqual([`/v3/historical-candle/${KEY}/weeks/1/2026-07-12/2026-06-29`]);
  });

  it('are fetched once for all who ask for the same at once', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    broker.answer(/^\/v3\/historical-candle\/NSE_FO/, async () => {
      await held;
      return candleAnswer(minutes('2026-07-14', 2));
    });
    const candles = history();
    const answers = Promise.all(Array.from({ length: 20 }, () => ask(candles, {})));
    release();
    expect(new Set((await answers).map(({ candles: list }) => list.length))).toEqual(new Set([2]));
    expect(broker.asked).toHaveLength(1);
  });

  it('are fetched again when they were fetched long ago', async () => {
    answerPast(minutes('2026-07-14', 2));
    await ask(history(), {});
    await pool.query(`UPDATE candle_cache SET fetched_at = now() - interval '31 days'`);
    await ask(history(), {});
    expect(broker.asked).toHaveLength(2);
    // Kept were the weekend, known to be empty, and the one day with candles.
    await pool.query(`UPDATE candle_cache SET fetched_at = now() - interval '31 days' WHERE period < '2026-07-13'`);
    expect(await new PgCandleStore(pool, 30).dropStale()).toBe(2);
  });
});

describe('candles of today', () => {
  async function saveOwn(...own: readonly [minute: number, close: number, final: boolean][]): Promise<void> {
    await new PgBarStore(pool, 30).save(
      own.map(([minute, closePaise, final]) => ({
        key: KEY,
        instrumentId: 7,
        startTimeMs: istInstant(TODAY, 9, 15) + minute * MINUTE_MS,
        openPaise: closePaise,
        highPaise: closePaise,
        lowPaise: closePaise,
        closePaise,
        volume: 3,
        oi: 9,
        final,
        tickCount: 1,
        endVolume: undefined,
      })),
      barMessage,
    );
  }

  it("are the broker's minutes and, where those are not there yet, our own", async () => {
    answerToday('minutes', minutes('2026-07-15', 3));
    await saveOwn([0, 55, true], [2, 77, false], [3, 88, false]);
    const { candles, lastIsForming } = await ask(history(istInstant(TODAY, 9, 19)), {
      fromDate: '2026-07-15',
      toDate: '2026-07-15',
    });
    expect(candles.map(({ closePaise }) => closePaise)).toEqual([10_100, 10_200, 77, 88]);
    expect(lastIsForming).toBe(false);
    expect(
      (await ask(history(istInstant(TODAY, 9, 18)), { fromDate: '2026-07-15', toDate: '2026-07-15' })).lastIsForming,
    ).toBe(true);
  });

  it('join those of the days before, and are never kept', async () => {
    answerPast(minutes('2026-07-14', 2));
    answerToday('minutes', minutes('2026-07-15', 2));
    const candles = await ask(history(), { fromDate: '2026-07-14', toDate: '2026-07-15' });
    expect(starts(candles)).toEqual(['2026-07-14T09:15', '2026-07-14T09:16', '2026-07-15T09:15', '2026-07-15T09:16']);
    const { rows } = await pool.query<{ period: IstDate }>('SELECT period FROM candle_cache ORDER BY period');
    expect(rows).toEqual([{ period: '2026-07-14' }]);
  });

  it('of hours are cut from the open, the last one forming', async () => {
    answerToday('minutes', minutes('2026-07-15', 105));
    const hours = await ask(history(), { unit: 'hours', fromDate: '2026-07-15', toDate: '2026-07-15' });
    expect(starts(hours)).toEqual(['2026-07-15T09:15', '2026-07-15T10:15']);
    expect(hours.candles.map(({ volume }) => volume)).toEqual([600, 450]);
    expect(hours.lastIsForming).toBe(true);
  });

  it('of days, weeks and months hold the day that runs', async () => {
    answerPast([day('2026-07-13', 200), day('2026-07-14', 210)]);
    answerToday('days', [day('2026-07-15', 220)]);
    const days = await ask(history(), { unit: 'days', fromDate: '2026-07-13', toDate: '2026-07-15' });
    expect(days.candles.map(({ openPaise }) => openPaise)).toEqual([20_000, 21_000, 22_000]);
    expect(days.lastIsForming).toBe(true);
    const week = await ask(history(), { unit: 'weeks', fromDate: '2026-07-15', toDate: '2026-07-15' });
    const expected: Candle = {
      startMs: istInstant(istDate('2026-07-13')),
      openPaise: 20_000,
      highPaise: 22_500,
      lowPaise: 19_500,
      closePaise: 22_100,
      volume: 300,
      oi: 50,
    };
    expect(week).toEqual({ candles: [expected], lastIsForming: true });
    expect(
      (await ask(history(istInstant(TODAY, 18, 0)), { unit: 'days', fromDate: '2026-07-15', toDate: '2026-07-15' }))
        .lastIsForming,
    ).toBe(false);
    expect(
      (await ask(history(istInstant(TODAY, 18, 0)), { unit: 'weeks', fromDate: '2026-07-15', toDate: '2026-07-15' }))
        .lastIsForming,
    ).toBe(true);
  });

  it('are asked of the broker once for questions that differ', async () => {
    answerToday('minutes', minutes('2026-07-15', 20));
    const candles = history();
    const span = { fromDate: '2026-07-15', toDate: '2026-07-15' };
    await Promise.all([
      ask(candles, span),
      ask(candles, { ...span, interval: 5 }),
      ask(candles, { ...span, unit: 'hours' }),
    ]);
    expect(broker.asked).toHaveLength(1);
  });

  it('of another date, which a source on another day may give, are left out', async () => {
    answerToday('minutes', minutes('2026-07-14', 3));
    expect((await ask(history(), { fromDate: '2026-07-15', toDate: '2026-07-15' })).candles).toEqual([]);
  });

  it('on a day without trading are none', async () => {
    answerToday('minutes', []);
    const holiday = istInstant(istDate('2026-11-24'), 12, 0);
    expect(await ask(history(holiday), { fromDate: '2026-11-24', toDate: '2026-11-24' })).toEqual({
      candles: [],
      lastIsForming: false,
    });
  });
});

describe('a broker that does not answer', () => {
  it.each<[string, ReturnType<typeof refusal>, string, string]>([
    ['with an error of its own', refusal(500, 'UDAPI100500'), 'UPSTREAM_UNAVAILABLE', 'UPSTOX_SERVER_ERROR'],
    [
      'with a proxy page',
      { status: 403, body: Buffer.from('<html>Access denied</html>') },
      'UPSTREAM_UNAVAILABLE',
      'UPSTOX_BLOCKED_BY_PROXY',
    ],
    ['with a call to slow down', refusal(429, 'UDAPI10005'), 'UPSTREAM_RATE_LIMITED', 'UPSTOX_RATE_LIMITED'],
    ['with a refusal of the token', refusal(401, 'UDAPI100050'), 'UPSTREAM_TOKEN', 'UPSTOX_TOKEN_INVALID'],
    [
      'with candles that cannot be read',
      { body: { status: 'success', data: { candles: [['soon', 1, 2]] } } },
      'UPSTREAM_UNAVAILABLE',
      'UPSTOX_BAD_REPLY',
    ],
  ])('%s', async (_how, answer, code, brokerCode) => {
    answerPast(minutes('2026-07-10', 2));
    await ask(history(), { fromDate: '2026-07-09', toDate: '2026-07-10' });
    broker.answer(/.*/, answer);
    const failure = await ask(history(), {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OutcomeError);
    expect(failure).toMatchObject({
      code,
      retryable: true,
      context: { brokerCode, periodsAsked: 6, periodsKnown: 1, knownUntil: '2026-07-10' },
    });
    // What failed is not remembered as an answer.
    answerPast([...minutes('2026-07-10', 2), ...minutes('2026-07-13', 2)]);
    expect((await ask(history(), {})).candles).toHaveLength(4);
  });

  it('leaves what our own bars know to be told', async () => {
    broker.answer(/.*/, refusal(503, 'UDAPI100500'));
    const failure = await ask(history(), { fromDate: '2026-07-15', toDate: '2026-07-15' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', context: { ownBars: 0, ownUntilMs: null } });
  });

  it('in time ends the question at its deadline', async () => {
    broker.answer(/.*/, () => new Promise(() => undefined));
    const failure = await history()
      .fetch(SERIES, { unit: 'minutes', interval: 1, fromDate: '2026-07-09', toDate: '2026-07-14' }, 150)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', context: { brokerCode: 'UPSTOX_TIMEOUT' } });
  });
});

describeWithSharedData('recorded minutes of 2026-07-15', (folder) => {
  const rows = readFileSync(join(folder, 'data', 'upstox_1min_NSE_FO_57352_2026-07-15.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line): Row => {
      const [time = '', ...numbers] = line.split(',');
      const [open = 0, high = 0, low = 0, close = 0, volume = 0, oi = 0] = numbers.map(Number);
      return [time.replace(' ', 'T'), open, high, low, close, volume, oi];
    });

  it('are the same whether the day runs or is over, and add up', async () => {
    answerToday('minutes', rows);
    const span = { fromDate: '2026-07-15', toDate: '2026-07-15' };
    const running = await ask(history(istInstant(TODAY, 15, 35)), span);
    expect(running.candles).toHaveLength(375);
    expect(running.lastIsForming).toBe(false);
    answerPast(rows);
    expect((await ask(history(istInstant(TODAY, 12, 0) + DAY_MS), span)).candles).toEqual(running.candles);
    const quarter = await ask(history(istInstant(TODAY, 15, 35)), { ...span, interval: 15 });
    expect(quarter.candles).toHaveLength(25);
    const total = (candles: readonly Candle[]): number => candles.reduce((sum, { volume }) => sum + volume, 0);
    expect(total(quarter.candles)).toBe(total(running.candles));
  });
});
