import { BrokerEnvironment } from '@vega/contracts';
import { wallInstant } from '@vega/kernel';
import type { BrokerTokens, FollowedToken } from '@vega/platform';
import type { BrokerToken, TokenSource } from '@vega/upstox/market';
import { TokenHolder } from './token-holder.ts';

const ENVIRONMENTS = { live: BrokerEnvironment.LIVE, simulator: BrokerEnvironment.SIMULATOR } as const;

/**
 * The broker token that auth hands out for the market of an environment. It changes without a restart, as every morning after
 * 03:30 IST, and whenever the one in use is refused and auth has another.
 */
export class AuthTokenSource implements TokenSource {
  private readonly holder = new TokenHolder(() => this.followed?.reportRejected('the market feed was refused'));
  private followed: FollowedToken | undefined;

  constructor(
    private readonly tokens: BrokerTokens,
    private readonly environment: keyof typeof ENVIRONMENTS,
  ) {}

  /** Why there is no token; undefined when there is one. */
  get problem(): string | undefined {
    if (this.holder.isRejected) return 'Upstox refused the token that auth gave';
    return this.holder.current() === undefined ? (this.followed?.problem ?? 'auth was not asked yet') : undefined;
  }

  current(): BrokerToken | undefined {
    return this.holder.current();
  }

  onChange(listener: () => void): () => void {
    return this.holder.onChange(listener);
  }

  reportRejected(token: string): void {
    this.holder.reportRejected(token);
  }

  start(): void {
    this.followed = this.tokens.follow({ feedOf: ENVIRONMENTS[this.environment] }, (token) => {
      if (token === undefined) return;
      this.holder.set({ token: token.accessToken, expiresAt: wallInstant(token.expiresAtMs) });
    });
  }

  stop(): void {
    this.followed?.stop();
  }
}
