import { createHash } from 'node:crypto';
import { authServiceRpc } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import type { PrincipalVerifier, RpcClient } from '@vega/platform';
import type { AccessPolicy, Asking } from '../../app/access.ts';
import type { Principal } from '../../app/principal.ts';

/** What every API key begins with. */
const API_KEY_PREFIX = 'vgk_';

/** API keys whose tokens are kept at most; the oldest go first. */
const MAX_KEPT = 5_000;

/** A token is exchanged for a new one this long before it ends, milliseconds. */
const EARLY_MS = 30_000;

/** Lets in who shows an access token of auth, or an API key, which is exchanged for one. */
export class TokenPolicy implements AccessPolicy {
  private readonly kept = new Map<string, { readonly token: string; readonly expiresAtMs: number }>();
  private readonly asking = new Map<string, Promise<string>>();

  constructor(
    private readonly verifier: PrincipalVerifier,
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
    readonly anonymous: Principal | undefined = undefined,
  ) {}

  async admit({ headers, address }: Asking): Promise<Principal> {
    const header = headers['authorization'];
    if (header === undefined && this.anonymous !== undefined) return this.anonymous;
    const [scheme, credential, more] = (typeof header === 'string' ? header : '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || credential === undefined || more !== undefined) {
      throw new OutcomeError('UNAUTHENTICATED', 'a bearer token or an API key says who asks', { reason: 'missing' });
    }
    return this.verify(credential, address);
  }

  async verify(credential: string, address: string): Promise<Principal> {
    if (!credential.startsWith(API_KEY_PREFIX)) return this.withToken(credential);
    const name = `${createHash('sha256').update(credential).digest('base64url')} ${address}`;
    const kept = this.kept.get(name);
    if (kept !== undefined && kept.expiresAtMs - EARLY_MS > this.clock.wallNow()) {
      try {
        return await this.withToken(kept.token);
      } catch {
        // Revoked meanwhile, or signed with a key that is void: auth says what holds now.
        this.kept.delete(name);
      }
    }
    const asking = this.asking.get(name) ?? this.exchange(name, credential, address);
    this.asking.set(name, asking);
    return this.withToken(await asking.finally(() => this.asking.delete(name)));
  }

  isCurrent(principal: Principal): boolean {
    return principal === this.anonymous || this.verifier.isCurrent(principal);
  }

  onRevocation(listener: () => void): () => void {
    return this.verifier.onRevocation(listener);
  }

  private async withToken(token: string): Promise<Principal> {
    return { ...(await this.verifier.verify(token)), token };
  }

  private async exchange(name: string, apiKey: string, address: string): Promise<string> {
    const { accessToken, expiresAtMs } = await this.rpc.call(authServiceRpc.exchangeApiKey, { apiKey, address });
    if (this.kept.size >= MAX_KEPT) {
      const [oldest] = this.kept.keys();
      if (oldest !== undefined) this.kept.delete(oldest);
    }
    this.kept.set(name, { token: accessToken, expiresAtMs });
    return accessToken;
  }
}
