import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Kill switches and limits, each with its history: who changed what and when is never lost. */
export class Risk1766000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE orders.kill_switches (
        scope    text PRIMARY KEY,
        revision bigint NOT NULL,
        engaged  boolean NOT NULL,
        payload  bytea NOT NULL
      )`);
    await db.query(`
      CREATE TABLE orders.risk_limits (
        account_id text NOT NULL,
        strategy   text NOT NULL,
        revision   bigint NOT NULL,
        payload    bytea NOT NULL,
        PRIMARY KEY (account_id, strategy)
      )`);
    await db.query(`
      CREATE TABLE orders.risk_audit (
        id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at       timestamptz NOT NULL DEFAULT now(),
        actor    text NOT NULL,
        what     text NOT NULL,
        subject  text NOT NULL,
        revision bigint NOT NULL,
        payload  bytea NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['risk_audit', 'risk_limits', 'kill_switches']) await db.query(`DROP TABLE orders.${table}`);
  }
}
