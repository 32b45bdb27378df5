import { BrokerEnvironment, TokenState, type BrokerAccount, type TokenStatus } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import { requireScope, type Principal } from '@vega/platform';
import { isAddressRule } from '../domain/address-rules.ts';
import {
  ANALYTICS_LIFE_MS,
  MAX_ACCOUNTS,
  SANDBOX_LIFE_MS,
  tokenStateAt,
  tradingProblem,
} from '../domain/account-rules.ts';
import { auditOf, requirePerson, type Client } from './caller.ts';
import type { AccountChange, AccountRecord, Brokers, Randomness, Store, Unit, Vault } from './ports.ts';
import { sha256 } from './session-desk.ts';

/** What an owner says of a new account. */
export interface NewAccount {
  readonly label: string;
  readonly environment: BrokerEnvironment;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly egressAddress: string;
  readonly relation: string;
  readonly consent: boolean;
  readonly analyticsToken: string;
  readonly sandboxToken: string;
}

/** What an owner changes of an account; absent = as it is. */
export interface AccountEdit {
  readonly label?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly redirectUri?: string;
  readonly egressAddress?: string;
  readonly enabled?: boolean;
  readonly consent?: boolean;
  readonly analyticsToken?: string;
  readonly sandboxToken?: string;
  readonly renewNotifier: boolean;
}

/** Where approved tokens are delivered, below the address of the platform; its end is known to owner and broker alone. */
export const NOTIFIER_PATH = '/hooks/upstox/';

/** Broker accounts of users: made, changed and told. Secrets go in and do not come out. */
export class AccountDesk {
  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly vault: Vault;
      readonly random: Randomness;
      readonly brokers: Brokers;
      readonly clock: Clock;
    },
  ) {}

  /** Every account of every user, for services. */
  async all(): Promise<BrokerAccount[]> {
    return (await this.parts.store.now.accounts.all()).map((record) => this.toAccount(record));
  }

  async listOf(principal: Principal): Promise<BrokerAccount[]> {
    const records = await this.parts.store.now.accounts.listOf(principal.userId);
    return records.filter((record) => isVisible(principal, record)).map((record) => this.toAccount(record));
  }

  async create(
    principal: Principal,
    asked: NewAccount,
    client: Client,
  ): Promise<{ account: BrokerAccount; notifierPath: string }> {
    requirePerson(principal);
    requireScope(principal, 'trade');
    const { store, random, clock } = this.parts;
    this.refuseUnfit(asked);
    const nowMs = clock.wallNow();
    const accountId = random.id('acc_');
    const notifierSecret = random.secret('');
    const isSandbox = asked.environment === BrokerEnvironment.SANDBOX;
    await store.write(async (unit) => {
      const present = (await unit.accounts.listOf(principal.userId)).filter(({ removed }) => !removed);
      if (present.length >= MAX_ACCOUNTS) {
        throw new OutcomeError('LIMIT_REACHED', `a user has ${MAX_ACCOUNTS} accounts at most: own and family`);
      }
      await unit.accounts.insert({
        accountId,
        userId: principal.userId,
        label: asked.label,
        environment: asked.environment,
        clientId: asked.clientId,
        clientSecret: this.sealed(accountId, 'client-secret', asked.clientSecret),
        redirectUri: asked.redirectUri,
        egressAddress: asked.egressAddress,
        relation: asked.relation === 'family' ? 'family' : 'own',
        enabled: true,
        consentAtMs: asked.consent ? nowMs : 0,
        notifierHash: sha256(notifierSecret),
        ...NO_TOKEN,
        ...(isSandbox && asked.sandboxToken !== '' ? this.sandboxToken(accountId, asked.sandboxToken) : {}),
        ...this.analytics(accountId, asked.analyticsToken),
        approvalExpiresAtMs: 0,
        createdAtMs: nowMs,
      });
      const facts = {
        environment: ENVIRONMENT_NAMES[asked.environment],
        consent: String(asked.consent),
        relation: asked.relation,
      };
      await unit.audit.add(auditOf('account-created', 'ok', nowMs, client, { principal, accountId, facts }));
      await this.tell(unit, accountId);
    });
    const made = await this.ownRecord(principal, accountId);
    return { account: this.toAccount(made), notifierPath: `${NOTIFIER_PATH}${notifierSecret}` };
  }

  async update(
    principal: Principal,
    accountId: string,
    edit: AccountEdit,
    client: Client,
  ): Promise<{ account: BrokerAccount; notifierPath: string }> {
    requirePerson(principal);
    requireScope(principal, 'trade');
    const { store, random, clock } = this.parts;
    const nowMs = clock.wallNow();
    const notifierSecret = edit.renewNotifier ? random.secret('') : '';
    await store.write(async (unit) => {
      const before = await unit.accounts.lock(accountId);
      if (before === undefined || before.removed || !isVisible(principal, before)) throw noAccount();
      const merged = { ...before, ...withoutUndefined(edit) };
      this.refuseUnfit({ ...merged, clientSecret: edit.clientSecret ?? 'kept' });
      const change: AccountChange = {
        label: merged.label,
        clientId: merged.clientId,
        redirectUri: merged.redirectUri,
        egressAddress: merged.egressAddress,
        enabled: merged.enabled,
        ...(edit.consent === undefined ? {} : { consentAtMs: edit.consent ? before.consentAtMs || nowMs : 0 }),
        ...(edit.clientSecret === undefined
          ? {}
          : { clientSecret: this.sealed(accountId, 'client-secret', edit.clientSecret) }),
        ...(edit.analyticsToken === undefined ? {} : this.analytics(accountId, edit.analyticsToken)),
        ...(edit.sandboxToken === undefined || before.environment !== BrokerEnvironment.SANDBOX
          ? {}
          : this.sandboxToken(accountId, edit.sandboxToken)),
        ...(notifierSecret === '' ? {} : { notifierHash: sha256(notifierSecret) }),
        // A token belongs to the app it was given to.
        ...(merged.clientId === before.clientId ? {} : NO_TOKEN),
      };
      await unit.accounts.update(accountId, change);
      const facts = { changed: Object.keys(withoutUndefined(edit)).join(' ') };
      await unit.audit.add(auditOf('account-updated', 'ok', nowMs, client, { principal, accountId, facts }));
      await this.tell(unit, accountId);
      if (merged.clientId !== before.clientId) await this.tellToken(unit, accountId);
      if (edit.analyticsToken !== undefined) await this.tellToken(unit, accountId, true);
    });
    const notifierPath = notifierSecret === '' ? '' : `${NOTIFIER_PATH}${notifierSecret}`;
    return { account: this.toAccount(await this.ownRecord(principal, accountId)), notifierPath };
  }

  /** Removes an account: its id stays in records, its secrets are gone. */
  async remove(principal: Principal, accountId: string, client: Client): Promise<void> {
    requirePerson(principal);
    requireScope(principal, 'trade');
    const { store, clock } = this.parts;
    await store.write(async (unit) => {
      const before = await unit.accounts.lock(accountId);
      if (before === undefined || before.removed || !isVisible(principal, before)) throw noAccount();
      await unit.accounts.update(accountId, {
        ...NO_TOKEN,
        ...NO_ANALYTICS,
        clientSecret: Buffer.alloc(0),
        notifierHash: sha256(this.parts.random.secret('')),
        enabled: false,
        removed: true,
        approvalExpiresAtMs: 0,
      });
      await unit.audit.add(auditOf('account-removed', 'ok', clock.wallNow(), client, { principal, accountId }));
      await this.tell(unit, accountId);
      await this.tellToken(unit, accountId);
    });
  }

  /** The state of the tokens of a principal's accounts. */
  async tokenStatuses(principal: Principal): Promise<TokenStatus[]> {
    const records = await this.parts.store.now.accounts.listOf(principal.userId);
    return records
      .filter((record) => !record.removed && isVisible(principal, record))
      .map((record) => ({
        accountId: record.accountId,
        label: record.label,
        environment: record.environment,
        state: this.stateOf(record),
        issuedAtMs: record.tokenIssuedAtMs,
        expiresAtMs: record.tokenExpiresAtMs,
        checkedAtMs: record.tokenCheckedAtMs,
        reason: record.tokenReason,
        hasAnalyticsToken: record.analyticsToken !== undefined,
        analyticsExpiresAtMs: record.analyticsExpiresAtMs,
        approvalExpiresAtMs: record.approvalExpiresAtMs,
      }));
  }

  /** The stored account, when it is the principal's. */
  async ownRecord(principal: Principal, accountId: string): Promise<AccountRecord> {
    const record = await this.parts.store.now.accounts.find(accountId);
    if (record === undefined || record.removed || !isVisible(principal, record)) throw noAccount();
    return record;
  }

  /** Publishes the account as it now is. */
  async tell(unit: Unit, accountId: string): Promise<void> {
    const record = await unit.accounts.find(accountId);
    if (record === undefined) return;
    await unit.events.accountChanged({ account: this.toAccount(record), atMs: this.parts.clock.wallNow() });
  }

  /** Publishes the state of an account's token as it now is. */
  async tellToken(unit: Unit, accountId: string, analytics = false): Promise<void> {
    const record = await unit.accounts.find(accountId);
    if (record === undefined) return;
    const has = record.analyticsToken !== undefined;
    await unit.events.tokenChanged({
      accountId,
      analytics,
      state: analytics ? (has ? TokenState.VALID : TokenState.ABSENT) : this.stateOf(record),
      issuedAtMs: record.tokenIssuedAtMs,
      expiresAtMs: analytics ? record.analyticsExpiresAtMs : record.tokenExpiresAtMs,
      reason: record.tokenReason,
      atMs: this.parts.clock.wallNow(),
    });
  }

  /** What of a user decides about trading has changed: all their accounts are told anew. */
  async tellAllOf(unit: Unit, userId: string): Promise<void> {
    for (const { accountId, removed } of await unit.accounts.listOf(userId)) {
      if (removed) continue;
      await unit.accounts.update(accountId, {});
      await this.tell(unit, accountId);
    }
  }

  private stateOf(record: AccountRecord): TokenState {
    return tokenStateAt(record.tokenState, record.tokenExpiresAtMs, this.parts.clock.wallNow());
  }

  private toAccount(record: AccountRecord): BrokerAccount {
    return {
      accountId: record.accountId,
      userId: record.userId,
      label: record.label,
      environment: record.environment,
      brokerUserId: record.brokerUserId,
      clientId: record.clientId,
      redirectUri: record.redirectUri,
      egressAddress: record.egressAddress,
      enabled: record.enabled,
      tradingAllowed: tradingProblem(record) === undefined,
      tokenState: this.stateOf(record),
      tokenIssuedAtMs: record.tokenIssuedAtMs,
      tokenExpiresAtMs: record.tokenExpiresAtMs,
      tokenCheckedAtMs: record.tokenCheckedAtMs,
      tokenReason: record.tokenReason,
      hasAnalyticsToken: record.analyticsToken !== undefined,
      consentAtMs: record.consentAtMs,
      removed: record.removed,
      revision: record.revision,
      approvalExpiresAtMs: record.approvalExpiresAtMs,
      relation: record.relation,
      createdAtMs: record.createdAtMs,
    };
  }

  private refuseUnfit(asked: {
    readonly environment: BrokerEnvironment;
    readonly clientSecret: string;
    readonly egressAddress: string;
    readonly redirectUri: string;
  }): void {
    const refuse = (why: string): never => {
      throw new OutcomeError('ACCOUNT_INVALID', why);
    };
    if (ENVIRONMENT_NAMES[asked.environment] === undefined || asked.environment === BrokerEnvironment.UNSPECIFIED) {
      refuse('the environment is live, sandbox or simulator');
    }
    if (this.parts.brokers(asked.environment) === undefined && asked.environment !== BrokerEnvironment.SANDBOX) {
      refuse('this installation has no broker of that environment');
    }
    if (asked.egressAddress !== '' && (!isAddressRule(asked.egressAddress) || asked.egressAddress.includes('/'))) {
      refuse('the egress address is an IPv4 or IPv6 address');
    }
    if (asked.environment === BrokerEnvironment.LIVE && !asked.redirectUri.startsWith('https://')) {
      refuse('the redirect of a live account is an https address');
    }
  }

  private analytics(accountId: string, token: string): AccountChange & typeof NO_ANALYTICS {
    if (token === '') return NO_ANALYTICS;
    return {
      analyticsToken: this.sealed(accountId, 'analytics', token),
      analyticsHash: sha256(token),
      analyticsExpiresAtMs: this.parts.clock.wallNow() + ANALYTICS_LIFE_MS,
    } as AccountChange & typeof NO_ANALYTICS;
  }

  private sandboxToken(accountId: string, token: string): AccountChange {
    const nowMs = this.parts.clock.wallNow();
    if (token === '') return NO_TOKEN;
    return {
      token: this.sealed(accountId, 'token', token),
      tokenHash: sha256(token),
      tokenState: TokenState.VALID,
      tokenIssuedAtMs: nowMs,
      tokenExpiresAtMs: nowMs + SANDBOX_LIFE_MS,
      tokenCheckedAtMs: 0,
      tokenReason: '',
    };
  }

  private sealed(accountId: string, what: SecretKind, plain: string): Buffer {
    return this.parts.vault.seal(secretPurpose(accountId, what), plain);
  }
}

/** The secrets of an account. */
export type SecretKind = 'client-secret' | 'token' | 'analytics';

/** What an account's secret is bound to in the vault. */
export function secretPurpose(accountId: string, what: SecretKind): string {
  return `account:${accountId}:${what}`;
}

export const ENVIRONMENT_NAMES: Readonly<Record<BrokerEnvironment, string>> = {
  [BrokerEnvironment.UNSPECIFIED]: 'none',
  [BrokerEnvironment.LIVE]: 'live',
  [BrokerEnvironment.SANDBOX]: 'sandbox',
  [BrokerEnvironment.SIMULATOR]: 'simulator',
};

const NO_TOKEN = {
  token: undefined,
  tokenHash: undefined,
  tokenState: TokenState.ABSENT,
  tokenIssuedAtMs: 0,
  tokenExpiresAtMs: 0,
  tokenCheckedAtMs: 0,
  tokenReason: '',
} as const;

const NO_ANALYTICS = { analyticsToken: undefined, analyticsHash: undefined, analyticsExpiresAtMs: 0 } as const;

function isVisible(principal: Principal, record: AccountRecord): boolean {
  return record.userId === principal.userId && principal.accounts?.includes(record.accountId) !== false;
}

export function noAccount(): OutcomeError {
  return new OutcomeError('ACCOUNT_NOT_FOUND', 'there is no such account');
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
