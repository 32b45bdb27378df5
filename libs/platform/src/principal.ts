// Goal: every service checks callers by itself, at the cost of one map look-up for a token it has seen.
// Method: public keys and revocations come from auth (`get-keys`) at start, on an unknown key, after every reconnect and on
//   a timer; revocations also come as they happen. A token that was checked once is remembered until it ends or is revoked.
// Invariants: a token that is remembered was verified by this process; while auth is away what is known stays in force.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { authServiceRpc, Revocation, RevocationKind, subjects, type VerificationKey } from '@vega/contracts';
import { OperationalError, repeat } from '@vega/kernel';
import { keyIdOf, readAccessToken, refuseOutOfTime, unauthenticated, type Principal } from './access-token.ts';
import type { ServiceContext } from './start-service.ts';

/** Checks who asks. */
export interface PrincipalVerifier {
  /**
   * The principal of a token. Throws `OutcomeError` UNAUTHENTICATED with the reason, or `OperationalError`
   * SERVICE_UNAVAILABLE when the key is not known and auth cannot be asked.
   */
  verify(token: string | undefined): Promise<Principal>;
  /** Whether a principal that was verified earlier is still one: for connections that outlive a request. */
  isCurrent(principal: Principal): boolean;
  /** Told at every revocation; `concerns` says whether it ends a principal. Returns the function that ends it. */
  onRevocation(listener: (concerns: (principal: Principal) => boolean) => void): () => void;
}

/** Tokens remembered at most; the oldest go first. */
const MAX_REMEMBERED = 20_000;

/** Public keys and revocations are asked again after this, milliseconds. */
const REFRESH_MS = 60_000;

/** Questions because of unknown keys are at least this far apart, milliseconds: whoever makes keys up must not flood auth. */
const UNKNOWN_KEY_PAUSE_MS = 1_000;

type VerifierContext = Pick<ServiceContext, 'rpc' | 'bus' | 'clock' | 'logger' | 'metrics' | 'onDrain'>;

/** Makes the verifier of a process. It asks auth once at the start and does not wait long for it. */
export async function createPrincipalVerifier(context: VerifierContext): Promise<PrincipalVerifier> {
  const verifier = new AuthVerifier(context);
  await verifier.start();
  return verifier;
}

interface KnownKey {
  readonly publicKey: KeyObject;
  readonly endsAtMs: number;
}

class AuthVerifier implements PrincipalVerifier {
  private keys = new Map<string, KnownKey>();
  private readonly revoked = new Map<string, Revocation>();
  private readonly seen = new Map<string, Principal>();
  private readonly listeners = new Set<(concerns: (principal: Principal) => boolean) => void>();
  private refreshing: Promise<void> | undefined;
  private askedForUnknownMs = Number.NEGATIVE_INFINITY;
  private readonly refused;

  constructor(private readonly context: VerifierContext) {
    this.refused = context.metrics.counter('vega_principal_refused_total', 'Access tokens that were not taken.', [
      'reason',
    ]);
  }

  async start(): Promise<void> {
    const { bus, clock, logger, onDrain } = this.context;
    // Subscribed before the first snapshot, so that nothing falls between them.
    const subscription = bus.nc.subscribe(subjects.allRevocations(), {
      callback: (error, message) => {
        if (error) logger.error({ err: error }, 'the subscription to revocations failed');
        else this.revoke(Revocation.decode(message.data));
      },
    });
    onDrain('revocations', () => subscription.unsubscribe());
    void this.refreshOnReconnect();
    const timer = repeat(clock, REFRESH_MS, () => this.refresh().catch(() => undefined));
    onDrain('verification keys', () => timer.cancel());
    await this.refresh().catch((error: unknown) => logger.warn({ err: error }, 'auth did not tell its keys yet'));
  }

  async verify(token: string | undefined): Promise<Principal> {
    try {
      return await this.check(token);
    } catch (error) {
      this.refused.inc({ reason: reasonOf(error) });
      throw error;
    }
  }

  isCurrent(principal: Principal): boolean {
    return principal.expiresAtMs > this.context.clock.wallNow() && !this.isRevoked(principal);
  }

  onRevocation(listener: (concerns: (principal: Principal) => boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async check(token: string | undefined): Promise<Principal> {
    if (token === undefined || token === '') throw unauthenticated('missing', 'no token says who asks');
    const known = this.seen.get(token);
    if (known !== undefined) {
      refuseOutOfTime(known, this.context.clock.wallNow());
      return known;
    }
    const key = await this.keyOf(keyIdOf(token));
    const nowMs = this.context.clock.wallNow();
    if (key === undefined || (key.endsAtMs !== 0 && key.endsAtMs <= nowMs)) {
      throw unauthenticated('key-unknown', 'the token is signed with a key that is not in use');
    }
    const principal = readAccessToken(token, key.publicKey, nowMs);
    if (this.isRevoked(principal)) throw unauthenticated('revoked', 'the session of this token was ended');
    this.remember(token, principal);
    return principal;
  }

  private remember(token: string, principal: Principal): void {
    if (this.seen.size >= MAX_REMEMBERED) {
      const [oldest] = this.seen.keys();
      if (oldest !== undefined) this.seen.delete(oldest);
    }
    this.seen.set(token, principal);
  }

  private async keyOf(keyId: string): Promise<KnownKey | undefined> {
    const known = this.keys.get(keyId);
    if (known !== undefined) return known;
    const nowMs = this.context.clock.monotonicMs();
    const isFirst = this.keys.size === 0;
    if (!isFirst && nowMs - this.askedForUnknownMs < UNKNOWN_KEY_PAUSE_MS) return undefined;
    this.askedForUnknownMs = nowMs;
    try {
      await this.refresh();
    } catch (cause) {
      throw new OperationalError('SERVICE_UNAVAILABLE', 'auth cannot be asked who this is', 'not-sent', { cause });
    }
    return this.keys.get(keyId);
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.fetch().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async fetch(): Promise<void> {
    const answer = await this.context.rpc.call(authServiceRpc.getKeys, {});
    this.keys = new Map(answer.keys.map((key) => [key.keyId, toKnownKey(key)]));
    for (const revocation of answer.revocations) this.revoke(revocation);
    const nowMs = this.context.clock.wallNow();
    for (const [name, { untilMs }] of this.revoked) if (untilMs <= nowMs) this.revoked.delete(name);
    for (const [token, { expiresAtMs }] of this.seen) if (expiresAtMs <= nowMs) this.seen.delete(token);
  }

  private revoke(revocation: Revocation): void {
    const name = nameOf(revocation.kind, revocation.id);
    const before = this.revoked.get(name);
    if (before !== undefined && before.notBeforeMs >= revocation.notBeforeMs) return;
    this.revoked.set(name, revocation);
    for (const [token, principal] of this.seen) if (this.isRevoked(principal)) this.seen.delete(token);
    for (const listener of this.listeners) listener((principal) => this.isRevoked(principal));
  }

  private isRevoked({ kind, sessionId, userId, issuedAtMs }: Principal): boolean {
    if (this.revoked.size === 0) return false;
    const own = this.revoked.get(nameOf(KIND_OF[kind], sessionId));
    // A session or key that was ended never comes back; a deployment may be given a new grant.
    if (own !== undefined && (kind !== 'deployment' || issuedAtMs < own.notBeforeMs)) return true;
    const user = this.revoked.get(nameOf(RevocationKind.USER, userId));
    return user !== undefined && issuedAtMs < user.notBeforeMs;
  }

  private async refreshOnReconnect(): Promise<void> {
    for await (const status of this.context.bus.nc.status()) {
      if (status.type === 'reconnect') await this.refresh().catch(() => undefined);
    }
  }
}

const KIND_OF = {
  user: RevocationKind.SESSION,
  api_key: RevocationKind.API_KEY,
  deployment: RevocationKind.DEPLOYMENT,
} as const satisfies Record<Principal['kind'], RevocationKind>;

function nameOf(kind: RevocationKind, id: string): string {
  return `${kind}:${id}`;
}

function toKnownKey({ publicKey, endsAtMs }: VerificationKey): KnownKey {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  return { publicKey: createPublicKey({ key: jwk, format: 'jwk' }), endsAtMs };
}

function reasonOf(error: unknown): string {
  const context = (error as { context?: { reason?: unknown } } | null)?.context;
  return typeof context?.reason === 'string' ? context.reason : 'auth-away';
}
