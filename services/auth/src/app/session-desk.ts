import { createHash } from 'node:crypto';
import { RevocationKind, type User, type UserSession } from '@vega/contracts';
import { DAY_MS, MINUTE_MS, OutcomeError, type Clock } from '@vega/kernel';
import { signAccessToken, type Principal } from '@vega/platform';
import { auditOf, scopesOf, type Client } from './caller.ts';
import type { Randomness, SessionRecord, Store, Unit, UserRecord, Vault } from './ports.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Life of an access token, milliseconds. */
export const ACCESS_LIFE_MS = 15 * MINUTE_MS;

/** A session ends for good after this, and when it was not refreshed for the second. */
const SESSION_LIFE_MS = 30 * DAY_MS;
const IDLE_LIFE_MS = 7 * DAY_MS;

/**
 * A refresh whose answer was lost may be asked again this long, milliseconds: it is given the same successor, as long as that
 * one is unused. A second holder of the token is found out all the same, when the two of them go on.
 */
const LEEWAY_MS = 10_000;

/** Begins, refreshes and ends sessions. */
export class SessionDesk {
  constructor(
    private readonly store: Store,
    private readonly keys: SigningKeys,
    private readonly vault: Vault,
    private readonly random: Randomness,
    private readonly clock: Clock,
    /** Told of a session that ended since two had its refresh token. */
    private readonly onReused: () => void,
  ) {}

  /** Begins a session of a user who has just proven who they are. */
  async begin(unit: Unit, user: UserRecord, client: Client, mfa: boolean): Promise<UserSession> {
    const nowMs = this.clock.wallNow();
    const session: Omit<SessionRecord, 'endedAtMs'> = {
      sessionId: this.random.id('ses_'),
      userId: user.userId,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      expiresAtMs: nowMs + SESSION_LIFE_MS,
      mfa,
      address: client.address,
      userAgent: client.userAgent,
    };
    await unit.sessions.insert(session);
    const refreshToken = this.random.secret('vrt_');
    await this.addRefresh(unit, session, refreshToken, nowMs);
    const deviceToken = client.deviceToken === '' ? this.random.secret('vdt_') : client.deviceToken;
    await unit.sessions.rememberDevice(user.userId, sha256(deviceToken), nowMs);
    return this.toSession(user, session, refreshToken, deviceToken);
  }

  /** The next tokens of a session. A refresh token that was used before ends the session: somebody else has it. */
  async refresh(refreshToken: string, client: Client): Promise<UserSession> {
    const done = await this.store.write((unit) => this.refreshIn(unit, refreshToken, client));
    if (done === undefined) throw new OutcomeError('SESSION_ENDED', 'the session is over: sign in again');
    return done;
  }

  /** A token of the present session, such as after a second factor. */
  renewed(user: UserRecord, session: SessionRecord): UserSession {
    return this.toSession(user, session, '', '');
  }

  /** Ends the session of a refresh token; an unknown one is over already. */
  async endByRefresh(unit: Unit, refreshToken: string, reason: string): Promise<SessionRecord | undefined> {
    const row = await unit.sessions.lockRefresh(sha256(refreshToken));
    const session = row === undefined ? undefined : await unit.sessions.find(row.sessionId);
    if (session === undefined) return undefined;
    await this.end(unit, { userId: session.userId, sessionId: session.sessionId }, reason);
    return session;
  }

  /** Ends sessions and voids their access tokens. */
  async end(
    unit: Unit,
    which: { userId: string; sessionId?: string; except?: string },
    reason: string,
  ): Promise<number> {
    const atMs = this.clock.wallNow();
    const ended = await unit.sessions.end(which, atMs, reason);
    for (const id of ended) {
      await unit.events.revoked({
        kind: RevocationKind.SESSION,
        id,
        notBeforeMs: atMs,
        atMs,
        untilMs: atMs + ACCESS_LIFE_MS,
      });
    }
    return ended.length;
  }

  private async refreshIn(unit: Unit, refreshToken: string, client: Client): Promise<UserSession | undefined> {
    const nowMs = this.clock.wallNow();
    const tokenHash = sha256(refreshToken);
    const row = await unit.sessions.lockRefresh(tokenHash);
    if (row === undefined) return undefined;
    const session = await unit.sessions.find(row.sessionId);
    if (session === undefined || session.endedAtMs !== 0) return undefined;
    if (row.expiresAtMs <= nowMs || session.expiresAtMs <= nowMs) return undefined;
    const user = await unit.users.find(session.userId);
    if (user === undefined || user.disabled) return undefined;
    const successor = `vrt_${this.vault.derive('refresh', Buffer.from(refreshToken)).toString('base64url')}`;
    if (row.usedAtMs === 0) {
      await unit.sessions.useRefresh(tokenHash, nowMs);
      await this.addRefresh(unit, session, successor, nowMs);
      await unit.sessions.touch(session.sessionId, nowMs);
      return this.toSession(user, session, successor, '');
    }
    const next = nowMs - row.usedAtMs <= LEEWAY_MS ? await unit.sessions.lockRefresh(sha256(successor)) : undefined;
    if (next !== undefined && next.usedAtMs === 0) return this.toSession(user, session, successor, '');
    this.onReused();
    await this.end(unit, { userId: session.userId, sessionId: session.sessionId }, 'refresh token used twice');
    const facts = { session: session.sessionId };
    await unit.audit.add(auditOf('refresh-reused', 'refused', nowMs, client, { subjectUserId: session.userId, facts }));
    return undefined;
  }

  private addRefresh(
    unit: Unit,
    session: Pick<SessionRecord, 'sessionId' | 'expiresAtMs'>,
    token: string,
    nowMs: number,
  ): Promise<void> {
    const expiresAtMs = Math.min(nowMs + IDLE_LIFE_MS, session.expiresAtMs);
    return unit.sessions.addRefresh({ tokenHash: sha256(token), sessionId: session.sessionId, expiresAtMs }, nowMs);
  }

  private toSession(
    user: UserRecord,
    session: Pick<SessionRecord, 'sessionId' | 'mfa' | 'expiresAtMs'>,
    refreshToken: string,
    deviceToken: string,
  ): UserSession {
    const nowMs = this.clock.wallNow();
    const principal: Principal = {
      userId: user.userId,
      sessionId: session.sessionId,
      tokenId: this.random.id('tok_'),
      kind: 'user',
      role: user.role,
      scopes: scopesOf(user.role),
      mfa: session.mfa,
      accounts: undefined,
      issuedAtMs: nowMs,
      expiresAtMs: Math.min(nowMs + ACCESS_LIFE_MS, session.expiresAtMs),
    };
    return {
      accessToken: signAccessToken(principal, this.keys.current()),
      accessExpiresAtMs: principal.expiresAtMs,
      refreshToken,
      refreshExpiresAtMs: Math.min(nowMs + IDLE_LIFE_MS, session.expiresAtMs),
      deviceToken,
      user: toUser(user),
    };
  }
}

/** A user as others see them. */
export function toUser(user: UserRecord): User {
  const { userId, email, role, createdAtMs, disabled, recoveryCodesLeft } = user;
  return { userId, email, role, createdAtMs, disabled, secondFactor: user.totpSecret !== undefined, recoveryCodesLeft };
}

/** How secrets of full strength are stored: found again, never read back. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
