import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Broker accounts with their sealed secrets, and broker logins that were begun. */
export class Accounts1764300000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE auth.accounts (
        account_id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES auth.users,
        label text NOT NULL,
        environment smallint NOT NULL CHECK (environment BETWEEN 1 AND 3),
        broker_user_id text NOT NULL DEFAULT '',
        client_id text NOT NULL,
        client_secret bytea NOT NULL,
        redirect_uri text NOT NULL,
        egress_address text NOT NULL,
        relation text NOT NULL CHECK (relation IN ('own', 'family')),
        enabled boolean NOT NULL,
        consent_at_ms bigint NOT NULL,
        notifier_hash bytea NOT NULL UNIQUE,
        token bytea,
        token_hash bytea,
        token_state smallint NOT NULL,
        token_issued_at_ms bigint NOT NULL,
        token_expires_at_ms bigint NOT NULL,
        token_checked_at_ms bigint NOT NULL,
        token_reason text NOT NULL,
        analytics_token bytea,
        analytics_hash bytea,
        analytics_expires_at_ms bigint NOT NULL,
        approval_expires_at_ms bigint NOT NULL,
        reminded_day integer NOT NULL DEFAULT 0,
        removed boolean NOT NULL DEFAULT false,
        revision bigint NOT NULL DEFAULT 1,
        created_at_ms bigint NOT NULL
      )`);
    await db.query(`CREATE INDEX accounts_of_user ON auth.accounts (user_id)`);
    // The environment decides about real money: it is what it was at creation, whoever asks.
    await db.query(`
      CREATE FUNCTION auth.keep_environment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.environment <> OLD.environment OR NEW.user_id <> OLD.user_id THEN
          RAISE EXCEPTION 'owner and environment of an account do not change';
        END IF;
        RETURN NEW;
      END $$`);
    await db.query(`
      CREATE TRIGGER keep_environment BEFORE UPDATE ON auth.accounts
      FOR EACH ROW EXECUTE FUNCTION auth.keep_environment()`);
    await db.query(`
      CREATE TABLE auth.login_states (
        state_hash bytea PRIMARY KEY,
        account_id text NOT NULL REFERENCES auth.accounts,
        user_id text NOT NULL,
        browser_hash bytea NOT NULL,
        expires_at_ms bigint NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE auth.login_states`);
    await db.query(`DROP TABLE auth.accounts`);
    await db.query(`DROP FUNCTION auth.keep_environment`);
  }
}
