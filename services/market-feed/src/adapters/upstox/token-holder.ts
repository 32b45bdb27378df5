import type { BrokerToken, TokenSource } from '@vega/upstox/market';

/** A token source whose token somebody else sets. */
export class TokenHolder implements TokenSource {
  private token: BrokerToken | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly rejected = new Set<string>();

  /** @param onRejected Told once of each token that Upstox refused. */
  constructor(private readonly onRejected: () => void = () => undefined) {}

  current(): BrokerToken | undefined {
    return this.token;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  reportRejected(token: string): void {
    if (token !== this.token?.token || this.rejected.has(token)) return;
    this.rejected.add(token);
    if (this.rejected.size > 100) this.rejected.clear();
    this.onRejected();
  }

  /** Whether the present token was refused. */
  get isRejected(): boolean {
    return this.token !== undefined && this.rejected.has(this.token.token);
  }

  /** Replaces the token and tells everybody; the same token again is no news. */
  set(token: BrokerToken | undefined): void {
    if (token?.token === this.token?.token && token?.expiresAt === this.token?.expiresAt) return;
    this.token = token;
    for (const listener of this.listeners) listener();
  }
}
