import type { WallInstant } from '@vega/kernel';

/** A bearer token of a broker account and the instant it dies (03:30 IST, whenever it was issued). A secret. */
export interface BrokerToken {
  readonly token: string;
  readonly expiresAt: WallInstant;
}

/** Where the account's token comes from. A port: auth's vault in production, a file or a constant elsewhere. */
export interface TokenSource {
  /** The newest token known; undefined while nobody has logged in. May be past its expiry. */
  current(): BrokerToken | undefined;
  /** Calls `listener` whenever {@link current} has changed. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
  /** Told that Upstox refused this token, so that the source can look for another. */
  reportRejected?(token: string): void;
}

const USABLE = /^[\x21-\x7e]{1,4096}$/;

/** Whether the text can travel in an HTTP header; a token that cannot would surface in the platform's error text. */
export function isUsableToken(token: string): boolean {
  return USABLE.test(token);
}
