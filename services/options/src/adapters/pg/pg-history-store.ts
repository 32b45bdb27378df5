import type { StraddlePoint } from '@vega/contracts';
import type pg from 'pg';
import type { DailyIv, HistoryStore, StraddleMinute } from '../../app/ports.ts';

/** The tenor whose volatility stands for a day when several expiries tell one. */
const TENOR_DAYS = 30;

/** Volatility by day and straddles by minute in PostgreSQL. */
export class PgHistoryStore implements HistoryStore {
  constructor(private readonly pool: pg.Pool) {}

  async writeDaily(rows: readonly DailyIv[]): Promise<void> {
    if (rows.length === 0) return;
    await this.pool.query(
      `INSERT INTO daily_iv (underlying_key, date, expiry_date, days_to_expiry, atm_iv, spot_paise, source)
       SELECT * FROM unnest($1::text[], $2::date[], $3::date[], $4::float8[], $5::float8[], $6::bigint[], $7::text[])
       ON CONFLICT (underlying_key, date, expiry_date, source)
       DO UPDATE SET days_to_expiry = excluded.days_to_expiry, atm_iv = excluded.atm_iv, spot_paise = excluded.spot_paise`,
      columns(rows, (row) => [
        row.underlyingKey,
        row.date,
        row.expiryDate,
        row.daysToExpiry,
        row.atmIv,
        row.spotPaise ?? null,
        row.source,
      ]),
    );
  }

  async readDaily(underlyingKey: string, before: string, days: number): Promise<readonly DailyIv[]> {
    const { rows } = await this.pool.query<DailyIv>(
      `SELECT * FROM (
         SELECT DISTINCT ON (date) underlying_key AS "underlyingKey", date, expiry_date AS "expiryDate",
                days_to_expiry AS "daysToExpiry", atm_iv AS "atmIv", spot_paise AS "spotPaise", source
         FROM daily_iv WHERE underlying_key = $1 AND date < $2
         ORDER BY date DESC, abs(days_to_expiry - ${TENOR_DAYS}), source
       ) nearest ORDER BY date DESC LIMIT $3`,
      [underlyingKey, before, days],
    );
    return rows.reverse().map((row) => ({ ...row, spotPaise: row.spotPaise ?? undefined }));
  }

  async writeMinutes(rows: readonly StraddleMinute[]): Promise<void> {
    if (rows.length === 0) return;
    await this.pool.query(
      `INSERT INTO straddle_minutes (underlying_key, expiry_date, time_ms, strike_paise, premium_paise, atm_iv, spot_paise)
       SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[], $7::bigint[])
       ON CONFLICT (underlying_key, expiry_date, time_ms)
       DO UPDATE SET strike_paise = excluded.strike_paise, premium_paise = excluded.premium_paise,
                     atm_iv = excluded.atm_iv, spot_paise = excluded.spot_paise`,
      columns(rows, (row) => [
        row.underlyingKey,
        row.expiryDate,
        row.timeMs,
        row.strikePaise,
        row.premiumPaise,
        row.atmIv ?? null,
        row.spotPaise ?? null,
      ]),
    );
  }

  async readMinutes(underlyingKey: string, expiryDate: string, fromMs: number): Promise<readonly StraddlePoint[]> {
    const { rows } = await this.pool.query<StraddlePoint>(
      `SELECT time_ms AS "timeMs", strike_paise AS "strikePaise", premium_paise AS "premiumPaise", atm_iv AS "atmIv",
              spot_paise AS "spotPaise"
       FROM straddle_minutes WHERE underlying_key = $1 AND expiry_date = $2 AND time_ms >= $3 ORDER BY time_ms`,
      [underlyingKey, expiryDate, fromMs],
    );
    return rows.map((row) => ({ ...row, atmIv: row.atmIv ?? undefined, spotPaise: row.spotPaise ?? undefined }));
  }

  async dropMinutes(beforeMs: number): Promise<void> {
    await this.pool.query(`DELETE FROM straddle_minutes WHERE time_ms < $1`, [beforeMs]);
  }
}

/** Rows as the arrays that unnest takes, one per column. */
function columns<T>(rows: readonly T[], cells: (row: T) => readonly unknown[]): unknown[][] {
  const table = rows.map(cells);
  return (table[0] ?? []).map((_cell, at) => table.map((row) => row[at]));
}
