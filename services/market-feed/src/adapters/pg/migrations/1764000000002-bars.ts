import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One-minute bars, a partition for each market date (created by the writer ahead of need, dropped after the retention),
 * and the outbox of bars that are committed but not yet known to be on the bus.
 */
export class Bars1764000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE market_feed.bars_1m (
        instrument_id bigint NOT NULL,
        start_time_ms bigint NOT NULL,
        open_paise    bigint NOT NULL,
        high_paise    bigint NOT NULL,
        low_paise     bigint NOT NULL,
        close_paise   bigint NOT NULL,
        volume        bigint NOT NULL,
        oi            bigint,
        final         boolean NOT NULL,
        revision      integer NOT NULL,
        tick_count    integer NOT NULL,
        end_volume    bigint,
        PRIMARY KEY (instrument_id, start_time_ms),
        CHECK (low_paise <= open_paise AND low_paise <= close_paise AND high_paise >= open_paise
               AND high_paise >= close_paise AND volume >= 0 AND revision >= 1)
      ) PARTITION BY RANGE (start_time_ms)`);
    await db.query(`
      COMMENT ON COLUMN market_feed.bars_1m.end_volume IS 'Units traded in the day up to the end of the bar, as ticks told.'`);
    await db.query(`
      CREATE TABLE market_feed.bar_outbox (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject    text NOT NULL,
        msg_id     text NOT NULL,
        payload    bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE market_feed.bar_outbox`);
    await db.query(`DROP TABLE market_feed.bars_1m`);
  }
}
