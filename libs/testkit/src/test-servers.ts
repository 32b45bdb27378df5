/** What a spec file gets of the servers that the jest run started: its own database, NATS and Redis keys, so that none meets another's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Redis } from 'ioredis';
import { stateFolder } from './project-paths.ts';
import { startNats } from './servers/nats.ts';
import { startPostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';
import type { RunningServer } from './servers/running-server.ts';
import { obtainProgram } from './servers/server-programs.ts';
import type { ServerName } from './servers/server-programs.ts';
import type { TrioOptions } from './servers/trio.ts';

/** A resource of one spec file. `close` in `afterAll`. */
export interface TestResource {
  readonly url: string;
  close(): Promise<void>;
}

/** Variables by which the jest run hands the addresses of its servers to the spec files. */
export const TEST_ADDRESS: Readonly<Record<ServerName, string>> = {
  postgres: 'VEGA_TEST_POSTGRES_URL',
  nats: 'VEGA_TEST_NATS_URL',
  redis: 'VEGA_TEST_REDIS_URL',
};

/** The address of a server that the whole jest run shares. Throws outside a jest run. */
export function testAddress(name: ServerName): string {
  const url = process.env[TEST_ADDRESS[name]];
  if (url === undefined) throw new Error(`${TEST_ADDRESS[name]} is not set: this test needs jest's global set-up`);
  return url;
}

let databases = 0;

/** Makes an empty database for one spec file on the run's PostgreSQL; `close` drops it. */
export async function testDatabase(): Promise<TestResource> {
  databases += 1;
  const name = `test_${process.pid}_${Date.now().toString(36)}_${databases}`;
  const url = new URL(testAddress('postgres'));
  await onAdminConnection(`create database "${name}"`);
  url.pathname = `/${name}`;
  return { url: url.href, close: () => onAdminConnection(`drop database if exists "${name}" with (force)`) };
}

async function onAdminConnection(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testAddress('postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Gives one spec file an empty Redis database (a number of its own) of the run's Redis; `close` empties it. */
export async function testRedis(): Promise<TestResource> {
  const admin = new Redis(testAddress('redis'), { lazyConnect: true });
  await admin.connect();
  let url: URL;
  try {
    const count = Number(((await admin.config('GET', 'databases')) as string[])[1]);
    const index = 1 + ((await admin.incr('testkit:last-database')) % (count - 1));
    url = new URL(testAddress('redis'));
    url.pathname = `/${index}`;
  } finally {
    admin.disconnect();
  }
  const empty = async (): Promise<void> => {
    const client = new Redis(url.href, { lazyConnect: true });
    await client.connect();
    try {
      await client.flushdb();
    } finally {
      client.disconnect();
    }
  };
  await empty();
  return { url: url.href, close: empty };
}

/** A server of one spec file alone, which the test may kill, stop and start again. */
export interface OwnServer extends TestResource {
  /** Sends a signal at once; SIGKILL for sudden death. Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port with the same data after {@link kill}. */
  restart(): Promise<void>;
}

/**
 * Starts a nats-server with JetStream for one spec file: streams, consumers and accounts are its own. Takes about 20 ms.
 * Anybody may do anything on it unless users are given.
 */
export function testNats(users?: TrioOptions['natsUsers']): Promise<OwnServer> {
  return ownServer('nats', false, users);
}

/** Starts a PostgreSQL for one spec file that wants to kill it; about a second. `durable` turns fsync on. */
export function ownPostgres(options: { durable?: boolean } = {}): Promise<OwnServer> {
  return ownServer('postgres', options.durable ?? false);
}

/** Starts a Redis for one spec file that wants to kill it. */
export function ownRedis(): Promise<OwnServer> {
  return ownServer('redis');
}

async function ownServer(name: ServerName, durable = false, natsUsers?: TrioOptions['natsUsers']): Promise<OwnServer> {
  const program = await obtainProgram(name, programFolder());
  const folder = mkdtempSync(join(testFolder(), `${name}-`));
  const place = { dataFolder: join(folder, 'data'), logFile: join(folder, `${name}.log`) };
  const launch = (port?: number): Promise<RunningServer> => {
    const options = { ...place, ...(port === undefined ? {} : { port }) };
    if (name === 'nats') return startNats(program, { ...options, ...natsUsers, maxFileStore: '32GB' });
    return name === 'redis'
      ? startRedis(program, { ...options, durable: true })
      : startPostgres(program, { ...options, durable });
  };
  let server = await launch();
  const { url } = server;
  const port = Number(new URL(url).port);
  return {
    url,
    async kill(signal) {
      server.process?.kill(signal);
      await server.process?.ended;
    },
    async restart() {
      if (server.process?.end() === undefined) await server.stop();
      server = await launch(port);
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where programs fetched for this clone are kept. */
export function programFolder(): string {
  return join(stateFolder(), 'servers');
}

/** The folder of this jest run, removed when it ends. */
function testFolder(): string {
  const folder = process.env['VEGA_TEST_FOLDER'];
  if (folder === undefined) throw new Error("VEGA_TEST_FOLDER is not set: this test needs jest's global set-up");
  return folder;
}
