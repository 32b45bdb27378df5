/** A broker for tests: the simulator in a process of its own, its market open, its journal read as the witness. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eventually } from '../eventually.ts';
import { freePorts } from '../free-port.ts';
import { projectRoot } from '../project-paths.ts';
import { startProcess, type ManagedProcess } from '../servers/managed-process.ts';

/** A user of the simulator with an app and a token; orders are taken from its own address only. */
export interface BrokerUser {
  readonly userId: string;
  readonly clientId: string;
  readonly token: string;
  readonly expiresAtMs: number;
  /** 127.0.0.n. */
  readonly egress: string;
}

/** An order as the journal knows it. */
export interface WitnessOrder {
  readonly orderId: string;
  readonly userId: string;
  readonly tag: string;
  /** Wall time at which it was written, epoch ms. */
  readonly wallMs: number;
  /** The market's time of it, epoch ms. */
  readonly marketMs: number;
}

/** A row of the simulator's instrument file. */
export interface StagedInstrument {
  readonly instrument_key: string;
  readonly segment: string;
  readonly instrument_type: string;
  readonly trading_symbol: string;
  readonly underlying_key?: string;
  readonly underlying_type?: string;
  readonly underlying_symbol?: string;
  readonly strike_price?: number;
  readonly expiry?: number;
  readonly lot_size: number;
  readonly freeze_quantity: number;
  readonly tick_size: number;
  readonly name: string;
  readonly exchange: string;
}

export interface BrokerStage {
  readonly url: string;
  readonly process: () => ManagedProcess;
  fault(spec: Readonly<Record<string, string | number | boolean>>): Promise<void>;
  clearFaults(): Promise<void>;
  /** The n-th demo user, from 0, with a fresh token. */
  user(n: number): Promise<BrokerUser>;
  instruments(): Promise<readonly StagedInstrument[]>;
  /** A GET of the broker's API on behalf of a user. */
  get(user: BrokerUser, path: string): Promise<{ readonly status: number; readonly data: unknown }>;
  /** Any call of the broker's API on behalf of a user, from the default address. */
  call(
    user: BrokerUser,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Every order that the journal holds, as it is on disk now. */
  witness(): readonly WitnessOrder[];
  /** Sends a signal; after SIGKILL {@link restart} brings it back. */
  kill(signal: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const READY = { withinMs: 180_000, everyMs: 100 };
/** Speed at which the pre-open is passed. */
const FAST = '600';

/** Starts a simulator whose derivatives trade, at the pace of the wall. State and logs go below `folder`. */
export async function startBrokerStage(options: {
  readonly folder: string;
  readonly limitFactor?: number;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<BrokerStage> {
  const [port = 0, faultPort = 0] = await freePorts(2);
  const state = join(options.folder, 'simulator');
  mkdirSync(state, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const launch = async (speed: string): Promise<ManagedProcess> => {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VEGA_')));
    const started = await startProcess({
      name: 'upstox-sim',
      command: process.execPath,
      args: [
        '--no-warnings',
        '--experimental-transform-types',
        '--conditions=@vega/source',
        join(projectRoot(), 'apps/upstox-sim/src/main.ts'),
      ],
      cwd: projectRoot(),
      logFile: join(options.folder, 'simulator.log'),
      env: {
        ...inherited,
        VEGA_SIM_PORT: String(port),
        VEGA_SIM_FAULT_PORT: String(faultPort),
        VEGA_SIM_STATE_DIR: state,
        VEGA_SIM_SPEED: speed,
        VEGA_SIM_LIMIT_FACTOR: String(options.limitFactor ?? 1_000),
        VEGA_LOG_LEVEL: 'warn',
        ...options.environment,
      },
    });
    await eventually(async () => (await fetch(`${url}/sim/status`)).ok, { ...READY, what: 'a simulator that answers' });
    return started;
  };
  const isOpen = async (): Promise<boolean> => {
    const status = (await (await fetch(`${url}/sim/status`)).json()) as { market: { session: Record<string, string> } };
    return status.market.session['NSE_FO'] === 'NORMAL_OPEN';
  };
  let running = await launch(FAST);
  await eventually(isOpen, { ...READY, what: 'an open market' });
  await running.stop();
  running = await launch('1');
  const json = async (path: string, init?: RequestInit): Promise<unknown> =>
    (await fetch(`${url}${path}`, init)).json();
  const call = async (user: BrokerUser, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json().catch(() => undefined)) as unknown };
  };
  return {
    url,
    process: () => running,
    call,
    async fault(spec) {
      const answer = await fetch(`http://127.0.0.1:${faultPort}/faults`, {
        method: 'POST',
        body: JSON.stringify(spec),
        headers: { 'content-type': 'application/json' },
      });
      if (!answer.ok) throw new Error(`the fault was refused: ${await answer.text()}`);
    },
    async clearFaults() {
      await fetch(`http://127.0.0.1:${faultPort}/faults`, { method: 'DELETE' });
    },
    async user(n) {
      const { apps, users } = (await json('/sim/apps')) as {
        apps: { client_id: string; owner_user_id: string; multi_client: boolean }[];
        users: { user_id: string; pin: string }[];
      };
      const user = users[n];
      const app = apps.find((one) => one.owner_user_id === user?.user_id && !one.multi_client);
      if (user === undefined || app === undefined) throw new Error(`the simulator has no user ${n}`);
      const { data } = (await json(`/sim/apps/${app.client_id}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: user.user_id, pin: user.pin }),
      })) as { data: { access_token: string; expires_at: number } };
      return {
        userId: user.user_id,
        clientId: app.client_id,
        token: data.access_token,
        expiresAtMs: data.expires_at,
        egress: `127.0.0.${n + 1}`,
      };
    },
    async instruments() {
      const file = await fetch(`${url}/market-quote/instruments/exchange/NSE.json.gz`);
      return JSON.parse(gunzipSync(Buffer.from(await file.arrayBuffer())).toString('utf8')) as StagedInstrument[];
    },
    async get(user, path) {
      const { status, body } = await call(user, 'GET', path);
      return { status, data: (body as { data?: unknown } | undefined)?.data };
    },
    witness: () => readWitness(state),
    async kill(signal) {
      running.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await running.ended;
    },
    async restart() {
      if (running.end() === undefined) await running.stop();
      running = await launch('1');
    },
    async stop() {
      await running.stop();
    },
  };
}

/** Reads the journal below a folder: one line per change, a checksum before the JSON. A torn last line is left out. */
export function readWitness(folder: string): readonly WitnessOrder[] {
  const orders: WitnessOrder[] = [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /journal-\d{6}\.log$/.test(name))
    .sort();
  for (const file of files) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const order = placedOrder(line.slice(9));
      if (order !== undefined) orders.push(order);
    }
  }
  return orders;
}

function placedOrder(text: string): WitnessOrder | undefined {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (record['type'] !== 'order-received') return undefined;
  return {
    orderId: String(record['orderId']),
    userId: String(record['account']),
    tag: typeof record['tag'] === 'string' ? record['tag'] : '',
    wallMs: Number(record['wall']),
    marketMs: Number(record['at']),
  };
}
