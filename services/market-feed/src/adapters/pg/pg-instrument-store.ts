import type { Instrument } from '@vega/contracts';
import type { InstrumentKey, IstDate } from '@vega/kernel';
import type pg from 'pg';
import type { InstrumentStore, MasterChange } from '../../app/data-ports.ts';
import { identityOf, kindOf, rootOf, searchTextOf, type InstrumentEntry } from '../../domain/instrument-entry.ts';
import { INSTRUMENT_COLUMNS, toInstrument, type InstrumentRow } from './instrument-row.ts';
import { inTransaction } from './pool.ts';

/** Rows of one statement: enough to be fast, few enough not to hold the event loop. */
const CHUNK = 4_000;

/** The instrument master in PostgreSQL: the current one and, by the dates of each contract, those before. */
export class PgInstrumentStore implements InstrumentStore {
  constructor(private readonly pool: pg.Pool) {}

  /** Makes `entries` the current master, as of `date`, in one transaction; two replicas that do the same do it in turn. */
  saveMaster(date: IstDate, entries: readonly InstrumentEntry[]): Promise<MasterChange> {
    return inTransaction(this.pool, async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('market_feed.instruments'))`);
      await stage(client, entries);
      await closePreviousMaster(client, date);
      const change = await mergeStaged(client, date);
      await recordTerms(client, date);
      await rebuildRoots(client);
      await client.query(
        `INSERT INTO instrument_masters (master_date, row_count) VALUES ($1, $2)
         ON CONFLICT (master_date) DO UPDATE SET row_count = EXCLUDED.row_count, loaded_at = now()`,
        [date, entries.length],
      );
      await client.query(
        `INSERT INTO current_master (master_date) VALUES ($1)
         ON CONFLICT (singleton) DO UPDATE SET master_date = EXCLUDED.master_date`,
        [date],
      );
      return change;
    });
  }

  /** Date and size of the current master; undefined before the first. */
  async fetchCurrent(): Promise<{ date: string; rowCount: number } | undefined> {
    const { rows } = await this.pool.query<{ date: string; row_count: number }>(
      `SELECT master_date AS date, row_count FROM current_master JOIN instrument_masters USING (master_date)`,
    );
    const row = rows[0];
    return row === undefined ? undefined : { date: row.date, rowCount: row.row_count };
  }

  /** The current master in pieces, by instrument id. */
  async *fetchActive(): AsyncGenerator<readonly Instrument[]> {
    let after = 0;
    for (;;) {
      const { rows } = await this.pool.query<InstrumentRow>(
        `SELECT ${INSTRUMENT_COLUMNS} FROM instruments WHERE active AND instrument_id > $1 ORDER BY instrument_id LIMIT $2`,
        [after, CHUNK],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.instrument_id;
      yield rows.map((row) => toInstrument(row));
    }
  }

  /** The instruments that had these keys in the master of `date`, with the terms of that date. */
  async fetchAsOf(date: IstDate, keys: readonly InstrumentKey[]): Promise<readonly Instrument[]> {
    const { rows } = await this.pool.query<InstrumentRow>(
      `SELECT DISTINCT ON (i.instrument_key) i.*, t.trading_symbol, t.name, t.instrument_type, t.lot_size, t.freeze_qty,
              t.tick_size_paise, t.weekly
       FROM (SELECT ${INSTRUMENT_COLUMNS} FROM instruments WHERE instrument_key = ANY($2::text[])) i
       JOIN LATERAL (
         SELECT * FROM instrument_terms t
         WHERE t.instrument_id = i.instrument_id
         ORDER BY t.valid_from <= $1::date DESC, abs(t.valid_from - $1::date)
         LIMIT 1) t ON true
       WHERE i.first_seen <= $1::date AND i.last_seen >= $1::date
         AND (i.expiry_date IS NULL OR i.expiry_date >= $1::date)
       ORDER BY i.instrument_key, i.expiry_date NULLS LAST, i.first_seen DESC`,
      [date, keys],
    );
    return rows.map((row) => toInstrument(row));
  }
}

const STAGED: readonly (readonly [column: string, type: string, value: (entry: InstrumentEntry) => unknown])[] = [
  ['instrument_key', 'text', (entry) => entry.key],
  ['segment', 'text', (entry) => entry.segment],
  ['exchange', 'text', (entry) => entry.exchange],
  ['instrument_type', 'text', (entry) => entry.instrumentType],
  ['trading_symbol', 'text', (entry) => entry.tradingSymbol],
  ['name', 'text', (entry) => entry.name],
  ['isin', 'text', (entry) => entry.isin],
  ['underlying_key', 'text', (entry) => entry.underlyingKey],
  ['underlying_symbol', 'text', (entry) => entry.underlyingSymbol],
  ['underlying_type', 'text', (entry) => entry.underlyingType],
  ['expiry_date', 'date', (entry) => entry.expiryDate ?? null],
  ['strike_paise', 'bigint', (entry) => entry.strikePaise],
  ['lot_size', 'bigint', (entry) => entry.lotSize],
  ['freeze_qty', 'bigint', (entry) => entry.freezeQty],
  ['tick_size_paise', 'bigint', (entry) => entry.tickSizePaise],
  ['weekly', 'boolean', (entry) => entry.weekly],
  ['identity', 'text', identityOf],
  ['kind', 'smallint', kindOf],
  ['root', 'text', rootOf],
  ['search_text', 'text', searchTextOf],
];

const COLUMNS = STAGED.map(([column]) => column).join(', ');
/** What a later master may change of a contract that stays the same contract. */
const MUTABLE = STAGED.map(([column]) => column).filter(
  (column) => !['instrument_key', 'expiry_date', 'identity', 'segment'].includes(column),
);

async function stage(client: pg.PoolClient, entries: readonly InstrumentEntry[]): Promise<void> {
  await client.query(`CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT ${COLUMNS} FROM instruments WITH NO DATA`);
  const arrays = STAGED.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ');
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    await client.query({
      name: 'stage-instruments',
      text: `INSERT INTO staged (${COLUMNS}) SELECT * FROM unnest(${arrays})`,
      values: STAGED.map(([, , value]) => chunk.map(value)),
    });
  }
  await client.query(`CREATE UNIQUE INDEX staged_key ON staged (instrument_key)`);
  await client.query(`ANALYZE staged`);
}

/**
 * Writes down until when the contracts of the previous master were in it: of those that are gone, and of all of them
 * when the new master is of an earlier date (a replay after a live day).
 */
async function closePreviousMaster(client: pg.PoolClient, date: IstDate): Promise<void> {
  await client.query(
    `UPDATE instruments i
     SET last_seen = greatest(i.last_seen, c.master_date)
     FROM current_master c
     WHERE i.active AND i.last_seen < c.master_date
       AND (c.master_date > $1::date
            OR NOT EXISTS (SELECT FROM staged s WHERE s.instrument_key = i.instrument_key
                             AND s.expiry_date IS NOT DISTINCT FROM i.expiry_date AND s.identity = i.identity))`,
    [date],
  );
}

async function mergeStaged(client: pg.PoolClient, date: IstDate): Promise<MasterChange> {
  const removed = await client.query(
    `UPDATE instruments i SET active = false
     WHERE i.active
       AND NOT EXISTS (SELECT FROM staged s WHERE s.instrument_key = i.instrument_key
                         AND s.expiry_date IS NOT DISTINCT FROM i.expiry_date AND s.identity = i.identity)`,
  );
  const changed = await client.query(
    `UPDATE instruments i
     SET ${MUTABLE.map((column) => `${column} = s.${column}`).join(', ')},
         active = true, first_seen = least(i.first_seen, $1::date), last_seen = greatest(i.last_seen, $1::date)
     FROM staged s
     WHERE s.instrument_key = i.instrument_key
       AND s.expiry_date IS NOT DISTINCT FROM i.expiry_date AND s.identity = i.identity
       AND (NOT i.active OR i.first_seen > $1::date
            OR (${MUTABLE.map((column) => `i.${column}`).join(', ')}) IS DISTINCT FROM
               (${MUTABLE.map((column) => `s.${column}`).join(', ')}))`,
    [date],
  );
  const added = await client.query(
    `INSERT INTO instruments (${COLUMNS}, first_seen, last_seen, active)
     SELECT ${COLUMNS}, $1::date, $1::date, true FROM staged s
     WHERE NOT EXISTS (SELECT FROM instruments i WHERE i.instrument_key = s.instrument_key
                         AND i.expiry_date IS NOT DISTINCT FROM s.expiry_date AND i.identity = s.identity)
     ORDER BY s.instrument_key`,
    [date],
  );
  return { added: added.rowCount ?? 0, changed: changed.rowCount ?? 0, removed: removed.rowCount ?? 0 };
}

/** Keeps the terms of each contract from the date on which they differ from those before. */
async function recordTerms(client: pg.PoolClient, date: IstDate): Promise<void> {
  const terms = 'trading_symbol, name, instrument_type, lot_size, freeze_qty, tick_size_paise, weekly';
  await client.query(
    `INSERT INTO instrument_terms (instrument_id, valid_from, ${terms})
     SELECT i.instrument_id, $1::date, ${qualified(terms, 'i')}
     FROM instruments i
     LEFT JOIN LATERAL (
       SELECT * FROM instrument_terms t
       WHERE t.instrument_id = i.instrument_id AND t.valid_from <= $1::date
       ORDER BY t.valid_from DESC LIMIT 1) t ON true
     WHERE i.active
       AND (t.instrument_id IS NULL OR (${qualified(terms, 'i')}) IS DISTINCT FROM (${qualified(terms, 't')}))
     ON CONFLICT (instrument_id, valid_from) DO UPDATE
       SET ${terms
         .split(', ')
         .map((column) => `${column} = EXCLUDED.${column}`)
         .join(', ')}`,
    [date],
  );
}

/** What has derivatives, with the words by which it may be called: its symbol, and those of its cash instrument. */
async function rebuildRoots(client: pg.PoolClient): Promise<void> {
  await client.query(`DELETE FROM instrument_roots`);
  await client.query(
    `INSERT INTO instrument_roots (underlying_key, root, search_text)
     SELECT d.underlying_key, d.root,
            ' ' || d.root || ' |' || coalesce(c.search_text, ' ' || upper(split_part(d.underlying_key, '|', 2)) || ' |')
     FROM (SELECT DISTINCT underlying_key, root FROM instruments WHERE active AND kind IN (3, 4)) d
     LEFT JOIN instruments c ON c.active AND c.instrument_key = d.underlying_key`,
  );
}

function qualified(columns: string, table: string): string {
  return columns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');
}
