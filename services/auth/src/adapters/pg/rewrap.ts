import type pg from 'pg';
import type { Vault } from '../../app/ports.ts';

/** Every column that holds a sealed secret, and what each secret is bound to. */
const SEALED = [
  { table: 'users', id: 'user_id', column: 'totp_secret', purpose: (id: string) => `totp:${id}` },
  { table: 'users', id: 'user_id', column: 'totp_pending', purpose: (id: string) => `totp-pending:${id}` },
  { table: 'signing_keys', id: 'key_id', column: 'private_key', purpose: (id: string) => `signing-key:${id}` },
  {
    table: 'accounts',
    id: 'account_id',
    column: 'client_secret',
    purpose: (id: string) => `account:${id}:client-secret`,
  },
  { table: 'accounts', id: 'account_id', column: 'token', purpose: (id: string) => `account:${id}:token` },
  {
    table: 'accounts',
    id: 'account_id',
    column: 'analytics_token',
    purpose: (id: string) => `account:${id}:analytics`,
  },
] as const;

/** Puts every secret under the current master key, row by row, while the service runs. Returns how many were not. */
export async function rewrapAll(pool: pg.Pool, vault: Vault): Promise<number> {
  let count = 0;
  for (const { table, id, column, purpose } of SEALED) {
    const { rows } = await pool.query<{ id: string; sealed: Buffer }>(
      `SELECT ${id} AS id, ${column} AS sealed FROM ${table} WHERE length(${column}) > 0`,
    );
    for (const row of rows) {
      const fresh = vault.rewrap(purpose(row.id), row.sealed);
      if (fresh === undefined) continue;
      // Only what was read: a secret that was replaced meanwhile is under the current key already.
      await pool.query(`UPDATE ${table} SET ${column} = $2 WHERE ${id} = $1 AND ${column} = $3`, [
        row.id,
        fresh,
        row.sealed,
      ]);
      count += 1;
    }
  }
  return count;
}
