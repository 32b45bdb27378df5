import { createHash } from 'node:crypto';
import {
  authServiceRpc,
  BrokerToken,
  subjects,
  TokenChanged,
  TokenPurpose,
  type BrokerEnvironment,
} from '@vega/contracts';
import { repeat, type Timer } from '@vega/kernel';
import { createSealKeys, openSeal } from './sealing.ts';
import type { ServiceContext } from './start-service.ts';

/** What the seal of a broker token is bound to. */
export const BROKER_TOKEN_SEAL = 'vega broker token v1';

/** Whose token is wanted: one account's own, or any that may read the market of an environment. */
export type TokenWanted =
  { readonly accountId: string; readonly purpose?: TokenPurpose } | { readonly feedOf: BrokerEnvironment };

/** A token that is kept current. */
export interface FollowedToken {
  /** The newest token; undefined while there is none. May be past its end. */
  current(): BrokerToken | undefined;
  /** Why there is none; undefined when there is one. */
  readonly problem: string | undefined;
  /** Tells auth that the broker refused the present token. */
  reportRejected(reason: string): void;
  stop(): void;
}

/** Broker tokens as auth hands them out: sealed to this process, fetched by RPC, never published. */
export interface BrokerTokens {
  /** Fetches a token now. Throws `OutcomeError` UPSTREAM_TOKEN when there is none to be had. */
  fetch(wanted: TokenWanted): Promise<BrokerToken>;
  /** Fetches a token and again whenever it changes; tells every new one, and undefined when it is gone. */
  follow(wanted: TokenWanted, listener: (token: BrokerToken | undefined) => void): FollowedToken;
}

/** A token that could not be had is asked for again this often, milliseconds; changes are told at once. */
const RETRY_MS = 2_000;

type TokensContext = Pick<ServiceContext, 'rpc' | 'bus' | 'clock' | 'logger' | 'onDrain'>;

/** Makes the way to broker tokens of a process; auth hands them to orders, portfolio and market-feed only. */
export function createBrokerTokens(context: TokensContext): BrokerTokens {
  const followers = new Set<Follower>();
  const { bus, logger, onDrain } = context;
  const subscription = bus.nc.subscribe(subjects.allTokens(), {
    callback: (error, message) => {
      if (error) return void logger.error({ err: error }, 'the subscription to token changes failed');
      const change = TokenChanged.decode(message.data);
      for (const follower of followers) follower.heard(change);
    },
  });
  void (async () => {
    for await (const status of bus.nc.status()) {
      if (status.type === 'reconnect') for (const follower of followers) follower.look();
    }
  })();
  onDrain('broker tokens', () => {
    subscription.unsubscribe();
    for (const follower of followers) follower.stop();
  });
  const fetch = (wanted: TokenWanted): Promise<BrokerToken> => fetchToken(context, wanted);
  return {
    fetch,
    follow(wanted, listener) {
      const follower = new Follower(context, wanted, listener, fetch, () => followers.delete(follower));
      followers.add(follower);
      follower.look();
      return follower;
    },
  };
}

async function fetchToken({ rpc }: TokensContext, wanted: TokenWanted): Promise<BrokerToken> {
  const keys = createSealKeys();
  const sealed = await rpc.call(authServiceRpc.fetchBrokerToken, {
    requesterPublicKey: keys.publicKey,
    ...('accountId' in wanted
      ? { accountId: wanted.accountId, purpose: wanted.purpose ?? TokenPurpose.ACCOUNT, environment: 0 }
      : { accountId: '', purpose: TokenPurpose.FEED, environment: wanted.feedOf }),
  });
  return BrokerToken.decode(openSeal(sealed, keys, BROKER_TOKEN_SEAL));
}

class Follower implements FollowedToken {
  private token: BrokerToken | undefined;
  private asking = false;
  private again = false;
  private stopped = false;
  private readonly timer: Timer;
  problem: string | undefined = 'auth was not asked for a broker token yet';

  constructor(
    private readonly context: TokensContext,
    private readonly wanted: TokenWanted,
    private readonly listener: (token: BrokerToken | undefined) => void,
    private readonly fetch: (wanted: TokenWanted) => Promise<BrokerToken>,
    private readonly forget: () => void,
  ) {
    this.timer = repeat(context.clock, RETRY_MS, () => {
      if (this.problem !== undefined || this.isOver()) this.look();
    });
  }

  current(): BrokerToken | undefined {
    return this.token;
  }

  /** A change of any account concerns who wants any token. */
  heard({ accountId }: TokenChanged): void {
    if (!('accountId' in this.wanted) || this.wanted.accountId === accountId) this.look();
  }

  look(): void {
    if (this.stopped) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    this.again = false;
    void this.ask().finally(() => {
      this.asking = false;
      if (this.again) this.look();
    });
  }

  reportRejected(reason: string): void {
    const { token } = this;
    if (token === undefined) return;
    const tokenSha256 = createHash('sha256').update(token.accessToken).digest('hex');
    const report = { accountId: token.accountId, tokenSha256, reason };
    this.context.rpc
      .call(authServiceRpc.reportRejectedToken, report)
      .catch((error: unknown) => this.context.logger.warn({ err: error }, 'auth was not told of a refused token'));
  }

  stop(): void {
    this.stopped = true;
    this.timer.cancel();
    this.forget();
  }

  private isOver(): boolean {
    return this.token !== undefined && this.token.expiresAtMs <= this.context.clock.wallNow();
  }

  private async ask(): Promise<void> {
    try {
      const token = await this.fetch(this.wanted);
      this.problem = undefined;
      if (token.accessToken === this.token?.accessToken && token.expiresAtMs === this.token.expiresAtMs) return;
      this.token = token;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.problem) this.context.logger.warn({ problem }, 'no broker token from auth');
      this.problem = problem;
      // What was handed out before is kept: a token that ended says so itself, and auth may only be away.
      return;
    }
    if (!this.stopped) this.listener(this.token);
  }
}
