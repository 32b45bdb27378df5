// Every user of the bus, against a real nats-server with the generated configuration: what it may do works, what it may not is
// refused by the server. An over-wide permission that is planted must be caught.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  BUS_CONTRACTS,
  covers,
  PARTIES,
  parseQuantTeams,
  permissionsOf,
  RPC_CONTRACTS,
  STREAMS,
  SUBJECT_FAMILIES,
  type QuantTeam,
} from '@vega/contracts';
import { eventually, testNats, type OwnServer } from '@vega/testkit';
import { attacksOf, type Attack } from './bus-attacks.ts';
import { busKeys, type BusKey } from './bus-keys.ts';
import { busUsers, readTeams, type BusUser } from './bus-users.ts';
import { accountsText, natsAccounts } from './nats-accounts.ts';
import { PermissionProbe } from './permission-probe.ts';

const NARROW: QuantTeam = { name: 'narrow', reads: ['status'], signals: false };
const teams = [...readTeams(), NARROW];
const users = busUsers(teams);

interface Stage {
  readonly server: OwnServer;
  readonly keys: ReadonlyMap<string, BusKey>;
}

let folder: string;
const stages: Stage[] = [];

async function stage(these: readonly BusUser[]): Promise<Stage> {
  const keys = busKeys(
    folder,
    these.map(({ name }) => name),
  );
  const accounts = accountsText(natsAccounts(these, teams, (user) => keys.get(user)?.publicKey ?? ''));
  const server = await testNats({ accounts, probeSeed: keys.get('operator')?.seed ?? '' });
  stages.push({ server, keys });
  return { server, keys };
}

function as(at: Stage, user: string): Promise<PermissionProbe> {
  return PermissionProbe.open(at.server.url, at.keys.get(user)?.seed ?? '');
}

/** Tries everything as one user; what went otherwise than it must. */
async function surprises(at: Stage, user: BusUser): Promise<{ tried: number; wrong: string[] }> {
  // A team reads a part of what teams may: what it left out is refused as well, which its own case checks.
  const attacks = attacksOf(user, users).filter(
    (attack) => user.name !== 'quants-narrow' || attack.expected === 'refused',
  );
  const probe = await as(at, user.name);
  const wrong: string[] = [];
  try {
    for (const attack of attacks) {
      const verdict = await attempt(probe, attack);
      if (verdict !== attack.expected) wrong.push(`${attack.kind}: ${attack.does} ${attack.subject} was ${verdict}`);
    }
  } finally {
    probe.close();
  }
  return { tried: attacks.length, wrong };
}

function attempt(probe: PermissionProbe, attack: Attack): Promise<string> {
  return attack.does === 'subscribe'
    ? probe.subscribe(attack.subject)
    : probe.publish(attack.subject, attack.payload ?? '');
}

beforeAll(() => {
  folder = mkdtempSync(join(process.env['VEGA_TEST_FOLDER'] ?? '', 'bus-'));
});
afterAll(async () => {
  for (const { server } of stages) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('permissions on the bus', () => {
  let at: Stage;
  const counts: number[] = [];
  beforeAll(async () => {
    at = await stage(users);
  });

  it.each(users.map((user) => [user.name, user] as const))(
    '%s may do what the contracts say and nothing else',
    async (_name, user) => {
      const { tried, wrong } = await surprises(at, user);
      counts.push(tried);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('was tried in earnest: every user, hundreds of ways each, every kind for each', () => {
    expect(counts).toHaveLength(PARTIES.length + 3 + teams.length);
    const kinds = new Set(users.flatMap((user) => attacksOf(user, users).map(({ kind }) => kind)));
    const most = Object.keys(SUBJECT_FAMILIES).length * 2 + RPC_CONTRACTS.length * 2 + Object.keys(STREAMS).length * 15;
    for (const count of counts) expect(count).toBeGreaterThan(most * 0.8);
    for (const kind of [
      'core subscription',
      'consumer with filter',
      'consumer without filter',
      'MSG.GET',
      'DIRECT.GET',
      'key-value',
      'all inboxes',
      "another's inbox",
      'reply injection',
      'wide subscription',
      'system',
      'intent',
      'broker token',
    ]) {
      expect(kinds).toContain(kind);
    }
  });

  it('a stranger, and a user without its key, are not let in', async () => {
    const strange = busKeys(join(folder, 'strange'), ['gateway']);
    await expect(PermissionProbe.open(at.server.url, strange.get('gateway')?.seed ?? '')).rejects.toThrow(
      'Authorization Violation',
    );
  });

  it('a team that reads less than others is refused the rest', async () => {
    const probe = await as(at, 'quants-narrow');
    expect(await probe.subscribe('md.v1.status.*')).toBe('allowed');
    expect(await probe.subscribe('md.v1.tick.*.*')).toBe('refused');
    expect(await probe.publish('$JS.API.CONSUMER.MSG.NEXT.MD_TICKS.narrow', '1')).toBe('refused');
    expect(await probe.publish('$JS.API.DIRECT.GET.MD_TICKS', '{"seq":1}')).toBe('refused');
    expect(await probe.publish('sig.v1.narrow.x')).toBe('refused');
    probe.close();
  });

  it('an answer goes to who asked, once, and to nobody unasked', async () => {
    const [feed, gateway] = [await as(at, 'market-feed'), await as(at, 'gateway')];
    expect(await feed.publish('_INBOX_gateway.abc.1', 'unasked')).toBe('refused');
    await feed.subscribe('rpc.v1.market-feed.get-quotes', 'market-feed');
    await gateway.subscribe('_INBOX_gateway.abc.*');
    await gateway.publish('rpc.v1.market-feed.get-quotes', 'which', '_INBOX_gateway.abc.1');
    await feed.receive(/MSG rpc\.v1\.market-feed\.get-quotes .*\r\nwhich\r\n/);
    expect(await feed.publish('_INBOX_gateway.abc.1', 'these')).toBe('allowed');
    await gateway.receive(/MSG _INBOX_gateway\.abc\.1 .*\r\nthese\r\n/);
    expect(await feed.publish('_INBOX_gateway.abc.1', 'more')).toBe('refused');
    expect(await feed.publish('_INBOX_gateway.abc.2', 'other')).toBe('refused');
    feed.close();
    gateway.close();
  });

  it('a tick crosses into the account of the quants, a signal out of it, and nothing else', async () => {
    const [feed, quant, strategy] = [
      await as(at, 'market-feed'),
      await as(at, 'quants-demo'),
      await as(at, 'strategy'),
    ];
    await quant.subscribe('md.v1.tick.*.*');
    // Interest crosses accounts within the one server at once, but the probe must not depend on it.
    await eventually(
      async () => {
        await feed.publish('md.v1.tick.NSE_FO.1', 'a tick');
        return /MSG md\.v1\.tick\.NSE_FO\.1 .*\r\na tick\r\n/.test(quant.pending());
      },
      { withinMs: 20_000 },
    );
    expect(await quant.publish('sig.v1.demo.x', 'a signal')).toBe('allowed');
    expect(await quant.publish('sig.v1.narrow.x', 'a forgery')).toBe('refused');
    for (const probe of [feed, quant, strategy]) probe.close();
  });
});

describe('a planted fault is caught', () => {
  const PLANTED = [
    ['an inbox too many', 'options', 'subscribe', '_INBOX_orders.>', /another's inbox: subscribe _INBOX_orders/],
    ["a broker's token for options", 'options', 'publish', 'rpc.v1.auth.>', /broker token/],
    ['an intent from the feed', 'market-feed', 'publish', 'ord.v1.submit.*', /intent: publish ord\.v1\.submit/],
    ['consumers on every stream', 'gateway', 'publish', '$JS.API.CONSUMER.CREATE.>', /consumer with filter/],
    ['orders for quants', 'quants-demo', 'subscribe', 'ord.v1.intent.*', /seen by a quant/],
    ['everything', 'market-feed-archiver', 'subscribe', '>', /wide subscription/],
  ] as const;
  const found = new Map<string, Promise<{ wrong: string[] }>>();
  let at: Stage;

  beforeAll(async () => {
    const planted = users.map((user) =>
      PLANTED.filter(([, name]) => name === user.name).reduce<BusUser>(
        (wide, [, , side, subject]) => ({
          ...wide,
          permissions: { ...wide.permissions, [side]: [...wide.permissions[side], subject] },
        }),
        user,
      ),
    );
    at = await stage(planted);
  }, 60_000);

  it.each(PLANTED)(
    '%s',
    async (_what, name, _side, _subject, expected) => {
      const user = users.find((one) => one.name === name) as BusUser;
      found.set(name, found.get(name) ?? surprises(at, user));
      expect((await found.get(name))?.wrong.join('\n')).toMatch(expected);
    },
    60_000,
  );

  it('a consumer that a contract forgot may not read', () => {
    const forgetful = {
      ...BUS_CONTRACTS,
      families: BUS_CONTRACTS.families.map((family) =>
        family.pattern.startsWith('md.v1.tick') ? { ...family, consumers: [] } : family,
      ),
    };
    const reads = (contracts: typeof BUS_CONTRACTS): boolean =>
      permissionsOf('gateway', contracts).subscribe.some((subject) => covers(subject, 'md.v1.tick.*.*'));
    expect([reads(BUS_CONTRACTS), reads(forgetful)]).toEqual([true, false]);
  });
});

describe('the list of quant teams', () => {
  it.each([
    [[{ name: 'Team One', reads: [], signals: false }], /"Team One" is not a team's name/],
    [[{ name: 'orders', reads: [], signals: false }], /is the name of a process/],
    [[{ name: 'a', reads: ['orderEvent'], signals: false }], /"orderEvent" is not a family that quants may read/],
    [[{ name: 'a', reads: ['toString'], signals: false }], /not a family/],
    [
      [
        { name: 'a', reads: [], signals: false },
        { name: 'a', reads: [], signals: true },
      ],
      /two teams are called a/,
    ],
    [[{ name: 'a', reads: [], signals: false, admin: true }], /an entry is not/],
    [{}, /not a list/],
  ])('refuses %j', (value, expected) => expect(() => parseQuantTeams(value)).toThrow(expected));
});
