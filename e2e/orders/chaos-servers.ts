/** PostgreSQL, NATS and Redis of a chaos run, each of which can be killed as with its machine, stood still, and started again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { obtainProgram, startNats, startPostgres, startRedis, stateFolder, type RunningServer } from '@vega/testkit';

export type ServerName = 'postgres' | 'nats' | 'redis';

export interface ChaosServers {
  readonly postgresUrl: string;
  readonly natsUrl: string;
  port(name: ServerName): number;
  /** SIGKILL to all of its processes, then a start over the same data. */
  kill(name: ServerName): Promise<void>;
  /** SIGSTOP to all of its processes. */
  stand(name: ServerName): void;
  goOn(name: ServerName): void;
  stop(): Promise<void>;
}

/** Starts the three below a folder, with all that makes them durable. */
export async function startChaosServers(folder: string): Promise<ChaosServers> {
  const programs = join(stateFolder(), 'servers');
  const [pgProgram, natsProgram, redisProgram] = await Promise.all([
    obtainProgram('postgres', programs),
    obtainProgram('nats', programs),
    obtainProgram('redis', programs),
  ]);
  const place = (name: ServerName) => ({ dataFolder: join(folder, name), logFile: join(folder, `${name}.log`) });
  const start: Record<ServerName, (port?: number) => Promise<RunningServer>> = {
    postgres: (port) => startPostgres(pgProgram, { ...place('postgres'), ...portOf(port), durable: true }),
    nats: (port) => startNats(natsProgram, { ...place('nats'), ...portOf(port) }),
    redis: (port) => startRedis(redisProgram, { ...place('redis'), ...portOf(port), durable: true }),
  };
  const [postgres, nats, redis] = await Promise.all([start.postgres(), start.nats(), start.redis()]);
  const running: Record<ServerName, RunningServer> = { postgres, nats, redis };
  const port = (name: ServerName): number => Number(new URL(running[name].url).port);
  const signal = (name: ServerName, what: NodeJS.Signals): void => {
    const pid = running[name].process?.pid;
    if (pid === undefined) return;
    // The parent first: it then forks no child that the list misses.
    for (const one of [pid, ...childrenOf(pid)]) sendSignal(one, what);
  };
  return {
    postgresUrl: postgres.url,
    natsUrl: nats.url,
    port,
    async kill(name) {
      signal(name, 'SIGKILL');
      await running[name].process?.ended;
      running[name] = await start[name](port(name));
    },
    stand: (name) => signal(name, 'SIGSTOP'),
    goOn: (name) => signal(name, 'SIGCONT'),
    async stop() {
      await Promise.all(
        Object.entries(running).map(async ([name, server]) => {
          signal(name as ServerName, 'SIGCONT');
          await server.stop();
        }),
      );
    },
  };
}

const portOf = (port: number | undefined) => (port === undefined ? {} : { port });

function sendSignal(pid: number, what: NodeJS.Signals): void {
  try {
    process.kill(pid, what);
  } catch {
    // It has ended by itself in between.
  }
}

/** Processes whose parent is the given one, by /proc. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [, ppid] = statusOf(pid);
      return ppid === String(parent);
    });
}

/** State and parent of a process; empty when it is gone. */
export function statusOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
