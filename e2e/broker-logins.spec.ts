// Broker logins as people meet them: two users with two accounts each, through the gateway with the cookies of a browser, and
// the night in which every broker token ends while the market is followed.
import { BrokerEnvironment, subjects, Tick, TokenChanged, TokenState, type BrokerToken } from '@vega/contracts';
import { addDays, istDateOf, istInstant } from '@vega/kernel';
import {
  createBrokerTokens,
  createLogger,
  createMetrics,
  createRpcClient,
  type Bus,
  type FollowedToken,
} from '@vega/platform';
import { eventually } from '@vega/testkit';
import { startAuthStage, type AuthStage } from './auth/auth-stage.ts';
import { Person, type BrokerApp } from './auth/person.ts';

const PATIENCE = { withinMs: 90_000, everyMs: 50 };
const TEST_MS = 240_000;
/** Two in the morning of the next day, whenever the spec runs: the tokens that are given then end at half past three. */
const NIGHT = istInstant(addDays(istDateOf(Date.now()), 1), 2);
const DEATH = istInstant(istDateOf(NIGHT), 3, 30);

/** One account, who owns it, and its token as a service holds it. */
interface Holding {
  readonly person: Person;
  readonly app: BrokerApp;
  readonly accountId: string;
  readonly held: FollowedToken;
}

let stage: AuthStage;
let asha: Person;
let bharat: Person;
const holdings: Holding[] = [];
const drains: (() => unknown)[] = [];
const changes: TokenChanged[] = [];
/** Last tick of each instrument, by its subject. */
const ticks = new Map<string, Tick>();
let ticksHeard = 0;
let tokens: ReturnType<typeof createBrokerTokens>;

beforeAll(async () => {
  stage = await startAuthStage(NIGHT);
  const { nc, clock } = stage;
  nc.subscribe(subjects.allTokens(), { callback: (_e, { data }) => void changes.push(TokenChanged.decode(data)) });
  nc.subscribe(subjects.ticksOf(), {
    callback(_error, { subject, data }) {
      ticks.set(subject, Tick.decode(data));
      ticksHeard += 1;
    },
  });
  await nc.flush();
  const bus: Bus = { nc, isConnected: () => true, close: () => Promise.resolve() };
  const logger = createLogger({ service: 'holder', replica: 'spec', level: 'silent' });
  tokens = createBrokerTokens({
    bus,
    rpc: createRpcClient(bus, createMetrics('holder')),
    clock,
    logger,
    onDrain: (_name, end) => drains.push(end),
  });
  asha = await stage.newPerson('asha@example.invalid');
  bharat = await stage.newPerson('bharat@example.invalid');
}, 420_000);

afterAll(async () => {
  for (const end of drains) await end();
  expect(stage.exits).toEqual([]);
  await stage.stop();
}, TEST_MS);

const appOf = (customer: string): BrokerApp => {
  const app = stage.apps.find((one) => one.customer === customer);
  if (app === undefined) throw new Error(`the simulator has no app of ${customer}`);
  return app;
};

/** Whose token it is, by the broker's own word; the status where it says no. */
async function customerOf(token: BrokerToken): Promise<string | number> {
  const answer = await fetch(`${stage.broker.url}/v2/user/profile`, {
    headers: { authorization: `Bearer ${token.accessToken}` },
  });
  if (!answer.ok) return answer.status;
  return ((await answer.json()) as { data: { user_id: string } }).data.user_id;
}

async function tokenState(person: Person, accountId: string): Promise<Record<string, unknown>> {
  const { body } = await person.ask('GET', '/auth/upstox/tokens/db-status');
  const found = (body['tokens'] as Record<string, unknown>[]).find((one) => one['account_id'] === accountId);
  if (found === undefined) throw new Error('the account has no status');
  return found;
}

const untilTicks = (count: number, what: string): Promise<boolean> => {
  const from = ticksHeard;
  return eventually(() => ticksHeard >= from + count, { ...PATIENCE, what });
};

describe('a session in a browser', () => {
  it('lives in cookies that no script reads, and in memory', () => {
    const { browser } = asha;
    expect(browser.cookie('__Host-vega-refresh')).toMatch(/^vrt_/);
    expect(browser.attributesOf('__Host-vega-refresh')).toEqual(
      expect.arrayContaining(['secure', 'httponly', 'samesite=strict', 'path=/']),
    );
    expect(browser.shownToScripts()).toEqual([]);
  });

  it('goes on by the cookie, and not for a page of another origin', async () => {
    const foreign = await asha.browser.send(`${stage.gateway}/api/v1/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.invalid', 'sec-fetch-site': 'cross-site' },
      body: '{}',
    });
    expect([401, 403]).toContain(foreign.status);
    await foreign.body?.cancel();
    const before = asha.accessToken;
    await asha.resume();
    expect(asha.accessToken).not.toBe(before);
  });
});

describe('a login at the broker', () => {
  it('goes from the page of accounts to the broker and back, and brings a token', async () => {
    const app = appOf('VG1001');
    const { accountId } = await asha.addAccount(app);
    const { text } = await asha.ask('GET', '/auth/accounts');
    expect(text).toContain(accountId);
    expect(text).not.toContain(app.clientSecret);
    const page = await asha.beginBrokerLogin(accountId);
    expect(page.url.origin).toBe(new URL(stage.broker.url).origin);
    expect(page.body).toContain('PIN');
    expect(asha.browser.attributesOf('__Host-vega-broker')).toEqual(
      expect.arrayContaining(['secure', 'httponly', 'samesite=lax', 'path=/']),
    );
    const wrong = await asha.browser.visit(page.url, { user_id: app.customer, pin: '000000' });
    expect(wrong.status).toBe(401);
    const back = await asha.browser.visit(page.url, { user_id: app.customer, pin: app.pin });
    expect(back.url.origin).toBe(stage.gateway);
    expect(back.url.pathname).toBe('/accounts');
    expect(Object.fromEntries(back.url.searchParams)).toEqual({ login: 'ok', account: accountId });
    expect(asha.browser.cookie('__Host-vega-broker')).toBeUndefined();
    expect(await tokenState(asha, accountId)).toMatchObject({ state: 'valid', expires_at_ms: DEATH, reason: null });
  }, 60_000);

  it('brings nothing to another browser, and nothing to anybody once its way back was used', async () => {
    const [account] = (await asha.ask('GET', '/auth/accounts')).body['accounts'] as { account_id: string }[];
    const accountId = account?.account_id ?? '';
    const app = appOf('VG1001');
    const callback = `${stage.gateway}/api/v1/auth/upstox/callback`;
    // What an attacker who sends a victim the way back of their own login would do.
    const page = await asha.beginBrokerLogin(accountId);
    const way = await fetch(page.url, {
      method: 'POST',
      body: new URLSearchParams({ user_id: app.customer, pin: app.pin }),
      redirect: 'manual',
    });
    const location = way.headers.get('location') ?? '';
    expect(location).toContain(callback);
    for (const browser of [bharat.browser, asha.browser]) {
      const { url } = await browser.visit(location);
      expect(url.searchParams.get('login')).toBe('LOGIN_STATE_INVALID');
    }
    // The state was used up by the first of them: the broker's "no" comes for nothing.
    const state = new URL(location).searchParams.get('state') ?? '';
    const replayed = await asha.browser.visit(`${callback}?state=${state}&error=access_denied`);
    expect(replayed.url.searchParams.get('login')).toBe('LOGIN_STATE_INVALID');
    expect((await tokenState(asha, accountId))['state']).toBe('valid');
  }, 60_000);

  it('is not begun for an account of somebody else, and shows none', async () => {
    const [account] = (await asha.ask('GET', '/auth/accounts')).body['accounts'] as { account_id: string }[];
    const accountId = account?.account_id ?? '';
    const begun = await bharat.ask('GET', `/auth/upstox/login-url?account=${accountId}`);
    expect([begun.status, begun.body['code']]).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    expect((await bharat.ask('GET', '/auth/accounts')).body['accounts']).toEqual([]);
    expect((await bharat.ask('DELETE', `/auth/accounts/${accountId}`)).status).toBe(404);
    expect((await tokenState(asha, accountId))['state']).toBe('valid');
  }, 60_000);
});

describe('the night', () => {
  it(
    'ends four tokens of two people at 03:30; each logs in again and every account keeps its own',
    async () => {
      const [first] = (await asha.ask('GET', '/auth/accounts')).body['accounts'] as { account_id: string }[];
      const owned: [Person, string][] = [
        [asha, 'VG1001'],
        [asha, 'VG1002'],
        [bharat, 'VG1003'],
        [bharat, 'VG1005'],
      ];
      for (const [person, customer] of owned) {
        const app = appOf(customer);
        const accountId = customer === 'VG1001' ? (first?.account_id ?? '') : (await person.addAccount(app)).accountId;
        const back = await person.logInAtBroker(accountId, app);
        expect([customer, back.url.searchParams.get('login')]).toEqual([customer, 'ok']);
        holdings.push({ person, app, accountId, held: tokens.follow({ accountId }, () => undefined) });
      }
      await untilHeldBy('before the night', () => true);
      await untilTicks(20, 'ticks before the night');
      const before = new Map(holdings.map(({ accountId, held }) => [accountId, held.current()]));
      for (const { accountId, held } of holdings) {
        expect([accountId, held.current()?.expiresAtMs]).toEqual([accountId, DEATH]);
      }
      const lastSeen = new Map(ticks);
      changes.length = 0;

      await stage.moveTo(DEATH + 1_000);
      await eventually(() => new Set(changes.filter(isExpired).map(({ accountId }) => accountId)).size === 4, {
        ...PATIENCE,
        what: 'the ends of four tokens',
      });
      for (const token of before.values()) expect(token === undefined ? 0 : await customerOf(token)).toBe(401);
      for (const { person, accountId } of holdings) {
        // The access token of the page has ended long ago as well; its cookie is good for a week.
        await person.resume();
        expect((await tokenState(person, accountId))['state']).toBe('expired');
      }
      for (const { person, app, accountId } of holdings) {
        expect((await person.logInAtBroker(accountId, app)).url.searchParams.get('login')).toBe('ok');
      }
      await untilHeldBy('after the night', ({ accountId, held }) => {
        const token = held.current();
        return token !== undefined && token.accessToken !== before.get(accountId)?.accessToken;
      });
      expect(new Set(holdings.map(({ held }) => held.current()?.accessToken)).size).toBe(4);
      // The feed went on in the same process: the same epoch, each instrument's sequence where it was.
      await untilTicks(50, 'ticks after the night');
      expect(goesOn(lastSeen)).toBeGreaterThan(0);
      expect(JSON.stringify(changes)).not.toContain(holdings[0]?.held.current()?.accessToken.slice(0, 40));
    },
    TEST_MS,
  );

  it(
    'does not stop the feed of an account that gave an analytics token, though nobody logs in',
    async () => {
      const [holding] = holdings;
      if (holding === undefined) throw new Error('there is no account');
      const { person, app, accountId } = holding;
      const issued = await fetch(`${app.simulator}/sim/apps/${app.clientId}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: app.customer, pin: app.pin, kind: 'analytics' }),
      });
      const { data } = (await issued.json()) as { data: { access_token: string } };
      const given = await person.ask('PATCH', `/auth/accounts/${accountId}`, { analytics_token: data.access_token });
      expect(given.body['account']).toMatchObject({ has_analytics_token: true });
      expect(given.text).not.toContain(data.access_token);
      const feed = tokens.follow({ feedOf: BrokerEnvironment.SIMULATOR }, () => undefined);
      await eventually(() => feed.current()?.accessToken === data.access_token, {
        ...PATIENCE,
        what: 'the feed token',
      });
      await untilTicks(20, 'ticks before the second night');
      const lastSeen = new Map(ticks);
      changes.length = 0;
      await stage.moveTo(DEATH + 24 * 3_600_000 + 1_000);
      await eventually(() => new Set(changes.filter(isExpired).map((one) => one.accountId)).size === 4, {
        ...PATIENCE,
        what: 'the ends of four tokens in the second night',
      });
      await untilTicks(50, 'ticks of a night in which nobody logged in');
      expect(goesOn(lastSeen)).toBeGreaterThan(0);
      feed.stop();
    },
    TEST_MS,
  );
});

const isExpired = ({ state, analytics }: TokenChanged): boolean => state === TokenState.EXPIRED && !analytics;

/** Waits until every account's holder has what is wanted, and the broker says that it is the account's own. */
async function untilHeldBy(what: string, isSo: (holding: Holding) => boolean): Promise<void> {
  await eventually(() => holdings.every((one) => one.held.current() !== undefined && isSo(one)), {
    ...PATIENCE,
    what: `a token for each account ${what}`,
  });
  for (const { app, held } of holdings) {
    const token = held.current();
    expect(token === undefined ? 'none' : await customerOf(token)).toBe(app.customer);
    expect(token?.brokerUserId).toBe(app.customer);
  }
}

/** How many instruments ticked since, in the same epoch and further on in their sequence; one that began anew fails. */
function goesOn(since: ReadonlyMap<string, Tick>): number {
  let further = 0;
  for (const [subject, before] of since) {
    const now = ticks.get(subject);
    expect([subject, now?.feedEpoch]).toEqual([subject, before.feedEpoch]);
    expect(now?.seq).toBeGreaterThanOrEqual(before.seq);
    if (now !== undefined && now.seq > before.seq) further += 1;
  }
  return further;
}
