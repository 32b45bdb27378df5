// Auth behind the stand-in gateway: one person with their accounts and keys, in memory, with the problems that auth tells.
import type { AccountView, ApiKeyView, AuditEntryView, UserView } from '@vega/client';
import type { PeopleAnswer, PeopleAsked } from './stand-in-gateway.ts';

/** The password, authenticator code and secret that are right. */
export const RIGHT = {
  password: 'gravel-lantern-42-quorum',
  code: '123456',
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
};

export const RECOVERY_CODES = Array.from({ length: 10 }, (_, n) => `abcd-efg${n}-hjkm`);

/** An API key as it is told once. */
export const FRESH_KEY = 'vgk_Zm9yIHRoZSBzcGVjIGFsb25lLCBub3QgYSBrZXk';

const HOUR_MS = 3_600_000;

/** One person, signed in or not. */
export class PeopleStandIn {
  signedIn = true;
  user: UserView = {
    user_id: 'usr_seeded',
    email: 'seeded@example.invalid',
    role: 'admin',
    second_factor: false,
    recovery_codes_left: 0,
    disabled: false,
    created_at_ms: Date.now(),
  };
  given = false;
  accounts: AccountView[] = [];
  keys: ApiKeyView[] = [];
  /** While set, everything but the session answers with it. */
  problem: Exclude<PeopleAnswer, { body: unknown }> | undefined;
  /** What was asked, in order: `POST accounts`. */
  readonly asked: string[] = [];
  readonly bodies: Readonly<Record<string, unknown>>[] = [];
  private registered: string | undefined;
  private made = 0;

  readonly answer = (asked: PeopleAsked): PeopleAnswer => {
    this.asked.push(`${asked.method} ${asked.path}`);
    this.bodies.push(asked.body);
    return this.aboutSession(asked) ?? this.problem ?? this.aboutOwner(asked) ?? this.aboutAdmin(asked) ?? NOT_FOUND;
  };

  /** An account as it may be. */
  addAccount(more: Partial<AccountView> = {}): AccountView {
    this.made += 1;
    const account: AccountView = {
      account_id: `acc_${this.made}`,
      label: `Account ${this.made}`,
      environment: 'simulator',
      broker_user_id: 'VG1001',
      client_id: 'app-of-mine',
      redirect_uri: 'http://127.0.0.1/back',
      egress_address: null,
      relation: 'own',
      enabled: true,
      trading_allowed: true,
      token_state: 'valid',
      token_issued_at_ms: Date.now(),
      token_expires_at_ms: Date.now() + 5 * HOUR_MS + 30_000,
      token_expires_at: null,
      token_checked_at_ms: Date.now(),
      token_reason: null,
      approval_expires_at_ms: null,
      has_analytics_token: false,
      consent_at_ms: Date.now(),
      created_at_ms: Date.now(),
      revision: 1,
      ...more,
    };
    this.accounts.push(account);
    return account;
  }

  private session(): PeopleAnswer {
    return {
      body: { access_token: 'seeded', expires_at_ms: Date.now() + HOUR_MS, refresh_token: null, user: this.user },
    };
  }

  private aboutSession({ path, body }: PeopleAsked): PeopleAnswer | undefined {
    switch (path) {
      case 'demo':
        return { body: { email: null, password: null } };
      case 'refresh':
        return this.signedIn ? this.session() : refused(401, 'SESSION_ENDED', 'The session is over');
      case 'logout':
        this.signedIn = false;
        return DONE;
      case 'register':
        if (String(body['password']).startsWith('password')) {
          return refused(422, 'PASSWORD_REFUSED', 'Password refused', 'the password is among the commonest');
        }
        this.registered = String(body['email']);
        return DONE;
      case 'login': {
        const isKnown = body['password'] === RIGHT.password || body['email'] === this.registered;
        if (!isKnown) return refused(401, 'CREDENTIALS_INVALID', 'Not signed in');
        if (this.user.second_factor && body['second_factor'] === '') {
          return refused(401, 'SECOND_FACTOR_REQUIRED', 'A second factor is wanted');
        }
        if (this.user.second_factor && body['second_factor'] !== RIGHT.code) {
          return refused(401, 'CREDENTIALS_INVALID', 'Not signed in');
        }
        this.signedIn = true;
        return this.session();
      }
      default:
        return undefined;
    }
  }

  private aboutOwner({ method, path, body }: PeopleAsked): PeopleAnswer | undefined {
    const id = path.split('/').at(-1) ?? '';
    const account = this.accounts.find(({ account_id }) => account_id === id);
    switch (`${method} ${path.replace(/\/(acc|key)_.*/, '/:id')}`) {
      case 'GET me':
        return {
          body: {
            user: this.user,
            kind: 'user',
            scopes: ['read', 'trade'],
            second_factor_given: this.given,
            expires_at_ms: Date.now() + HOUR_MS,
          },
        };
      case 'GET sessions':
        return { body: { sessions: SESSIONS } };
      case 'GET accounts':
        return { body: { accounts: this.accounts, time_ms: Date.now() } };
      case 'POST accounts': {
        if (body['client_secret'] === 'wrong')
          return refused(422, 'ACCOUNT_INVALID', 'Not like this', 'the secret is wrong');
        const fields = { label: String(body['label']), client_id: String(body['client_id']) };
        const made = this.addAccount({
          ...fields,
          token_state: 'absent',
          token_expires_at_ms: null,
          broker_user_id: null,
        });
        return { body: { account: made, notifier_path: '/hooks/upstox/once-and-only-once' } };
      }
      case 'PATCH accounts/:id':
        if (account === undefined) return NOT_FOUND;
        Object.assign(account, Object.fromEntries(Object.entries(body).filter(([name]) => name in account)));
        return { body: { account, notifier_path: null } };
      case 'DELETE accounts/:id':
        this.accounts = this.accounts.filter((one) => one !== account);
        return DONE;
      case 'GET upstox/login-url':
        return {
          body: { url: `/accounts?login=ok&account=${this.accounts[0]?.account_id ?? ''}`, expires_at_ms: null },
        };
      case 'POST upstox/request-approval':
        for (const one of this.accounts)
          if (one.account_id === body['account_id']) one.approval_expires_at_ms = Date.now() + HOUR_MS;
        return { body: { expires_at_ms: Date.now() + HOUR_MS } };
      case 'GET upstox/tokens/db-status':
        return { body: { tokens: [], time_ms: Date.now() } };
      default:
        return this.aboutFactor(method, path, body) ?? this.aboutKeys(method, path, body);
    }
  }

  private aboutFactor(method: string, path: string, body: PeopleAsked['body']): PeopleAnswer | undefined {
    switch (`${method} ${path}`) {
      case 'POST 2fa/begin':
        if (body['password'] !== RIGHT.password) return refused(401, 'CREDENTIALS_INVALID', 'Not right');
        return { body: { secret: RIGHT.secret, otpauth_uri: `otpauth://totp/VEGA:seeded?secret=${RIGHT.secret}` } };
      case 'POST 2fa/confirm':
        if (body['code'] !== RIGHT.code) return refused(401, 'CREDENTIALS_INVALID', 'Not right');
        this.user = { ...this.user, second_factor: true, recovery_codes_left: RECOVERY_CODES.length };
        this.given = true;
        return {
          body: {
            recovery_codes: RECOVERY_CODES,
            session: { access_token: 'with-factor', expires_at_ms: Date.now() + HOUR_MS, user: this.user },
          },
        };
      case 'POST password':
        return body['current_password'] === RIGHT.password ? DONE : refused(401, 'CREDENTIALS_INVALID', 'Not right');
      default:
        return undefined;
    }
  }

  private aboutKeys(method: string, path: string, body: PeopleAsked['body']): PeopleAnswer | undefined {
    if (method === 'GET' && path === 'api-keys') return { body: { keys: this.keys } };
    if (method === 'POST' && path === 'api-keys') {
      const key: ApiKeyView = {
        key_id: `key_${this.keys.length + 1}`,
        name: String(body['name']),
        scope: body['scope'] === 'read trade' ? 'read trade' : 'read',
        prefix: FRESH_KEY.slice(0, 10),
        allowed_addresses: body['allowed_addresses'] as string[],
        created_at_ms: Date.now(),
        expires_at_ms: Date.now() + Number(body['days']) * 24 * HOUR_MS,
        last_used_at_ms: null,
        revoked_at_ms: null,
      };
      this.keys = [...this.keys, key];
      return { body: { key, api_key: FRESH_KEY } };
    }
    if (method !== 'DELETE' || !path.startsWith('api-keys/')) return undefined;
    this.keys = this.keys.map((key) => (path.endsWith(key.key_id) ? { ...key, revoked_at_ms: Date.now() } : key));
    return DONE;
  }

  private aboutAdmin({ method, path, query }: PeopleAsked): PeopleAnswer | undefined {
    if (this.user.role !== 'admin') return refused(403, 'PERMISSION_DENIED', 'Not for you');
    if (method === 'GET' && path === 'users') {
      const other = { ...this.user, user_id: 'usr_other', email: 'other@example.invalid', role: 'trader' };
      return { body: { users: [this.user, other], next_after: null } };
    }
    if (method === 'PATCH' && path === 'users/usr_other') return { body: this.user };
    if (method !== 'GET' || path !== 'audit') return undefined;
    const before = Number(query.get('before') ?? 0) || 121;
    const entries = Array.from({ length: 50 }, (_, n) => entryOf(before - 1 - n)).filter(
      ({ seq, event }) => seq > 0 && ['', event].includes(query.get('event') ?? ''),
    );
    return { body: { entries, next_before: before - 50 > 1 ? before - 50 : null } };
  }
}

const DONE: PeopleAnswer = { body: { done: true } };

const NOT_FOUND = refused(404, 'NOT_FOUND', 'Not found');

function refused(status: number, code: string, title: string, detail = 'it is not right') {
  return { status, code, title, detail };
}

const SESSIONS = [true, false].map((current) => ({
  session_id: `ses_${String(current)}`,
  created_at_ms: Date.UTC(2026, 10, 20),
  last_used_at_ms: Date.UTC(2026, 10, 23),
  expires_at_ms: Date.UTC(2026, 11, 20),
  address: '192.0.2.7',
  user_agent: current ? 'Chromium on a desk' : 'A phone somewhere else',
  current,
}));

function entryOf(seq: number): AuditEntryView {
  const event = seq % 5 === 0 ? 'broker-login' : 'login';
  return {
    seq,
    at_ms: Date.UTC(2026, 10, 23, 4) + seq * 60_000,
    at: null,
    event,
    outcome: seq % 7 === 0 ? 'refused' : 'ok',
    actor_user_id: 'usr_seeded',
    actor_kind: 'user',
    subject_user_id: 'usr_seeded',
    account_id: event === 'broker-login' ? 'acc_1' : null,
    address: '192.0.2.7',
    user_agent: 'Chromium',
    trace_id: null,
    facts: [{ name: 'second_factor', value: String(seq % 2 === 0) }],
  };
}
