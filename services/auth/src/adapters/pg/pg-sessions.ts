import type { RefreshRecord, SessionRecord, SessionStore, ThrottleStore } from '../../app/ports.ts';
import type { BucketState } from '../../domain/login-throttle.ts';
import type { Statements } from './pool.ts';
import { firstRow } from './rows.ts';

interface SessionRow {
  session_id: string;
  user_id: string;
  created_at_ms: number;
  last_used_at_ms: number;
  expires_at_ms: number;
  ended_at_ms: number;
  mfa: boolean;
  address: string;
  user_agent: string;
}

interface RefreshRow {
  token_hash: Buffer;
  session_id: string;
  used_at_ms: number;
  expires_at_ms: number;
}

/** Devices of a user that are remembered; the longest unseen go first. */
const MAX_DEVICES = 50;

/** Sessions, their refresh tokens and devices in PostgreSQL. */
export class PgSessions implements SessionStore {
  constructor(private readonly db: Statements) {}

  async insert(session: Parameters<SessionStore['insert']>[0]): Promise<void> {
    const { sessionId, userId, createdAtMs, lastUsedAtMs, expiresAtMs, mfa, address, userAgent } = session;
    await this.db.query(
      `INSERT INTO sessions (session_id, user_id, created_at_ms, last_used_at_ms, expires_at_ms, mfa, address, user_agent)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [sessionId, userId, createdAtMs, lastUsedAtMs, expiresAtMs, mfa, address, userAgent],
    );
  }

  async find(sessionId: string): Promise<SessionRecord | undefined> {
    const row = await firstRow<SessionRow>(this.db, `SELECT * FROM sessions WHERE session_id = $1`, [sessionId]);
    return row === undefined ? undefined : toSession(row);
  }

  async listOf(userId: string, nowMs: number): Promise<readonly SessionRecord[]> {
    const { rows } = await this.db.query<SessionRow>(
      `SELECT * FROM sessions WHERE user_id = $1 AND ended_at_ms = 0 AND expires_at_ms > $2
       ORDER BY last_used_at_ms DESC LIMIT 200`,
      [userId, nowMs],
    );
    return rows.map(toSession);
  }

  async touch(sessionId: string, atMs: number, change: { readonly mfa?: boolean } = {}): Promise<void> {
    await this.db.query(`UPDATE sessions SET last_used_at_ms = $2, mfa = coalesce($3, mfa) WHERE session_id = $1`, [
      sessionId,
      atMs,
      change.mfa ?? null,
    ]);
  }

  async end(which: Parameters<SessionStore['end']>[0], atMs: number, reason: string): Promise<string[]> {
    const { rows } = await this.db.query<{ session_id: string }>(
      `UPDATE sessions SET ended_at_ms = $2, end_reason = $3
       WHERE user_id = $1 AND ended_at_ms = 0 AND expires_at_ms > $2
         AND ($4::text IS NULL OR session_id = $4) AND ($5::text IS NULL OR session_id <> $5)
       RETURNING session_id`,
      [which.userId, atMs, reason, which.sessionId ?? null, which.except ?? null],
    );
    return rows.map((row) => row.session_id);
  }

  async addRefresh(token: Omit<RefreshRecord, 'usedAtMs'>, issuedAtMs: number): Promise<void> {
    await this.db.query(
      `INSERT INTO refresh_tokens (token_hash, session_id, issued_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)`,
      [token.tokenHash, token.sessionId, issuedAtMs, token.expiresAtMs],
    );
  }

  async lockRefresh(tokenHash: Buffer): Promise<RefreshRecord | undefined> {
    const text = `SELECT * FROM refresh_tokens WHERE token_hash = $1 FOR UPDATE`;
    const row = await firstRow<RefreshRow>(this.db, text, [tokenHash]);
    if (row === undefined) return undefined;
    return {
      tokenHash: row.token_hash,
      sessionId: row.session_id,
      usedAtMs: row.used_at_ms,
      expiresAtMs: row.expires_at_ms,
    };
  }

  async useRefresh(tokenHash: Buffer, atMs: number): Promise<void> {
    await this.db.query(`UPDATE refresh_tokens SET used_at_ms = $2 WHERE token_hash = $1`, [tokenHash, atMs]);
  }

  async knowsAddress(userId: string, address: string, sinceMs: number): Promise<boolean> {
    const row = await firstRow(
      this.db,
      `SELECT 1 FROM sessions WHERE user_id = $1 AND address = $2 AND created_at_ms >= $3 LIMIT 1`,
      [userId, address, sinceMs],
    );
    return row !== undefined;
  }

  async knowsDevice(userId: string, deviceHash: Buffer): Promise<boolean> {
    const text = `SELECT 1 FROM devices WHERE user_id = $1 AND device_hash = $2`;
    return (await firstRow(this.db, text, [userId, deviceHash])) !== undefined;
  }

  async rememberDevice(userId: string, deviceHash: Buffer, atMs: number): Promise<void> {
    await this.db.query(
      `INSERT INTO devices VALUES ($1, $2, $3) ON CONFLICT (user_id, device_hash) DO UPDATE SET last_seen_at_ms = $3`,
      [userId, deviceHash, atMs],
    );
    await this.db.query(
      `DELETE FROM devices WHERE user_id = $1 AND device_hash NOT IN (
         SELECT device_hash FROM devices WHERE user_id = $1 ORDER BY last_seen_at_ms DESC LIMIT ${MAX_DEVICES})`,
      [userId],
    );
  }
}

interface BucketRow {
  bucket: string;
  failures: number;
  last_ms: number;
  blocked_until_ms: number;
}

/** Counts of failed attempts in PostgreSQL. */
export class PgThrottle implements ThrottleStore {
  constructor(private readonly db: Statements) {}

  async lock(names: readonly string[]): Promise<ReadonlyMap<string, BucketState>> {
    // Made first, so that there is a row to hold for who comes at the same time; in one order, so that no two wait for each other.
    const sorted = [...new Set(names)].sort();
    await this.db.query(
      `INSERT INTO login_failures SELECT unnest($1::text[]), 0, 0, 0 ON CONFLICT (bucket) DO NOTHING`,
      [sorted],
    );
    const { rows } = await this.db.query<BucketRow>(
      `SELECT * FROM login_failures WHERE bucket = ANY($1) ORDER BY bucket FOR UPDATE`,
      [sorted],
    );
    return new Map(
      rows.map((row) => [
        row.bucket,
        { failures: row.failures, lastMs: row.last_ms, blockedUntilMs: row.blocked_until_ms },
      ]),
    );
  }

  async put(name: string, state: BucketState): Promise<void> {
    await this.db.query(
      `INSERT INTO login_failures VALUES ($1, $2, $3, $4)
       ON CONFLICT (bucket) DO UPDATE SET failures = $2, last_ms = $3, blocked_until_ms = $4`,
      [name, state.failures, state.lastMs, state.blockedUntilMs],
    );
  }

  async clear(names: readonly string[]): Promise<void> {
    await this.db.query(`DELETE FROM login_failures WHERE bucket = ANY($1)`, [[...names]]);
  }
}

function toSession(row: SessionRow): SessionRecord {
  return {
    sessionId: row.session_id,
    userId: row.user_id,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    expiresAtMs: row.expires_at_ms,
    endedAtMs: row.ended_at_ms,
    mfa: row.mfa,
    address: row.address,
    userAgent: row.user_agent,
  };
}
