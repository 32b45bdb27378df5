// Goal: a token gets into the vault only when its owner, in the browser or on the phone, has just agreed to it.
// Method: a login is begun by its owner and bound to user, account and browser by two secrets of which hashes are kept: the
//   state travels through the broker, the browser's secret in a cookie; both must come back, once, within ten minutes,
//   before the code is exchanged. What the notifier is posted is taken for nothing until the broker itself has told whose
//   token it is.
import { TokenState } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import { requireScope, type Principal } from '@vega/platform';
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { accessTokenEnd, LOGIN_STATE_LIFE_MS } from '../domain/account-rules.ts';
import { secretPurpose, type AccountDesk } from './account-desk.ts';
import { BrokerRefusal } from './broker-refusal.ts';
import { auditOf, requirePerson, type Client } from './caller.ts';
import type { AccountRecord, BrokerDoor, BrokerProfile, Brokers, Randomness, Store, Vault } from './ports.ts';
import { sha256 } from './session-desk.ts';
import { claimedEnd } from './token-claims.ts';

/** What Upstox posts to a notifier (PROTOCOL 1.2). */
const notification = z.object({
  client_id: z.string().max(200),
  user_id: z.string().max(50),
  access_token: z.string().min(1).max(4_096),
  message_type: z.literal('access_token'),
});

/** What the audit trail and metrics call the ways in which a token comes. */
export type TokenRoute = 'login' | 'approval';

export class BrokerLogins {
  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly vault: Vault;
      readonly random: Randomness;
      readonly brokers: Brokers;
      readonly accounts: AccountDesk;
      readonly clock: Clock;
      readonly onToken: (route: TokenRoute, outcome: 'ok' | 'refused') => void;
    },
  ) {}

  /** The broker's dialog for an account of the principal, and the secret that its browser must bring back. */
  async begin(
    principal: Principal,
    accountId: string,
    client: Client,
  ): Promise<{ url: string; browserSecret: string; expiresAtMs: number }> {
    requirePerson(principal);
    requireScope(principal, 'trade');
    const { store, random, accounts, clock } = this.parts;
    const account = await accounts.ownRecord(principal, accountId);
    const door = this.doorOf(account);
    const state = random.secret('');
    const browserSecret = random.secret('');
    const atMs = clock.wallNow();
    const expiresAtMs = atMs + LOGIN_STATE_LIFE_MS;
    await store.write(async (unit) => {
      const bound = { accountId, userId: principal.userId, browserHash: sha256(browserSecret), expiresAtMs };
      await unit.accounts.addLoginState(sha256(state), bound);
      await unit.audit.add(auditOf('broker-login-begun', 'ok', atMs, client, { principal, accountId }));
    });
    const { clientId, redirectUri } = account;
    return { url: door.loginUrl({ clientId, redirectUri, state }), browserSecret, expiresAtMs };
  }

  /**
   * The browser is back: exchanges the code, checks whose token it is, keeps it. Throws LOGIN_STATE_INVALID or
   * BROKER_LOGIN_REFUSED; the state is used up in any case.
   */
  async complete(
    given: { state: string; code: string; browserSecret: string; error: string },
    client: Client,
  ): Promise<{ accountId: string; label: string; expiresAtMs: number }> {
    const { store, vault, clock } = this.parts;
    const begun = await store.now.accounts.takeLoginState(sha256(given.state));
    const isSameBrowser = begun !== undefined && timingSafeEqual(begun.browserHash, sha256(given.browserSecret));
    const account = begun === undefined ? undefined : await store.now.accounts.find(begun.accountId);
    if (begun === undefined || !isSameBrowser || begun.expiresAtMs <= clock.wallNow()) {
      if (begun !== undefined) await this.refused('login', begun, client, 'another browser, or too late');
      throw new OutcomeError(
        'LOGIN_STATE_INVALID',
        'this login was not begun in this browser, or is over: begin it again',
      );
    }
    if (account === undefined || account.removed || account.userId !== begun.userId || account.ownerDisabled) {
      throw new OutcomeError('LOGIN_STATE_INVALID', 'the account of this login is gone');
    }
    if (given.code === '') {
      await this.refused('login', account, client, `no code: ${given.error.slice(0, 40)}`);
      throw new OutcomeError('BROKER_LOGIN_REFUSED', 'the broker gave no code: the login was declined');
    }
    try {
      const clientSecret = vault
        .open(secretPurpose(account.accountId, 'client-secret'), account.clientSecret)
        .toString();
      const { clientId, redirectUri } = account;
      const got = await this.doorOf(account).exchangeCode({ clientId, clientSecret, redirectUri, code: given.code });
      const profile = await this.doorOf(account).fetchProfile(got.accessToken);
      if (profile.brokerUserId !== got.brokerUserId) throw new BrokerRefusal(false, 'profile of another user');
      const expiresAtMs = await this.keep('login', account, got.accessToken, profile, client);
      return { accountId: account.accountId, label: account.label, expiresAtMs };
    } catch (error) {
      throw await this.asRefusal('login', account, client, error);
    }
  }

  /** Asks the owner to approve on the phone; the token comes to the notifier. Returns when the request ends. */
  async requestApproval(principal: Principal, accountId: string, client: Client): Promise<number> {
    requirePerson(principal);
    requireScope(principal, 'trade');
    const { store, vault, accounts, clock } = this.parts;
    const account = await accounts.ownRecord(principal, accountId);
    const clientSecret = vault.open(secretPurpose(accountId, 'client-secret'), account.clientSecret).toString();
    let expiresAtMs: number;
    try {
      expiresAtMs = await this.doorOf(account).requestToken({ clientId: account.clientId, clientSecret });
    } catch (error) {
      throw await this.asRefusal('approval', account, client, error);
    }
    await store.write(async (unit) => {
      await unit.accounts.update(accountId, { approvalExpiresAtMs: expiresAtMs });
      await unit.audit.add(auditOf('approval-requested', 'ok', clock.wallNow(), client, { principal, accountId }));
      await accounts.tell(unit, accountId);
    });
    return expiresAtMs;
  }

  /** What the notifier of an account was posted. Throws NOT_FOUND for an address that is nobody's. */
  async receive(pathSecret: string, body: Buffer, client: Client): Promise<void> {
    const account = await this.parts.store.now.accounts.findByNotifier(sha256(pathSecret));
    if (account === undefined || account.removed) throw new OutcomeError('NOT_FOUND', 'nothing is here');
    const read = notification.safeParse(parseJson(body));
    if (!read.success) throw await this.refused('approval', account, client, 'not a token notification');
    if (read.data.client_id !== account.clientId) {
      throw await this.refused('approval', account, client, 'the token is for another app');
    }
    // Nobody asked, or the time to approve is over: what comes then is not what the owner waits for.
    if (account.approvalExpiresAtMs <= this.parts.clock.wallNow()) {
      throw await this.refused('approval', account, client, 'no approval was asked for');
    }
    try {
      const profile = await this.doorOf(account).fetchProfile(read.data.access_token);
      if (profile.brokerUserId !== read.data.user_id) throw new BrokerRefusal(false, 'profile of another user');
      await this.keep('approval', account, read.data.access_token, profile, client);
    } catch (error) {
      throw await this.asRefusal('approval', account, client, error);
    }
  }

  private async keep(
    route: TokenRoute,
    account: AccountRecord,
    token: string,
    profile: BrokerProfile,
    client: Client,
  ): Promise<number> {
    const { store, vault, accounts, clock, onToken } = this.parts;
    const { accountId, userId } = account;
    const atMs = clock.wallNow();
    const expiresAtMs = accessTokenEnd(claimedEnd(token), atMs);
    if (!profile.isActive) throw new BrokerRefusal(false, 'the customer is not active');
    if (expiresAtMs <= atMs) throw new BrokerRefusal(true, 'the token has ended');
    await store.write(async (unit) => {
      const now = await unit.accounts.lock(accountId);
      if (now === undefined || now.removed || now.clientId !== account.clientId)
        throw new BrokerRefusal(false, 'changed');
      if (now.brokerUserId !== '' && now.brokerUserId !== profile.brokerUserId) {
        throw new BrokerRefusal(false, 'the login is of another customer than before');
      }
      const others = (await unit.accounts.all()).some(
        (other) =>
          !other.removed &&
          other.userId !== userId &&
          other.environment === now.environment &&
          other.brokerUserId === profile.brokerUserId,
      );
      if (others) throw new BrokerRefusal(false, 'the customer belongs to another user here');
      await unit.accounts.update(accountId, {
        brokerUserId: profile.brokerUserId,
        token: vault.seal(secretPurpose(accountId, 'token'), token),
        tokenHash: sha256(token),
        tokenState: TokenState.VALID,
        tokenIssuedAtMs: atMs,
        tokenExpiresAtMs: expiresAtMs,
        tokenCheckedAtMs: atMs,
        tokenReason: '',
        approvalExpiresAtMs: 0,
      });
      const event = route === 'login' ? 'broker-login' : 'token-received';
      await unit.audit.add(auditOf(event, 'ok', atMs, client, { subjectUserId: userId, accountId }));
      await accounts.tell(unit, accountId);
      await accounts.tellToken(unit, accountId);
    });
    onToken(route, 'ok');
    return expiresAtMs;
  }

  private async asRefusal(route: TokenRoute, account: AccountRecord, client: Client, error: unknown): Promise<unknown> {
    if (!(error instanceof BrokerRefusal)) return error;
    return this.refused(route, account, client, error.brokerCode || 'refused');
  }

  private async refused(
    route: TokenRoute,
    account: Pick<AccountRecord, 'accountId' | 'userId'>,
    client: Client,
    why: string,
  ): Promise<OutcomeError> {
    const { store, clock, onToken } = this.parts;
    onToken(route, 'refused');
    const event = route === 'login' ? 'broker-login' : 'token-received';
    const { accountId, userId } = account;
    const facts = { why };
    await store.now.audit.add(
      auditOf(event, 'refused', clock.wallNow(), client, { subjectUserId: userId, accountId, facts }),
    );
    return new OutcomeError('BROKER_LOGIN_REFUSED', `the broker login was not taken: ${why}`);
  }

  private doorOf({ environment }: AccountRecord): BrokerDoor {
    const door = this.parts.brokers(environment);
    if (door !== undefined) return door;
    throw new OutcomeError('ACCOUNT_INVALID', 'accounts of this environment have no login');
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
