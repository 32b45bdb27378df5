import { marketFeedRpc, STREAMS, type GetCandlesRequest, type SearchInstrumentsRequest } from '@vega/contracts';
import { instrumentKey, istDate, istInstant, marketInstant, MINUTE_MS, OutcomeError } from '@vega/kernel';
import {
  baseConfigShape,
  createMetrics,
  createRpcClient,
  ensureStreams,
  runService,
  type Bus,
  type RpcClient,
  type RunningService,
} from '@vega/platform';
import { seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import { eventually, testDatabase, testNats, type OwnServer, type TestResource } from '@vega/testkit';
import type pg from 'pg';
import { z } from 'zod';
import { createPool } from '../src/adapters/pg/pool.ts';
import { createDataHalf, type DataHalf } from '../src/data-half.ts';
import { migrate } from '../src/migrate.ts';
import { openBus, silent } from './archive-fixture.ts';
import { candleAnswer, MASTER_PATH, masterFile, openBrokerFiles, type BrokerFiles } from './broker-files.ts';
import { masterRows } from './master-rows.ts';

const TODAY = istDate('2026-07-15');

let nats: OwnServer;
let database: TestResource;
let pool: pg.Pool;
let broker: BrokerFiles;

beforeAll(async () => {
  [nats, database] = await Promise.all([testNats(), testDatabase()]);
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  pool = createPool({ url: database.url, name: 'test', logger: silent });
});

afterAll(async () => {
  await pool.end();
  await Promise.all([nats.close(), database.close()]);
});

beforeEach(async () => {
  await pool.query(
    'TRUNCATE instruments, instrument_terms, instrument_masters, current_master, instrument_roots CASCADE',
  );
  broker = await openBrokerFiles();
});

afterEach(() => broker.close());

describe('the data half of the service', () => {
  let service: RunningService;
  let half: DataHalf;
  let bus: Bus;
  let rpc: RpcClient;
  const marketMs = istInstant(TODAY, 11, 0);

  beforeEach(async () => {
    broker.answer(MASTER_PATH, masterFile(masterRows()));
    service = await runService(
      {
        name: 'market-feed',
        config: z.object(baseConfigShape),
        module: async (context) => {
          await ensureStreams(context.bus, [STREAMS.bars]);
          half = await createDataHalf(context, {
            postgresUrl: database.url,
            rest: broker.rest,
            live: false,
            marketNow: () => ({ at: marketInstant(marketMs), extrapolated: false }),
            calendar: () => withBeyondCoverage(seedCalendar, 'weekdays'),
          });
          context.onDrain('data half', () => half.close());
          return { module: class DataModule {}, controllers: [...half.controllers], providers: [...half.providers] };
        },
      },
      { environment: { VEGA_NATS_URL: nats.url, VEGA_LOG_LEVEL: 'silent' }, exit: () => undefined },
    );
    bus = await openBus(nats.url);
    rpc = createRpcClient(bus, createMetrics('test'));
  });

  afterEach(async () => {
    await bus.close();
    await service.drain();
  });

  const search = (
    more: Partial<SearchInstrumentsRequest>,
  ): ReturnType<typeof rpc.call<SearchInstrumentsRequest, unknown>> =>
    rpc.call(marketFeedRpc.searchInstruments, {
      query: 'nifty',
      segments: [],
      instrumentTypes: [],
      expiryDate: '',
      limit: 0,
      offset: 0,
      ...more,
    });
  const candles = (more: Partial<GetCandlesRequest>): Promise<unknown> =>
    rpc.call(marketFeedRpc.getCandles, {
      symbol: 'NIFTY FUT 28 JUL 26',
      unit: 'days',
      interval: 1,
      fromDate: '2026-07-13',
      toDate: '2026-07-14',
      ...more,
    });

  it('is ready, and says what it needs', async () => {
    const ready = await fetch(`http://127.0.0.1:${service.opsPort}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      expect.objectContaining({ checks: expect.objectContaining({ instruments: 'ok', bars: 'ok', postgres: 'ok' }) }),
    ]);
    const metrics = await (await fetch(`http://127.0.0.1:${service.opsPort}/metrics`)).text();
    expect(metrics).toContain('vega_instruments{service="market-feed"} 5');
  });

  it('answers searches', async () => {
    expect(await search({})).toMatchObject({
      total: 4,
      instruments: [{ tradingSymbol: 'NIFTY' }, { tradingSymbol: 'NIFTY FUT 28 JUL 26' }, {}, {}],
    });
    expect(await search({ instrumentTypes: ['ce'], segments: ['NSE_FO'], limit: 1 })).toMatchObject({
      total: 1,
      instruments: [{ strikePaise: 2_450_000, underlyingKey: 'NSE_INDEX|Nifty 50' }],
    });
  });

  it.each<[string, Partial<SearchInstrumentsRequest>, string]>([
    ['for nothing', { query: '  ' }, 'BAD_REQUEST'],
    ['too long', { query: 'x'.repeat(101) }, 'BAD_REQUEST'],
    ['in a segment that is not served', { segments: ['MCX_FO'] }, 'SEGMENT_UNSUPPORTED'],
    ['of a date that is none', { expiryDate: '2026-02-30' }, 'BAD_REQUEST'],
    ['for more than a page', { limit: 101 }, 'BAD_REQUEST'],
    ['from below zero', { offset: -1 }, 'BAD_REQUEST'],
  ])('refuses a search %s', async (_what, more, code) => {
    await expect(search(more)).rejects.toMatchObject({ code });
  });

  it('answers for instruments by key and by symbol', async () => {
    const answer = await rpc.call(marketFeedRpc.getInstruments, {
      symbols: ['NSE_FO|51421', 'reliance', 'NSE_FO|1', 'gold fut'],
    });
    expect(answer.instruments.map(({ tradingSymbol }) => tradingSymbol)).toEqual([
      'NIFTY 24500 PE 28 JUL 26',
      'RELIANCE',
    ]);
    expect(answer.unknown).toEqual(['NSE_FO|1', 'gold fut']);
    await expect(rpc.call(marketFeedRpc.getInstruments, { symbols: [] })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('answers for candles, and refuses with the limits', async () => {
    broker.answer(
      /^\/v3\/historical-candle\/NSE_FO\|61093\/days\/1\//,
      candleAnswer([['2026-07-13T00:00:00+05:30', 100, 105, 95, 101, 7, 8]]),
    );
    expect(await candles({})).toMatchObject({
      instrument: { instrumentKey: 'NSE_FO|61093' },
      lastIsForming: false,
      candles: [{ startTimeMs: istInstant(istDate('2026-07-13')), openPaise: 10_000, volume: 7, oi: 8 }],
    });
    const refused = await candles({ unit: 'minutes', fromDate: '2026-01-01' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OutcomeError);
    expect(refused).toMatchObject({
      code: 'CANDLE_SPAN_TOO_LONG',
      retryable: false,
      context: { maxMonths: 1, availableFrom: '2022-01-01' },
    });
    await expect(candles({ symbol: 'NOPE' })).rejects.toMatchObject({ code: 'UNKNOWN_INSTRUMENT' });
    await expect(candles({ symbol: 'MCX_FO|1' })).rejects.toMatchObject({ code: 'SEGMENT_UNSUPPORTED' });
    await expect(candles({ fromDate: '2026-07-10' })).resolves.toMatchObject({ candles: [{}] });
  });

  it('builds bars of ticks under the ids of the directory', async () => {
    const key = instrumentKey('NSE_FO|51420');
    const id = half.directory.byKey(key)?.instrumentId ?? 0;
    expect(id).toBeGreaterThan(0);
    const at = (ms: number, price: number, volume: number): void => {
      const marketTimeMs = marketMs + ms;
      half.tickListener.onTick({
        key,
        instrumentId: id,
        snapshot: false,
        marketTimeMs,
        lastPricePaise: price,
        lastTradeTimeMs: marketTimeMs,
        volume,
        oi: undefined,
        minute: undefined,
      });
    };
    at(0, 100, 10);
    at(30_000, 110, 25);
    at(MINUTE_MS + 2_500, 111, 30);
    await eventually(
      async () =>
        (await pool.query(`SELECT FROM bars_1m WHERE instrument_id = $1 AND volume = 15`, [id])).rowCount === 1,
      { withinMs: 5_000, what: 'the bar being stored' },
    );
  });
});
