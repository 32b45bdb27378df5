import { randomInt } from 'node:crypto';
import type { Clock } from '@vega/kernel';

const CODE_LIFE_MS = 10 * 60_000;
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const CODE_LENGTH = 6;
const MAX_CODES = 10_000;

/** What the user agreed to on the login page. */
export interface Consent {
  readonly userId: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** Authorization codes: short, opaque, good for one exchange whether it succeeds or not. */
export class AuthCodes {
  private readonly codes = new Map<string, { readonly consent: Consent; readonly expiresAtMs: number }>();

  constructor(private readonly clock: Clock) {}

  issue(consent: Consent): string {
    if (this.codes.size >= MAX_CODES) this.codes.clear();
    let code: string;
    do code = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    while (this.codes.has(code));
    this.codes.set(code, { consent, expiresAtMs: this.clock.monotonicMs() + CODE_LIFE_MS });
    return code;
  }

  /** The consent behind a code; the code is gone afterwards. */
  consume(code: string): Consent | undefined {
    const found = this.codes.get(code);
    this.codes.delete(code);
    return found !== undefined && found.expiresAtMs > this.clock.monotonicMs() ? found.consent : undefined;
  }
}
