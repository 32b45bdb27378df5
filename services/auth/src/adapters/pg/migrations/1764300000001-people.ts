import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, their sessions, what programs act by, and the keys that tokens are signed with. Instants are epoch milliseconds. */
export class People1764300000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE auth.users (
        user_id text PRIMARY KEY,
        email text NOT NULL UNIQUE CHECK (email = lower(email)),
        password_hash text NOT NULL,
        role text NOT NULL CHECK (role IN ('viewer', 'trader', 'admin')),
        disabled boolean NOT NULL DEFAULT false,
        totp_secret bytea,
        totp_pending bytea,
        totp_last_step bigint NOT NULL DEFAULT 0,
        created_at_ms bigint NOT NULL
      )`);
    await db.query(`
      CREATE TABLE auth.recovery_codes (
        user_id text NOT NULL REFERENCES auth.users,
        code_hash bytea NOT NULL,
        PRIMARY KEY (user_id, code_hash)
      )`);
    await db.query(`
      CREATE TABLE auth.sessions (
        session_id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES auth.users,
        created_at_ms bigint NOT NULL,
        last_used_at_ms bigint NOT NULL,
        expires_at_ms bigint NOT NULL,
        ended_at_ms bigint NOT NULL DEFAULT 0,
        end_reason text NOT NULL DEFAULT '',
        mfa boolean NOT NULL,
        address text NOT NULL,
        user_agent text NOT NULL
      )`);
    await db.query(`CREATE INDEX sessions_of_user ON auth.sessions (user_id, created_at_ms DESC)`);
    await db.query(`
      CREATE TABLE auth.refresh_tokens (
        token_hash bytea PRIMARY KEY,
        session_id text NOT NULL REFERENCES auth.sessions ON DELETE CASCADE,
        issued_at_ms bigint NOT NULL,
        used_at_ms bigint NOT NULL DEFAULT 0,
        expires_at_ms bigint NOT NULL
      )`);
    await db.query(`CREATE INDEX refresh_tokens_of_session ON auth.refresh_tokens (session_id)`);
    await db.query(`
      CREATE TABLE auth.devices (
        user_id text NOT NULL REFERENCES auth.users,
        device_hash bytea NOT NULL,
        last_seen_at_ms bigint NOT NULL,
        PRIMARY KEY (user_id, device_hash)
      )`);
    await db.query(`
      CREATE TABLE auth.login_failures (
        bucket text PRIMARY KEY,
        failures integer NOT NULL,
        last_ms bigint NOT NULL,
        blocked_until_ms bigint NOT NULL
      )`);
    await db.query(`
      CREATE TABLE auth.api_keys (
        key_id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES auth.users,
        name text NOT NULL,
        key_hash bytea NOT NULL UNIQUE,
        prefix text NOT NULL,
        scope text NOT NULL CHECK (scope IN ('read', 'read trade')),
        allowed_addresses text[] NOT NULL,
        mfa boolean NOT NULL,
        created_at_ms bigint NOT NULL,
        expires_at_ms bigint NOT NULL,
        last_used_at_ms bigint NOT NULL DEFAULT 0,
        revoked_at_ms bigint NOT NULL DEFAULT 0
      )`);
    await db.query(`CREATE INDEX api_keys_of_user ON auth.api_keys (user_id)`);
    await db.query(`
      CREATE TABLE auth.grants (
        deployment_id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES auth.users,
        until_ms bigint NOT NULL
      )`);
    await db.query(`
      CREATE TABLE auth.signing_keys (
        key_id text PRIMARY KEY,
        public_key bytea NOT NULL,
        private_key bytea NOT NULL,
        created_at_ms bigint NOT NULL,
        active_from_ms bigint NOT NULL,
        ends_at_ms bigint NOT NULL DEFAULT 0
      )`);
    await db.query(`
      CREATE TABLE auth.revocations (
        kind smallint NOT NULL,
        id text NOT NULL,
        not_before_ms bigint NOT NULL,
        at_ms bigint NOT NULL,
        until_ms bigint NOT NULL,
        PRIMARY KEY (kind, id)
      )`);
    await db.query(`
      CREATE TABLE auth.outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject text NOT NULL,
        payload bytea NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of [
      'outbox',
      'revocations',
      'signing_keys',
      'grants',
      'api_keys',
      'login_failures',
      'devices',
      'refresh_tokens',
      'sessions',
      'recovery_codes',
      'users',
    ]) {
      await db.query(`DROP TABLE auth.${table}`);
    }
  }
}
