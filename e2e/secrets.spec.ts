/** A running stack in which everything secret was used once: nothing of it lies in logs, database, streams or cache. */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import { Person, type BrokerApp } from './auth/person.ts';
import { filesBelow, SecretSearch, secretsInLogs, type Finding } from './auth/secret-search.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

const WITHIN_MS = 300_000;
const TYPO = 'gravel-lantern-42-qourum-typo';
const LATER = 'umbrella-tundra-77-figment';
const APP_SECRET = 'app-secret-that-nobody-knows-91';
const BUS_SEED = /^S[A-Z2-7]{50,}/;

/** Files that hold secrets by design: the launcher's own for the local machine, and the broker's. */
const isExempt = (path: string): boolean =>
  path === 'run.json' ||
  path.startsWith('bus/') ||
  path.startsWith('data/auth/') ||
  path.startsWith('data/upstox-sim/');

let stack: TestStack;
const search = new SecretSearch();

beforeAll(async () => {
  stack = await startTestStack({ environment: { VEGA_LOG_LEVEL: 'debug' }, withinMs: WITHIN_MS });
  await useEverySecret();
}, WITHIN_MS + 60_000);

afterAll(async () => {
  await stack.close();
}, 60_000);

/** Does once all that a secret is needed for, well and badly, and notes each secret. */
async function useEverySecret(): Promise<void> {
  const { gateway, upstoxSim, demo } = stack.addresses;
  search.add('the password of the demo', demo?.password ?? '');
  for (const file of filesBelow(join(stack.state, 'bus'))) {
    const text = readText(join(stack.state, 'bus', file));
    if (BUS_SEED.test(text)) search.add(`the seed ${file}`, text.trim());
  }
  const { vaultKeys } = JSON.parse(readText(join(stack.state, 'data/auth/secrets.json'))) as { vaultKeys: string };
  search.add('the master key of the vault', vaultKeys.split(':')[1] ?? '');

  const person = await Person.join(gateway, 'secretive@example.invalid');
  search.add('a password', person.password);
  search.add('a mistyped password', TYPO);
  const wrong = await new Person(gateway, person.email, TYPO).ask('POST', '/auth/login', {
    email: person.email,
    password: TYPO,
  });
  expect(wrong.status).toBe(401);
  search.add('an access token', person.accessToken);
  search.add('a refresh token', person.browser.cookie('__Host-vega-refresh') ?? '');
  search.add('a device token', person.browser.cookie('__Host-vega-device') ?? '');
  await person.resume();
  search.add('the next refresh token', person.browser.cookie('__Host-vega-refresh') ?? '');
  await useFactor(person);
  search.add('a changed password', LATER);
  await person.ask('POST', '/auth/password', { current_password: person.password, new_password: LATER });
  const made = await person.ask('POST', '/auth/api-keys', { name: 'robot' });
  const apiKey = String(made.body['api_key']);
  search.add('an API key', apiKey);
  const asProgram = { headers: { authorization: `Bearer ${apiKey}` } };
  expect((await fetch(`${gateway}/api/v1/market/overview`, asProgram)).status).toBe(200);
  // What a careless client does; the gateway takes none of it, and keeps none of it.
  await fetch(`${gateway}/api/v1/market/overview?token=${person.accessToken}&password=${LATER}`);
  await fetch(`${gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${person.accessToken}x` },
    body: JSON.stringify({ query: `{ nothing(password: "${LATER}") }` }),
  });
  await useBrokerLogin(person, upstoxSim);
}

async function useFactor(person: Person): Promise<void> {
  const begun = await person.ask('POST', '/auth/2fa/begin', { password: person.password });
  const secret = String(begun.body['secret']);
  search.add('the secret of an authenticator', secret);
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  const confirmed = await person.ask('POST', '/auth/2fa/confirm', { code });
  expect(confirmed.status).toBe(200);
  for (const one of confirmed.body['recovery_codes'] as string[]) search.add('a recovery code', one);
  person.accessToken = (confirmed.body['session'] as { access_token: string }).access_token;
}

async function useBrokerLogin(person: Person, simulator: string): Promise<void> {
  const { apps, users } = (await (await fetch(`${simulator}/sim/apps`)).json()) as {
    apps: { client_id: string; client_secret: string; owner_user_id: string; multi_client: boolean }[];
    users: { user_id: string; pin: string }[];
  };
  const found = apps.find((one) => one.owner_user_id === 'VG1003' && !one.multi_client);
  const app: BrokerApp = {
    clientId: found?.client_id ?? '',
    clientSecret: found?.client_secret ?? '',
    customer: 'VG1003',
    pin: users.find(({ user_id }) => user_id === 'VG1003')?.pin ?? '',
    simulator,
  };
  search.add('the secret of an app', app.clientSecret);
  const { accountId, notifierPath } = await person.addAccount(app);
  search.add('the path of a notifier', notifierPath.split('/').at(-1) ?? '');
  const page = await person.beginBrokerLogin(accountId);
  search.add('the cookie of a broker login', person.browser.cookie('__Host-vega-broker') ?? '');
  const back = await person.browser.visit(page.url, { user_id: app.customer, pin: app.pin });
  expect(back.url.searchParams.get('login')).toBe('ok');
  // Approved on the phone: the simulator posts a token to the notifier.
  expect((await person.ask('POST', '/auth/upstox/request-approval', { account_id: accountId })).status).toBe(200);
  const approved = await fetch(`${simulator}/sim/apps/${app.clientId}/approve`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: app.customer, pin: app.pin }),
  });
  expect(await approved.json()).toMatchObject({ data: { delivered: true } });
  const issued = await fetch(`${simulator}/sim/apps/${app.clientId}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: app.customer, pin: app.pin, kind: 'analytics' }),
  });
  const { data } = (await issued.json()) as { data: { access_token: string } };
  search.add('an analytics token', data.access_token);
  await person.ask('PATCH', `/auth/accounts/${accountId}`, { analytics_token: data.access_token });
  // A secret that the broker refuses travels through the ways of failure.
  search.add('a wrong secret of an app', APP_SECRET);
  await person.ask('PATCH', `/auth/accounts/${accountId}`, { client_secret: APP_SECRET });
  const refused = await person.logInAtBroker(accountId, app);
  expect(refused.url.searchParams.get('login')).toBe('BROKER_LOGIN_REFUSED');
}

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** Every row of every table of every schema, bytes as they are. */
async function inDatabase(): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: stack.addresses.postgres });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['auth.users', 'auth.accounts', 'auth.audit']),
    );
    const found: Finding[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t LIMIT 200000`);
      const text = rows.map(({ row }) => row).join('\n');
      const bytes = (text.match(/\\x[0-9a-f]+/g) ?? []).map((hex) => Buffer.from(hex.slice(2), 'hex'));
      found.push(...search.in(name, Buffer.concat([Buffer.from(text), ...bytes])));
    }
    return found;
  } finally {
    await client.end();
  }
}

async function inRedis(): Promise<Finding[]> {
  const redis = new Redis(stack.addresses.redis, { lazyConnect: true });
  await redis.connect();
  try {
    const found: Finding[] = [];
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'COUNT', 500);
      for (const key of keys) {
        const dumped = await redis.dumpBuffer(key);
        found.push(...search.in(key, Buffer.concat([Buffer.from(key), dumped ?? Buffer.alloc(0)])));
      }
      cursor = next;
    } while (cursor !== '0');
    return found;
  } finally {
    redis.disconnect();
  }
}

it('are in no file that the stack has written: logs, the journal of PostgreSQL, the streams of NATS', async () => {
  expect(search.below(stack.state, isExempt)).toEqual([]);
  // What was looked through holds what it should: each service's log, the journal, the streams.
  const files = filesBelow(stack.state);
  for (const kind of [/^logs\/auth\.log$/, /^logs\/gateway\.log$/, /\/pg_wal\/[0-9A-F]{24}$/, /\/msgs\/\d+\.blk$/]) {
    expect([kind, files.some((path) => kind.test(path) && !isExempt(path))]).toEqual([kind, true]);
  }
}, 120_000);

it('are in no table of the database and in no key of the cache', async () => {
  expect(await inDatabase()).toEqual([]);
  expect(await inRedis()).toEqual([]);
}, 120_000);

it('would be found where they were planted', async () => {
  appendFileSync(join(stack.state, 'logs/planted.log'), `{"msg":"${encodeURIComponent(LATER)}"}\n`);
  appendFileSync(join(stack.state, 'logs/planted-too.log'), `{"msg":"vgk_${'k'.repeat(43)}"}\n`);
  expect(
    search
      .below(join(stack.state, 'logs'))
      .map(({ where, what }) => `${where}: ${what}`)
      .sort(),
  ).toEqual(['planted-too.log: a refresh token, API key or device token', 'planted.log: a changed password']);
  // At the end of every stack only the shape is known.
  expect(secretsInLogs(join(stack.state, 'logs')).map(({ where }) => where)).toEqual(['planted-too.log']);
  for (const planted of ['planted.log', 'planted-too.log']) rmSync(join(stack.state, 'logs', planted));
  const client = new pg.Client({ connectionString: stack.addresses.postgres });
  await client.connect();
  await client.query(`CREATE TABLE public.planted AS SELECT convert_to($1, 'UTF8') AS bytes`, [APP_SECRET]);
  expect(await inDatabase()).toEqual([{ where: 'public.planted', what: 'a wrong secret of an app' }]);
  await client.query(`DROP TABLE public.planted`);
  await client.end();
  const redis = new Redis(stack.addresses.redis, { lazyConnect: true });
  await redis.connect();
  await redis.set('planted', Buffer.from(LATER).toString('base64'));
  expect(await inRedis()).toEqual([{ where: 'planted', what: 'a changed password' }]);
  await redis.del('planted');
  redis.disconnect();
}, 120_000);
