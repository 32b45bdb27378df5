import { BrokerEnvironment, TokenState, type BrokerAccount } from '@vega/contracts';
import { toIstIso } from '@vega/kernel';
import type { BrokerAccounts } from '@vega/platform';
import type { ChannelSubscription, Held, Resolved, StreamChannel, SubscriptionHandle } from '../channel.ts';

export const ENVIRONMENTS = ['live', 'sandbox', 'simulator'] as const;
export const TOKEN_STATES = ['absent', 'valid', 'expired', 'rejected'] as const;

const ENVIRONMENT_NAMES: Readonly<Record<BrokerEnvironment, (typeof ENVIRONMENTS)[number]>> = {
  [BrokerEnvironment.UNSPECIFIED]: 'simulator',
  [BrokerEnvironment.LIVE]: 'live',
  [BrokerEnvironment.SANDBOX]: 'sandbox',
  [BrokerEnvironment.SIMULATOR]: 'simulator',
};

const STATE_NAMES: Readonly<Record<TokenState, (typeof TOKEN_STATES)[number]>> = {
  [TokenState.UNSPECIFIED]: 'absent',
  [TokenState.ABSENT]: 'absent',
  [TokenState.VALID]: 'valid',
  [TokenState.EXPIRED]: 'expired',
  [TokenState.REJECTED]: 'rejected',
};

/** An environment in the words of the public interfaces. */
export function toEnvironmentName(environment: BrokerEnvironment): (typeof ENVIRONMENTS)[number] {
  return ENVIRONMENT_NAMES[environment];
}

/** A token state in the words of the public interfaces. */
export function toTokenStateName(state: TokenState): (typeof TOKEN_STATES)[number] {
  return STATE_NAMES[state];
}

/** A broker account as its owner is shown it. */
export interface AccountFigures {
  account_id: string;
  label: string;
  environment: (typeof ENVIRONMENTS)[number];
  broker_user_id: string | null;
  client_id: string;
  redirect_uri: string;
  egress_address: string | null;
  relation: string;
  enabled: boolean;
  trading_allowed: boolean;
  token_state: (typeof TOKEN_STATES)[number];
  token_issued_at_ms: number | null;
  token_expires_at_ms: number | null;
  token_expires_at: string | null;
  token_checked_at_ms: number | null;
  token_reason: string | null;
  approval_expires_at_ms: number | null;
  has_analytics_token: boolean;
  consent_at_ms: number | null;
  created_at_ms: number;
  revision: number;
}

/** The figures of an account; what is not there is null. */
export function accountFiguresOf(account: BrokerAccount): AccountFigures {
  return {
    account_id: account.accountId,
    label: account.label,
    environment: toEnvironmentName(account.environment),
    broker_user_id: account.brokerUserId || null,
    client_id: account.clientId,
    redirect_uri: account.redirectUri,
    egress_address: account.egressAddress || null,
    relation: account.relation,
    enabled: account.enabled,
    trading_allowed: account.tradingAllowed,
    token_state: toTokenStateName(account.tokenState),
    token_issued_at_ms: account.tokenIssuedAtMs || null,
    token_expires_at_ms: account.tokenExpiresAtMs || null,
    token_expires_at: account.tokenExpiresAtMs === 0 ? null : toIstIso(account.tokenExpiresAtMs),
    token_checked_at_ms: account.tokenCheckedAtMs || null,
    token_reason: account.tokenReason || null,
    approval_expires_at_ms: account.approvalExpiresAtMs || null,
    has_analytics_token: account.hasAnalyticsToken,
    consent_at_ms: account.consentAtMs || null,
    created_at_ms: account.createdAtMs,
    revision: account.revision,
  };
}

/** The accounts of one user. */
export interface AccountsBody {
  readonly accounts: readonly AccountFigures[];
}

/** A user's own broker accounts with the state of their tokens: all at first, then again at every change. */
export class AccountsChannel implements StreamChannel<object, Resolved, AccountsBody> {
  readonly access = { scope: 'read' } as const;
  readonly name = 'accounts';
  readonly request = {};
  private readonly subscriptions = new Set<AccountsSubscription>();
  private readonly ending: () => void;

  constructor(private readonly accounts: BrokerAccounts) {
    this.ending = accounts.onChange((account) => {
      for (const subscription of this.subscriptions) subscription.noteChange(account);
    });
  }

  resolve(): Resolved {
    return {};
  }

  open(handle: SubscriptionHandle): AccountsSubscription {
    const subscription: AccountsSubscription = new AccountsSubscription(handle, this.accounts, () =>
      this.subscriptions.delete(subscription),
    );
    this.subscriptions.add(subscription);
    return subscription;
  }

  toJson(body: AccountsBody): string {
    return JSON.stringify(body);
  }

  close(): Promise<void> {
    this.ending();
    return Promise.resolve();
  }
}

/** One client's own accounts; every change shows all of them, which are ten at most. */
class AccountsSubscription implements ChannelSubscription<Resolved, AccountsBody> {
  readonly itemCount = 1;
  hasChanges = false;

  constructor(
    private readonly handle: SubscriptionHandle,
    private readonly accounts: BrokerAccounts,
    private readonly onRelease: () => void,
  ) {}

  hold(): Held {
    return { reply: {}, items: undefined, notices: [] };
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  snapshot(): AccountsBody {
    this.hasChanges = false;
    const { userId, accounts } = this.handle.principal;
    const own = this.accounts
      .all()
      .filter((one) => one.userId === userId && accounts?.includes(one.accountId) !== false);
    return { accounts: own.map(accountFiguresOf).sort((a, b) => a.created_at_ms - b.created_at_ms) };
  }

  changes(): AccountsBody {
    return this.snapshot();
  }

  noteChange(account: BrokerAccount): void {
    if (account.userId !== this.handle.principal.userId) return;
    this.hasChanges = true;
    this.handle.changed();
  }

  release(): void {
    this.onRelease();
  }
}
