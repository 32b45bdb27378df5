// Broker accounts against the real simulator over HTTP, as a browser and a phone would do it, with a clock of the spec's own.
import {
  authBrokerRpc,
  authPeopleRpc,
  authServiceRpc,
  BrokerEnvironment,
  TokenChanged,
  TokenState,
  subjects,
  type BrokerAccount,
} from '@vega/contracts';
import { addDays, istDateOf, istInstant } from '@vega/kernel';
import {
  createBrokerTokens,
  createLogger,
  createMetrics,
  createRpcClient,
  openSeal,
  createSealKeys,
} from '@vega/platform';
import { eventually, FakeClock } from '@vega/testkit';
import { SimulatorBrowser, type SimulatorApp } from '../src/adapters/upstox/simulator-login.ts';
import { rotateVault } from '../src/operate.ts';
import { at, masterKey, outcomeOf, startAuth, type RunningAuth } from './running-auth.ts';
import { startSimulator, type Simulator } from './simulator.ts';

/** Nine in the morning of the next day, whenever the spec runs; the simulator's clock is shifted there as well. */
const MORNING = istInstant(addDays(istDateOf(Date.now()), 1), 9);
const clock = new FakeClock(MORNING);
const REDIRECT = 'http://127.0.0.1:9/api/v1/auth/upstox/callback';

let sim: Simulator;
let auth: RunningAuth;
let browser: SimulatorBrowser;
let apps: SimulatorApp[];

beforeAll(async () => {
  sim = await startSimulator();
  await sim.fault({ kind: 'clock-shift', offsetMs: MORNING - Date.now() });
  browser = new SimulatorBrowser(sim.url);
  apps = await browser.apps();
  auth = await startAuth({ VEGA_UPSTOX_ENV: 'simulator', VEGA_UPSTOX_SIM_URL: sim.url }, clock);
}, 300_000);

afterAll(async () => {
  expect(auth.exits).toEqual([]);
  await auth.stop();
  await sim.stop();
});

/** A user with one account of a customer of the simulator. */
async function owner(email: string, app: SimulatorApp) {
  const { accessToken, user } = await auth.newUser(email);
  const { account, notifierPath } = await auth.ask(
    authBrokerRpc.createAccount,
    {
      label: app.ownerUserId,
      environment: BrokerEnvironment.SIMULATOR,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      redirectUri: REDIRECT,
      egressAddress: '',
      relation: 'own',
      consent: true,
      analyticsToken: '',
      sandboxToken: '',
      client: at(),
    },
    accessToken,
  );
  if (account === undefined) throw new Error('no account came back');
  await browser.register(app.clientId, REDIRECT, `http://127.0.0.1:9${notifierPath}`);
  return { accessToken, userId: user?.userId ?? '', account, pathSecret: notifierPath.split('/').at(-1) ?? '' };
}

const appOf = (customer: string): SimulatorApp => {
  const app = apps.find(({ ownerUserId }) => ownerUserId === customer);
  if (app === undefined) throw new Error(`the simulator has no app of ${customer}`);
  return app;
};

const begin = (accountId: string, token: string) =>
  auth.ask(authBrokerRpc.getLoginUrl, { accountId, client: at() }, token);

const complete = (given: { state?: string; code?: string; browserSecret?: string }) =>
  auth.ask(authBrokerRpc.completeLogin, { state: '', code: '', browserSecret: '', error: '', ...given, client: at() });

const accountNow = async (accountId: string): Promise<BrokerAccount> => {
  const { accounts } = await auth.ask(authServiceRpc.listAccounts, {});
  const found = accounts.find((one) => one.accountId === accountId);
  if (found === undefined) throw new Error('the account is gone');
  return found;
};

describe('a login at the broker', () => {
  it('goes from the dialog to a token that the broker takes, and every false way back is refused', async () => {
    const app = appOf('VG1001');
    const mine = await owner('asha@example.invalid', app);
    const other = await owner('bharat@example.invalid', appOf('VG1002'));

    const begun = await begin(mine.account.accountId, mine.accessToken);
    const back = await browser.logIn(begun.url, 'VG1001', app.pin);
    // Another browser than the one in which it was begun has no, or another, cookie.
    expect(await outcomeOf(complete({ ...back, browserSecret: '' }))).toBe('LOGIN_STATE_INVALID');
    // The state was used up by that.
    expect(await outcomeOf(complete({ ...back, browserSecret: begun.browserSecret }))).toBe('LOGIN_STATE_INVALID');

    const again = await begin(mine.account.accountId, mine.accessToken);
    const good = await browser.logIn(again.url, 'VG1001', app.pin);
    const done = await complete({ ...good, browserSecret: again.browserSecret });
    expect(done.accountId).toBe(mine.account.accountId);
    const account = await accountNow(mine.account.accountId);
    expect(account).toMatchObject({ tokenState: TokenState.VALID, brokerUserId: 'VG1001', tradingAllowed: true });
    // The next 03:30 IST, whenever it was issued.
    expect(new Date(account.tokenExpiresAtMs).toISOString().slice(11)).toBe('22:00:00.000Z');
    expect(await outcomeOf(complete({ ...good, browserSecret: again.browserSecret }))).toBe('LOGIN_STATE_INVALID');

    // Nobody begins a login, or asks for an approval, for an account of somebody else.
    expect(await outcomeOf(begin(other.account.accountId, mine.accessToken))).toBe('ACCOUNT_NOT_FOUND');
    const approval = { accountId: other.account.accountId, client: at() };
    expect(await outcomeOf(auth.ask(authBrokerRpc.requestApproval, approval, mine.accessToken))).toBe(
      'ACCOUNT_NOT_FOUND',
    );

    // A login that takes longer than ten minutes is over.
    const slow = await begin(mine.account.accountId, mine.accessToken);
    const late = await browser.logIn(slow.url, 'VG1001', app.pin);
    await clock.advance(10 * 60_000 + 1);
    expect(await outcomeOf(complete({ ...late, browserSecret: slow.browserSecret }))).toBe('LOGIN_STATE_INVALID');
    expect(await outcomeOf(complete({ state: 'made up', code: 'x', browserSecret: 'y' }))).toBe('LOGIN_STATE_INVALID');
  }, 120_000);

  it('of another customer than before is refused, and the token in force stays', async () => {
    const desk = appOf('VG1003');
    const mine = await owner('chitra@example.invalid', desk);
    const begun = await begin(mine.account.accountId, mine.accessToken);
    const back = await browser.logIn(begun.url, 'VG1003', desk.pin);
    await complete({ ...back, browserSecret: begun.browserSecret });
    await auth.db.query(`UPDATE auth.accounts SET broker_user_id = 'VG9999' WHERE account_id = $1`, [
      mine.account.accountId,
    ]);
    const again = await begin(mine.account.accountId, mine.accessToken);
    const other = await browser.logIn(again.url, 'VG1003', desk.pin);
    expect(await outcomeOf(complete({ ...other, browserSecret: again.browserSecret }))).toBe('BROKER_LOGIN_REFUSED');
    expect((await accountNow(mine.account.accountId)).tokenState).toBe(TokenState.VALID);
  }, 60_000);
});

describe('an approval on the phone', () => {
  it('brings a token to the notifier, where nothing else is taken', async () => {
    const app = appOf('VG1002');
    const { rows } = await auth.db.query<{ account_id: string; user_id: string }>(
      `SELECT account_id, user_id FROM auth.accounts WHERE client_id = $1`,
      [app.clientId],
    );
    const accountId = rows[0]?.account_id ?? '';
    const { accessToken } = await auth.login('bharat@example.invalid');
    const renewed = await auth.ask(
      authBrokerRpc.updateAccount,
      { accountId, renewNotifier: true, client: at() },
      accessToken,
    );
    const pathSecret = renewed.notifierPath.split('/').at(-1) ?? '';
    const issued = await fetch(`${sim.url}/sim/apps/${app.clientId}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: 'VG1002', pin: app.pin, kind: 'access' }),
    });
    const { data } = (await issued.json()) as { data: { access_token: string } };
    const notice = {
      client_id: app.clientId,
      user_id: 'VG1002',
      access_token: data.access_token,
      token_type: 'Bearer',
      message_type: 'access_token',
    };
    const post = (secret: string, body: object) =>
      outcomeOf(
        auth.ask(authBrokerRpc.receiveToken, {
          pathSecret: secret,
          body: Buffer.from(JSON.stringify(body)),
          client: at(),
        }),
      );
    // A token that nobody asked for, however good it is.
    expect(await post(pathSecret, notice)).toBe('BROKER_LOGIN_REFUSED');
    await auth.ask(authBrokerRpc.requestApproval, { accountId, client: at() }, accessToken);
    expect(await post('A'.repeat(43), notice)).toBe('NOT_FOUND');
    expect(await post(pathSecret, { ...notice, client_id: 'another' })).toBe('BROKER_LOGIN_REFUSED');
    expect(await post(pathSecret, { ...notice, access_token: 'forged' })).toBe('BROKER_LOGIN_REFUSED');
    expect(await post(pathSecret, { ...notice, user_id: 'VG1001' })).toBe('BROKER_LOGIN_REFUSED');
    expect(await post(pathSecret, { hello: 'there' })).toBe('BROKER_LOGIN_REFUSED');
    expect((await accountNow(accountId)).tokenState).toBe(TokenState.ABSENT);
    expect(await post(pathSecret, notice)).toBe('ok');
    expect(await accountNow(accountId)).toMatchObject({ tokenState: TokenState.VALID, approvalExpiresAtMs: 0 });
    // The request is answered: the same once more is not waited for.
    expect(await post(pathSecret, notice)).toBe('BROKER_LOGIN_REFUSED');
  }, 60_000);
});

describe('tokens in the vault', () => {
  it('are handed out sealed to whoever asks, and to the services that may alone', async () => {
    const { accounts } = await auth.ask(authServiceRpc.listAccounts, {});
    const [valid] = accounts.filter(({ tokenState }) => tokenState === TokenState.VALID);
    const bus = { nc: auth.nc, isConnected: () => true, close: () => Promise.resolve() };
    const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
    const rpc = createRpcClient(bus, createMetrics('holder'));
    const tokens = createBrokerTokens({ bus, rpc, clock, logger, onDrain: () => undefined });
    const token = await tokens.fetch({ accountId: valid?.accountId ?? '' });
    const profile = await fetch(`${sim.url}/v2/user/profile`, {
      headers: { authorization: `Bearer ${token.accessToken}`, 'api-version': '2.0' },
    });
    expect(await profile.json()).toMatchObject({ data: { user_id: valid?.brokerUserId } });
    // What went over the bus cannot be opened by anybody else.
    const keys = createSealKeys();
    const sealed = await auth.ask(authServiceRpc.fetchBrokerToken, {
      accountId: valid?.accountId ?? '',
      requesterPublicKey: keys.publicKey,
      purpose: 1,
      environment: 0,
    });
    expect(Buffer.from(sealed.ciphertext).includes(token.accessToken)).toBe(false);
    expect(() => openSeal(sealed, createSealKeys(), 'vega broker token v1')).toThrow();
    // Asked from the inbox of a service that may not have it.
    const request = authServiceRpc.fetchBrokerToken.request
      .encode({ accountId: valid?.accountId ?? '', requesterPublicKey: keys.publicKey, purpose: 1, environment: 0 })
      .finish();
    const answers: string[] = [];
    auth.nc.subscribe('_INBOX_gateway.spec', {
      callback: (_error, message) => void answers.push(message.headers?.get('Nats-Service-Error-Code') ?? 'served'),
    });
    auth.nc.publish(authServiceRpc.fetchBrokerToken.subject, request, { reply: '_INBOX_gateway.spec' });
    await eventually(() => answers.length > 0, { withinMs: 10_000, what: 'an answer' });
    expect(answers).toEqual(['PERMISSION_DENIED']);
  }, 60_000);

  it('outlive a change of the master key, and nothing is left under the old one', async () => {
    const [old] = (auth.environment['VEGA_VAULT_KEYS'] ?? '').split(',');
    const both = `${masterKey('fresh')},${old ?? ''}`;
    const count = await rotateVault({ ...auth.environment, VEGA_VAULT_KEYS: both }, clock);
    expect(count).toBeGreaterThan(5);
    expect(await rotateVault({ ...auth.environment, VEGA_VAULT_KEYS: both }, clock)).toBe(0);
    auth.environment['VEGA_VAULT_KEYS'] = both.split(',')[0] ?? '';
    await auth.restart();
    const { accounts } = await auth.ask(authServiceRpc.listAccounts, {});
    const [valid] = accounts.filter(({ tokenState }) => tokenState === TokenState.VALID);
    const asked = auth.ask(authServiceRpc.fetchBrokerToken, {
      accountId: valid?.accountId ?? '',
      requesterPublicKey: createSealKeys().publicKey,
      purpose: 1,
      environment: 0,
    });
    expect(await outcomeOf(asked)).toBe('ok');
    expect((await auth.login('asha@example.invalid')).user?.email).toBe('asha@example.invalid');
  }, 60_000);
});

describe('the night', () => {
  it('ends every token at 03:30 IST, tells so without a secret, and reminds at 08:30', async () => {
    const heard: TokenChanged[] = [];
    auth.nc.subscribe(subjects.allTokens(), {
      callback: (_error, message) => void heard.push(TokenChanged.decode(message.data)),
    });
    await auth.nc.flush();
    const { accounts } = await auth.ask(authServiceRpc.listAccounts, {});
    const valid = accounts.filter(({ tokenState }) => tokenState === TokenState.VALID);
    expect(valid.length).toBeGreaterThanOrEqual(3);
    const death = Math.max(...valid.map(({ tokenExpiresAtMs }) => tokenExpiresAtMs));
    const untilHeard = (count: number, what: string): Promise<boolean> =>
      eventually(
        async () => {
          await clock.advance(1_000);
          return heard.length >= count;
        },
        { withinMs: 30_000, everyMs: 10, what },
      );
    clock.advanceSync(death - clock.wallNow());
    await untilHeard(valid.length, 'the ends of the tokens');
    expect(new Set(heard.map(({ accountId }) => accountId))).toEqual(new Set(valid.map(({ accountId }) => accountId)));
    expect(heard.every(({ state }) => state === TokenState.EXPIRED)).toBe(true);
    heard.length = 0;
    const morning = istInstant(istDateOf(clock.wallNow()), 8, 30);
    clock.advanceSync(morning - clock.wallNow());
    await untilHeard(valid.length, 'the reminders');
    expect(heard.every(({ reason }) => reason.includes('before the market opens'))).toBe(true);
    const { rows } = await auth.db.query(`SELECT DISTINCT account_id FROM auth.audit WHERE event = 'token-reminder'`);
    expect(rows.length).toBeGreaterThanOrEqual(valid.length);
    // A token that was kept is gone; the next login brings the next one.
    const app = appOf('VG1001');
    const { accessToken } = await auth.login('asha@example.invalid');
    const { accounts: own } = await auth.ask(authBrokerRpc.listOwnAccounts, {}, accessToken);
    const accountId = own[0]?.accountId ?? '';
    const begun = await begin(accountId, accessToken);
    const back = await browser.logIn(begun.url, 'VG1001', app.pin);
    // The simulator lives in the present: its token ended, for this clock, before it was given.
    expect(await outcomeOf(complete({ ...back, browserSecret: begun.browserSecret }))).toBe('BROKER_LOGIN_REFUSED');
  }, 120_000);
});

describe('secrets', () => {
  it('are in no table and no log, and a planted one would be found', async () => {
    const { rows: tables } = await auth.db.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'auth' AND table_type = 'BASE TABLE'`,
    );
    const dump: string[] = [];
    for (const { table_name } of tables) {
      const { rows } = await auth.db.query<{ row: string }>(`SELECT t::text AS row FROM auth.${table_name} t`);
      // Bytes are shown in hexadecimal; a secret that was put there as it is would show as its letters' codes.
      for (const { row } of rows) dump.push(row, Buffer.from(row.replace(/[^0-9a-f]/gi, ''), 'hex').toString('latin1'));
    }
    const secrets = [...apps.map(({ clientSecret }) => clientSecret), 'gravel-lantern-42-quorum'];
    const finds = (text: string): string[] => [
      ...secrets.filter((secret) => text.includes(secret)),
      ...(text.match(/eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|v(rt|gk|dt)_[\w-]{30,}/g) ?? []),
    ];
    expect(dump.flatMap(finds)).toEqual([]);
    await auth.db.query(`INSERT INTO auth.outbox (subject, payload) VALUES ('planted', $1)`, [
      Buffer.from(secrets[0] ?? ''),
    ]);
    const { rows } = await auth.db.query<{ row: string }>(
      `SELECT encode(payload, 'escape') AS row FROM auth.outbox WHERE subject = 'planted'`,
    );
    expect(rows.map(({ row }) => row).flatMap(finds)).toEqual([secrets[0]]);
    await auth.db.query(`DELETE FROM auth.outbox WHERE subject = 'planted'`);
    expect(authPeopleRpc.login.service).toBe('auth');
  });
});
