import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The number that a strategy gave each of its decisions: the next one follows the last, in every life of the writer. */
export class Decisions1766000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE orders.orders ADD COLUMN decision_number bigint NOT NULL DEFAULT 0`);
    await db.query(`
      CREATE UNIQUE INDEX orders_decisions ON orders.orders (account_id, strategy, decision_number)
       WHERE decision_number > 0`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX orders.orders_decisions`);
    await db.query(`ALTER TABLE orders.orders DROP COLUMN decision_number`);
  }
}
