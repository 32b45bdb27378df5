import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The broker's candles of past dates. A row holds all candles of one period: of a date for minutes, hours and days, of a
 * week or a month for those units; no candles where nothing traded. A period that still forms has no row.
 */
export class CandleCache1764000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE market_feed.candle_cache (
        instrument_id bigint NOT NULL,
        unit          text NOT NULL,
        interval      smallint NOT NULL,
        period        date NOT NULL,
        candles       bytea NOT NULL,
        fetched_at    timestamptz NOT NULL,
        PRIMARY KEY (instrument_id, unit, interval, period)
      )`);
    await db.query(`CREATE INDEX candle_cache_age ON market_feed.candle_cache USING brin (fetched_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE market_feed.candle_cache`);
  }
}
