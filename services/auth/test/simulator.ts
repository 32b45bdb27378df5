import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventually,
  freePorts,
  projectRoot,
  runCommand,
  startProcess,
  stateFolder,
  withLock,
  type ManagedProcess,
} from '@vega/testkit';

/** A fault as the simulator's fault port takes it. */
export type Fault = { readonly kind: string } & Readonly<Record<string, string | number | boolean>>;

/** A simulator in a process of its own. */
export interface Simulator {
  readonly url: string;
  /** Posts a fault; it lasts until {@link clearFaults}. */
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** What `/sim/status` tells. */
  status(): Promise<Record<string, unknown>>;
  /** Ends the process by a signal and starts it again on the same address with its state. */
  restart(signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a simulator. It answers when this resolves. */
export async function startSimulator(environment: Readonly<Record<string, string>> = {}): Promise<Simulator> {
  const root = projectRoot();
  await build(root);
  const folder = mkdtempSync(join(tmpdir(), 'vega-sim-'));
  const [port, faultPort] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const faults = `http://127.0.0.1:${faultPort}/faults`;
  const launch = async (): Promise<ManagedProcess> => {
    const started = await startProcess({
      name: 'upstox-sim',
      command: process.execPath,
      args: [join(root, 'apps/upstox-sim/dist/main.js')],
      logFile: join(folder, 'sim.log'),
      env: {
        PATH: process.env['PATH'],
        VEGA_SIM_PORT: String(port),
        VEGA_SIM_FAULT_PORT: String(faultPort),
        VEGA_SIM_STATE_DIR: join(folder, 'state'),
        VEGA_SIM_LIMIT_FACTOR: '100',
        ...environment,
      },
    });
    await eventually(
      async () => {
        const end = started.end();
        if (end !== undefined) throw new Error(`the simulator ended: ${readFileSync(started.logFile, 'utf8')}`);
        return (await fetch(`${url}/sim/status`)).ok;
      },
      { withinMs: 30_000, everyMs: 50, what: 'a simulator that answers' },
    );
    return started;
  };
  let running = await launch();
  return {
    url,
    async fault(fault) {
      const body = JSON.stringify(fault);
      const answer = await fetch(faults, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      if (answer.status !== 201) throw new Error(`the fault was refused: ${await answer.text()}`);
    },
    async clearFaults() {
      await fetch(faults, { method: 'DELETE' });
    },
    async status() {
      return (await (await fetch(`${url}/sim/status`)).json()) as Record<string, unknown>;
    },
    async restart(signal) {
      running.kill(signal);
      await running.ended;
      running = await launch();
    },
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Brings a room's build up to date, the simulator's unless told; builds of this clone wait for each other. */
export async function build(root: string, room = 'apps/upstox-sim'): Promise<void> {
  await withLock(join(stateFolder(root), 'build.lock'), 300_000, async () => {
    const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
    const built = await runCommand(process.execPath, [compiler, '-b', join(root, room)], {
      timeoutMs: 240_000,
    });
    if (built.code !== 0) throw new Error(`${room} does not build: ${built.stdout}${built.stderr}`);
  });
}
