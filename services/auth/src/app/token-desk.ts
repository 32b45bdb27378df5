import { BrokerToken, TokenKind, TokenPurpose, TokenState, toBytes, type BrokerEnvironment } from '@vega/contracts';
import { OutcomeError, repeat, type Clock, type Timer } from '@vega/kernel';
import { BROKER_TOKEN_SEAL, seal, type Logger, type Principal, type Sealed } from '@vega/platform';
import { nextReminder, reminderDay, tokenStateAt } from '../domain/account-rules.ts';
import { noAccount, secretPurpose, type AccountDesk } from './account-desk.ts';
import { BrokerRefusal } from './broker-refusal.ts';
import type { AccountRecord, Brokers, Store, Vault } from './ports.ts';

/** How often the ends of tokens are looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** A token is asked about at the broker again after this, when somebody wants to know, milliseconds. */
const CHECK_PAUSE_MS = 5_000;

/** Tokens of accounts: handed out sealed, watched to their end, checked. */
export class TokenDesk {
  private timer: Timer | undefined;
  private reminderAtMs: number;

  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly vault: Vault;
      readonly brokers: Brokers;
      readonly accounts: AccountDesk;
      readonly clock: Clock;
      readonly logger: Logger;
      /** Told of accounts whose token has ended or was refused. */
      readonly onEnded: (accountId: string) => void;
    },
  ) {
    this.reminderAtMs = nextReminder(parts.clock.wallNow());
  }

  start(): void {
    this.timer = repeat(this.parts.clock, LOOK_EVERY_MS, () =>
      this.look().catch((error: unknown) => this.parts.logger.warn({ err: error }, 'tokens could not be looked at')),
    );
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** A token sealed to the requester. Throws UPSTREAM_TOKEN when there is none in force, ACCOUNT_NOT_FOUND. */
  async handOut(
    asked: { accountId: string; purpose: TokenPurpose; environment: BrokerEnvironment; recipient: Buffer },
    service: string,
  ): Promise<Sealed> {
    if (asked.recipient.length !== 32) throw new OutcomeError('BAD_REQUEST', 'the public key has 32 bytes');
    const isFeed = asked.purpose === TokenPurpose.FEED;
    const account = isFeed ? await this.feedAccount(asked) : await this.accountOf(asked.accountId);
    const nowMs = this.parts.clock.wallNow();
    const analytics = isFeed && hasAnalytics(account, nowMs);
    const stored = analytics ? account.analyticsToken : account.token;
    const isValid = tokenStateAt(account.tokenState, account.tokenExpiresAtMs, nowMs) === TokenState.VALID;
    if (stored === undefined || (!analytics && !isValid)) {
      const why = account.tokenReason || 'nobody has logged in since the last one ended';
      throw new OutcomeError('UPSTREAM_TOKEN', `no broker token: ${why}`, { account: account.accountId }, true);
    }
    const { accountId, environment, brokerUserId, egressAddress } = account;
    const kind = analytics ? 'analytics' : 'token';
    const message: BrokerToken = {
      accountId,
      accessToken: this.parts.vault.open(secretPurpose(accountId, kind), stored).toString(),
      environment,
      brokerUserId,
      issuedAtMs: analytics ? 0 : account.tokenIssuedAtMs,
      expiresAtMs: analytics ? account.analyticsExpiresAtMs : account.tokenExpiresAtMs,
      egressAddress,
      kind: analytics ? TokenKind.ANALYTICS : TokenKind.ACCESS,
    };
    const facts = { service, kind };
    await this.parts.store.now.audit.add({ atMs: nowMs, event: 'token-handed-out', outcome: 'ok', accountId, facts });
    return seal(toBytes(BrokerToken, message), asked.recipient, BROKER_TOKEN_SEAL);
  }

  /** A service says that the broker refused a token; the broker is asked before that is believed. */
  async reported(accountId: string, tokenSha256: string, service: string): Promise<void> {
    const account = await this.accountOf(accountId);
    const hash = Buffer.from(tokenSha256, 'hex');
    if (account.tokenHash?.equals(hash) === true) await this.check(account, `reported by ${service}`);
    else if (account.analyticsHash?.equals(hash) === true) await this.dropAnalytics(account);
  }

  /** Asks the broker about every token of a principal's accounts that was not asked about just now. */
  async checkAll(principal: Principal): Promise<void> {
    const nowMs = this.parts.clock.wallNow();
    const records = await this.parts.store.now.accounts.listOf(principal.userId);
    const due = records.filter((record) => !record.removed && nowMs - record.tokenCheckedAtMs >= CHECK_PAUSE_MS);
    await Promise.all(due.map((record) => this.check(record, 'checked')));
  }

  private async check(account: AccountRecord, why: string): Promise<void> {
    const { store, vault, brokers, accounts, clock } = this.parts;
    const { accountId, token, tokenHash } = account;
    const door = brokers(account.environment);
    const nowMs = clock.wallNow();
    const state = tokenStateAt(account.tokenState, account.tokenExpiresAtMs, nowMs);
    if (door === undefined || token === undefined || tokenHash === undefined || state !== TokenState.VALID) return;
    let refusal: string | undefined;
    try {
      const profile = await door.fetchProfile(vault.open(secretPurpose(accountId, 'token'), token).toString());
      if (profile.brokerUserId !== account.brokerUserId) refusal = 'it is of another customer';
    } catch (error) {
      if (!(error instanceof BrokerRefusal)) return this.noted(account, 'the broker could not be asked');
      refusal = error.message;
    }
    await store.write(async (unit) => {
      const now = await unit.accounts.lock(accountId);
      if (now?.tokenHash?.equals(tokenHash) !== true || now.tokenState !== TokenState.VALID) return;
      const atMs = clock.wallNow();
      if (refusal === undefined) return unit.accounts.update(accountId, { tokenCheckedAtMs: atMs, tokenReason: '' });
      const tokenReason = `the broker refuses the token (${why})`;
      await unit.accounts.update(accountId, { tokenState: TokenState.REJECTED, tokenCheckedAtMs: atMs, tokenReason });
      const facts = { why, broker: refusal };
      const about = { accountId, subjectUserId: now.userId, facts };
      await unit.audit.add({ atMs, event: 'token-refused', outcome: 'refused', ...about });
      await accounts.tell(unit, accountId);
      await accounts.tellToken(unit, accountId);
    });
    if (refusal !== undefined) this.parts.onEnded(accountId);
  }

  private noted({ accountId }: AccountRecord, tokenReason: string): Promise<void> {
    return this.parts.store.now.accounts.update(accountId, { tokenReason });
  }

  private async dropAnalytics({ accountId, userId }: AccountRecord): Promise<void> {
    const { store, accounts, clock } = this.parts;
    await store.write(async (unit) => {
      await unit.accounts.update(accountId, {
        analyticsToken: undefined,
        analyticsHash: undefined,
        analyticsExpiresAtMs: 0,
      });
      const facts = { kind: 'analytics' };
      const about = { accountId, subjectUserId: userId, facts };
      await unit.audit.add({ atMs: clock.wallNow(), event: 'token-refused', outcome: 'refused', ...about });
      await accounts.tell(unit, accountId);
      await accounts.tellToken(unit, accountId, true);
    });
  }

  /** Records tokens whose time is over, and reminds at 08:30 of those without one. */
  private async look(): Promise<void> {
    const { store, clock } = this.parts;
    const nowMs = clock.wallNow();
    const records = await store.now.accounts.all();
    for (const record of records) {
      const isOver = record.tokenState === TokenState.VALID && record.tokenExpiresAtMs <= nowMs;
      if (isOver && !record.removed) await this.expire(record);
    }
    if (nowMs < this.reminderAtMs) return;
    this.reminderAtMs = nextReminder(nowMs);
    for (const record of records) await this.remind(record, reminderDay(nowMs));
  }

  private async expire({ accountId }: AccountRecord): Promise<void> {
    const { store, accounts, clock, onEnded } = this.parts;
    const done = await store.write(async (unit) => {
      const now = await unit.accounts.lock(accountId);
      const atMs = clock.wallNow();
      if (now?.tokenState !== TokenState.VALID || now.tokenExpiresAtMs > atMs) return false;
      const tokenReason = 'its time is over: log in again';
      await unit.accounts.update(accountId, { token: undefined, tokenState: TokenState.EXPIRED, tokenReason });
      await unit.audit.add({ atMs, event: 'token-expired', outcome: 'ok', accountId, subjectUserId: now.userId });
      await accounts.tell(unit, accountId);
      await accounts.tellToken(unit, accountId);
      return true;
    });
    if (done) onEnded(accountId);
  }

  private async remind({ accountId }: AccountRecord, day: number): Promise<void> {
    const { store, accounts, clock } = this.parts;
    await store.write(async (unit) => {
      const now = await unit.accounts.lock(accountId);
      if (now === undefined || now.removed || !now.enabled || now.remindedDay === day) return;
      const atMs = clock.wallNow();
      if (tokenStateAt(now.tokenState, now.tokenExpiresAtMs, atMs) === TokenState.VALID) return;
      const tokenReason = 'log in before the market opens';
      await unit.accounts.update(accountId, { remindedDay: day, tokenReason });
      await unit.audit.add({ atMs, event: 'token-reminder', outcome: 'ok', accountId, subjectUserId: now.userId });
      await accounts.tell(unit, accountId);
      await accounts.tellToken(unit, accountId);
    });
  }

  private async accountOf(accountId: string): Promise<AccountRecord> {
    const account = await this.parts.store.now.accounts.find(accountId);
    if (account === undefined || account.removed) throw noAccount();
    return account;
  }

  /** The account whose token reads the market: an analytics token first, then the access token that lives longest. */
  private async feedAccount(asked: { accountId: string; environment: BrokerEnvironment }): Promise<AccountRecord> {
    if (asked.accountId !== '') return this.accountOf(asked.accountId);
    const nowMs = this.parts.clock.wallNow();
    const records = (await this.parts.store.now.accounts.all()).filter(
      (record) =>
        !record.removed && record.enabled && !record.ownerDisabled && record.environment === asked.environment,
    );
    const byAnalytics = records.find((record) => hasAnalytics(record, nowMs));
    const byAccess = records
      .filter((record) => tokenStateAt(record.tokenState, record.tokenExpiresAtMs, nowMs) === TokenState.VALID)
      .sort((a, b) => b.tokenExpiresAtMs - a.tokenExpiresAtMs || a.createdAtMs - b.createdAtMs)[0];
    const found = byAnalytics ?? byAccess;
    if (found !== undefined) return found;
    throw new OutcomeError('UPSTREAM_TOKEN', 'no account of this environment has a broker token', {}, true);
  }
}

function hasAnalytics(account: AccountRecord, nowMs: number): boolean {
  return account.analyticsToken !== undefined && account.analyticsExpiresAtMs > nowMs;
}
