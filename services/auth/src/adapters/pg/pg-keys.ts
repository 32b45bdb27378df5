import { type Revocation, type RevocationKind } from '@vega/contracts';
import type {
  ApiKeyRecord,
  ApiKeyStore,
  GrantStore,
  KeyStore,
  RevocationStore,
  SigningKeyRecord,
} from '../../app/ports.ts';
import type { Statements } from './pool.ts';
import { firstRow } from './rows.ts';

interface ApiKeyRow {
  key_id: string;
  user_id: string;
  name: string;
  key_hash: Buffer;
  prefix: string;
  scope: 'read' | 'read trade';
  allowed_addresses: string[];
  mfa: boolean;
  created_at_ms: number;
  expires_at_ms: number;
  last_used_at_ms: number;
  revoked_at_ms: number;
}

/** API keys in PostgreSQL. */
export class PgApiKeys implements ApiKeyStore {
  constructor(private readonly db: Statements) {}

  async insert(key: Parameters<ApiKeyStore['insert']>[0]): Promise<void> {
    await this.db.query(
      `INSERT INTO api_keys (key_id, user_id, name, key_hash, prefix, scope, allowed_addresses, mfa, created_at_ms, expires_at_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        key.keyId,
        key.userId,
        key.name,
        key.keyHash,
        key.prefix,
        key.scope,
        [...key.allowedAddresses],
        key.mfa,
        key.createdAtMs,
        key.expiresAtMs,
      ],
    );
  }

  async findByHash(keyHash: Buffer): Promise<ApiKeyRecord | undefined> {
    const row = await firstRow<ApiKeyRow>(this.db, `SELECT * FROM api_keys WHERE key_hash = $1`, [keyHash]);
    return row === undefined ? undefined : toApiKey(row);
  }

  async listOf(userId: string): Promise<readonly ApiKeyRecord[]> {
    const { rows } = await this.db.query<ApiKeyRow>(
      `SELECT * FROM api_keys WHERE user_id = $1 ORDER BY created_at_ms DESC LIMIT 200`,
      [userId],
    );
    return rows.map(toApiKey);
  }

  async touch(keyId: string, atMs: number): Promise<void> {
    await this.db.query(`UPDATE api_keys SET last_used_at_ms = $2 WHERE key_id = $1`, [keyId, atMs]);
  }

  async revoke(userId: string, keyId: string, atMs: number): Promise<boolean> {
    const { rowCount } = await this.db.query(
      `UPDATE api_keys SET revoked_at_ms = $3 WHERE user_id = $1 AND key_id = $2 AND revoked_at_ms = 0`,
      [userId, keyId, atMs],
    );
    return rowCount === 1;
  }
}

/** Owners of deployments in PostgreSQL. */
export class PgGrants implements GrantStore {
  constructor(private readonly db: Statements) {}

  async claim(deploymentId: string, userId: string, untilMs: number): Promise<boolean> {
    const { rowCount } = await this.db.query(
      `INSERT INTO grants VALUES ($1, $2, $3)
       ON CONFLICT (deployment_id) DO UPDATE SET until_ms = greatest(grants.until_ms, $3) WHERE grants.user_id = $2`,
      [deploymentId, userId, untilMs],
    );
    return rowCount === 1;
  }

  async untilOf(deploymentId: string, userId: string): Promise<number | undefined> {
    const text = `SELECT until_ms FROM grants WHERE deployment_id = $1 AND user_id = $2`;
    return (await firstRow<{ until_ms: number }>(this.db, text, [deploymentId, userId]))?.until_ms;
  }
}

interface KeyRow {
  key_id: string;
  public_key: Buffer;
  private_key: Buffer;
  created_at_ms: number;
  active_from_ms: number;
  ends_at_ms: number;
}

/** Signing keys in PostgreSQL, their private halves sealed. */
export class PgKeys implements KeyStore {
  constructor(private readonly db: Statements) {}

  async list(): Promise<readonly SigningKeyRecord[]> {
    const { rows } = await this.db.query<KeyRow>(`SELECT * FROM signing_keys ORDER BY active_from_ms`);
    return rows.map((row) => ({
      keyId: row.key_id,
      publicKey: row.public_key,
      privateKey: row.private_key,
      createdAtMs: row.created_at_ms,
      activeFromMs: row.active_from_ms,
      endsAtMs: row.ends_at_ms,
    }));
  }

  async insert(key: SigningKeyRecord): Promise<void> {
    await this.db.query(`INSERT INTO signing_keys VALUES ($1, $2, $3, $4, $5, $6)`, [
      key.keyId,
      key.publicKey,
      key.privateKey,
      key.createdAtMs,
      key.activeFromMs,
      key.endsAtMs,
    ]);
  }

  async end(keyId: string, endsAtMs: number): Promise<boolean> {
    const { rowCount } = await this.db.query(
      `UPDATE signing_keys SET ends_at_ms = $2 WHERE key_id = $1 AND (ends_at_ms = 0 OR ends_at_ms > $2)`,
      [keyId, endsAtMs],
    );
    return rowCount === 1;
  }

  async lock(): Promise<void> {
    await this.db.query(`LOCK TABLE signing_keys IN EXCLUSIVE MODE`);
  }
}

interface RevocationRow {
  kind: number;
  id: string;
  not_before_ms: number;
  at_ms: number;
  until_ms: number;
}

/** Revocations in PostgreSQL, for those who were not there when they were published. */
export class PgRevocations implements RevocationStore {
  constructor(private readonly db: Statements) {}

  async list(nowMs: number): Promise<readonly Revocation[]> {
    const { rows } = await this.db.query<RevocationRow>(`SELECT * FROM revocations WHERE until_ms > $1`, [nowMs]);
    return rows.map((row) => ({
      kind: row.kind as RevocationKind,
      id: row.id,
      notBeforeMs: row.not_before_ms,
      atMs: row.at_ms,
      untilMs: row.until_ms,
    }));
  }
}

function toApiKey(row: ApiKeyRow): ApiKeyRecord {
  return {
    keyId: row.key_id,
    userId: row.user_id,
    name: row.name,
    keyHash: row.key_hash,
    prefix: row.prefix,
    scope: row.scope,
    allowedAddresses: row.allowed_addresses,
    mfa: row.mfa,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
