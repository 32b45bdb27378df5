/**
 * PostgreSQL refuses to run as root. A root user runs it inside a user namespace in which root's files belong to nobody, which
 * needs no new account and no change of ownership; where namespaces are not allowed, as the user nobody with the data given to it.
 */
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProcess } from './managed-process.ts';
import { commandLineOf, identify, stopProcess } from './process-identity.ts';
import { probePostgres } from './readiness.ts';
import { onPort, ServerStartError, untilReady } from './running-server.ts';
import type { RunningServer } from './running-server.ts';
import { runCommand } from './run-command.ts';
import { libraryEnvironment } from './server-programs.ts';
import type { ServerProgram } from './server-programs.ts';

/** Where a PostgreSQL keeps its data and listens, and how much a commit means. */
export interface PostgresOptions {
  readonly dataFolder: string;
  readonly logFile: string;
  readonly pidFile?: string;
  /** A free one is chosen unless given. */
  readonly port?: number;
  /** Commits reach the disk (fsync). Off only for tests: a killed server then still loses nothing, a power cut would. */
  readonly durable: boolean;
  readonly maxConnections?: number;
}

const NOBODY = 65_534;
/** The account and the database that every launcher makes; trusted from 127.0.0.1 only, the only address listened on. */
const NAME = 'vega';

interface Runner {
  readonly prefix: readonly string[];
  readonly giveTo: number | undefined;
}

/** Starts a PostgreSQL on 127.0.0.1, its cluster made first if there is none, and waits until it answers. Throws `ServerStartError`. */
export async function startPostgres(program: ServerProgram, options: PostgresOptions): Promise<RunningServer> {
  const runner = await chooseRunner();
  if (!existsSync(join(options.dataFolder, 'PG_VERSION'))) await createCluster(program, options, runner);
  await clearStalePidFile(options.dataFolder);
  return onPort(options.port, (port) => start(program, options, runner, port));
}

async function start(
  program: ServerProgram,
  options: PostgresOptions,
  runner: Runner,
  port: number,
): Promise<RunningServer> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: String(options.maxConnections ?? 100),
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '512MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: options.durable ? 'on' : 'off',
    full_page_writes: options.durable ? 'on' : 'off',
  };
  const [command, ...args] = [
    ...runner.prefix,
    program.command,
    '-D',
    options.dataFolder,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const child = await startProcess({
    name: 'PostgreSQL',
    command: command ?? program.command,
    args,
    env: libraryEnvironment(program.libraryFolders),
    logFile: options.logFile,
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
    // SIGTERM would wait for every client to leave; SIGINT ends their sessions and shuts down cleanly.
    stopSignal: 'SIGINT',
    graceMs: 20_000,
  });
  const url = `postgres://${NAME}@127.0.0.1:${port}/${NAME}`;
  await untilReady(child, 'PostgreSQL', () => probePostgres(url), 30_000);
  return {
    url,
    description: `PostgreSQL ${program.version} (${program.source})`,
    process: child,
    stop: async () => void (await child.stop()),
  };
}

async function chooseRunner(): Promise<Runner> {
  if (process.getuid?.() !== 0) return { prefix: [], giveTo: undefined };
  const namespace = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  const probe = await runCommand('unshare', [...namespace.slice(1), 'true'], { timeoutMs: 10_000 });
  if (probe.code === 0) return { prefix: namespace, giveTo: undefined };
  const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const fallback = await runCommand('setpriv', [...drop.slice(1), 'true'], { timeoutMs: 10_000 });
  if (fallback.code === 0) return { prefix: drop, giveTo: NOBODY };
  throw new ServerStartError(
    'PostgreSQL cannot run as root and neither unshare nor setpriv works here: run as another user',
  );
}

/** Makes the cluster beside its final place and renames, so that one cut short is made again rather than started. */
async function createCluster(program: ServerProgram, options: PostgresOptions, runner: Runner): Promise<void> {
  const fresh = `${options.dataFolder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  if (runner.giveTo !== undefined) chownSync(fresh, runner.giveTo, runner.giveTo);
  const [command = 'initdb', ...args] = [
    ...runner.prefix,
    join(dirname(program.command), 'initdb'),
    '--pgdata',
    fresh,
    '--username',
    NAME,
    '--auth=trust',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8: the same order and case rules on every system, whatever its C library knows.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ];
  const made = await runCommand(command, args, { timeoutMs: 120_000, env: libraryEnvironment(program.libraryFolders) });
  if (made.code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    const said = made.stderr.split('\n').find((line) => /error|FATAL|denied/i.test(line)) ?? made.stderr.trim();
    throw new ServerStartError(`PostgreSQL's initdb failed: ${said}`);
  }
  await createDatabase(program, fresh, runner);
  renameSync(fresh, options.dataFolder);
}

/** Creates the project's database in single-user mode: the server is not up yet, and afterwards it can be probed by the final URL. */
async function createDatabase(program: ServerProgram, folder: string, runner: Runner): Promise<void> {
  const [command = 'sh', ...args] = [
    ...runner.prefix,
    'sh',
    '-c',
    'printf \'CREATE DATABASE "%s";\\n\' "$3" | "$1" --single -D "$2" -c fsync=off postgres',
    'create-database',
    program.command,
    folder,
    NAME,
  ];
  const made = await runCommand(command, args, { timeoutMs: 60_000, env: libraryEnvironment(program.libraryFolders) });
  if (made.code !== 0 || /ERROR|FATAL/.test(made.stderr)) {
    throw new ServerStartError(
      `PostgreSQL could not create the database "${NAME}": ${made.stderr.trim().split('\n').at(-1) ?? ''}`,
    );
  }
}

/**
 * A server killed with its machine leaves a pid file; after a restart its pid may belong to anything, and PostgreSQL then
 * refuses to start. A server of these very data that still runs, without its launcher, is stopped.
 */
async function clearStalePidFile(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const identity = Number.isInteger(pid) && pid > 0 ? identify(pid) : undefined;
  if (identity !== undefined && commandLineOf(pid).includes(dataFolder)) await stopProcess(identity, 'SIGINT', 20_000);
  rmSync(file, { force: true });
}
