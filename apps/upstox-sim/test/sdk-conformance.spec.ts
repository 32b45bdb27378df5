import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { addDays, istDate } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import { launchSimulator, type SimulatorProcess } from './simulator-process.ts';

const SDK_TIMEOUT_MS = 120_000;
/** The generated day begins before its opening. */
const OPEN_MS = 60_000;
const USER = { user_id: 'VG1001', pin: '111111' };

interface Report {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
  readonly methods: readonly string[];
  readonly available: readonly string[];
  readonly requests: number;
  readonly messages: number;
  readonly liveMessages: number;
}

/** Redirects to a WebSocket address, which the SDK's HTTP client cannot follow; the redirect itself is tested with the feed. */
const NOT_CALLABLE = ['WebsocketApi.getMarketDataFeedV3'];

describe('the official SDK, unmodified, against the simulator process', () => {
  let simulator: SimulatorProcess;
  let app: Record<string, string>;
  let scene: object;

  beforeAll(async () => {
    simulator = await launchSimulator({ VEGA_SIM_LIMITS: 'plus', VEGA_SIM_LIMIT_FACTOR: '100', VEGA_SIM_SPEED: '60' });
    const { apps } = (await (await fetch(`${simulator.url}/sim/apps`)).json()) as { apps: Record<string, string>[] };
    app = apps.find((one) => one['owner_user_id'] === USER.user_id) ?? {};
    scene = await lookAround(simulator.url, app['client_id'] ?? '');
  }, SDK_TIMEOUT_MS);
  afterAll(() => simulator.stop(), SDK_TIMEOUT_MS);

  async function runSdk(waitMs = '20000'): Promise<Report> {
    const child = spawn(
      process.execPath,
      ['-r', join(import.meta.dirname, 'sdk/preload.cjs'), join(import.meta.dirname, 'sdk/conformance.cjs')],
      {
        env: {
          PATH: process.env['PATH'],
          SIM_URL: simulator.url,
          FAULT_URL: simulator.faultUrl,
          CLIENT_ID: app['client_id'],
          CLIENT_SECRET: app['client_secret'],
          REDIRECT_URI: app['redirect_uri'],
          USER_ID: USER.user_id,
          PIN: USER.pin,
          SCENE: JSON.stringify(scene),
          WAIT_MS: waitMs,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    child.stderr.on('data', (part: Buffer) => (err += part.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`the SDK process ended with ${code}: ${err}`);
    return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Report;
  }

  const failures = (report: Report) => report.checks.filter((check) => !check.ok);

  it(
    'passes every check, calls every market and login method, and says enough to mean something',
    async () => {
      const report = await runSdk();
      expect(failures(report)).toEqual([]);
      expect(report.checks.length).toBeGreaterThanOrEqual(22);
      expect([...new Set(report.methods)].sort()).toEqual(
        report.available.filter((name) => !NOT_CALLABLE.includes(name)),
      );
      expect(report.available.length).toBeGreaterThanOrEqual(42);
      expect(report.requests).toBeGreaterThanOrEqual(46);
      expect(report.liveMessages).toBeGreaterThanOrEqual(24);
    },
    SDK_TIMEOUT_MS,
  );

  it.each([
    ['snake-only', ['error envelope: status and camelCase spelling']],
    [
      'snapshot-as-live',
      [
        'stream ltpc: snapshot, then live',
        'stream option_greeks by changeMode: snapshot, then live',
        'stream full by changeMode: snapshot, then live',
        'stream full_d30 by changeMode: snapshot, then live',
      ],
    ],
  ])(
    'notices the planted fault %s, and nothing else',
    async (what, expected) => {
      await fetch(`${simulator.faultUrl}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'sabotage', what }),
      });
      // Long enough for what is not at fault, since each check at fault waits it out.
      const report = await runSdk('8000');
      await fetch(`${simulator.faultUrl}/faults`, { method: 'DELETE' });
      expect(failures(report).map((check) => check.name)).toEqual(expected);
    },
    SDK_TIMEOUT_MS,
  );
});

/** Keys and dates of the running market that the SDK is to ask about. */
async function lookAround(url: string, clientId: string): Promise<object> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(USER) };
  const issued = (await (await fetch(`${url}/sim/apps/${clientId}/token`, post)).json()) as {
    data: { access_token: string };
  };
  const headers = { authorization: `Bearer ${issued.data.access_token}` };
  const get = async (path: string): Promise<never> =>
    (await (await fetch(`${url}${path}`, { headers })).json()) as never;
  await eventually(
    async () => {
      const status = (await get('/v2/market/status/NFO')) as { data: { status: string } };
      return status.data.status === 'NORMAL_OPEN';
    },
    { withinMs: OPEN_MS, everyMs: 250, what: 'an open market' },
  );
  const { market } = (await get('/sim/status')) as { market: { date: string } };
  const search = async (query: string): Promise<{ instrument_key: string; expiry: string }[]> =>
    ((await get(`/v2/instruments/search?${query}`)) as { data: { instrument_key: string; expiry: string }[] }).data;
  const [call, put] = await search(
    'query=nifty&exchanges=NSE&segments=OPT&expiry=current_week&atm_offset=0&records=30',
  );
  const [share] = await search('query=reliance&segments=EQ&exchanges=NSE');
  const shareOhlc = `/v3/market-quote/ohlc?interval=1d&instrument_key=${encodeURIComponent(share?.instrument_key ?? '')}`;
  await eventually(async () => JSON.stringify(await get(shareOhlc)).includes('"live_ohlc":{'), {
    withinMs: OPEN_MS,
    everyMs: 250,
    what: 'a share that has traded',
  });
  const active = (await get('/v2/market/smartlist/options?asset_type=INDEX&category=TOP_TRADED&page_size=40')) as {
    data: { smartlist: { instrument_key: string }[] };
  };
  const named = [call?.instrument_key, put?.instrument_key];
  const yesterday = addDays(istDate(market.date), -1);
  return {
    underlying: 'NSE_INDEX|Nifty 50',
    option: call?.instrument_key,
    option2: put?.instrument_key,
    share: share?.instrument_key,
    crowd: active.data.smartlist.map((item) => item.instrument_key).filter((key) => !named.includes(key)),
    expiry: call?.expiry,
    date: yesterday,
    monthAgo: addDays(yesterday, -29),
  };
}
