/** Replicas of orders in processes of their own, each behind wires of its own, started again whenever they end. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  eventually,
  projectRoot,
  startProcess,
  startTcpProxy,
  type ManagedProcess,
  type TcpProxy,
} from '@vega/testkit';
import { statusOf } from './chaos-servers.ts';

export type Sabotage = 'resend' | 'no-epoch' | 'no-quarantine';

export type WireName = 'postgres' | 'nats' | 'broker';

/** One replica and the wires to what it needs. */
export interface Replica {
  readonly name: string;
  readonly wires: Readonly<Record<WireName, TcpProxy>>;
  process: ManagedProcess | undefined;
  starts: number;
  /** Its next process does not start before. */
  mayStart: Promise<void>;
  /** What its process was started with. */
  failpoints: string;
}

/** How replicas are started from now on. */
export interface ReplicaPlan {
  /** Failpoints of the next process, as VEGA_FAILPOINTS has them; empty for none. */
  readonly failpoints: (replica: Replica) => string;
  readonly sabotage?: Sabotage | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** How long one that stands still does so; longer than its lease unless given. */
  readonly standsMs?: number;
}

/** An order that left a replica, heard on its wire to the broker: a witness before the broker's. */
export interface HeardOrder {
  readonly tag: string;
  readonly replica: string;
  readonly wallMs: number;
}

export interface Replicas {
  readonly all: readonly Replica[];
  readonly heard: readonly HeardOrder[];
  plan: ReplicaPlan;
  /** Of the request of an order, by which it leaves after its birth; the plan's environment apart. */
  readonly requestTimeoutMs: number;
  /** How often each failpoint has taken effect. */
  hits(): Readonly<Record<string, number>>;
  restarts(): number;
  /** Resolves when a replica's process is ready to take over; waits for the next one when there is none. */
  isReady(replica: Replica): Promise<void>;
  /** Resolves when the replica's process has ended; another starts by the plan of now. */
  kill(replica: Replica): Promise<void>;
  /** As {@link kill}, but the next one starts when the returned function is called: until then only the others can take over. */
  takeDown(replica: Replica): Promise<() => void>;
  /** Kills every replica; they start again by the plan of now. */
  restartAll(): Promise<void>;
  close(): Promise<void>;
}

/** Timings short enough that hundreds of faults fit a test; each longer than the slowest fault it has to outlast. */
const TIMINGS = {
  VEGA_ORDERS_LEASE_MS: '1500',
  VEGA_ORDERS_REQUEST_TIMEOUT_MS: '1500',
  VEGA_ORDERS_QUARANTINE_MS: '3500',
  VEGA_ORDERS_RECONCILE_MS: '700',
  VEGA_ORDERS_DOUBT_RECONCILE_MS: '250',
  VEGA_ORDERS_RATE_FACTOR: '100',
};

/** One that stands still goes on after this long: longer than its lease. */
const STANDS_MS = 3_000;
/** One that a failpoint stopped lives this long after it goes on, and is then killed: its failpoint has had its turn. */
const LIVES_ON_MS = 1_500;
const PLACED = /"tag":"([a-z2-7]{26})"/g;

export async function startReplicas(options: {
  readonly folder: string;
  readonly names: readonly string[];
  readonly ports: Readonly<Record<WireName, number>>;
  readonly plan: ReplicaPlan;
}): Promise<Replicas> {
  const { folder, ports } = options;
  const log = join(folder, 'failpoints.log');
  appendFileSync(log, '');
  const heard: HeardOrder[] = [];
  let closing = false;
  const listen = (replica: string) => (piece: Buffer) => {
    for (const [, tag = ''] of piece.toString('latin1').matchAll(PLACED)) {
      heard.push({ tag, replica, wallMs: Date.now() });
    }
  };
  const all = await Promise.all(
    options.names.map(async (name): Promise<Replica> => {
      const [postgres, nats, broker] = await Promise.all([
        startTcpProxy({ targetPort: ports.postgres }),
        startTcpProxy({ targetPort: ports.nats }),
        startTcpProxy({ targetPort: ports.broker, onSent: listen(name) }),
      ]);
      return {
        name,
        wires: { postgres, nats, broker },
        process: undefined,
        starts: 0,
        mayStart: Promise.resolve(),
        failpoints: '',
      };
    }),
  );
  const replicas: Replicas = {
    all,
    heard,
    plan: options.plan,
    requestTimeoutMs: Number(TIMINGS.VEGA_ORDERS_REQUEST_TIMEOUT_MS),
    hits: () => countHits(log),
    restarts: () => all.reduce((sum, one) => sum + one.starts - 1, 0),
    isReady: async (replica) => {
      const ready = () =>
        replica.process !== undefined &&
        readFileSync(join(folder, `${replica.name}-${replica.starts}.log`), 'utf8').includes('is ready');
      await eventually(ready, { withinMs: 60_000, everyMs: 50, what: `a ready ${replica.name}` });
    },
    async kill({ process: running }) {
      running?.kill('SIGKILL');
      await running?.ended;
    },
    async takeDown(replica) {
      let start = (): void => undefined;
      replica.mayStart = new Promise((resolve) => (start = resolve));
      await replicas.kill(replica);
      return start;
    },
    async restartAll() {
      await Promise.all(all.map((replica) => replicas.kill(replica)));
    },
    async close() {
      closing = true;
      clearInterval(waker);
      await replicas.restartAll();
      await Promise.all(all.flatMap(({ wires }) => Object.values(wires).map((wire) => wire.close())));
    },
  };
  const launch = async (replica: Replica): Promise<void> => {
    if (closing) return;
    replica.starts += 1;
    replica.failpoints = replicas.plan.failpoints(replica);
    const started = await startProcess(processOf(replica, replicas.plan, folder, log));
    replica.process = started;
    if (closing) started.kill('SIGKILL');
    void started.ended.then(async () => {
      replica.process = undefined;
      await replica.mayStart;
      setTimeout(() => void launch(replica), 100);
    });
  };
  await Promise.all(all.map(launch));
  const stoodSince = new Map<number, number>();
  const waker = setInterval(() => {
    for (const replica of all) {
      const running = replica.process;
      if (running === undefined || statusOf(running.pid)[0] !== 'T') continue;
      const since = stoodSince.get(running.pid) ?? performance.now();
      stoodSince.set(running.pid, since);
      if (performance.now() - since < (replicas.plan.standsMs ?? STANDS_MS)) continue;
      stoodSince.delete(running.pid);
      running.kill('SIGCONT');
      if (replica.failpoints !== '') setTimeout(() => running.kill('SIGKILL'), LIVES_ON_MS).unref();
    }
  }, 100);
  return replicas;
}

function processOf(replica: Replica, plan: ReplicaPlan, folder: string, failpointLog: string) {
  const root = projectRoot();
  const { wires, name, starts, failpoints } = replica;
  return {
    name,
    command: process.execPath,
    args: [join(root, 'services/orders/dist/main.js')],
    cwd: root,
    logFile: join(folder, `${name}-${starts}.log`),
    env: {
      PATH: process.env['PATH'],
      // It is started hundreds of times.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      VEGA_NATS_URL: `nats://127.0.0.1:${wires.nats.port}`,
      VEGA_POSTGRES_URL: `postgres://vega@127.0.0.1:${wires.postgres.port}/vega`,
      VEGA_UPSTOX_SIM_URL: `http://127.0.0.1:${wires.broker.port}`,
      VEGA_LOG_LEVEL: 'info',
      VEGA_REPLICA: `${name}-${starts}`,
      VEGA_FAILPOINT_LOG: failpointLog,
      ...TIMINGS,
      ...plan.environment,
      ...(failpoints === '' ? {} : { VEGA_FAILPOINTS: failpoints }),
      ...(plan.sabotage === undefined ? {} : { VEGA_ORDERS_SABOTAGE: plan.sabotage }),
    },
  };
}

function countHits(file: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name = ''] = line.split(' ');
    if (name !== '') counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
