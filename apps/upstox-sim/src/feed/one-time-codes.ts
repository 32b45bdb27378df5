import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '@vega/kernel';
import type { Grant } from '../server/auth/token-vault.ts';

/** How long an authorized feed address may wait to be used. */
export const CODE_LIFE_MS = 60_000;
const MAX_CODES = 10_000;

interface Pending {
  readonly requestId: string;
  readonly grant: Grant;
  readonly expiresAtMs: number;
}

/** Codes of authorized feed addresses, each good for one handshake. */
export class OneTimeCodes {
  private readonly pending = new Map<string, Pending>();

  constructor(private readonly clock: Clock) {}

  issue(grant: Grant): { requestId: string; code: string } {
    this.forgetOld();
    const requestId = randomUUID();
    const code = randomBytes(18).toString('base64url');
    this.pending.set(code, { requestId, grant, expiresAtMs: this.clock.monotonicMs() + CODE_LIFE_MS });
    return { requestId, code };
  }

  /** The grant behind a code, once. Undefined when unknown, used, expired or paired with another request. */
  redeem(requestId: string | null, code: string | null): Grant | undefined {
    if (requestId === null || code === null) return undefined;
    const found = this.pending.get(code);
    this.pending.delete(code);
    if (found === undefined || found.requestId !== requestId) return undefined;
    return found.expiresAtMs > this.clock.monotonicMs() ? found.grant : undefined;
  }

  private forgetOld(): void {
    const now = this.clock.monotonicMs();
    for (const [code, entry] of this.pending) {
      // Insertion order is expiry order: the first live one ends the sweep.
      if (entry.expiresAtMs > now && this.pending.size < MAX_CODES) break;
      this.pending.delete(code);
    }
  }
}
