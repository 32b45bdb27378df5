import { addDays, DAY_MS, istDate, istDateOf, istInstant, type IstDate } from '@vega/kernel';
import type pg from 'pg';
import type { BarMessage, BarStore, StoredBar, StoredCandle } from '../../app/data-ports.ts';
import type { BuiltBar } from '../../domain/bar-book.ts';
import type { RestoredBar } from '../../domain/bar-builder.ts';
import { inTransaction } from './pool.ts';

/** Partitions made ahead of the newest date seen. */
const DAYS_AHEAD = 2;

const COLUMNS: readonly (readonly [name: string, type: string, value: (bar: BuiltBar) => unknown])[] = [
  ['instrument_id', 'bigint', (bar) => bar.instrumentId],
  ['start_time_ms', 'bigint', (bar) => bar.startTimeMs],
  ['open_paise', 'bigint', (bar) => bar.openPaise],
  ['high_paise', 'bigint', (bar) => bar.highPaise],
  ['low_paise', 'bigint', (bar) => bar.lowPaise],
  ['close_paise', 'bigint', (bar) => bar.closePaise],
  ['volume', 'bigint', (bar) => bar.volume],
  ['oi', 'bigint', (bar) => bar.oi ?? null],
  ['final', 'boolean', (bar) => bar.final],
  ['tick_count', 'integer', (bar) => bar.tickCount],
  ['end_volume', 'bigint', (bar) => bar.endVolume ?? null],
];

/** Says the same as the bar that stands: no new revision. */
const SAYS = ['open_paise', 'high_paise', 'low_paise', 'close_paise', 'volume', 'final'];

const UPSERT = `
  INSERT INTO bars_1m AS b (${COLUMNS.map(([name]) => name).join(', ')}, revision)
  SELECT *, 1 FROM unnest(${COLUMNS.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')})
  ON CONFLICT (instrument_id, start_time_ms) DO UPDATE SET
    ${['open_paise', 'high_paise', 'low_paise', 'close_paise', 'volume', 'final'].map((name) => `${name} = EXCLUDED.${name}`).join(', ')},
    oi = coalesce(EXCLUDED.oi, b.oi),
    tick_count = greatest(EXCLUDED.tick_count, b.tick_count),
    end_volume = greatest(EXCLUDED.end_volume, b.end_volume),
    revision = b.revision + 1
  WHERE EXCLUDED.final >= b.final
    AND ((${SAYS.map((name) => `b.${name}`).join(', ')}) IS DISTINCT FROM (${SAYS.map((name) => `EXCLUDED.${name}`).join(', ')})
         OR coalesce(EXCLUDED.oi, b.oi) IS DISTINCT FROM b.oi)
  RETURNING instrument_id, start_time_ms, oi, tick_count, end_volume, revision`;

interface UpsertedRow {
  readonly instrument_id: number;
  readonly start_time_ms: number;
  readonly oi: number | null;
  readonly tick_count: number;
  readonly end_volume: number | null;
  readonly revision: number;
}

/** One-minute bars in PostgreSQL, a partition a day, and the outbox of their messages. */
export class PgBarStore implements BarStore {
  private readonly partitions = new Set<string>();

  /** Bars of dates more than `keepDays` before the market date are dropped. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly keepDays: number,
  ) {}

  async save(
    bars: readonly BuiltBar[],
    toMessage: (stored: StoredBar) => Omit<BarMessage, 'id'>,
  ): Promise<readonly BarMessage[]> {
    if (bars.length === 0) return [];
    for (const date of new Set(bars.map((bar) => istDateOf(bar.startTimeMs)))) await this.ensurePartition(date);
    // In the order of the key, so that two writers never wait for each other in a circle.
    const sorted = [...bars].sort((a, b) => a.instrumentId - b.instrumentId || a.startTimeMs - b.startTimeMs);
    return inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<UpsertedRow>({
        name: 'upsert-bars',
        text: UPSERT,
        values: COLUMNS.map(([, , value]) => sorted.map(value)),
      });
      const written = new Map(sorted.map((bar) => [`${bar.instrumentId} ${bar.startTimeMs}`, bar]));
      const messages = rows.map((row) => {
        const bar = written.get(`${row.instrument_id} ${row.start_time_ms}`) as BuiltBar;
        const { oi, tick_count: tickCount, end_volume: endVolume } = row;
        const merged = { ...bar, oi: oi ?? undefined, tickCount, endVolume: endVolume ?? undefined };
        return toMessage({ bar: merged, revision: row.revision });
      });
      return this.addToOutbox(client, messages);
    });
  }

  async forgetMessages(ids: readonly number[]): Promise<void> {
    await this.pool.query({ name: 'forget-bars', text: `DELETE FROM bar_outbox WHERE id = ANY($1)`, values: [ids] });
  }

  async fetchLeftMessages(olderThanMs: number, limit: number): Promise<readonly BarMessage[]> {
    const { rows } = await this.pool.query<OutboxRow>(
      `SELECT id, subject, msg_id, payload FROM bar_outbox
       WHERE created_at <= now() - make_interval(secs => $1::double precision / 1000) ORDER BY id LIMIT $2`,
      [olderThanMs, limit],
    );
    return rows.map((row) => ({ id: row.id, subject: row.subject, messageId: row.msg_id, payload: row.payload }));
  }

  async fetchLast(): Promise<readonly RestoredBar[]> {
    const newest = await this.pool.query<{ at: number | null }>(`SELECT max(start_time_ms) AS at FROM bars_1m`);
    const at = newest.rows[0]?.at ?? null;
    if (at === null) return [];
    const midnight = istInstant(istDateOf(at));
    const { rows } = await this.pool.query<{ instrument_id: number; at: number; end_volume: number | null }>(
      `SELECT instrument_id, max(start_time_ms) AS at, max(end_volume) AS end_volume
       FROM bars_1m WHERE start_time_ms >= $1 AND start_time_ms < $2 GROUP BY instrument_id`,
      [midnight, midnight + DAY_MS],
    );
    return rows.map((row) => ({
      instrumentId: row.instrument_id,
      startTimeMs: row.at,
      endVolume: row.end_volume ?? undefined,
    }));
  }

  async fetchRange(instrumentId: number, fromMs: number, toMs: number): Promise<readonly StoredCandle[]> {
    const { rows } = await this.pool.query<StoredCandle>({
      name: 'fetch-bars',
      text: `SELECT start_time_ms AS "startMs", open_paise AS "openPaise", high_paise AS "highPaise",
                    low_paise AS "lowPaise", close_paise AS "closePaise", volume, coalesce(oi, 0) AS oi, final
             FROM bars_1m WHERE instrument_id = $1 AND start_time_ms >= $2 AND start_time_ms < $3 ORDER BY start_time_ms`,
      values: [instrumentId, fromMs, toMs],
    });
    return rows;
  }

  async maintain(date: IstDate): Promise<void> {
    for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1) await this.ensurePartition(addDays(date, ahead));
    const oldest = partitionOf(addDays(date, -this.keepDays));
    for (const name of await this.fetchPartitions()) {
      if (name >= oldest) continue;
      await this.pool.query(`DROP TABLE IF EXISTS ${name}`);
      this.partitions.delete(name);
    }
  }

  /** Names of the partitions, oldest first. */
  async fetchPartitions(): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'bars_1m'::regclass ORDER BY c.relname`,
    );
    return rows.map(({ name }) => name);
  }

  private async ensurePartition(date: IstDate): Promise<void> {
    const name = partitionOf(date);
    if (this.partitions.has(name)) return;
    const from = istInstant(date);
    await inTransaction(this.pool, async (client) => {
      // Two processes that create the same partition at once would both find it missing.
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('market_feed.bars_1m'))`);
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF bars_1m FOR VALUES FROM (${from}) TO (${from + DAY_MS})`,
      );
    });
    this.partitions.add(name);
  }

  private async addToOutbox(client: pg.PoolClient, messages: readonly Omit<BarMessage, 'id'>[]): Promise<BarMessage[]> {
    if (messages.length === 0) return [];
    const { rows } = await client.query<{ id: number; msg_id: string }>({
      name: 'add-bars-to-outbox',
      text: `INSERT INTO bar_outbox (subject, msg_id, payload)
             SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[]) RETURNING id, msg_id`,
      values: [
        messages.map(({ subject }) => subject),
        messages.map(({ messageId }) => messageId),
        messages.map(({ payload }) => Buffer.from(payload)),
      ],
    });
    const ids = new Map(rows.map((row) => [row.msg_id, row.id]));
    return messages.map((message) => ({ ...message, id: ids.get(message.messageId) as number }));
  }
}

interface OutboxRow {
  readonly id: number;
  readonly subject: string;
  readonly msg_id: string;
  readonly payload: Uint8Array;
}

/** The partition of a date; the date is checked, since it becomes part of a statement. */
function partitionOf(date: IstDate): string {
  return `bars_1m_${istDate(date).replaceAll('-', '')}`;
}
