import type { Provider, Type } from '@nestjs/common';
import { repeat } from '@vega/kernel';
import type { ServiceContext } from '@vega/platform';
import type { TradingCalendar } from '@vega/rulebook';
import type pg from 'pg';
import { NatsBarPublisher } from './adapters/nats/nats-bar-publisher.ts';
import { PgBarStore } from './adapters/pg/pg-bar-store.ts';
import { PgCandleStore } from './adapters/pg/pg-candle-store.ts';
import { PgInstrumentSearch } from './adapters/pg/pg-instrument-search.ts';
import { PgInstrumentStore } from './adapters/pg/pg-instrument-store.ts';
import { createPool } from './adapters/pg/pool.ts';
import { DerivativesController } from './adapters/rpc/derivatives.controller.ts';
import { CANDLE_HISTORY, CandlesController } from './adapters/rpc/candles.controller.ts';
import {
  INSTRUMENT_DIRECTORY,
  INSTRUMENT_SEARCH,
  InstrumentsController,
} from './adapters/rpc/instruments.controller.ts';
import { UpstoxCandleSource, type CandleCalls } from './adapters/upstox/upstox-candle-source.ts';
import { UpstoxMasterSource, type MasterCalls } from './adapters/upstox/upstox-master-source.ts';
import { BarRecorder } from './app/bar-recorder.ts';
import { CandleHistory } from './app/candle-history.ts';
import { MemoryInstrumentDirectory } from './app/instrument-directory.ts';
import { Derivatives, type PreviousOiCalls } from './app/derivatives.ts';
import { InstrumentsKeeper } from './app/instruments-keeper.ts';
import type { InstrumentDirectory, TickListener } from './app/ports.ts';
import type { MarketReading } from './domain/market-clock.ts';
import { SessionHours } from './domain/session-minutes.ts';

/** What the data half needs of the rest of the service. */
export interface DataHalfDeps {
  readonly postgresUrl: string;
  /** The broker's REST interface. */
  readonly rest: MasterCalls & CandleCalls & PreviousOiCalls;
  /** Whether the source of market is the broker's live one: then a master that shrank by half is refused. */
  readonly live: boolean;
  /** Market time; undefined while nothing is known of it. */
  readonly marketNow: () => MarketReading | undefined;
  readonly calendar: () => TradingCalendar;
  readonly retention?: Partial<DataRetention>;
}

/** How long data is kept, days. */
export interface DataRetention {
  /** Market days of bars. */
  readonly barDays: number;
  /** Days since the candles of past dates were fetched. */
  readonly candleDays: number;
}

/** Instruments, bars and history: what the feed half builds on and what the module exports. */
export interface DataHalf {
  readonly directory: InstrumentDirectory;
  /** Builds bars; told of every tick. */
  readonly tickListener: TickListener;
  /** This service's connections to PostgreSQL. */
  readonly pool: pg.Pool;
  readonly controllers: readonly Type<unknown>[];
  readonly providers: readonly Provider[];
  /** Writes and publishes the last bars and ends everything. After the last tick. */
  close(): Promise<void>;
}

const DEFAULT_RETENTION: DataRetention = { barDays: 120, candleDays: 30 };
const HOUR_MS = 3_600_000;

/**
 * Opens the data half: loads the instrument master (the stored one at once, the broker's when there is none), continues
 * the bars, answers `search-instruments`, `get-instruments` and `get-candles`. The schema must be migrated and the stream of bars
 * be there. Rejects when
 * PostgreSQL or the bus cannot be used; a broker that does not answer is only logged.
 */
export async function createDataHalf(context: ServiceContext, deps: DataHalfDeps): Promise<DataHalf> {
  const { clock, logger, metrics, health, bus } = context;
  const retention = { ...DEFAULT_RETENTION, ...deps.retention };
  const pool = createPool({ url: deps.postgresUrl, name: context.replica, logger });
  try {
    const hours = new SessionHours(deps.calendar);
    const directory = new MemoryInstrumentDirectory();
    const keeper = new InstrumentsKeeper({
      source: new UpstoxMasterSource(deps.rest),
      store: new PgInstrumentStore(pool),
      directory,
      clock,
      logger,
      metrics,
      marketNow: deps.marketNow,
      smallestShare: deps.live ? 0.5 : 0,
    });
    const barStore = new PgBarStore(pool, retention.barDays);
    const recorder = new BarRecorder({
      store: barStore,
      publisher: new NatsBarPublisher(bus),
      hours,
      clock,
      logger,
      metrics,
      marketNowMs: () => deps.marketNow()?.at,
    });
    const cache = new PgCandleStore(pool, retention.candleDays);
    const history = new CandleHistory({
      source: new UpstoxCandleSource(deps.rest),
      cache,
      bars: barStore,
      hours,
      calendar: deps.calendar,
      clock,
      metrics,
      marketNowMs: () => deps.marketNow()?.at ?? clock.wallNow(),
    });
    await keeper.start();
    await recorder.start();
    directory.onChange(() => {
      const ids = directory.ids();
      recorder.retain((id) => ids.has(id));
    });
    const upkeep = repeat(clock, HOUR_MS, async () => {
      await cache.dropStale().catch((error: unknown) => logger.warn({ err: error }, 'old candles were not dropped'));
    });
    health.register({ name: 'instruments', check: () => keeper.problem() });
    health.register({ name: 'bars', check: () => recorder.problem() });
    health.register({ name: 'postgres', check: () => pool.query('SELECT 1').then(() => undefined) });
    return {
      directory,
      tickListener: recorder,
      pool,
      controllers: [InstrumentsController, CandlesController, DerivativesController],
      providers: [
        { provide: INSTRUMENT_DIRECTORY, useValue: directory },
        { provide: INSTRUMENT_SEARCH, useValue: new PgInstrumentSearch(pool) },
        { provide: CANDLE_HISTORY, useValue: history },
        { provide: Derivatives, useValue: new Derivatives(directory, deps.rest) },
      ],
      async close() {
        upkeep.cancel();
        await keeper.stop();
        await recorder.stop();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
