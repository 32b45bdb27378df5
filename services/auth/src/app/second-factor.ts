import { createHash } from 'node:crypto';
import { RevocationKind, type UserSession } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import type { Principal } from '@vega/platform';
import { afterFailure, BUCKET_RULES, waitMs } from '../domain/login-throttle.ts';
import { normalisePassword } from '../domain/password-rules.ts';
import type { AccountDesk } from './account-desk.ts';
import { auditOf, requirePerson, type Client } from './caller.ts';
import type {
  Authenticator,
  PasswordHasher,
  Randomness,
  SessionRecord,
  Store,
  Unit,
  UserRecord,
  Vault,
} from './ports.ts';
import { throttled } from './sign-in.ts';
import { MAX_GRANT_LIFE_MS } from './signing-keys.ts';
import type { SessionDesk } from './session-desk.ts';

const RECOVERY_CODES = 10;

/** Enrolment and checks of the second factor. */
export class SecondFactor {
  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly vault: Vault;
      readonly authenticator: Authenticator;
      readonly hasher: PasswordHasher;
      readonly random: Randomness;
      readonly desk: SessionDesk;
      readonly accounts: AccountDesk;
      readonly clock: Clock;
    },
  ) {}

  /**
   * Whether a code is the user's: the authenticator's, each once, or a recovery code. Wrong codes are counted per user, except
   * on a device that has signed in before: only who has the password gets this far.
   */
  async check(user: UserRecord, code: string, client: Client, isKnownDevice: boolean): Promise<boolean> {
    const { store, clock } = this.parts;
    const bucket = isKnownDevice ? `factor:${user.userId}:known` : `factor:${user.userId}`;
    const nowMs = clock.wallNow();
    const wait = await store.write(async (unit) => {
      const state = (await unit.throttle.lock([bucket])).get(bucket);
      const left = waitMs(state, nowMs);
      if (left === 0) await unit.throttle.put(bucket, afterFailure(state, BUCKET_RULES.factor, nowMs));
      return left;
    });
    if (wait > 0) throw throttled(wait);
    return store.write(async (unit) => {
      const fits = await this.take(unit, user, code, client);
      if (fits) await unit.throttle.clear([bucket]);
      return fits;
    });
  }

  /** A new secret for an authenticator, not in force until a code of it was given. */
  async begin(principal: Principal, password: string, client: Client): Promise<{ secret: string; otpauthUri: string }> {
    const { store, vault, authenticator } = this.parts;
    const user = await this.userOf(principal);
    if (user.totpSecret !== undefined) throw new OutcomeError('SECOND_FACTOR_STATE', 'the second factor is on already');
    await this.requirePassword(user, password, client);
    const secret = authenticator.newSecret();
    await store.now.users.update(user.userId, { totpPending: vault.seal(pendingPurpose(user), secret) });
    return { secret, otpauthUri: authenticator.uri(secret, user.email) };
  }

  /** Puts the secret in force by one of its codes; the present session counts as having given it. */
  async confirm(
    principal: Principal,
    code: string,
    client: Client,
  ): Promise<{ codes: string[]; session: UserSession }> {
    const { store, vault, authenticator, accounts, clock } = this.parts;
    const user = await this.userOf(principal);
    if (user.totpPending === undefined || user.totpSecret !== undefined) {
      throw new OutcomeError('SECOND_FACTOR_STATE', 'there is no second factor to confirm');
    }
    const secret = vault.open(pendingPurpose(user), user.totpPending);
    const nowMs = clock.wallNow();
    const step = authenticator.stepOf(secret.toString(), code, nowMs);
    if (step === undefined) throw wrongCode();
    return store.write(async (unit) => {
      await unit.users.update(user.userId, {
        totpSecret: vault.seal(secretPurpose(user), secret),
        totpPending: null,
        totpLastStep: step,
      });
      const codes = await this.newRecoveryCodes(unit, user.userId);
      await unit.audit.add(auditOf('second-factor-enrolled', 'ok', nowMs, client, { principal }));
      await accounts.tellAllOf(unit, user.userId);
      const enrolled = await unit.users.find(user.userId);
      return { codes, session: await this.withFactor(unit, principal, enrolled ?? user) };
    });
  }

  /** Takes the second factor away. Tokens that say it was given, grants of deployments among them, are void. */
  async disable(principal: Principal, password: string, code: string, client: Client): Promise<void> {
    const { store, accounts, clock } = this.parts;
    const user = await this.enrolled(principal);
    await this.requirePassword(user, password, client);
    if (!(await this.check(user, code, client, false))) throw wrongCode();
    const atMs = clock.wallNow();
    await store.write(async (unit) => {
      await unit.users.update(user.userId, { totpSecret: null, totpPending: null });
      await unit.users.setRecoveryCodes(user.userId, []);
      for (const session of await unit.sessions.listOf(user.userId, atMs)) {
        await unit.sessions.touch(session.sessionId, session.lastUsedAtMs, { mfa: false });
      }
      const untilMs = atMs + MAX_GRANT_LIFE_MS;
      await unit.events.revoked({ kind: RevocationKind.USER, id: user.userId, notBeforeMs: atMs, atMs, untilMs });
      await unit.audit.add(auditOf('second-factor-removed', 'ok', atMs, client, { principal }));
      await accounts.tellAllOf(unit, user.userId);
    });
  }

  /** New recovery codes; the old ones are void. */
  async renewCodes(principal: Principal, code: string, client: Client): Promise<string[]> {
    const user = await this.enrolled(principal);
    if (!(await this.check(user, code, client, false))) throw wrongCode();
    return this.parts.store.write(async (unit) => {
      const codes = await this.newRecoveryCodes(unit, user.userId);
      const atMs = this.parts.clock.wallNow();
      await unit.audit.add(auditOf('recovery-codes-renewed', 'ok', atMs, client, { principal }));
      return codes;
    });
  }

  /** The present session gives its second factor. */
  async stepUp(principal: Principal, code: string, client: Client): Promise<UserSession> {
    const user = await this.enrolled(principal);
    if (!(await this.check(user, code, client, false))) throw wrongCode();
    return this.parts.store.write(async (unit) => {
      const atMs = this.parts.clock.wallNow();
      await unit.audit.add(auditOf('second-factor-given', 'ok', atMs, client, { principal }));
      return this.withFactor(unit, principal, user);
    });
  }

  /** Throws CREDENTIALS_INVALID unless the password is the user's; wrong ones are counted as wrong codes are. */
  async requirePassword(user: UserRecord, password: string, client: Client): Promise<void> {
    const { store, hasher, clock } = this.parts;
    const bucket = `factor:${user.userId}:password:${client.address}`;
    const nowMs = clock.wallNow();
    const wait = await store.write(async (unit) => {
      const state = (await unit.throttle.lock([bucket])).get(bucket);
      const left = waitMs(state, nowMs);
      if (left === 0) await unit.throttle.put(bucket, afterFailure(state, BUCKET_RULES.factor, nowMs));
      return left;
    });
    if (wait > 0) throw throttled(wait);
    if (!(await hasher.verify(user.passwordHash, normalisePassword(password)))) throw wrongCode();
    await store.now.throttle.clear([bucket]);
  }

  /** The user behind a person's token. */
  async userOf(principal: Principal): Promise<UserRecord> {
    requirePerson(principal);
    const user = await this.parts.store.now.users.find(principal.userId);
    if (user === undefined || user.disabled) throw new OutcomeError('SESSION_ENDED', 'the session is over');
    return user;
  }

  private async enrolled(principal: Principal): Promise<UserRecord> {
    const user = await this.userOf(principal);
    if (user.totpSecret === undefined) throw new OutcomeError('SECOND_FACTOR_STATE', 'the second factor is not on');
    return user;
  }

  private async withFactor(unit: Unit, principal: Principal, user: UserRecord): Promise<UserSession> {
    const session = await unit.sessions.find(principal.sessionId);
    if (session === undefined || session.endedAtMs !== 0)
      throw new OutcomeError('SESSION_ENDED', 'the session is over');
    await unit.sessions.touch(session.sessionId, this.parts.clock.wallNow(), { mfa: true });
    const given: SessionRecord = { ...session, mfa: true };
    return this.parts.desk.renewed(user, given);
  }

  private async take(unit: Unit, user: UserRecord, code: string, client: Client): Promise<boolean> {
    const { vault, authenticator, clock } = this.parts;
    if (user.totpSecret === undefined) return false;
    const nowMs = clock.wallNow();
    const plain = code.replace(/[\s-]/g, '').toLowerCase();
    if (/^\d{6}$/.test(plain)) {
      const secret = vault.open(secretPurpose(user), user.totpSecret).toString();
      const step = authenticator.stepOf(secret, plain, nowMs);
      return step !== undefined && (await unit.users.takeTotpStep(user.userId, step));
    }
    const used = await unit.users.takeRecoveryCode(user.userId, recoveryHash(user.userId, plain));
    if (used) {
      await unit.audit.add(auditOf('recovery-code-used', 'ok', nowMs, client, { subjectUserId: user.userId }));
    }
    return used;
  }

  private async newRecoveryCodes(unit: Unit, userId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => this.parts.random.recoveryCode());
    await unit.users.setRecoveryCodes(
      userId,
      codes.map((code) => recoveryHash(userId, code.replaceAll('-', ''))),
    );
    return codes;
  }
}

function recoveryHash(userId: string, code: string): Buffer {
  return createHash('sha256').update(`${userId}:${code}`).digest();
}

function secretPurpose({ userId }: UserRecord): string {
  return `totp:${userId}`;
}

function pendingPurpose({ userId }: UserRecord): string {
  return `totp-pending:${userId}`;
}

function wrongCode(): OutcomeError {
  return new OutcomeError('CREDENTIALS_INVALID', 'e-mail, password or second factor are not right');
}
