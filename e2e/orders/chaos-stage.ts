/** The servers of a chaos run: PostgreSQL, NATS, the simulator, and two replicas of orders that are restarted when they die. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtempSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  obtainProgram,
  projectRoot,
  runCommand,
  startNats,
  startPostgres,
  startProcess,
  stateFolder,
  type ManagedProcess,
  type RunningServer,
  type SeededRandom,
} from '@vega/testkit';
import {
  startBrokerStage,
  startPlatformStage,
  type BrokerStage,
  type BrokerUser,
  type PlatformStage,
} from '@vega/testkit/stage';

export const ACCOUNT = 'acc_chaos';
export const OWNER = 'usr_chaos';

export const FAILPOINTS = [
  'before-commit',
  'after-commit-before-send',
  'after-send-before-reply',
  'after-reply-before-commit',
  'after-commit-before-publish',
  'at-lease-loss',
] as const;

export type Sabotage = 'resend' | 'no-epoch' | 'no-quarantine';

/** One replica of orders and what it was last started with. */
interface Replica {
  readonly name: string;
  process: ManagedProcess | undefined;
  starts: number;
}

export interface ChaosStage {
  readonly folder: string;
  readonly postgresUrl: string;
  readonly natsUrl: string;
  readonly broker: BrokerStage;
  readonly user: BrokerUser;
  readonly platform: PlatformStage;
  readonly replicas: readonly Replica[];
  killServer(name: 'postgres' | 'nats'): Promise<void>;
  /** How often each failpoint has taken effect. */
  hits(): Readonly<Record<string, number>>;
  /** From now on replicas start without failpoints. */
  disarm(): void;
  restarts(): number;
  close(): Promise<void>;
}

/** Timings short enough that hundreds of faults fit a test; each longer than the slowest fault it has to outlast. */
const TIMINGS = {
  VEGA_ORDERS_LEASE_MS: '1200',
  VEGA_ORDERS_REQUEST_TIMEOUT_MS: '1500',
  VEGA_ORDERS_QUARANTINE_MS: '3000',
  VEGA_ORDERS_RECONCILE_MS: '700',
  VEGA_ORDERS_DOUBT_RECONCILE_MS: '250',
  VEGA_ORDERS_RATE_FACTOR: '100',
};

export async function startChaosStage(options: {
  readonly random: SeededRandom;
  readonly sabotage: Sabotage | undefined;
  readonly failpoints: boolean;
}): Promise<ChaosStage> {
  const parent = process.env['VEGA_TEST_FOLDER'] ?? join(stateFolder(), 'test-runs');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'chaos-'));
  const root = projectRoot();
  const programs = join(stateFolder(), 'servers');
  const build = await runCommand(
    process.execPath,
    [join(root, 'node_modules/typescript-7/bin/tsc'), '-b', join(root, 'services/orders/tsconfig.json')],
    { timeoutMs: 300_000 },
  );
  if (build.code !== 0) throw new Error(`orders does not build: ${build.stdout}${build.stderr}`);
  const [pgProgram, natsProgram] = await Promise.all([
    obtainProgram('postgres', programs),
    obtainProgram('nats', programs),
  ]);
  const pgPlace = { dataFolder: join(folder, 'pg'), logFile: join(folder, 'postgres.log'), durable: true };
  const natsPlace = { dataFolder: join(folder, 'nats'), logFile: join(folder, 'nats.log') };
  const servers: { postgres: RunningServer; nats: RunningServer } = {
    postgres: await startPostgres(pgProgram, pgPlace),
    nats: await startNats(natsProgram, natsPlace),
  };
  const postgresUrl = servers.postgres.url;
  const natsUrl = servers.nats.url;
  const migrated = await runCommand(process.execPath, [join(root, 'services/orders/dist/migrate.js')], {
    timeoutMs: 60_000,
    env: { ...process.env, VEGA_POSTGRES_URL: postgresUrl, VEGA_LOG_LEVEL: 'warn' },
  });
  if (migrated.code !== 0) throw new Error(`the migration failed: ${migrated.stderr}`);
  const broker = await startBrokerStage({ folder });
  const user = await broker.user(0);
  const platform = await startPlatformStage({
    natsUrl,
    broker,
    accounts: [{ accountId: ACCOUNT, userId: OWNER, user }],
  });
  const failpointLog = join(folder, 'failpoints.log');
  appendFileSync(failpointLog, '');
  let armed = options.failpoints;
  let closing = false;
  const { random } = options;
  const replicas: Replica[] = [
    { name: 'orders-a', process: undefined, starts: 0 },
    { name: 'orders-b', process: undefined, starts: 0 },
  ];
  /** The place that has been hit least is armed next, so that each gets its turn. */
  const pickFailpoint = (): string => {
    const seen = countLines(failpointLog);
    const least = Math.min(...FAILPOINTS.map((name) => seen[name] ?? 0));
    const name = random.pick(FAILPOINTS.filter((one) => (seen[one] ?? 0) === least));
    // A replica that stands still at its lease's loss would never lose it to anybody: there it only dies.
    const action = name !== 'at-lease-loss' && random.chance(0.25) ? 'stop' : 'kill';
    return `${name}=${action}:${name === 'at-lease-loss' ? 1 : random.integer(2, 6)}`;
  };
  const launch = async (replica: Replica): Promise<void> => {
    if (closing) return;
    replica.starts += 1;
    const started = await startProcess({
      name: replica.name,
      command: process.execPath,
      args: [join(root, 'services/orders/dist/main.js')],
      cwd: root,
      logFile: join(folder, `${replica.name}.log`),
      env: {
        PATH: process.env['PATH'],
        VEGA_NATS_URL: natsUrl,
        VEGA_POSTGRES_URL: postgresUrl,
        VEGA_UPSTOX_SIM_URL: broker.url,
        VEGA_LOG_LEVEL: 'info',
        VEGA_REPLICA: `${replica.name}-${replica.starts}`,
        VEGA_FAILPOINT_LOG: failpointLog,
        ...TIMINGS,
        ...(armed ? { VEGA_FAILPOINTS: pickFailpoint() } : {}),
        ...(options.sabotage === undefined ? {} : { VEGA_ORDERS_SABOTAGE: options.sabotage }),
      },
    });
    replica.process = started;
    void started.ended.then(() => setTimeout(() => void launch(replica), 50));
  };
  for (const replica of replicas) await launch(replica);
  // A replica that stopped itself goes on once another had the time to take over.
  const stopped = new Map<number, number>();
  const waker = setInterval(() => {
    for (const replica of replicas) {
      const { pid } = replica.process ?? {};
      if (pid === undefined || !isStopped(pid)) continue;
      const since = stopped.get(pid) ?? Date.now();
      stopped.set(pid, since);
      if (Date.now() - since > 2_500) {
        stopped.delete(pid);
        replica.process?.kill('SIGCONT');
      }
    }
  }, 200);
  return {
    folder,
    postgresUrl,
    natsUrl,
    broker,
    user,
    platform,
    replicas,
    hits: () => countLines(failpointLog),
    disarm: () => (armed = false),
    restarts: () => replicas.reduce((sum, one) => sum + one.starts - 1, 0),
    async killServer(name) {
      const server = servers[name];
      server.process?.kill('SIGKILL');
      await server.process?.ended;
      const port = Number(new URL(server.url).port);
      servers[name] =
        name === 'postgres'
          ? await startPostgres(pgProgram, { ...pgPlace, port })
          : await startNats(natsProgram, { ...natsPlace, port });
    },
    async close() {
      closing = true;
      clearInterval(waker);
      for (const { process: running } of replicas) {
        running?.kill('SIGCONT');
        running?.kill('SIGKILL');
        await running?.ended;
      }
      await platform.close();
      await broker.stop();
      await servers.nats.stop();
      await servers.postgres.stop();
      if (process.env['VEGA_CHAOS_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function countLines(file: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name] = line.split(' ');
    if (name !== undefined && name !== '') counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Whether a process stands still (state T of /proc). */
function isStopped(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return false;
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'T';
}
