import { wallInstant } from '@vega/kernel';
import type { BrokerToken, TokenSource } from '../../src/wire/token-source.ts';

/** A token source under the test's control. */
export class TestTokens implements TokenSource {
  readonly rejected: string[] = [];
  private readonly listeners = new Set<() => void>();
  private held: BrokerToken | undefined;

  constructor(token?: string, expiresAt = Number.MAX_SAFE_INTEGER) {
    if (token !== undefined) this.held = { token, expiresAt: wallInstant(expiresAt) };
  }

  current(): BrokerToken | undefined {
    return this.held;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  reportRejected(token: string): void {
    this.rejected.push(token);
  }

  set(token: string | undefined, expiresAt = Number.MAX_SAFE_INTEGER): void {
    this.held = token === undefined ? undefined : { token, expiresAt: wallInstant(expiresAt) };
    for (const listener of this.listeners) listener();
  }

  get listenerCount(): number {
    return this.listeners.size;
  }
}
