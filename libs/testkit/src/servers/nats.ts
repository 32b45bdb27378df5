import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from './managed-process.ts';
import { probeNats } from './readiness.ts';
import { onPort, untilReady } from './running-server.ts';
import type { RunningServer } from './running-server.ts';
import type { ServerProgram } from './server-programs.ts';

/** Where a nats-server keeps its data and listens. */
export interface NatsOptions {
  readonly dataFolder: string;
  readonly logFile: string;
  readonly pidFile?: string;
  /** A free one is chosen unless given. */
  readonly port?: number;
  /** Most bytes JetStream may promise to its streams, which reserve what they keep at most. */
  readonly maxFileStore?: string;
  /** Accounts and users as configuration text; without it anybody may do anything. */
  readonly accounts?: string;
  /** The nkey seed that the readiness probe signs with; needed with `accounts`. */
  readonly probeSeed?: string;
}

/** Starts a nats-server with JetStream on 127.0.0.1 and waits until it answers. Throws `ServerStartError`. */
export function startNats(program: ServerProgram, options: NatsOptions): Promise<RunningServer> {
  return onPort(options.port, (port) => start(program, options, port));
}

async function start(program: ServerProgram, options: NatsOptions, port: number): Promise<RunningServer> {
  mkdirSync(options.dataFolder, { recursive: true });
  const config = join(options.dataFolder, 'nats.conf');
  // The settings stand in a file: the command line has no switch for the limits of JetStream.
  const lines = [
    `host: "127.0.0.1"`,
    `port: ${port}`,
    `server_name: "vega-${port}"`,
    `max_payload: 1MB`,
    `lame_duck_duration: "30s"`,
    `jetstream { store_dir: "${join(options.dataFolder, 'jetstream')}", max_mem: 256MB, max_file: ${options.maxFileStore ?? '32GB'} }`,
  ];
  writeFileSync(
    config,
    `${lines.join('\n')}\n${options.accounts === undefined ? '' : `authorization { timeout: 20 }\n${options.accounts}`}`,
    { mode: 0o600 },
  );
  const child = await startProcess({
    name: 'nats-server',
    command: program.command,
    args: ['--config', config],
    logFile: options.logFile,
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
    // SIGTERM closes the streams cleanly; SIGINT would do the same.
    stopSignal: 'SIGTERM',
  });
  const url = `nats://127.0.0.1:${port}`;
  await untilReady(child, 'nats-server', () => probeNats(url, { seed: options.probeSeed }), 20_000);
  return {
    url,
    description: `nats-server ${program.version} (${program.source})`,
    process: child,
    stop: async () => void (await child.stop()),
  };
}
