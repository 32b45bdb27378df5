import type { BrokerEnvironment, TokenState } from '@vega/contracts';
import type { AccountChange, AccountRecord, AccountStore, LoginState } from '../../app/ports.ts';
import type { Statements } from './pool.ts';
import { assignments, firstRow } from './rows.ts';

interface Row {
  account_id: string;
  user_id: string;
  label: string;
  environment: number;
  broker_user_id: string;
  client_id: string;
  client_secret: Buffer;
  redirect_uri: string;
  egress_address: string;
  relation: 'own' | 'family';
  enabled: boolean;
  consent_at_ms: number;
  notifier_hash: Buffer;
  token: Buffer | null;
  token_hash: Buffer | null;
  token_state: number;
  token_issued_at_ms: number;
  token_expires_at_ms: number;
  token_checked_at_ms: number;
  token_reason: string;
  analytics_token: Buffer | null;
  analytics_hash: Buffer | null;
  analytics_expires_at_ms: number;
  approval_expires_at_ms: number;
  reminded_day: number;
  removed: boolean;
  revision: number;
  created_at_ms: number;
  has_factor: boolean;
  owner_disabled: boolean;
}

const SELECT = `
  SELECT a.*, u.totp_secret IS NOT NULL AS has_factor, u.disabled AS owner_disabled
  FROM accounts a JOIN users u USING (user_id)`;

const COLUMNS = {
  accountId: 'account_id',
  userId: 'user_id',
  label: 'label',
  environment: 'environment',
  brokerUserId: 'broker_user_id',
  clientId: 'client_id',
  clientSecret: 'client_secret',
  redirectUri: 'redirect_uri',
  egressAddress: 'egress_address',
  relation: 'relation',
  enabled: 'enabled',
  consentAtMs: 'consent_at_ms',
  notifierHash: 'notifier_hash',
  token: 'token',
  tokenHash: 'token_hash',
  tokenState: 'token_state',
  tokenIssuedAtMs: 'token_issued_at_ms',
  tokenExpiresAtMs: 'token_expires_at_ms',
  tokenCheckedAtMs: 'token_checked_at_ms',
  tokenReason: 'token_reason',
  analyticsToken: 'analytics_token',
  analyticsHash: 'analytics_hash',
  analyticsExpiresAtMs: 'analytics_expires_at_ms',
  approvalExpiresAtMs: 'approval_expires_at_ms',
  remindedDay: 'reminded_day',
  removed: 'removed',
  createdAtMs: 'created_at_ms',
};

/** Broker accounts in PostgreSQL. */
export class PgAccounts implements AccountStore {
  constructor(private readonly db: Statements) {}

  async insert(account: Parameters<AccountStore['insert']>[0]): Promise<void> {
    const given = Object.entries(account).flatMap(([name, value]) => {
      const column = COLUMNS[name as keyof typeof COLUMNS] as string | undefined;
      return column === undefined ? [] : [[column, value ?? null] as const];
    });
    const columns = given.map(([column]) => column).join(', ');
    const places = given.map((_, index) => `$${index + 1}`).join(', ');
    await this.db.query(
      `INSERT INTO accounts (${columns}) VALUES (${places})`,
      given.map(([, value]) => value),
    );
  }

  find(accountId: string): Promise<AccountRecord | undefined> {
    return this.one(`${SELECT} WHERE account_id = $1`, accountId);
  }

  lock(accountId: string): Promise<AccountRecord | undefined> {
    return this.one(`${SELECT} WHERE account_id = $1 FOR UPDATE OF a`, accountId);
  }

  findByNotifier(notifierHash: Buffer): Promise<AccountRecord | undefined> {
    return this.one(`${SELECT} WHERE notifier_hash = $1`, notifierHash);
  }

  async listOf(userId: string): Promise<readonly AccountRecord[]> {
    const { rows } = await this.db.query<Row>(`${SELECT} WHERE user_id = $1 ORDER BY created_at_ms, account_id`, [
      userId,
    ]);
    return rows.map(toRecord);
  }

  async all(): Promise<readonly AccountRecord[]> {
    return (await this.db.query<Row>(`${SELECT} ORDER BY created_at_ms, account_id`)).rows.map(toRecord);
  }

  async update(accountId: string, change: AccountChange): Promise<void> {
    const { sets, values } = assignments(COLUMNS, change, 2);
    const assigned = ['revision = revision + 1', ...sets].join(', ');
    await this.db.query(`UPDATE accounts SET ${assigned} WHERE account_id = $1`, [accountId, ...values]);
  }

  async addLoginState(stateHash: Buffer, state: LoginState): Promise<void> {
    await this.db.query(`INSERT INTO login_states VALUES ($1, $2, $3, $4, $5)`, [
      stateHash,
      state.accountId,
      state.userId,
      state.browserHash,
      state.expiresAtMs,
    ]);
    // Logins that nobody came back from; a while is kept so that a late one is told from an unknown one.
    await this.db.query(`DELETE FROM login_states WHERE expires_at_ms < $1`, [state.expiresAtMs - 86_400_000]);
  }

  async takeLoginState(stateHash: Buffer): Promise<LoginState | undefined> {
    const row = await firstRow<{ account_id: string; user_id: string; browser_hash: Buffer; expires_at_ms: number }>(
      this.db,
      `DELETE FROM login_states WHERE state_hash = $1 RETURNING *`,
      [stateHash],
    );
    if (row === undefined) return undefined;
    return {
      accountId: row.account_id,
      userId: row.user_id,
      browserHash: row.browser_hash,
      expiresAtMs: row.expires_at_ms,
    };
  }

  private async one(text: string, value: string | Buffer): Promise<AccountRecord | undefined> {
    const row = await firstRow<Row>(this.db, text, [value]);
    return row === undefined ? undefined : toRecord(row);
  }
}

function toRecord(row: Row): AccountRecord {
  return {
    accountId: row.account_id,
    userId: row.user_id,
    label: row.label,
    environment: row.environment as BrokerEnvironment,
    brokerUserId: row.broker_user_id,
    clientId: row.client_id,
    clientSecret: row.client_secret,
    redirectUri: row.redirect_uri,
    egressAddress: row.egress_address,
    relation: row.relation,
    enabled: row.enabled,
    consentAtMs: row.consent_at_ms,
    notifierHash: row.notifier_hash,
    token: row.token ?? undefined,
    tokenHash: row.token_hash ?? undefined,
    tokenState: row.token_state as TokenState,
    tokenIssuedAtMs: row.token_issued_at_ms,
    tokenExpiresAtMs: row.token_expires_at_ms,
    tokenCheckedAtMs: row.token_checked_at_ms,
    tokenReason: row.token_reason,
    analyticsToken: row.analytics_token ?? undefined,
    analyticsHash: row.analytics_hash ?? undefined,
    analyticsExpiresAtMs: row.analytics_expires_at_ms,
    approvalExpiresAtMs: row.approval_expires_at_ms,
    remindedDay: row.reminded_day,
    removed: row.removed,
    revision: row.revision,
    createdAtMs: row.created_at_ms,
    ownerHasSecondFactor: row.has_factor,
    ownerDisabled: row.owner_disabled,
  };
}
