/** The three servers that the platform stands on, each by the first way that works here. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasDockerEngine, startInDocker } from './docker.ts';
import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { probeNats, probePostgres, probeRedis } from './readiness.ts';
import { startRedis } from './redis.ts';
import { ServerStartError } from './running-server.ts';
import type { RunningServer } from './running-server.ts';
import { obtainProgram, ServerUnavailableError } from './server-programs.ts';
import type { ServerName, ServerProgram } from './server-programs.ts';

/** How a trio is to run. Ports and addresses that are absent are chosen here. */
export interface TrioOptions {
  /** Logs and pid files go below this folder. */
  readonly folder: string;
  /** Each server's data goes below this folder, `data` in `folder` unless given. */
  readonly dataFolder?: string;
  /** Programs that had to be fetched are kept here, for all trios of this clone. */
  readonly programFolder: string;
  /** Addresses of servers that run already; those are probed and used, never started or stopped. */
  readonly addresses?: Partial<Record<ServerName, string>>;
  readonly ports?: Partial<Record<ServerName, number>>;
  /** Whether what is committed must survive a power cut; off for tests. */
  readonly durable: boolean;
  readonly redisDatabases?: number;
  /** Users of the bus; without them anybody may do anything on it. */
  readonly natsUsers?: { readonly accounts: string; readonly probeSeed: string };
  /** Told before a step that may take seconds. */
  readonly onProgress?: (message: string) => void;
}

/** A PostgreSQL, a nats-server with JetStream and a Redis, all answering. */
export interface Trio extends Readonly<Record<ServerName, RunningServer>> {
  /** Stops those that were started here. */
  stop(): Promise<void>;
}

const PROBES: Record<ServerName, (url: string) => Promise<void>> = {
  postgres: probePostgres,
  nats: probeNats,
  redis: probeRedis,
};

const TITLES: Record<ServerName, string> = { postgres: 'PostgreSQL', nats: 'NATS', redis: 'Redis' };

/** Starts the trio, all three at once; when one fails the others are stopped. Throws an Error with one sentence. */
export async function startTrio(options: TrioOptions): Promise<Trio> {
  const names: readonly ServerName[] = ['postgres', 'nats', 'redis'];
  const results = await Promise.allSettled(names.map((name) => startServer(name, options)));
  const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const [postgres, nats, redis] = running;
  if (failures.length > 0 || postgres === undefined || nats === undefined || redis === undefined) {
    await Promise.all(running.map((server) => server.stop()));
    throw failures[0];
  }
  return {
    postgres,
    nats,
    redis,
    stop: async () => void (await Promise.all(running.map((server) => server.stop()))),
  };
}

/** Starts one server of the trio. Throws an Error with one sentence. */
export async function startServer(name: ServerName, options: TrioOptions): Promise<RunningServer> {
  const address = options.addresses?.[name];
  if (address !== undefined) return useGiven(name, address, options.natsUsers?.probeSeed);
  let program: ServerProgram;
  try {
    program = await obtainProgram(name, options.programFolder, options.onProgress);
  } catch (error) {
    if (!(error instanceof ServerUnavailableError) || !(await hasDockerEngine())) throw error;
    const dataFolder = join(dataFolderOf(options), `${name}-docker`);
    mkdirSync(dataFolder, { recursive: true });
    options.onProgress?.(`starting ${TITLES[name]} in Docker`);
    return startInDocker(name, dataFolder, PROBES[name]);
  }
  return startProgram(name, program, options);
}

async function useGiven(name: ServerName, url: string, natsSeed: string | undefined): Promise<RunningServer> {
  try {
    await (name === 'nats' ? probeNats(url, { seed: natsSeed }) : PROBES[name](url));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new ServerStartError(
      `the ${TITLES[name]} given in the environment at ${withoutSecret(url)} does not answer: ${said}`,
      { cause: error },
    );
  }
  return {
    url,
    description: `${TITLES[name]} given in the environment`,
    process: undefined,
    stop: async () => undefined,
  };
}

/** A URL without its password, for messages. */
export function withoutSecret(url: string): string {
  return URL.canParse(url) ? url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1:***@') : 'an address that is not a URL';
}

function dataFolderOf(options: TrioOptions): string {
  return options.dataFolder ?? join(options.folder, 'data');
}

function startProgram(name: ServerName, program: ServerProgram, options: TrioOptions): Promise<RunningServer> {
  const port = options.ports?.[name];
  const place = {
    logFile: join(options.folder, 'logs', `${name}.log`),
    pidFile: join(options.folder, 'pids', `${name}.json`),
    ...(port === undefined ? {} : { port }),
  };
  const data = (folder: string): string => join(dataFolderOf(options), folder);
  switch (name) {
    case 'postgres': {
      // The files of one major version cannot be read by another.
      const dataFolder = data(`postgres-${program.version.split('.')[0] ?? ''}`);
      return startPostgres(program, { ...place, dataFolder, durable: options.durable });
    }
    case 'nats':
      return startNats(program, { ...place, ...options.natsUsers, dataFolder: data('nats') });
    case 'redis': {
      const databases = options.redisDatabases === undefined ? {} : { databases: options.redisDatabases };
      return startRedis(program, { ...place, ...databases, dataFolder: data('redis'), durable: options.durable });
    }
  }
}
