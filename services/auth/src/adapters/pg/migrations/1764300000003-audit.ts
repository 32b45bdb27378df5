import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit trail: only ever added to. The rights to change or remove entries are taken from everybody, the owner of the
 * table included; a trigger says no to those whom rights do not bind.
 */
export class Audit1764300000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE auth.audit (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at_ms bigint NOT NULL,
        event text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('ok', 'refused')),
        actor_user_id text NOT NULL,
        actor_kind text NOT NULL,
        session_id text NOT NULL,
        subject_user_id text NOT NULL,
        account_id text NOT NULL,
        address text NOT NULL,
        user_agent text NOT NULL,
        trace_id text NOT NULL,
        facts jsonb NOT NULL
      )`);
    await db.query(`CREATE INDEX audit_of_event ON auth.audit (event, seq DESC)`);
    await db.query(`CREATE INDEX audit_of_actor ON auth.audit (actor_user_id, seq DESC)`);
    await db.query(`CREATE INDEX audit_of_subject ON auth.audit (subject_user_id, seq DESC)`);
    await db.query(`CREATE INDEX audit_of_account ON auth.audit (account_id, seq DESC)`);
    await db.query(`
      CREATE FUNCTION auth.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the audit trail is only ever added to'; END $$`);
    await db.query(`
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit
      FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change()`);
    await db.query(`REVOKE UPDATE, DELETE, TRUNCATE ON auth.audit FROM PUBLIC, CURRENT_USER`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE auth.audit`);
    await db.query(`DROP FUNCTION auth.refuse_change`);
  }
}
