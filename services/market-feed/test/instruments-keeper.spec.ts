import { istDate, istInstant, marketInstant } from '@vega/kernel';
import { createMetrics } from '@vega/platform';
import { eventually, FakeClock, settle, testDatabase, type TestResource } from '@vega/testkit';
import type pg from 'pg';
import { PgInstrumentStore } from '../src/adapters/pg/pg-instrument-store.ts';
import { createPool } from '../src/adapters/pg/pool.ts';
import { UpstoxMasterSource } from '../src/adapters/upstox/upstox-master-source.ts';
import { MemoryInstrumentDirectory } from '../src/app/instrument-directory.ts';
import { InstrumentsKeeper, masterDateAt } from '../src/app/instruments-keeper.ts';
import { migrate } from '../src/migrate.ts';
import { silent } from './archive-fixture.ts';
import { MASTER_PATH, masterFile, openBrokerFiles, refusal, type BrokerFiles } from './broker-files.ts';
import { masterRows } from './master-rows.ts';

const TODAY = istDate('2026-07-15');
const MORNING = istInstant(TODAY, 9, 0);

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
  await pool.query(
    'TRUNCATE instruments, instrument_terms, instrument_masters, current_master, instrument_roots CASCADE',
  );
  broker = await openBrokerFiles();
});

afterEach(() => broker.close());

describe('the keeper of instruments', () => {
  interface Kept {
    readonly keeper: InstrumentsKeeper;
    readonly directory: MemoryInstrumentDirectory;
    readonly clock: FakeClock;
    marketMs: number | undefined;
  }

  function keep(marketMs: number | undefined, smallestShare = 0.5): Kept {
    const clock = new FakeClock(istInstant(istDate('2026-11-23'), 10, 0));
    const directory = new MemoryInstrumentDirectory();
    const kept: Kept = { clock, directory, marketMs } as Kept;
    const keeper = new InstrumentsKeeper({
      source: new UpstoxMasterSource(broker.rest),
      store: new PgInstrumentStore(pool),
      directory,
      clock,
      logger: silent,
      metrics: createMetrics('test'),
      marketNow: () =>
        kept.marketMs === undefined ? undefined : { at: marketInstant(kept.marketMs), extrapolated: false },
      smallestShare,
    });
    return Object.assign(kept, { keeper });
  }

  /** Lets the keeper look as often as it wants until something holds. */
  async function until(kept: Kept, condition: () => boolean, what: string): Promise<void> {
    await eventually(
      async () => {
        await kept.clock.advance(10_000);
        await settle();
        return condition();
      },
      { withinMs: 10_000, everyMs: 20, what },
    );
  }

  it('reads the master at its start and under a new date', async () => {
    broker.answer(MASTER_PATH, masterFile(masterRows()));
    const kept = keep(MORNING);
    await kept.keeper.start();
    expect([kept.directory.size, kept.directory.masterDate, kept.keeper.problem()]).toEqual([
      5,
      '2026-07-15',
      undefined,
    ]);
    kept.marketMs = istInstant(istDate('2026-07-16'), 6, 14);
    await kept.clock.advance(60_000);
    expect(broker.asked).toHaveLength(1);
    kept.marketMs = istInstant(istDate('2026-07-16'), 6, 15);
    await until(kept, () => kept.directory.masterDate === '2026-07-16', 'the new master');
    expect(broker.asked).toHaveLength(2);
    await kept.keeper.stop();
  });

  it('starts with the stored master when the broker is away, and says so only when there is none', async () => {
    broker.answer(MASTER_PATH, refusal(503, 'UDAPI100500'));
    const without = keep(MORNING);
    await without.keeper.start();
    expect(without.keeper.problem()).toBe('there is no instrument master yet');
    broker.answer(MASTER_PATH, masterFile(masterRows()));
    await until(without, () => without.directory.size === 5, 'the master after a second try');
    await without.keeper.stop();
    broker.answer(MASTER_PATH, refusal(503, 'UDAPI100500'));
    const restarted = keep(MORNING);
    await restarted.keeper.start();
    await restarted.keeper.refresh();
    expect([restarted.directory.size, restarted.directory.masterDate, restarted.keeper.problem()]).toEqual([
      5,
      '2026-07-15',
      undefined,
    ]);
    await restarted.keeper.stop();
  });

  it.each<[string, unknown]>([
    ['no gzip and no JSON', Buffer.from('<html>busy</html>')],
    ['a list cut short', Buffer.from(JSON.stringify(masterRows()).slice(0, -20))],
    ['an empty list', Buffer.from('[]')],
    [
      'rows that are no instruments',
      Buffer.from(
        JSON.stringify(Array.from({ length: 100 }, (_, n) => ({ segment: 'NSE_FO', instrument_key: `NSE_FO|${n}` }))),
      ),
    ],
    ['half of what there was', Buffer.from(JSON.stringify(masterRows().slice(0, 2)))],
  ])('keeps the last master when the file is %s', async (_what, body) => {
    broker.answer(MASTER_PATH, masterFile(masterRows()));
    const kept = keep(MORNING);
    await kept.keeper.start();
    broker.answer(MASTER_PATH, { body });
    expect(await kept.keeper.refresh()).toBe(false);
    expect([kept.directory.size, (await new PgInstrumentStore(pool).fetchCurrent())?.rowCount]).toEqual([5, 5]);
    await kept.keeper.stop();
  });

  it('takes what can be read of a file with a few bad rows', async () => {
    broker.answer(
      MASTER_PATH,
      masterFile([...masterRows(), { segment: 'NSE_FO', instrument_key: 'NSE_FO|9' }, ...masterRows().slice(0, 1)]),
    );
    const kept = keep(MORNING);
    await kept.keeper.start();
    expect(kept.directory.size).toBe(5);
    await kept.keeper.stop();
  });

  it('takes the date from the exchange while the feed has not told it, then corrects it', async () => {
    broker.answer(MASTER_PATH, masterFile(masterRows()));
    broker.answer('/v2/market/status/NSE', {
      body: {
        status: 'success',
        data: { exchange: 'NSE', status: 'NORMAL_OPEN', last_updated: istInstant(TODAY, 9, 15) },
      },
    });
    const kept = keep(undefined, 0);
    await kept.keeper.start();
    expect(kept.directory.masterDate).toBe('2026-07-15');
    kept.marketMs = istInstant(istDate('2025-12-15'), 10, 0);
    await until(kept, () => kept.directory.masterDate === '2025-12-15', 'the date of the feed');
    await kept.keeper.stop();
    broker.answer('/v2/market/status/NSE', refusal(500, 'UDAPI100500'));
    const blind = keep(undefined, 0);
    await blind.keeper.start();
    await blind.keeper.refresh();
    expect(blind.directory.masterDate).toBe('2026-11-23');
    await blind.keeper.stop();
  });

  it('knows that the master of a date is there from 06:15', () => {
    expect([masterDateAt(istInstant(TODAY, 6, 14)), masterDateAt(istInstant(TODAY, 6, 15))]).toEqual([
      '2026-07-14',
      '2026-07-15',
    ]);
  });
});
