import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The number that each start of a feed takes: greater than all before, never given twice. */
export class FeedEpoch1764000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE SEQUENCE market_feed.feed_epoch AS bigint START 1 NO CYCLE`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP SEQUENCE market_feed.feed_epoch`);
  }
}
