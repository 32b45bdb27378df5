import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { DAY_MS, nextTokenDeath } from '@vega/kernel';
import { z } from 'zod';
import type { Plan } from '../../feed/subscription-limits.ts';
import type { JsonFile } from '../json-file.ts';

export const TOKEN_KINDS = ['access', 'extended', 'analytics'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** What a valid token allows and to whom. */
export interface Grant {
  /** Digest of the token: its name in the vault. */
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  readonly kind: TokenKind;
  /** Epoch ms, wall time. */
  readonly expiresAt: number;
}

const StoredGrant = z.object({
  id: z.string(),
  userId: z.string(),
  clientId: z.string(),
  kind: z.enum(TOKEN_KINDS),
  expiresAt: z.number(),
});

/** The vault's document: the signing key and the living grants. Tokens themselves are not kept. */
export const VaultState = z.object({ signingKey: z.string(), grants: z.array(StoredGrant) });
export type VaultState = z.infer<typeof VaultState>;

const YEAR_MS = 365 * DAY_MS;
const HEADER = Buffer.from(JSON.stringify({ typ: 'JWT', alg: 'HS256' })).toString('base64url');

/** Issues tokens, knows which are alive, and kills them. A token is durable before it is handed out. */
export class TokenVault {
  private readonly signingKey: Buffer;
  private readonly grants = new Map<string, Grant>();
  private readonly listeners: (() => void)[] = [];

  /** @param now Epoch ms of the broker's wall clock, faults included. */
  constructor(
    private readonly file: JsonFile<VaultState>,
    private readonly now: () => number,
    private readonly plan: Plan,
  ) {
    const state = file.read();
    this.signingKey = state === undefined ? randomBytes(32) : Buffer.from(state.signingKey, 'base64url');
    for (const grant of state?.grants ?? []) this.grants.set(grant.id, grant);
  }

  /** Registers who wants to hear that tokens have died other than by age. */
  onDeath(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** A new token: access until the next 03:30 IST, the others for a year. */
  async issue(
    userId: string,
    clientId: string,
    kind: TokenKind,
    multiClient: boolean,
  ): Promise<{ token: string; grant: Grant }> {
    const issuedAt = this.now();
    const expiresAt = kind === 'access' ? nextTokenDeath(issuedAt) : issuedAt + YEAR_MS;
    const token = this.sign({
      sub: userId,
      jti: randomUUID(),
      isMultiClient: multiClient,
      isPlusPlan: this.plan === 'plus',
      ...(kind === 'access' ? {} : { [kind === 'extended' ? 'isExtended' : 'isAnalytics']: true }),
      iat: Math.floor(issuedAt / 1000),
      iss: 'udapi-gateway-service',
      exp: Math.floor(expiresAt / 1000),
    });
    const grant: Grant = { id: digest(token), userId, clientId, kind, expiresAt };
    this.forgetExpired();
    this.grants.set(grant.id, grant);
    await this.save();
    return { token, grant };
  }

  /** The grant of a token that is well signed, known, not revoked and not expired. */
  verify(token: string | undefined): Grant | undefined {
    if (token === undefined) return undefined;
    const [header = '', payload = '', signature = ''] = token.split('.');
    const expected = this.signature(`${header}.${payload}`);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const grant = this.grants.get(digest(token));
    return grant !== undefined && this.isAlive(grant) ? grant : undefined;
  }

  /** Whether a grant still holds. */
  isAlive(grant: Grant): boolean {
    return this.grants.has(grant.id) && grant.expiresAt > this.now();
  }

  /** Kills one token; durable when it resolves. */
  async revoke(grant: Grant): Promise<void> {
    this.grants.delete(grant.id);
    this.announceDeath();
    await this.save();
  }

  /** Kills every token, or those of one user. Returns how many. */
  revokeAll(userId?: string): number {
    const doomed = [...this.grants.values()].filter((grant) => userId === undefined || grant.userId === userId);
    for (const grant of doomed) this.grants.delete(grant.id);
    this.announceDeath();
    void this.save();
    return doomed.length;
  }

  /** Living tokens by kind. */
  census(): Record<TokenKind, number> {
    const counts = { access: 0, extended: 0, analytics: 0 };
    for (const grant of this.grants.values()) if (this.isAlive(grant)) counts[grant.kind]++;
    return counts;
  }

  /** Resolves when the present state is on disk. */
  save(): Promise<void> {
    return this.file.write({ signingKey: this.signingKey.toString('base64url'), grants: [...this.grants.values()] });
  }

  private announceDeath(): void {
    for (const listener of this.listeners) listener();
  }

  private forgetExpired(): void {
    const now = this.now();
    for (const grant of this.grants.values()) if (grant.expiresAt <= now - DAY_MS) this.grants.delete(grant.id);
  }

  private sign(claims: object): string {
    const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${this.signature(signed).toString('base64url')}`;
  }

  private signature(text: string): Buffer {
    return createHmac('sha256', this.signingKey).update(text).digest();
  }
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string | undefined {
  const match = /^Bearer\s+(\S+)$/i.exec(header ?? '');
  return match?.[1];
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
