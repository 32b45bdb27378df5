import { AccountChanged, authServiceRpc, BrokerEnvironment, subjects, type BrokerAccount } from '@vega/contracts';
import { OutcomeError, type Timer } from '@vega/kernel';
import type { Principal, Scope } from './access-token.ts';
import type { ServiceContext } from './start-service.ts';

/** What a service knows of the broker accounts of all users; kept current, never a secret. */
export interface BrokerAccounts {
  /** Whether auth has told its accounts since this process started. */
  readonly isKnown: boolean;
  /** The account; undefined for an unknown or removed one. */
  get(accountId: string): BrokerAccount | undefined;
  /** Every account that is not removed. */
  all(): readonly BrokerAccount[];
  /** Told of every change, removals included. Returns the function that ends it. */
  onChange(listener: (account: BrokerAccount) => void): () => void;
}

/** Auth is asked again this long after it gave no answer, milliseconds. */
const RETRY_MS = 1_000;

type AccountsContext = Pick<ServiceContext, 'rpc' | 'bus' | 'clock' | 'logger' | 'onDrain'>;

/** Keeps the accounts of this process current from `list-accounts` and `auth.v1.account.*`; asks at once, waits for no answer. */
export function createBrokerAccounts(context: AccountsContext): BrokerAccounts {
  return new AuthAccounts(context).start();
}

class AuthAccounts implements BrokerAccounts {
  private readonly accounts = new Map<string, BrokerAccount>();
  private readonly listeners = new Set<(account: BrokerAccount) => void>();
  private timer: Timer | undefined;
  private stopped = false;
  isKnown = false;

  constructor(private readonly context: AccountsContext) {}

  start(): this {
    const { bus, logger, onDrain } = this.context;
    const subscription = bus.nc.subscribe(subjects.allAccounts(), {
      callback: (error, message) => {
        if (error) logger.error({ err: error }, 'the subscription to accounts failed');
        else this.take(AccountChanged.decode(message.data).account);
      },
    });
    onDrain('broker accounts', () => {
      this.stopped = true;
      this.timer?.cancel();
      subscription.unsubscribe();
    });
    void this.fetch();
    void this.fetchOnReconnect();
    return this;
  }

  get(accountId: string): BrokerAccount | undefined {
    const account = this.accounts.get(accountId);
    return account?.removed === true ? undefined : account;
  }

  all(): readonly BrokerAccount[] {
    return [...this.accounts.values()].filter(({ removed }) => !removed);
  }

  onChange(listener: (account: BrokerAccount) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private take(account: BrokerAccount | undefined): void {
    if (account === undefined) return;
    const before = this.accounts.get(account.accountId);
    if (before !== undefined && before.revision >= account.revision) return;
    this.accounts.set(account.accountId, account);
    for (const listener of this.listeners) listener(account);
  }

  private async fetch(): Promise<void> {
    const { rpc, clock, logger } = this.context;
    try {
      const { accounts } = await rpc.call(authServiceRpc.listAccounts, {});
      this.isKnown = true;
      for (const account of accounts) this.take(account);
    } catch (error) {
      if (this.stopped) return;
      logger.debug({ err: error }, 'auth did not tell its accounts yet');
      this.timer?.cancel();
      this.timer = clock.after(RETRY_MS, () => void this.fetch());
    }
  }

  private async fetchOnReconnect(): Promise<void> {
    for await (const status of this.context.bus.nc.status()) {
      if (status.type === 'reconnect' && !this.stopped) await this.fetch();
    }
  }
}

/** Throws PERMISSION_DENIED when the principal's scope does not allow it. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw new OutcomeError('PERMISSION_DENIED', `this needs the scope "${scope}"`, { scope });
}

/**
 * The account, when the principal may touch it. Accounts of others are as unknown as those that never were: both are
 * ACCOUNT_NOT_FOUND. Before auth has told its accounts the answer is SERVICE_UNAVAILABLE.
 */
export function requireAccount(accounts: BrokerAccounts, principal: Principal, accountId: string): BrokerAccount {
  const account = accounts.get(accountId);
  const isOwn = account?.userId === principal.userId && principal.accounts?.includes(accountId) !== false;
  if (account !== undefined && isOwn) return account;
  if (!accounts.isKnown) throw new OutcomeError('SERVICE_UNAVAILABLE', 'the accounts are not known yet', {}, true);
  throw new OutcomeError('ACCOUNT_NOT_FOUND', 'there is no such account');
}

/**
 * The account, when the principal may send orders for it now: scope trade, an account whose trading is allowed, and a
 * second factor where money is real.
 */
export function requireTrading(accounts: BrokerAccounts, principal: Principal, accountId: string): BrokerAccount {
  requireScope(principal, 'trade');
  const account = requireAccount(accounts, principal, accountId);
  if (account.environment === BrokerEnvironment.LIVE && !principal.mfa) {
    throw new OutcomeError('SECOND_FACTOR_MISSING', 'live trading needs a session that gave its second factor');
  }
  if (!account.tradingAllowed) {
    throw new OutcomeError('PERMISSION_DENIED', 'trading is not allowed for this account', { account: accountId });
  }
  return account;
}
