import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Closing ATM volatility of each chain by day, kept for good, and straddles by minute, kept for days. */
export class VolatilityHistory1764300000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE options.daily_iv (
        underlying_key text NOT NULL,
        date           date NOT NULL,
        expiry_date    date NOT NULL,
        days_to_expiry double precision NOT NULL,
        atm_iv         double precision NOT NULL CHECK (atm_iv > 0),
        spot_paise     bigint,
        source         text NOT NULL CHECK (source IN ('chain', 'india-vix')),
        PRIMARY KEY (underlying_key, date, expiry_date, source)
      )`);
    await db.query(`
      CREATE TABLE options.straddle_minutes (
        underlying_key text NOT NULL,
        expiry_date    date NOT NULL,
        time_ms        bigint NOT NULL,
        strike_paise   bigint NOT NULL,
        premium_paise  bigint NOT NULL CHECK (premium_paise >= 0),
        atm_iv         double precision,
        spot_paise     bigint,
        PRIMARY KEY (underlying_key, expiry_date, time_ms)
      )`);
    await db.query(`CREATE INDEX straddle_minutes_time ON options.straddle_minutes (time_ms)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE options.straddle_minutes`);
    await db.query(`DROP TABLE options.daily_iv`);
  }
}
