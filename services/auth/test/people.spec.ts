import { authPeopleRpc, authServiceRpc, Revocation, subjects } from '@vega/contracts';
import { createLogger, createMetrics, createPrincipalVerifier, createRpcClient } from '@vega/platform';
import { eventually, FakeClock } from '@vega/testkit';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { Secret, TOTP } from 'otpauth';
import { at, outcomeOf, PASSWORD, startAuth, type RunningAuth } from './running-auth.ts';

const clock = new FakeClock(Date.UTC(2026, 10, 23, 4, 0, 0));
let auth: RunningAuth;

beforeAll(async () => {
  auth = await startAuth({}, clock);
});

afterAll(async () => {
  expect(auth.exits).toEqual([]);
  await auth.stop();
});

/** A revocation is published after its transaction: it holds a moment later, here as in every other process. */
const voidSoon = (token: string): Promise<boolean> =>
  eventually(async () => (await outcomeOf(auth.ask(authPeopleRpc.getMe, {}, token))) === 'UNAUTHENTICATED', {
    withinMs: 10_000,
    everyMs: 10,
    what: 'the end of the token',
  });

const refresh = (refreshToken: string) => auth.ask(authPeopleRpc.refresh, { refreshToken, client: at() });

describe('registration', () => {
  it('answers the same for a known address, and changes nothing of it', async () => {
    const first = await auth.newUser('twice@example.invalid');
    const again = await auth.ask(authPeopleRpc.register, {
      email: ' TWICE@Example.invalid ',
      password: 'another-password-99-lime',
      client: at(),
    });
    expect(again).toEqual({});
    expect(await outcomeOf(auth.login('twice@example.invalid', 'another-password-99-lime'))).toBe(
      'CREDENTIALS_INVALID',
    );
    expect((await auth.login('twice@example.invalid')).user?.userId).toBe(first.user?.userId);
  });

  it.each([
    ['short', 'shortpass12'],
    ['common', 'password123456'],
    ['repeated', 'abcabcabcabcabc'],
    ['a walk', 'qwertyuiopqwert'],
    ['the address', 'weak-person-1!'],
  ])('refuses a password that is %s', async (_what, password) => {
    const email = 'weak-person@example.invalid';
    expect(await outcomeOf(auth.ask(authPeopleRpc.register, { email, password, client: at() }))).toBe(
      'PASSWORD_REFUSED',
    );
  });

  it.each(['', 'nobody', 'a@b', "x'; DROP TABLE users;--@e.invalid\r\n", `${'a'.repeat(300)}@e.invalid`])(
    'refuses %j as an address',
    async (email) => {
      const asked = auth.ask(authPeopleRpc.register, { email, password: PASSWORD, client: at() });
      expect(await outcomeOf(asked)).toBe('BAD_REQUEST');
    },
  );
});

describe('access tokens', () => {
  it('are what RFC 9068 asks for, as an independent reader sees them', async () => {
    const { accessToken, user } = await auth.newUser('jose@example.invalid');
    const { keys } = await auth.ask(authServiceRpc.getKeys, {});
    const kid = decodeProtectedHeader(accessToken).kid;
    const key = keys.find(({ keyId }) => keyId === kid);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key?.publicKey ?? []).toString('base64url') };
    const { payload } = await jwtVerify(accessToken, await importJWK(jwk, 'EdDSA'), {
      issuer: 'vega-auth',
      audience: 'vega',
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
      currentDate: new Date(clock.wallNow()),
    });
    expect(payload).toMatchObject({ sub: user?.userId, role: 'trader', scope: 'read trade', mfa: false, kind: 'user' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  });

  it('survive a rotation of keys, and so do sessions', async () => {
    const before = await auth.newUser('rotation@example.invalid');
    await auth.db.query(`UPDATE auth.signing_keys SET ends_at_ms = 0`);
    // The command of the runbook does the same over the database.
    const { rotateSigningKey } = await import('../src/operate.ts');
    const keyId = await rotateSigningKey(auth.environment, clock);
    // The service looks for keys by its clock; what it asks the database for comes in its own time.
    await clock.advance(5_000);
    await eventually(async () => (await auth.ask(authServiceRpc.getKeys, {})).keys.some((key) => key.keyId === keyId), {
      withinMs: 10_000,
      what: 'a service that knows the new key',
    });
    await clock.advance(115_000);
    const after = await auth.login('rotation@example.invalid');
    expect(decodeProtectedHeader(after.accessToken).kid).toBe(keyId);
    expect(decodeProtectedHeader(before.accessToken).kid).not.toBe(keyId);
    expect((await auth.ask(authPeopleRpc.getMe, {}, before.accessToken)).user?.email).toBe('rotation@example.invalid');
    expect((await refresh(before.refreshToken)).session?.accessToken).toBeDefined();
  });
});

describe('refresh', () => {
  it('gives a new token each time, and the same once more when the answer was lost', async () => {
    const { refreshToken } = await auth.newUser('refresh@example.invalid');
    const one = (await refresh(refreshToken)).session;
    const lost = (await refresh(refreshToken)).session;
    expect(lost?.refreshToken).toBe(one?.refreshToken);
    expect((await refresh(one?.refreshToken ?? '')).session?.refreshToken).not.toBe(one?.refreshToken);
  });

  it('ends the session when a token comes back late: somebody else has it', async () => {
    const stolen = await auth.newUser('stolen@example.invalid');
    const owner = (await refresh(stolen.refreshToken)).session;
    await clock.advance(11_000);
    expect(await outcomeOf(refresh(stolen.refreshToken))).toBe('SESSION_ENDED');
    expect(await outcomeOf(refresh(owner?.refreshToken ?? ''))).toBe('SESSION_ENDED');
    await voidSoon(owner?.accessToken ?? '');
    const { rows } = await auth.db.query(`SELECT * FROM auth.audit WHERE event = 'refresh-reused'`);
    expect(rows).toHaveLength(1);
  });

  it('finds out two holders within the leeway as soon as both go on', async () => {
    const session = await auth.newUser('both@example.invalid');
    const owner = (await refresh(session.refreshToken)).session;
    const thief = (await refresh(session.refreshToken)).session;
    expect((await refresh(owner?.refreshToken ?? '')).session).toBeDefined();
    await clock.advance(11_000);
    expect(await outcomeOf(refresh(thief?.refreshToken ?? ''))).toBe('SESSION_ENDED');
  });

  it('knows no token that was made up', async () => {
    expect(await outcomeOf(refresh(`vrt_${'A'.repeat(43)}`))).toBe('SESSION_ENDED');
  });
});

describe('revocation', () => {
  it('reaches another process within a second', async () => {
    const session = await auth.newUser('revoked@example.invalid');
    const drains: (() => unknown)[] = [];
    const bus = { nc: auth.nc, isConnected: () => true, close: () => Promise.resolve() };
    const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
    const metrics = createMetrics('other');
    const onDrain = (_name: string, end: () => unknown) => void drains.push(end);
    const other = await createPrincipalVerifier({
      bus,
      rpc: createRpcClient(bus, metrics),
      clock,
      logger,
      metrics,
      onDrain,
    } as Parameters<typeof createPrincipalVerifier>[0]);
    const principal = await other.verify(session.accessToken);
    const heard: Revocation[] = [];
    auth.nc.subscribe(subjects.allRevocations(), {
      callback: (_error, message) => void heard.push(Revocation.decode(message.data)),
    });
    await auth.nc.flush();
    const before = performance.now();
    await auth.ask(authPeopleRpc.logout, { refreshToken: session.refreshToken, everywhere: false, client: at() });
    await eventually(() => !other.isCurrent(principal), { withinMs: 10_000, everyMs: 5, what: 'the revocation' });
    const tookMs = performance.now() - before;
    expect(await outcomeOf(other.verify(session.accessToken))).toBe('UNAUTHENTICATED');
    expect(heard.map(({ id }) => id)).toContain(principal.sessionId);
    // A second is what is promised; a busy machine is given ten times that before the spec speaks of a fault.
    expect(tookMs).toBeLessThan(10_000);
    for (const end of drains) end();
  });

  it('of all sessions follows a change of the password, but for the one that changed it', async () => {
    const mine = await auth.newUser('change@example.invalid');
    const elsewhere = await auth.login('change@example.invalid');
    await auth.ask(
      authPeopleRpc.changePassword,
      { currentPassword: PASSWORD, newPassword: 'umbrella-tundra-77-fig', client: at() },
      mine.accessToken,
    );
    await voidSoon(elsewhere.accessToken);
    expect(await outcomeOf(auth.ask(authPeopleRpc.getMe, {}, mine.accessToken))).toBe('ok');
    expect(await outcomeOf(auth.login('change@example.invalid'))).toBe('CREDENTIALS_INVALID');
  });
});

describe('guessing', () => {
  it('becomes slow from one place, and the owner gets in from a known device all the while', async () => {
    const owner = await auth.newUser('victim@example.invalid');
    const device = owner.deviceToken;
    const attack = (n: number) => auth.login('victim@example.invalid', `guess-${n}-wrong`, '', at('203.0.113.9'));
    const outcomes: string[] = [];
    for (let n = 0; n < 8; n += 1) outcomes.push(await outcomeOf(attack(n)));
    expect(outcomes.filter((one) => one === 'CREDENTIALS_INVALID').length).toBeLessThanOrEqual(6);
    expect(outcomes.at(-1)).toBe('LOGIN_THROTTLED');
    expect(await outcomeOf(auth.login('victim@example.invalid', PASSWORD, '', at('198.51.100.3', device)))).toBe('ok');
    expect(await outcomeOf(auth.login('victim@example.invalid'))).toBe('ok');
  });

  it('from many places delays strangers, not a device that is known', async () => {
    const owner = await auth.newUser('botnet@example.invalid');
    const attack = (n: number) =>
      outcomeOf(auth.login('botnet@example.invalid', 'wrong-guess', '', at(`2001:db8:${n}::1`)));
    expect(await attack(1)).toBe('CREDENTIALS_INVALID');
    // What fifty more addresses would have done.
    await auth.db.query(`UPDATE auth.login_failures SET failures = 51 WHERE bucket LIKE 'strangers:%'`);
    expect(await attack(2)).toBe('CREDENTIALS_INVALID');
    expect(await attack(3)).toBe('LOGIN_THROTTLED');
    const device = at('198.51.100.77', owner.deviceToken);
    expect(await outcomeOf(auth.login('botnet@example.invalid', PASSWORD, '', device))).toBe('ok');
  });

  it('is answered alike whether there is such a person or not', async () => {
    await auth.newUser('present@example.invalid');
    const answers: unknown[] = [];
    for (const email of ['present@example.invalid', 'absent@example.invalid']) {
      for (let n = 0; n < 7; n += 1) {
        const asked = auth.login(email, 'wrong-guess-1', '', at('203.0.113.50', email));
        answers.push(
          await asked.catch((e: { code: string; message: string; context: object }) => ({ ...e, m: e.message })),
        );
      }
    }
    expect(answers.slice(0, 7)).toEqual(answers.slice(7));
  });
});

describe('second factor', () => {
  it('is asked for once it is on, each code counts once, recovery codes work once', async () => {
    const email = 'factor@example.invalid';
    const session = await auth.newUser(email);
    const begun = await auth.ask(
      authPeopleRpc.beginSecondFactor,
      { password: PASSWORD, client: at() },
      session.accessToken,
    );
    const totp = new TOTP({ secret: Secret.fromBase32(begun.secret) });
    const code = (): string => totp.generate({ timestamp: clock.wallNow() });
    const confirmed = await auth.ask(
      authPeopleRpc.confirmSecondFactor,
      { code: code(), client: at() },
      session.accessToken,
    );
    expect(decodeJwt(confirmed.session?.accessToken ?? '')['mfa']).toBe(true);
    expect(await outcomeOf(auth.login(email))).toBe('SECOND_FACTOR_REQUIRED');
    // The code that confirmed it was used.
    expect(await outcomeOf(auth.login(email, PASSWORD, code()))).toBe('CREDENTIALS_INVALID');
    await clock.advance(30_000);
    const signedIn = await auth.login(email, PASSWORD, code());
    expect(decodeJwt(signedIn.accessToken)['mfa']).toBe(true);
    const [recovery = ''] = confirmed.recoveryCodes;
    expect(confirmed.recoveryCodes).toHaveLength(10);
    expect((await auth.login(email, PASSWORD, recovery.toUpperCase())).user?.recoveryCodesLeft).toBe(9);
    await clock.advance(60_000);
    expect(await outcomeOf(auth.login(email, PASSWORD, recovery))).toBe('CREDENTIALS_INVALID');
    const off = { password: PASSWORD, code: '', client: at() };
    await clock.advance(30_000);
    await auth.ask(authPeopleRpc.disableSecondFactor, { ...off, code: code() }, signedIn.accessToken);
    await voidSoon(signedIn.accessToken);
    await clock.advance(600_000);
    expect(await outcomeOf(auth.login(email))).toBe('ok');
  });
});

describe('API keys', () => {
  const create = (token: string, more: object = {}) =>
    auth.ask(
      authPeopleRpc.createApiKey,
      { name: 'robot', scope: 'read', allowedAddresses: [], lifeMs: 3_600_000, client: at(), ...more },
      token,
    );
  const exchange = (apiKey: string, address = '192.0.2.1') =>
    auth.ask(authServiceRpc.exchangeApiKey, { apiKey, address });

  it('are exchanged for tokens of their scope, from their addresses, until they end or are revoked', async () => {
    const { accessToken } = await auth.newUser('keys@example.invalid');
    const { apiKey, key } = await create(accessToken, { allowedAddresses: ['192.0.2.0/24'] });
    const got = await exchange(apiKey);
    expect(decodeJwt(got.accessToken)).toMatchObject({ kind: 'api_key', scope: 'read', sid: key?.keyId });
    expect(await outcomeOf(exchange(apiKey, '203.0.113.1'))).toBe('UNAUTHENTICATED');
    // A program does not make keys for itself.
    expect(await outcomeOf(create(got.accessToken))).toBe('PERMISSION_DENIED');
    await auth.ask(authPeopleRpc.revokeApiKey, { keyId: key?.keyId ?? '', client: at() }, accessToken);
    expect(await outcomeOf(exchange(apiKey))).toBe('UNAUTHENTICATED');
    await voidSoon(got.accessToken);
    const second = await create(accessToken);
    await clock.advance(3_600_001);
    expect(await outcomeOf(exchange(second.apiKey))).toBe('UNAUTHENTICATED');
    const { rows } = await auth.db.query<{ row: string }>(`SELECT k::text AS row FROM auth.api_keys k`);
    expect(rows.some(({ row }) => row.includes(apiKey.slice(10)))).toBe(false);
  });
});

describe('the audit trail', () => {
  it('takes no change and no removal, not even from a superuser', async () => {
    await auth.newUser('audited@example.invalid');
    for (const attempt of [`UPDATE auth.audit SET event = 'x'`, `DELETE FROM auth.audit`, `TRUNCATE auth.audit`]) {
      await expect(auth.db.query(attempt)).rejects.toThrow('only ever added to');
    }
    const { rows } = await auth.db.query<{ acl: string | null }>(
      `SELECT relacl::text AS acl FROM pg_class WHERE oid = 'auth.audit'::regclass`,
    );
    // a = INSERT, r = SELECT; w, d and D are UPDATE, DELETE and TRUNCATE.
    expect(rows[0]?.acl).toMatch(/=ar[^wdD]*\//);
    expect(rows[0]?.acl).not.toMatch(/=[a-zA-Z]*[wdD]/);
  });

  it('is read by admins alone, newest first, page by page', async () => {
    const session = await auth.newUser('auditor@example.invalid');
    const query = { beforeSeq: 0, limit: 3, event: '', userId: '', accountId: '', fromMs: 0, toMs: 0 };
    expect(await outcomeOf(auth.ask(authPeopleRpc.listAudit, query, session.accessToken))).toBe('PERMISSION_DENIED');
    await auth.db.query(`UPDATE auth.users SET role = 'admin' WHERE email = 'auditor@example.invalid'`);
    const { accessToken } = await auth.login('auditor@example.invalid');
    const seqs: number[] = [];
    for (let beforeSeq = 0, pages = 0; pages < 3; pages += 1) {
      const page = await auth.ask(authPeopleRpc.listAudit, { ...query, beforeSeq }, accessToken);
      seqs.push(...page.entries.map(({ seq }) => seq));
      beforeSeq = page.nextBeforeSeq;
    }
    expect(seqs).toHaveLength(9);
    expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
    const logins = await auth.ask(authPeopleRpc.listAudit, { ...query, event: 'login', limit: 50 }, accessToken);
    expect(new Set(logins.entries.map(({ event }) => event))).toEqual(new Set(['login']));
  });
});
