import pg from 'pg';
import type { Commit, CommitResult, CountedCall, Lease, OrderRow, OrderStore } from '../../app/order-store.ts';
import { commitStatement } from './commit-statement.ts';

const UNIQUE_VIOLATION = '23505';

/** Defects in a row after which an account is halted. */
const DEFECTS_TO_HALT = 2;

interface OrderColumns {
  order_id: string;
  account_id: string;
  user_id: string;
  strategy: string;
  instrument_key: string;
  status: number;
  working: boolean;
  is_foreign: boolean;
  decided_date: string;
  account_seq: number;
  decision_number: number;
  intent: Buffer;
  snapshot: Buffer;
  margin_paise: number;
  created_at_ms: number;
}

/** The record of orders in PostgreSQL. */
export class PgOrderStore implements OrderStore {
  private readonly statement: { readonly name: string; readonly text: string };
  private readonly fenced: boolean;

  /** `fenced: false` is for the test that must notice what the fence is for. */
  constructor(
    private readonly pool: pg.Pool,
    options: { readonly fenced?: boolean } = {},
  ) {
    this.fenced = options.fenced ?? true;
    this.statement = commitStatement(this.fenced);
  }

  async takeLease(accountId: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    const { rows } = await this.pool.query<{
      epoch: number;
      last_seq: number;
      facts_revision: number;
      halt_reason: string | null;
      defects: number;
    }>({
      name: 'orders take lease',
      text: `
        INSERT INTO writers AS w (account_id, epoch, holder, lease_until)
        VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
        ON CONFLICT (account_id) DO UPDATE
          SET epoch = w.epoch + 1, holder = excluded.holder, lease_until = excluded.lease_until
          WHERE w.lease_until <= clock_timestamp()
        RETURNING epoch, last_seq, facts_revision, halt_reason, defects`,
      values: [accountId, holder, ttlMs],
    });
    const row = rows[0];
    if (row === undefined) return undefined;
    return {
      accountId,
      epoch: row.epoch,
      lastSeq: row.last_seq,
      factsRevision: row.facts_revision,
      haltReason: row.halt_reason ?? undefined,
      defects: row.defects,
    };
  }

  async renewLeases(holder: string, epochs: ReadonlyMap<string, number>, ttlMs: number): Promise<ReadonlySet<string>> {
    const { rows } = await this.pool.query<{ account_id: string }>({
      name: 'orders renew leases',
      text: `
        UPDATE writers SET lease_until = clock_timestamp() + $4 * interval '1 millisecond'
          FROM unnest($2::text[], $3::bigint[]) AS mine(account_id, epoch)
         WHERE writers.account_id = mine.account_id AND writers.epoch = mine.epoch AND writers.holder = $1
        RETURNING writers.account_id`,
      values: [holder, [...epochs.keys()], [...epochs.values()], ttlMs],
    });
    return new Set(rows.map((row) => row.account_id));
  }

  async releaseLease(accountId: string, epoch: number): Promise<void> {
    await this.pool.query(`UPDATE writers SET lease_until = clock_timestamp() WHERE account_id = $1 AND epoch = $2`, [
      accountId,
      epoch,
    ]);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    try {
      const { rows } = await this.pool.query<{ held: number; born: string[] }>({
        ...this.statement,
        values: valuesOf(commit),
      });
      const row = rows[0];
      if (row !== undefined && row.held > 0) {
        const born = this.fenced ? row.born : commit.births.map((birth) => birth.childId);
        return { kind: 'committed', born: new Set(born) };
      }
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return { kind: 'exists' };
      throw error;
    }
    return this.conflict(commit.accountId);
  }

  private async conflict(accountId: string): Promise<CommitResult> {
    const { rows } = await this.pool.query<{ epoch: number; last_seq: number; facts_revision: number }>(
      `SELECT epoch, last_seq, facts_revision FROM writers WHERE account_id = $1`,
      [accountId],
    );
    const row = rows[0];
    return {
      kind: 'conflict',
      epoch: row?.epoch ?? -1,
      lastSeq: row?.last_seq ?? -1,
      factsRevision: row?.facts_revision ?? -1,
    };
  }

  async loadOrders(accountId: string, sinceDate: string): Promise<readonly OrderRow[]> {
    const { rows } = await this.pool.query<OrderColumns>(
      `SELECT * FROM orders WHERE account_id = $1 AND (working OR decided_date >= $2) ORDER BY created_at_ms, order_id`,
      [accountId, sinceDate],
    );
    return rows.map(toRow);
  }

  async findOrder(orderId: string): Promise<(OrderRow & { readonly accountId: string }) | undefined> {
    const { rows } = await this.pool.query<OrderColumns>(`SELECT * FROM orders WHERE order_id = $1`, [orderId]);
    const row = rows[0];
    return row === undefined ? undefined : { ...toRow(row), accountId: row.account_id };
  }

  async lastDecision(accountId: string, strategy: string): Promise<number> {
    const { rows } = await this.pool.query<{ decision_number: number }>(
      `SELECT decision_number FROM orders WHERE account_id = $1 AND strategy = $2 AND decision_number > 0
        ORDER BY decision_number DESC LIMIT 1`,
      [accountId, strategy],
    );
    return rows[0]?.decision_number ?? 0;
  }

  async loadCalls(accountId: string, sinceMs: number): Promise<readonly CountedCall[]> {
    const { rows } = await this.pool.query<{ segment: string; at_ms: number }>(
      `SELECT segment, at_ms FROM order_events
        WHERE account_id = $1 AND at_ms >= $2 AND kind IN (3, 13, 16) ORDER BY at_ms`,
      [accountId, sinceMs],
    );
    return rows.map((row) => ({ segment: row.segment, atMs: row.at_ms }));
  }

  async recordDefect(accountId: string, message: string): Promise<boolean> {
    const { rows } = await this.pool.query<{ halt_reason: string | null }>(
      `UPDATE writers SET defects = defects + 1,
              halt_reason = CASE WHEN defects + 1 >= $3 THEN COALESCE(halt_reason, $2) ELSE halt_reason END
        WHERE account_id = $1 RETURNING halt_reason`,
      [accountId, `two defects in a row: ${message.slice(0, 200)}`, DEFECTS_TO_HALT],
    );
    return (rows[0]?.halt_reason ?? null) !== null;
  }

  async clearDefects(accountId: string): Promise<void> {
    await this.pool.query(`UPDATE writers SET defects = 0 WHERE account_id = $1 AND defects > 0`, [accountId]);
  }

  async setHalt(accountId: string, reason: string | undefined): Promise<void> {
    await this.pool.query(`UPDATE writers SET halt_reason = $2, defects = 0 WHERE account_id = $1`, [
      accountId,
      reason ?? null,
    ]);
  }

  async ensurePartitions(days: readonly string[]): Promise<void> {
    for (const day of days) {
      const name = `order_events_${day.replaceAll('-', '')}`;
      if (!/^order_events_\d{8}$/.test(name)) throw new RangeError(`"${day}" is not a date`);
      await this.pool
        .query(
          `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF order_events FOR VALUES FROM ('${day}') TO ('${day}'::date + 1)`,
        )
        .catch((error: unknown) => {
          // Another replica made it, or rows of the day lie in the rest already: they are found there as well.
          const code = (error as { code?: unknown }).code;
          if (code !== '42P07' && code !== '23514' && code !== UNIQUE_VIOLATION) throw error;
        });
    }
  }
}

function toRow(row: OrderColumns): OrderRow {
  return {
    orderId: row.order_id,
    userId: row.user_id,
    strategy: row.strategy,
    instrumentKey: row.instrument_key,
    status: row.status,
    working: row.working,
    foreign: row.is_foreign,
    decidedDate: row.decided_date,
    intent: row.intent,
    snapshot: row.snapshot,
    marginPaise: row.margin_paise,
    createdAtMs: row.created_at_ms,
    accountSeq: row.account_seq,
    decisionNumber: row.decision_number,
  };
}

function valuesOf(commit: Commit): unknown[] {
  const { created, updated, births, events, fills, outbox } = commit;
  const orders = [...created, ...updated];
  const column = <T, V>(rows: readonly T[], pick: (row: T) => V): V[] => rows.map(pick);
  return [
    commit.accountId,
    commit.epoch,
    commit.fromSeq,
    commit.toSeq,
    commit.factsRevision ?? null,
    column(orders, (row) => row.orderId),
    column(orders, (row) => row.userId),
    column(orders, (row) => row.strategy),
    column(orders, (row) => row.instrumentKey),
    column(orders, (row) => row.status),
    column(orders, (row) => row.working),
    column(orders, (row) => row.foreign),
    column(orders, (row) => row.decidedDate),
    column(orders, (row) => row.intent),
    column(orders, (row) => row.snapshot),
    column(orders, (row) => row.marginPaise),
    column(orders, (row) => row.createdAtMs),
    column(orders, (row) => row.accountSeq),
    orders.map((_, n) => n < created.length),
    column(births, (row) => row.childId),
    column(births, (row) => row.orderId),
    column(births, (row) => row.bornAtMs),
    column(events, (row) => row.seq),
    column(events, (row) => row.day),
    column(events, (row) => row.kind),
    column(events, (row) => row.orderId),
    column(events, (row) => row.segment),
    column(events, (row) => row.atMs),
    column(events, (row) => row.payload),
    column(fills, (row) => row.fillId),
    column(fills, (row) => row.orderId),
    column(fills, (row) => row.instrumentKey),
    column(fills, (row) => row.strategy),
    column(fills, (row) => row.day),
    column(fills, (row) => row.atMs),
    column(fills, (row) => row.payload),
    column(outbox, (row) => row.seq),
    column(outbox, (row) => row.subject),
    column(outbox, (row) => row.payload),
    column(orders, (row) => row.decisionNumber),
  ].map((value) =>
    Array.isArray(value) ? value.map((one) => (one instanceof Uint8Array ? Buffer.from(one) : one)) : value,
  );
}
