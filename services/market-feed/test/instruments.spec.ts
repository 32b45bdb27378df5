import { addDays, istDate } from '@vega/kernel';
import { describeWithSharedData, testDatabase, type TestResource } from '@vega/testkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { MIGRATIONS, SCHEMA } from '../src/adapters/pg/migrations/index.ts';
import { PgFeedEpoch } from '../src/adapters/pg/pg-feed-epoch.ts';
import { PgInstrumentSearch } from '../src/adapters/pg/pg-instrument-search.ts';
import { PgInstrumentStore } from '../src/adapters/pg/pg-instrument-store.ts';
import { createPool } from '../src/adapters/pg/pool.ts';
import { UpstoxMasterSource } from '../src/adapters/upstox/upstox-master-source.ts';
import { MemoryInstrumentDirectory } from '../src/app/instrument-directory.ts';
import { parseInstrumentQuery } from '../src/domain/instrument-query.ts';
import { migrate } from '../src/migrate.ts';
import { silent } from './archive-fixture.ts';
import { MASTER_PATH, openBrokerFiles } from './broker-files.ts';
import { derivative, NIFTY, RELIANCE, SAMPLE_MASTER } from './instrument-samples.ts';

let database: TestResource;
let pool: pg.Pool;
let store: PgInstrumentStore;
let search: PgInstrumentSearch;

beforeAll(async () => {
  database = await testDatabase();
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  pool = createPool({ url: database.url, name: 'test', logger: silent });
  store = new PgInstrumentStore(pool);
  search = new PgInstrumentSearch(pool);
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

const MONDAY = istDate('2026-07-20');

async function find(
  text: string,
  more: { segments?: string[]; types?: string[]; expiry?: string; limit?: number; offset?: number } = {},
): Promise<{ symbols: string[]; total: number }> {
  const query = parseInstrumentQuery(text);
  if (query === undefined) throw new Error(`"${text}" holds nothing to look for`);
  const filter = { segments: more.segments ?? [], instrumentTypes: more.types ?? [], expiryDate: more.expiry };
  const hits = await search.search(query, filter, { limit: more.limit ?? 20, offset: more.offset ?? 0 });
  return {
    symbols: hits.instruments.map(({ segment, tradingSymbol }) => `${segment}:${tradingSymbol}`),
    total: hits.total,
  };
}

describe('the schema', () => {
  it('is made once and then left as it is', async () => {
    await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
    const { rows } = await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${SCHEMA}.migrations`);
    expect(rows[0]?.n).toBe(MIGRATIONS.length);
  });

  it('gives a feed epoch that grows', async () => {
    const epochs = new PgFeedEpoch(pool);
    const first = await epochs.next();
    expect(await epochs.next()).toBe(first + 1);
  });
});

describe('the master of each date', () => {
  beforeEach(async () => {
    await pool.query('TRUNCATE instruments, instrument_terms, instrument_masters, current_master CASCADE');
  });

  it('is written once: the same again changes nothing, ids stay', async () => {
    expect(await store.saveMaster(MONDAY, SAMPLE_MASTER)).toEqual({
      added: SAMPLE_MASTER.length,
      changed: 0,
      removed: 0,
    });
    const ids = await idsOf(MONDAY);
    expect(await store.saveMaster(addDays(MONDAY, 1), SAMPLE_MASTER)).toEqual({ added: 0, changed: 0, removed: 0 });
    expect(await idsOf(addDays(MONDAY, 1))).toEqual(ids);
    expect(await store.fetchCurrent()).toEqual({ date: '2026-07-21', rowCount: SAMPLE_MASTER.length });
    for await (const piece of store.fetchActive()) {
      for (const { firstSeen, lastSeen } of piece) expect([firstSeen, lastSeen]).toEqual(['2026-07-20', '2026-07-21']);
    }
  });

  it('gives a token that is used again a new id, and resolves it by date', async () => {
    const old = derivative(NIFTY, 51_414, '2026-07-21', 'CE', 24_500);
    const next = derivative(NIFTY, 51_414, '2026-08-25', 'PE', 23_000);
    await store.saveMaster(MONDAY, [NIFTY, old]);
    await store.saveMaster(istDate('2026-07-27'), [NIFTY, next]);
    const before = await store.fetchAsOf(istDate('2026-07-20'), [old.key, NIFTY.key]);
    const after = await store.fetchAsOf(istDate('2026-07-27'), [old.key, NIFTY.key]);
    expect(before.map(({ tradingSymbol }) => tradingSymbol)).toEqual(['NIFTY 24500 CE 21 JUL 26', 'NIFTY']);
    expect(after.map(({ tradingSymbol }) => tradingSymbol)).toEqual(['NIFTY 23000 PE 25 AUG 26', 'NIFTY']);
    expect(after[0]?.instrumentId).not.toBe(before[0]?.instrumentId);
    expect(after[1]?.instrumentId).toBe(before[1]?.instrumentId);
    expect(before[0]).toMatchObject({ firstSeen: '2026-07-20', lastSeen: '2026-07-20' });
    expect(await store.fetchAsOf(istDate('2026-07-24'), [old.key])).toEqual([]);
  });

  it('tells contracts apart that share key and expiry', async () => {
    await store.saveMaster(MONDAY, [NIFTY, derivative(NIFTY, 51_414, '2026-07-28', 'CE', 24_500)]);
    await store.saveMaster(addDays(MONDAY, 1), [NIFTY, derivative(NIFTY, 51_414, '2026-07-28', 'CE', 24_600)]);
    const { rows } = await pool.query(
      `SELECT strike_paise, active FROM instruments WHERE expiry_date IS NOT NULL ORDER BY 1`,
    );
    expect(rows).toEqual([
      { strike_paise: 2_450_000, active: false },
      { strike_paise: 2_460_000, active: true },
    ]);
  });

  it('keeps the terms of each date', async () => {
    const contract = derivative(NIFTY, 51_414, '2026-08-25', 'CE', 24_500);
    await store.saveMaster(MONDAY, [NIFTY, contract]);
    const renamed = { ...contract, lotSize: 75, freezeQty: 1_800 };
    expect(await store.saveMaster(addDays(MONDAY, 2), [NIFTY, renamed])).toEqual({ added: 0, changed: 1, removed: 0 });
    const lots = await Promise.all(
      [0, 1, 2, 3].map(async (days) => (await store.fetchAsOf(addDays(MONDAY, days), [contract.key]))[0]?.lotSize),
    );
    expect(lots).toEqual([65, 65, 75, undefined]);
  });

  it('may be of an earlier date than the last: a replay after a live day, and back', async () => {
    const live = [NIFTY, derivative(NIFTY, 51_414, '2026-08-25', 'CE', 24_500)];
    const replayed = [NIFTY, derivative(NIFTY, 51_414, '2025-12-30', 'CE', 26_000)];
    await store.saveMaster(MONDAY, live);
    await store.saveMaster(addDays(MONDAY, 1), live);
    await store.saveMaster(istDate('2025-12-15'), replayed);
    expect(await store.fetchCurrent()).toEqual({ date: '2025-12-15', rowCount: 2 });
    const key = live[1]?.key ?? NIFTY.key;
    const on = async (date: string): Promise<string | undefined> =>
      (await store.fetchAsOf(istDate(date), [key]))[0]?.expiryDate;
    expect([await on('2025-12-15'), await on('2026-07-20'), await on('2026-07-21')]).toEqual([
      '2025-12-30',
      '2026-08-25',
      '2026-08-25',
    ]);
    await store.saveMaster(addDays(MONDAY, 2), live);
    expect([await on('2025-12-15'), await on('2026-07-22')]).toEqual(['2025-12-30', '2026-08-25']);
    const [nifty] = await store.fetchAsOf(istDate('2025-12-15'), [NIFTY.key]);
    expect(nifty).toMatchObject({ firstSeen: '2025-12-15', lastSeen: '2026-07-22' });
  });

  it('is all or nothing', async () => {
    await store.saveMaster(MONDAY, SAMPLE_MASTER);
    const twice = [NIFTY, RELIANCE, NIFTY];
    await expect(store.saveMaster(addDays(MONDAY, 1), twice)).rejects.toThrow('staged_key');
    expect(await store.fetchCurrent()).toEqual({ date: '2026-07-20', rowCount: SAMPLE_MASTER.length });
    expect(await count('active')).toBe(SAMPLE_MASTER.length);
  });

  it('is saved by two replicas at once without harm', async () => {
    await Promise.all([store.saveMaster(MONDAY, SAMPLE_MASTER), store.saveMaster(MONDAY, SAMPLE_MASTER)]);
    expect(await count('true')).toBe(SAMPLE_MASTER.length);
  });

  async function count(condition: string): Promise<number | undefined> {
    return (await pool.query<{ n: number }>(`SELECT count(*) AS n FROM instruments WHERE ${condition}`)).rows[0]?.n;
  }

  async function idsOf(date: ReturnType<typeof istDate>): Promise<Map<string, number>> {
    const keys = SAMPLE_MASTER.map(({ key }) => key);
    return new Map(
      (await store.fetchAsOf(date, keys)).map(({ instrumentKey, instrumentId }) => [instrumentKey, instrumentId]),
    );
  }
});

describe('a search', () => {
  beforeAll(async () => {
    await pool.query('TRUNCATE instruments, instrument_terms, instrument_masters, current_master CASCADE');
    await store.saveMaster(MONDAY, SAMPLE_MASTER);
  });

  it.each<[string, string[]]>([
    [
      'nifty',
      [
        'NSE_INDEX:NIFTY',
        'NSE_FO:NIFTY FUT 28 JUL 26',
        'NSE_FO:NIFTY FUT 25 AUG 26',
        'NSE_FO:NIFTY FUT 29 SEP 26',
        'NSE_INDEX:NIFTY IT',
        'NSE_EQ:NIFTYBEES',
      ],
    ],
    ['nifty 50', ['NSE_INDEX:NIFTY']],
    [
      'nifty 24500 ce',
      ['NSE_FO:NIFTY 24500 CE 21 JUL 26', 'NSE_FO:NIFTY 24500 CE 28 JUL 26', 'NSE_FO:NIFTY 24500 CE 25 AUG 26'],
    ],
    ['NIFTY24500CE', ['NSE_FO:NIFTY 24500 CE 21 JUL 26', 'NSE_FO:NIFTY 24500 CE 28 JUL 26']],
    ['24500 call nifty jul', ['NSE_FO:NIFTY 24500 CE 21 JUL 26', 'NSE_FO:NIFTY 24500 CE 28 JUL 26']],
    ['nifty weekly 245 pe', ['NSE_FO:NIFTY 24500 PE 21 JUL 26', 'NSE_FO:NIFTY 24550 PE 21 JUL 26']],
    [
      'banknifty fut',
      ['NSE_FO:BANKNIFTY FUT 28 JUL 26', 'NSE_FO:BANKNIFTY FUT 25 AUG 26', 'NSE_FO:BANKNIFTY FUT 29 SEP 26'],
    ],
    ['bank nifty', ['NSE_INDEX:BANKNIFTY', 'NSE_FO:BANKNIFTY FUT 28 JUL 26']],
    ['reliance', ['NSE_EQ:RELIANCE', 'BSE_EQ:RELIANCE', 'NSE_FO:RELIANCE FUT 28 JUL 26']],
    ['reliance power', ['NSE_EQ:RPOWER']],
    ['reliance 1412.5', ['NSE_FO:RELIANCE 1412.5 CE 28 JUL 26']],
    ['m&m', ['NSE_EQ:M&M']],
    ['mar', ['NSE_EQ:MARUTI']],
    ['INE002A01018', ['NSE_EQ:RELIANCE', 'BSE_EQ:RELIANCE']],
    ['NSE_INDEX|India VIX', ['NSE_INDEX:INDIA VIX']],
    ['24500', ['NSE_FO:NIFTY 24500 CE 21 JUL 26', 'NSE_FO:NIFTY 24500 PE 21 JUL 26']],
    ['relianse', ['NSE_EQ:RELIANCE', 'BSE_EQ:RELIANCE']],
    ['bnknifty', ['NSE_INDEX:BANKNIFTY']],
    ['cholafin', ['NSE_EQ:CHOLAFIN']],
    ['nifty 2026-08-25 fut', ['NSE_FO:NIFTY FUT 25 AUG 26']],
  ])('%j begins with what is meant', async (text, expected) => {
    const { symbols, total } = await find(text);
    expect(symbols.slice(0, expected.length)).toEqual(expected);
    expect(total).toBeGreaterThanOrEqual(symbols.length);
  });

  it('prefers the share to the bond of the same symbol', async () => {
    const hits = await search.search(
      parseInstrumentQuery('cholafin') ?? { key: undefined, words: [], contractWords: [], expiry: undefined },
      { segments: [], instrumentTypes: [], expiryDate: undefined },
      { limit: 5, offset: 0 },
    );
    expect(hits.instruments.map(({ instrumentType }) => instrumentType)).toEqual(['EQ', 'D1']);
  });

  it('is narrowed by segment, type and expiry', async () => {
    expect((await find('reliance', { segments: ['BSE_EQ'] })).symbols).toEqual(['BSE_EQ:RELIANCE']);
    const puts = await find('nifty', { types: ['PE'], expiry: '2026-07-28' });
    expect(puts.total).toBe(5);
    expect(puts.symbols.every((symbol) => symbol.endsWith('PE 28 JUL 26'))).toBe(true);
  });

  it('comes in pages of one order', async () => {
    const { total } = await find('nifty');
    const whole = await find('nifty', { limit: 100 });
    const pages: string[] = [];
    for (let offset = 0; offset < total; offset += 7)
      pages.push(...(await find('nifty', { limit: 7, offset })).symbols);
    expect(pages).toEqual(whole.symbols);
    expect(new Set(pages).size).toBe(total);
    expect(await find('nifty', { offset: 10_000 })).toEqual({ symbols: [], total });
  });

  it('finds nothing of nothing, and nothing by force', async () => {
    expect(await find('zzzzqqqq')).toEqual({ symbols: [], total: 0 });
    expect((await find("'; DROP TABLE instruments; --")).symbols).toEqual([]);
    expect((await find('nifty')).total).toBeGreaterThan(0);
  });

  it('forgets contracts that left the master', async () => {
    await store.saveMaster(
      istDate('2026-07-22'),
      SAMPLE_MASTER.filter(({ expiryDate }) => expiryDate !== '2026-07-21'),
    );
    expect((await find('nifty 24500 ce')).symbols[0]).toBe('NSE_FO:NIFTY 24500 CE 28 JUL 26');
    await store.saveMaster(MONDAY, SAMPLE_MASTER);
  });
});

describe('the directory', () => {
  beforeAll(() => pool.query('TRUNCATE instruments, instrument_terms, instrument_masters, current_master CASCADE'));

  async function loaded(): Promise<MemoryInstrumentDirectory> {
    await store.saveMaster(MONDAY, SAMPLE_MASTER);
    const directory = new MemoryInstrumentDirectory();
    await directory.replace(MONDAY, store.fetchActive());
    return directory;
  }

  it('gives each instrument as it was written', async () => {
    const directory = await loaded();
    expect([directory.size, directory.masterDate]).toEqual([SAMPLE_MASTER.length, '2026-07-20']);
    for (const entry of SAMPLE_MASTER) {
      const { key, expiryDate, ...rest } = entry;
      expect(directory.byKey(key)).toMatchObject({
        instrumentKey: key,
        expiryDate: expiryDate ?? '',
        firstSeen: '2026-07-20',
        lastSeen: '2026-07-20',
        ...rest,
      });
    }
    expect(directory.ids().size).toBe(SAMPLE_MASTER.length);
  });

  it('resolves symbols: cash first, then NSE, then the usual series', async () => {
    const directory = await loaded();
    expect(directory.resolve('reliance')?.instrumentKey).toBe('NSE_EQ|INE002A01018');
    expect(directory.resolve(' cholafin ')?.instrumentType).toBe('EQ');
    expect(directory.resolve('NSE_FO|61000')?.tradingSymbol).toBe('NIFTY FUT 28 JUL 26');
    expect(directory.resolve('nifty 24500 ce 28 jul 26')?.strikePaise).toBe(2_450_000);
    expect(directory.resolve('NSE_FO|1')).toBeUndefined();
    expect(directory.resolve('')).toBeUndefined();
  });

  it('knows what has derivatives, indices first, and the futures, nearest first', async () => {
    const directory = await loaded();
    expect(directory.underlyings()).toEqual(['NSE_INDEX|Nifty 50', 'NSE_INDEX|Nifty Bank', 'NSE_EQ|INE002A01018']);
    expect(directory.futuresOf(NIFTY.key).map(({ expiryDate }) => expiryDate)).toEqual([
      '2026-07-28',
      '2026-08-25',
      '2026-09-29',
    ]);
    expect(directory.futuresOf(SAMPLE_MASTER[4]?.key ?? NIFTY.key)).toEqual([]);
  });

  it('tells of a new master once it is in place', async () => {
    const directory = await loaded();
    const seen: string[] = [];
    const end = directory.onChange(() => seen.push(directory.masterDate));
    await directory.replace('2026-07-21', store.fetchActive());
    end();
    await directory.replace('2026-07-22', store.fetchActive());
    expect(seen).toEqual(['2026-07-21']);
  });
});

describeWithSharedData('the real master of 2026-07', (folder) => {
  it('is read, kept and searched whole', async () => {
    const broker = await openBrokerFiles();
    broker.answer(MASTER_PATH, { body: readFileSync(join(folder, 'data', 'upstox_instruments_nse_2026-07.json.gz')) });
    const { entries, invalid, unsupported } = await new UpstoxMasterSource(broker.rest).fetchMaster();
    await broker.close();
    expect([entries.length, invalid, unsupported]).toEqual([47_240, 0, 40_956]);
    await store.saveMaster(istDate('2026-07-16'), entries);
    const directory = new MemoryInstrumentDirectory();
    await directory.replace('2026-07-16', store.fetchActive());
    expect([directory.size, directory.underlyings().length]).toEqual([47_240, 215]);
    expect(directory.resolve('NIFTY')?.instrumentKey).toBe('NSE_INDEX|Nifty 50');
    expect((await find('nifty')).symbols.slice(0, 2)).toEqual(['NSE_INDEX:NIFTY', 'NSE_FO:NIFTY FUT 28 JUL 26']);
    expect((await find('m&m')).symbols[0]).toBe('NSE_EQ:M&M');
    expect((await find('relianse')).symbols[0]).toBe('NSE_EQ:RELIANCE');
  }, 60_000);
});
