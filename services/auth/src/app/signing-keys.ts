import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { VerificationKey } from '@vega/contracts';
import { DAY_MS, invariant, repeat, type Clock, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { Randomness, SigningKeyRecord, Store, Vault } from './ports.ts';

/** Longest life of anything that is signed: a grant of a deployment. */
export const MAX_GRANT_LIFE_MS = 30 * DAY_MS;

/** What a key has signed is taken this long after another key took over, milliseconds. */
const OVERLAP_MS = MAX_GRANT_LIFE_MS + DAY_MS;

/** A new key signs this long after it was made: by then every verifier has asked for keys again. */
const LEAD_MS = 90_000;

/** Keys that another process made are seen within this, milliseconds. */
const LOOK_EVERY_MS = 5_000;

/** The key that signs. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** Since when, epoch ms. */
  readonly activeFromMs: number;
}

/** The keys that access tokens are signed with. */
export class SigningKeys {
  private keys: readonly SigningKeyRecord[] = [];
  private signing: SigningKey | undefined;
  private timer: Timer | undefined;

  constructor(
    private readonly store: Store,
    private readonly vault: Vault,
    private readonly random: Randomness,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Loads the keys, makes the first one where there is none, and keeps looking. */
  async start(): Promise<void> {
    await this.store.write(async (unit) => {
      await unit.keys.lock();
      if ((await unit.keys.list()).length === 0) await unit.keys.insert(this.make(this.clock.wallNow()));
    });
    await this.look();
    this.timer = repeat(this.clock, LOOK_EVERY_MS, () =>
      this.look().catch((error: unknown) => this.logger.warn({ err: error }, 'the signing keys could not be read')),
    );
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** The key that signs now. */
  current(): SigningKey {
    const nowMs = this.clock.wallNow();
    const inForce = this.keys.filter(
      (key) => key.activeFromMs <= nowMs && (key.endsAtMs === 0 || key.endsAtMs > nowMs),
    );
    const newest = inForce.reduce<SigningKeyRecord | undefined>(
      (best, key) => (best === undefined || key.activeFromMs > best.activeFromMs ? key : best),
      undefined,
    );
    invariant(newest !== undefined, 'there is a signing key in force');
    const { keyId, activeFromMs } = newest;
    if (this.signing?.keyId !== keyId) this.signing = { keyId, activeFromMs, privateKey: this.open(newest) };
    return this.signing;
  }

  /** Keys that tokens may be signed with, those that are about to sign included. */
  verificationKeys(): VerificationKey[] {
    const nowMs = this.clock.wallNow();
    return this.keys
      .filter(({ endsAtMs }) => endsAtMs === 0 || endsAtMs > nowMs)
      .map(({ keyId, publicKey, endsAtMs }) => ({ keyId, publicKey, endsAtMs }));
  }

  /** Lets a new key take over without signing anybody out: both are taken until the last token of the old one has ended. */
  async rotate(): Promise<string> {
    const nowMs = this.clock.wallNow();
    const fresh = this.make(nowMs + LEAD_MS);
    await this.store.write(async (unit) => {
      await unit.keys.lock();
      for (const { keyId, endsAtMs } of await unit.keys.list()) {
        if (endsAtMs === 0) await unit.keys.end(keyId, nowMs + LEAD_MS + OVERLAP_MS);
      }
      await unit.keys.insert(fresh);
      const facts = { key: fresh.keyId, signs_from: new Date(fresh.activeFromMs).toISOString() };
      await unit.audit.add({ atMs: nowMs, event: 'signing-key-rotated', outcome: 'ok', facts });
    });
    await this.look();
    return fresh.keyId;
  }

  /** Voids a key at once, and with it every token it signed: for a key that is no longer secret. */
  async end(keyId: string): Promise<boolean> {
    const nowMs = this.clock.wallNow();
    const ended = await this.store.write(async (unit) => {
      await unit.keys.lock();
      const rest = (await unit.keys.list()).filter((key) => key.keyId !== keyId && key.endsAtMs === 0);
      if (rest.every(({ activeFromMs }) => activeFromMs > nowMs)) await unit.keys.insert(this.make(nowMs));
      const done = await unit.keys.end(keyId, nowMs);
      if (done) await unit.audit.add({ atMs: nowMs, event: 'signing-key-ended', outcome: 'ok', facts: { key: keyId } });
      return done;
    });
    await this.look();
    return ended;
  }

  private async look(): Promise<void> {
    this.keys = await this.store.now.keys.list();
  }

  private make(activeFromMs: number): SigningKeyRecord {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const keyId = this.random.id('key_');
    return {
      keyId,
      publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
      privateKey: this.vault.seal(purposeOf(keyId), privateKey.export({ format: 'der', type: 'pkcs8' })),
      createdAtMs: this.clock.wallNow(),
      activeFromMs,
      endsAtMs: 0,
    };
  }

  private open({ keyId, privateKey }: SigningKeyRecord): KeyObject {
    return createPrivateKey({ key: this.vault.open(purposeOf(keyId), privateKey), format: 'der', type: 'pkcs8' });
  }
}

function purposeOf(keyId: string): string {
  return `signing-key:${keyId}`;
}
