import { mkdirSync } from 'node:fs';
import { startProcess } from './managed-process.ts';
import { probeRedis } from './readiness.ts';
import { onPort, untilReady } from './running-server.ts';
import type { RunningServer } from './running-server.ts';
import { libraryEnvironment } from './server-programs.ts';
import type { ServerProgram } from './server-programs.ts';

/** Where a Redis keeps its data and listens. */
export interface RedisOptions {
  readonly dataFolder: string;
  readonly logFile: string;
  readonly pidFile?: string;
  /** A free one is chosen unless given. */
  readonly port?: number;
  /** Append-only file on: what was written survives a restart. Off for tests. */
  readonly durable: boolean;
  /** Number of databases; 16 unless given. */
  readonly databases?: number;
}

/** Starts a Redis on 127.0.0.1 and waits until it answers. Throws `ServerStartError`. */
export function startRedis(program: ServerProgram, options: RedisOptions): Promise<RunningServer> {
  return onPort(options.port, (port) => start(program, options, port));
}

async function start(program: ServerProgram, options: RedisOptions, port: number): Promise<RunningServer> {
  mkdirSync(options.dataFolder, { recursive: true });
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: options.dataFolder,
    databases: String(options.databases ?? 16),
    save: '',
    appendonly: options.durable ? 'yes' : 'no',
    appendfsync: 'everysec',
    maxmemory: '256mb',
    'maxmemory-policy': 'noeviction',
  };
  const child = await startProcess({
    name: 'Redis',
    command: program.command,
    args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    env: libraryEnvironment(program.libraryFolders),
    logFile: options.logFile,
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
  });
  const url = `redis://127.0.0.1:${port}`;
  await untilReady(child, 'Redis', () => probeRedis(url), 20_000);
  return {
    url,
    description: `Redis ${program.version} (${program.source})`,
    process: child,
    stop: async () => void (await child.stop()),
  };
}
