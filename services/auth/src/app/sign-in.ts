// Goal: whoever knows the password and holds the second factor gets in; nobody else learns anything, least of all whether
//   there is such a person.
// Method: an attempt is counted as failed before it is checked, so that attempts at the same time cannot outrun the count,
//   and is taken back when it succeeds. A hash is computed for unknown people too. Every refusal of e-mail, password or
//   admission is the same answer.
import type { UserSession } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import { DAY_MS } from '@vega/kernel';
import { normaliseEmail } from '../domain/email.ts';
import { afterFailure, BUCKET_RULES, bucketsOf, waitMs, type Bucket } from '../domain/login-throttle.ts';
import { normalisePassword } from '../domain/password-rules.ts';
import { auditOf, type Client } from './caller.ts';
import type { PasswordHasher, Store, Unit, UserRecord } from './ports.ts';
import type { SecondFactor } from './second-factor.ts';
import { sha256, type SessionDesk } from './session-desk.ts';

/** An address counts as known this long after a sign-in from it. */
const ADDRESS_KNOWN_MS = 30 * DAY_MS;

/** Counts attempts; what a sign-in is refused or delayed by. */
export interface SignInMetrics {
  attempt(outcome: 'ok' | 'refused' | 'throttled' | 'second-factor'): void;
}

/** Signs people in. */
export class SignIn {
  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly hasher: PasswordHasher;
      readonly secondFactor: SecondFactor;
      readonly desk: SessionDesk;
      readonly clock: Clock;
      readonly metrics: SignInMetrics;
    },
  ) {}

  /**
   * A session. Throws CREDENTIALS_INVALID, SECOND_FACTOR_REQUIRED where the password is right and there is a second factor,
   * or LOGIN_THROTTLED with `retry_after_s`.
   */
  async login(
    given: { readonly email: string; readonly password: string; readonly secondFactor: string },
    client: Client,
  ): Promise<UserSession> {
    const { hasher, metrics } = this.parts;
    const attempt = await this.count(given.email, client);
    const { user } = attempt;
    const fits = await hasher.verify(user?.passwordHash, normalisePassword(given.password));
    if (user === undefined || !fits || user.disabled) {
      metrics.attempt('refused');
      throw await this.refuse(user, client, 'password');
    }
    const mfa = user.totpSecret !== undefined;
    if (mfa && given.secondFactor === '') {
      metrics.attempt('second-factor');
      throw new OutcomeError('SECOND_FACTOR_REQUIRED', 'the code of the authenticator, or a recovery code, is wanted');
    }
    if (mfa && !(await this.parts.secondFactor.check(user, given.secondFactor, client, attempt.isKnownDevice))) {
      metrics.attempt('refused');
      throw await this.refuse(user, client, 'second factor');
    }
    metrics.attempt('ok');
    return this.admit(user, client, mfa, attempt.buckets);
  }

  private async count(
    email: string,
    client: Client,
  ): Promise<{ user: UserRecord | undefined; buckets: Bucket[]; isKnownDevice: boolean }> {
    const { store, clock, metrics } = this.parts;
    const nowMs = clock.wallNow();
    const normal = normaliseEmail(email);
    const counted = await store.write(async (unit) => {
      const user = normal === undefined ? undefined : await unit.users.findByEmail(normal);
      const device = await knownDevice(unit, user, client);
      const isKnownAddress =
        user !== undefined && (await unit.sessions.knowsAddress(user.userId, client.address, nowMs - ADDRESS_KNOWN_MS));
      const account = sha256(normal ?? email.toLowerCase()).toString('base64url');
      const buckets = bucketsOf({ account, address: client.address, device, isKnownAddress });
      const states = await unit.throttle.lock(buckets.map(({ name }) => name));
      const wait = Math.max(...buckets.map(({ name }) => waitMs(states.get(name), nowMs)));
      if (wait > 0) return { wait };
      for (const { kind, name } of buckets) {
        await unit.throttle.put(name, afterFailure(states.get(name), BUCKET_RULES[kind], nowMs));
      }
      return { user, buckets, isKnownDevice: device !== undefined };
    });
    if (!('wait' in counted)) return counted;
    metrics.attempt('throttled');
    throw throttled(counted.wait);
  }

  private async refuse(user: UserRecord | undefined, client: Client, what: string): Promise<OutcomeError> {
    const { store, clock } = this.parts;
    const subject = user === undefined ? {} : { subjectUserId: user.userId };
    const facts = { what: user?.disabled === true ? 'not admitted' : what };
    await store.now.audit.add(auditOf('login', 'refused', clock.wallNow(), client, { ...subject, facts }));
    return new OutcomeError('CREDENTIALS_INVALID', 'e-mail, password or second factor are not right');
  }

  private admit(user: UserRecord, client: Client, mfa: boolean, buckets: readonly Bucket[]): Promise<UserSession> {
    const { store, desk, clock } = this.parts;
    return store.write(async (unit) => {
      // What strangers did from elsewhere, or from this address to others, is not forgiven by this.
      const own = buckets.filter(({ kind }) => kind === 'pair' || kind === 'device').map(({ name }) => name);
      await unit.throttle.clear(own);
      for (const { kind, name } of buckets) {
        if (kind === 'address' || kind === 'strangers') await takeBack(unit, name);
      }
      const known = await knownDevice(unit, user, client);
      // Read again: a recovery code may have been used up.
      const fresh = (await unit.users.find(user.userId)) ?? user;
      const session = await desk.begin(unit, fresh, known === undefined ? { ...client, deviceToken: '' } : client, mfa);
      const facts = { second_factor: String(mfa), device: known === undefined ? 'new' : 'known' };
      await unit.audit.add(
        auditOf('login', 'ok', clock.wallNow(), client, { actorUserId: user.userId, actorKind: 'user', facts }),
      );
      return session;
    });
  }
}

/** The attempt that was counted beforehand did not fail. */
async function takeBack(unit: Unit, name: string): Promise<void> {
  const state = (await unit.throttle.lock([name])).get(name);
  if (state === undefined) return;
  const failures = Math.max(0, state.failures - 1);
  await unit.throttle.put(name, { ...state, failures, blockedUntilMs: 0 });
}

async function knownDevice(unit: Unit, user: UserRecord | undefined, client: Client): Promise<string | undefined> {
  if (user === undefined || client.deviceToken === '') return undefined;
  const hash = sha256(client.deviceToken);
  return (await unit.sessions.knowsDevice(user.userId, hash)) ? hash.toString('base64url') : undefined;
}

/** The refusal of an attempt that comes too soon. */
export function throttled(wait: number): OutcomeError {
  const retry_after_s = Math.ceil(wait / 1000);
  return new OutcomeError('LOGIN_THROTTLED', `too many attempts; again in ${retry_after_s} s`, { retry_after_s }, true);
}
