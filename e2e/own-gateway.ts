import { join } from 'node:path';
import { eventually, freePort, projectRoot, startProcess } from '@vega/testkit';
import type { ManagedProcess } from '@vega/testkit';
import { prepareBus } from '../tools/stack/bus.ts';
import { authSecrets } from '../tools/stack/demo.ts';
import { SERVICES } from '../tools/stack/services.ts';
import type { TestStack } from './stack-harness.ts';

/** One more gateway beside a stack's own, which a test may end and start again at the same address. */
export interface OwnGateway {
  readonly url: string;
  /** Kills it at once, as a crash would. */
  crash(): Promise<void>;
  /** Starts it again and waits until it is ready. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

/** Starts a gateway of the test's own on the stack's servers, from the same build and with the same environment. */
export async function startOwnGateway(stack: TestStack): Promise<OwnGateway> {
  const entry = SERVICES.find(({ name }) => name === 'gateway');
  if (entry === undefined) throw new Error('the stack has no gateway');
  const names = Object.keys(entry.ports);
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const { nats, postgres, redis } = stack.addresses;
  const options = { replayFile: undefined, speed: undefined, seed: undefined, faultPort: undefined };
  // The keys that the stack made: the second gateway is the same user of the bus.
  const bus = prepareBus(stack.state);
  const dataFolder = join(stack.state, 'data');
  const context = { nats, bus, auth: authSecrets(dataFolder), postgres, redis, ports, dataFolder, options };
  let running: ManagedProcess | undefined;
  const start = async (): Promise<void> => {
    const process_ = await startProcess({
      name: 'own gateway',
      command: process.execPath,
      args: ['--enable-source-maps', join(projectRoot(), entry.folder, 'dist', `${entry.program}.js`)],
      cwd: projectRoot(),
      env: {
        ...process.env,
        VEGA_REPLICA: 'own-gateway',
        ...bus.environmentOf(entry.name),
        ...entry.environment(context),
      },
      logFile: join(stack.state, 'logs', 'own-gateway.log'),
    });
    running = process_;
    await eventually(
      async () => {
        if (process_.end() !== undefined) throw new Error(`it ended: ${JSON.stringify(process_.end())}`);
        return (await fetch(entry.readyUrl(ports))).status === 200;
      },
      { withinMs: READY_WITHIN_MS, everyMs: 50, what: `the gateway of the test, whose log is ${process_.logFile},` },
    );
  };
  await start();
  return {
    url: entry.address?.url(ports) ?? '',
    start,
    crash: async () => {
      running?.kill('SIGKILL');
      await running?.ended;
    },
    stop: async () => {
      await running?.stop();
    },
  };
}
