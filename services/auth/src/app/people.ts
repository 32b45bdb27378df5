import { RevocationKind, type SessionSummary, type User } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import { ROLES, type Principal, type Role } from '@vega/platform';
import { normaliseEmail } from '../domain/email.ts';
import { normalisePassword, passwordProblem } from '../domain/password-rules.ts';
import type { AccountDesk } from './account-desk.ts';
import { auditOf, requirePerson, requireRole, type Client } from './caller.ts';
import type { PasswordHasher, Randomness, Store } from './ports.ts';
import type { SecondFactor } from './second-factor.ts';
import { toUser, type SessionDesk } from './session-desk.ts';
import { MAX_GRANT_LIFE_MS } from './signing-keys.ts';

/** Users told in one answer at most. */
const MAX_USERS_LISTED = 100;

/** People themselves: registration, passwords, sessions, roles. */
export class People {
  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly hasher: PasswordHasher;
      readonly random: Randomness;
      readonly desk: SessionDesk;
      readonly secondFactor: SecondFactor;
      readonly accounts: AccountDesk;
      readonly clock: Clock;
      readonly isCommonPassword: (lowerCase: string) => boolean;
      readonly isRegistrationOpen: boolean;
    },
  ) {}

  /**
   * Makes a user. An address that is known already is left alone and the answer is the same, after the same work: who asks
   * cannot learn who is here. Throws REGISTRATION_CLOSED, BAD_REQUEST or PASSWORD_REFUSED.
   */
  async register(email: string, password: string, client: Client): Promise<void> {
    if (!this.parts.isRegistrationOpen) throw new OutcomeError('REGISTRATION_CLOSED', 'an admin adds people here');
    await this.create(email, password, 'trader', client);
  }

  /** Makes a user of a role, whether registration is open or not. Returns the id; undefined when the address is taken. */
  async create(email: string, password: string, role: Role, client: Client): Promise<string | undefined> {
    const { store, hasher, random, clock } = this.parts;
    const normal = normaliseEmail(email);
    if (normal === undefined) throw new OutcomeError('BAD_REQUEST', 'this is not an e-mail address');
    this.refuseWeak(password, normal);
    const passwordHash = await hasher.hash(normalisePassword(password));
    const userId = random.id('usr_');
    const createdAtMs = clock.wallNow();
    return store.write(async (unit) => {
      const made = await unit.users.insert({ userId, email: normal, passwordHash, role, createdAtMs });
      const subject = made ? userId : (await unit.users.findByEmail(normal))?.userId;
      await unit.audit.add(
        auditOf('user-registered', made ? 'ok' : 'refused', createdAtMs, client, {
          ...(subject === undefined ? {} : { subjectUserId: subject }),
          facts: made ? { role } : { why: 'the address is known' },
        }),
      );
      return made ? userId : undefined;
    });
  }

  /** Ends the session of a refresh token or of a principal, or every session of its user. */
  async logout(given: { refreshToken: string; everywhere: boolean }, principal: Principal | undefined, client: Client) {
    const { store, desk, clock } = this.parts;
    await store.write(async (unit) => {
      const session =
        given.refreshToken === '' ? undefined : await desk.endByRefresh(unit, given.refreshToken, 'logout');
      const userId = session?.userId ?? (principal?.kind === 'user' ? principal.userId : undefined);
      if (userId === undefined) return;
      if (session === undefined && principal !== undefined) {
        await desk.end(unit, { userId, sessionId: principal.sessionId }, 'logout');
      }
      if (given.everywhere) await desk.end(unit, { userId }, 'logout everywhere');
      const facts = { everywhere: String(given.everywhere) };
      await unit.audit.add(
        auditOf('logout', 'ok', clock.wallNow(), client, { actorUserId: userId, actorKind: 'user', facts }),
      );
    });
  }

  /** The person behind a token. */
  async me(principal: Principal): Promise<User> {
    const user = await this.parts.store.now.users.find(principal.userId);
    if (user === undefined) throw new OutcomeError('SESSION_ENDED', 'the session is over');
    return toUser(user);
  }

  /** Changes the password; the other sessions of the user end. */
  async changePassword(principal: Principal, current: string, next: string, client: Client): Promise<void> {
    const { store, hasher, desk, secondFactor, clock } = this.parts;
    const user = await secondFactor.userOf(principal);
    await secondFactor.requirePassword(user, current, client);
    this.refuseWeak(next, user.email);
    const passwordHash = await hasher.hash(normalisePassword(next));
    await store.write(async (unit) => {
      await unit.users.update(user.userId, { passwordHash });
      const ended = await desk.end(unit, { userId: user.userId, except: principal.sessionId }, 'password changed');
      const facts = { sessions_ended: String(ended) };
      await unit.audit.add(auditOf('password-changed', 'ok', clock.wallNow(), client, { principal, facts }));
    });
  }

  async sessions(principal: Principal): Promise<SessionSummary[]> {
    requirePerson(principal);
    const records = await this.parts.store.now.sessions.listOf(principal.userId, this.parts.clock.wallNow());
    return records.map(({ sessionId, createdAtMs, lastUsedAtMs, expiresAtMs, address, userAgent }) => {
      const current = sessionId === principal.sessionId;
      return { sessionId, createdAtMs, lastUsedAtMs, expiresAtMs, address, userAgent, current };
    });
  }

  async revokeSession(principal: Principal, sessionId: string, client: Client): Promise<void> {
    requirePerson(principal);
    const { store, desk, clock } = this.parts;
    await store.write(async (unit) => {
      const ended = await desk.end(unit, { userId: principal.userId, sessionId }, 'ended by its user');
      if (ended === 0) throw new OutcomeError('NOT_FOUND', 'there is no such session');
      const facts = { session: sessionId };
      await unit.audit.add(auditOf('session-ended', 'ok', clock.wallNow(), client, { principal, facts }));
    });
  }

  /** Users in order of their ids, for admins. */
  async users(principal: Principal, after: string, limit: number): Promise<{ users: User[]; nextUserId: string }> {
    requireRole(principal, 'admin');
    const most = Math.min(Math.max(1, limit), MAX_USERS_LISTED);
    const found = await this.parts.store.now.users.list(after, most + 1);
    const users = found.slice(0, most).map(toUser);
    return { users, nextUserId: found.length > most ? (users.at(-1)?.userId ?? '') : '' };
  }

  /** Changes what a user is; every access token of theirs is void, so that the next one says so. */
  async updateUser(
    principal: Principal,
    userId: string,
    change: { readonly role?: string; readonly disabled?: boolean },
    client: Client,
  ): Promise<User> {
    requirePerson(principal);
    requireRole(principal, 'admin');
    if (userId === principal.userId) throw new OutcomeError('PERMISSION_DENIED', 'nobody changes their own role');
    return this.setUser(userId, change, client, principal);
  }

  /** The same without a caller: for the operator's command. */
  async setUser(
    userId: string,
    change: { readonly role?: string; readonly disabled?: boolean },
    client: Client,
    principal?: Principal,
  ): Promise<User> {
    const { store, desk, accounts, clock } = this.parts;
    const role = ROLES.find((one) => one === change.role);
    if (change.role !== undefined && role === undefined) {
      throw new OutcomeError('BAD_REQUEST', `a role is one of ${ROLES.join(', ')}`);
    }
    return store.write(async (unit) => {
      const before = await unit.users.find(userId);
      if (before === undefined) throw new OutcomeError('NOT_FOUND', 'there is no such user');
      const { disabled } = change;
      await unit.users.update(userId, {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
      });
      if (disabled === true) await desk.end(unit, { userId }, 'not admitted any more');
      const atMs = clock.wallNow();
      const untilMs = atMs + MAX_GRANT_LIFE_MS;
      await unit.events.revoked({ kind: RevocationKind.USER, id: userId, notBeforeMs: atMs, atMs, untilMs });
      await accounts.tellAllOf(unit, userId);
      const facts = { role: `${before.role} to ${role ?? before.role}`, disabled: String(disabled ?? before.disabled) };
      await unit.audit.add(
        auditOf('user-updated', 'ok', atMs, client, {
          ...(principal === undefined ? {} : { principal }),
          subjectUserId: userId,
          facts,
        }),
      );
      return toUser((await unit.users.find(userId)) ?? before);
    });
  }

  private refuseWeak(password: string, email: NonNullable<ReturnType<typeof normaliseEmail>>): void {
    const problem = passwordProblem(password, email, this.parts.isCommonPassword);
    if (problem !== undefined) throw new OutcomeError('PASSWORD_REFUSED', problem);
  }
}
