import type { Role } from '@vega/platform';
import type { UserRecord, UserStore } from '../../app/ports.ts';
import type { Email } from '../../domain/email.ts';
import type { Statements } from './pool.ts';
import { assignments, firstRow } from './rows.ts';

interface Row {
  user_id: string;
  email: string;
  password_hash: string;
  role: string;
  disabled: boolean;
  totp_secret: Buffer | null;
  totp_pending: Buffer | null;
  totp_last_step: number;
  created_at_ms: number;
  codes: number;
}

const SELECT = `
  SELECT u.*, (SELECT count(*)::int FROM recovery_codes c WHERE c.user_id = u.user_id) AS codes FROM users u`;

const COLUMNS = {
  passwordHash: 'password_hash',
  role: 'role',
  disabled: 'disabled',
  totpSecret: 'totp_secret',
  totpPending: 'totp_pending',
  totpLastStep: 'totp_last_step',
};

/** Users in PostgreSQL. */
export class PgUsers implements UserStore {
  constructor(private readonly db: Statements) {}

  async find(userId: string): Promise<UserRecord | undefined> {
    return toRecord(await firstRow<Row>(this.db, `${SELECT} WHERE u.user_id = $1`, [userId]));
  }

  async findByEmail(email: Email): Promise<UserRecord | undefined> {
    return toRecord(await firstRow<Row>(this.db, `${SELECT} WHERE u.email = $1`, [email]));
  }

  async insert(user: Parameters<UserStore['insert']>[0]): Promise<boolean> {
    const { userId, email, passwordHash, role, createdAtMs } = user;
    const { rowCount } = await this.db.query(
      `INSERT INTO users (user_id, email, password_hash, role, created_at_ms) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (email) DO NOTHING`,
      [userId, email, passwordHash, role, createdAtMs],
    );
    return rowCount === 1;
  }

  async update(userId: string, change: Parameters<UserStore['update']>[1]): Promise<void> {
    const { sets, values } = assignments(COLUMNS, change, 2);
    if (sets.length === 0) return;
    await this.db.query(`UPDATE users SET ${sets.join(', ')} WHERE user_id = $1`, [userId, ...values]);
  }

  async takeTotpStep(userId: string, step: number): Promise<boolean> {
    const { rowCount } = await this.db.query(
      `UPDATE users SET totp_last_step = $2 WHERE user_id = $1 AND totp_last_step < $2`,
      [userId, step],
    );
    return rowCount === 1;
  }

  async setRecoveryCodes(userId: string, hashes: readonly Buffer[]): Promise<void> {
    await this.db.query(`DELETE FROM recovery_codes WHERE user_id = $1`, [userId]);
    await this.db.query(`INSERT INTO recovery_codes SELECT $1, unnest($2::bytea[])`, [userId, [...hashes]]);
  }

  async takeRecoveryCode(userId: string, hash: Buffer): Promise<boolean> {
    const { rowCount } = await this.db.query(`DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2`, [
      userId,
      hash,
    ]);
    return rowCount === 1;
  }

  async list(afterUserId: string, limit: number): Promise<readonly UserRecord[]> {
    const { rows } = await this.db.query<Row>(`${SELECT} WHERE u.user_id > $1 ORDER BY u.user_id LIMIT $2`, [
      afterUserId,
      limit,
    ]);
    return rows.flatMap((row) => toRecord(row) ?? []);
  }
}

function toRecord(row: Row | undefined): UserRecord | undefined {
  if (row === undefined) return undefined;
  return {
    userId: row.user_id,
    email: row.email as Email,
    passwordHash: row.password_hash,
    role: row.role as Role,
    disabled: row.disabled,
    totpSecret: row.totp_secret ?? undefined,
    totpPending: row.totp_pending ?? undefined,
    totpLastStep: row.totp_last_step,
    recoveryCodesLeft: row.codes,
    createdAtMs: row.created_at_ms,
  };
}
