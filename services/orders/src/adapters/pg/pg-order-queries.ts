import { Fill, Order, OrderEvent, type OrderStatus } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type pg from 'pg';

export interface BookFilter {
  readonly accountId: string;
  readonly statuses: readonly OrderStatus[];
  readonly instrumentKey: string;
  readonly strategy: string;
  readonly workingOnly: boolean;
  readonly fromDate: string;
  readonly toDate: string;
  readonly limit: number;
  readonly cursor: string;
}

export interface TradeFilter {
  readonly accountId: string;
  readonly instrumentKey: string;
  readonly strategy: string;
  readonly orderId: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly limit: number;
  readonly cursor: string;
}

/** One page, and where the next begins; empty on the last. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextCursor: string;
}

/** Questions about orders that any replica answers from the record. */
export class PgOrderQueries {
  constructor(private readonly pool: pg.Pool) {}

  async book(filter: BookFilter): Promise<Page<Order> & { readonly accountSeq: number }> {
    const after = readCursor(filter.cursor);
    // The sequence is read first: what is read after it may be newer, never older.
    const head = await this.pool.query<{ last_seq: number }>(`SELECT last_seq FROM writers WHERE account_id = $1`, [
      filter.accountId,
    ]);
    const { rows } = await this.pool.query<{ order_id: string; created_at_ms: number; snapshot: Buffer }>({
      name: 'orders book',
      text: `
        SELECT order_id, created_at_ms, snapshot FROM orders
         WHERE account_id = $1 AND ($2 = '' OR instrument_key = $2) AND ($3 = '' OR strategy = $3)
           AND (NOT $4 OR working) AND (cardinality($5::smallint[]) = 0 OR status = ANY($5))
           AND (decided_date BETWEEN $6 AND $7 OR ($4 AND working))
           AND ($8::bigint IS NULL OR (created_at_ms, order_id) < ($8, $9))
         ORDER BY created_at_ms DESC, order_id DESC LIMIT $10`,
      values: [
        filter.accountId,
        filter.instrumentKey,
        filter.strategy,
        filter.workingOnly,
        [...filter.statuses],
        filter.fromDate,
        filter.toDate,
        after?.atMs ?? null,
        after?.id ?? '',
        filter.limit + 1,
      ],
    });
    const page = rows.slice(0, filter.limit);
    const last = page.at(-1);
    return {
      rows: page.map((row) => Order.decode(row.snapshot)),
      nextCursor:
        rows.length > filter.limit && last !== undefined ? writeCursor(last.created_at_ms, last.order_id) : '',
      accountSeq: head.rows[0]?.last_seq ?? 0,
    };
  }

  async order(orderId: string): Promise<Order | undefined> {
    const { rows } = await this.pool.query<{ snapshot: Buffer }>(`SELECT snapshot FROM orders WHERE order_id = $1`, [
      orderId,
    ]);
    const row = rows[0];
    return row === undefined ? undefined : Order.decode(row.snapshot);
  }

  async timeline(orderId: string): Promise<readonly OrderEvent[]> {
    const { rows } = await this.pool.query<{ payload: Buffer }>(
      `SELECT payload FROM order_events WHERE order_id = $1 ORDER BY account_seq LIMIT 1000`,
      [orderId],
    );
    return rows.map((row) => OrderEvent.decode(row.payload));
  }

  async trades(filter: TradeFilter): Promise<Page<Fill>> {
    const after = readCursor(filter.cursor);
    const { rows } = await this.pool.query<{ fill_id: string; at_ms: number; payload: Buffer }>({
      name: 'orders trades',
      text: `
        SELECT fill_id, at_ms, payload FROM fills
         WHERE account_id = $1 AND ($2 = '' OR instrument_key = $2) AND ($3 = '' OR strategy = $3)
           AND ($4 = '' OR order_id = $4) AND day BETWEEN $5 AND $6
           AND ($7::bigint IS NULL OR (at_ms, fill_id) < ($7, $8))
         ORDER BY at_ms DESC, fill_id DESC LIMIT $9`,
      values: [
        filter.accountId,
        filter.instrumentKey,
        filter.strategy,
        filter.orderId,
        filter.fromDate,
        filter.toDate,
        after?.atMs ?? null,
        after?.id ?? '',
        filter.limit + 1,
      ],
    });
    const page = rows.slice(0, filter.limit);
    const last = page.at(-1);
    return {
      rows: page.map((row) => Fill.decode(row.payload)),
      nextCursor: rows.length > filter.limit && last !== undefined ? writeCursor(last.at_ms, last.fill_id) : '',
    };
  }

  async events(
    accountId: string,
    fromSeq: number,
    limit: number,
  ): Promise<{ events: readonly OrderEvent[]; lastSeq: number }> {
    const head = await this.pool.query<{ last_seq: number }>(`SELECT last_seq FROM writers WHERE account_id = $1`, [
      accountId,
    ]);
    const { rows } = await this.pool.query<{ payload: Buffer }>(
      `SELECT payload FROM order_events WHERE account_id = $1 AND account_seq >= $2 ORDER BY account_seq LIMIT $3`,
      [accountId, fromSeq, limit],
    );
    return { events: rows.map((row) => OrderEvent.decode(row.payload)), lastSeq: head.rows[0]?.last_seq ?? 0 };
  }
}

function writeCursor(atMs: number, id: string): string {
  return Buffer.from(`${atMs} ${id}`).toString('base64url');
}

/** Throws BAD_REQUEST for a cursor that no answer gave. */
function readCursor(cursor: string): { readonly atMs: number; readonly id: string } | undefined {
  if (cursor === '') return undefined;
  const [, atMs, id] =
    /^(\d{1,15}) ([A-Za-z0-9-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (atMs === undefined || id === undefined)
    throw new OutcomeError('BAD_REQUEST', 'cursor is not one that was given out');
  return { atMs: Number(atMs), id };
}
