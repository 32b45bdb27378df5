import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@vega/testkit';

const ROOM = join(import.meta.dirname, '..');
const START_MS = 60_000;
const STOP_MS = 15_000;

/** The simulator as its own process, from source. */
export interface SimulatorProcess {
  readonly url: string;
  readonly faultUrl: string;
  readonly child: ChildProcess;
  /** What it has logged, one JSON line each. */
  log(): string;
  /** Sends SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

/** How a process that was expected to fail ended. */
export interface FailedStart {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(env: Readonly<Record<string, string>>): ChildProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VEGA_')));
  return spawn(
    process.execPath,
    ['--no-warnings', '--experimental-transform-types', '--conditions=@vega/source', join(ROOM, 'src/main.ts')],
    { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

function collect(child: ChildProcess): { out: () => string; err: () => string; exited: Promise<number | null> } {
  let out = '';
  let err = '';
  child.stdout?.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr?.on('data', (part: Buffer) => (err += part.toString()));
  const exited = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { out: () => out, err: () => err, exited };
}

/** Starts a simulator on free ports with a fault port, in a state directory of its own unless given. */
export async function launchSimulator(env: Readonly<Record<string, string>> = {}): Promise<SimulatorProcess> {
  const own = env['VEGA_SIM_STATE_DIR'] === undefined ? mkdtempSync(join(tmpdir(), 'upstox-sim-process-')) : undefined;
  const child = start({
    VEGA_SIM_PORT: '0',
    VEGA_SIM_FAULT_PORT: '0',
    ...(own === undefined ? {} : { VEGA_SIM_STATE_DIR: own }),
    ...env,
  });
  const { out, err, exited } = collect(child);
  let ended = false;
  void exited.then(() => (ended = true));
  const ready = await eventually(
    () => {
      if (ended) throw new Error(`the simulator ended: ${out()}${err()}`);
      return /"url":"([^"]+)"(?:,"faultUrl":"([^"]+)")?/.exec(out());
    },
    { withinMs: START_MS, everyMs: 50, what: 'a ready simulator' },
  );
  return {
    url: ready[1] ?? '',
    faultUrl: ready[2] ?? '',
    child,
    log: out,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      const code = await exited;
      clearTimeout(timer);
      if (own !== undefined) rmSync(own, { recursive: true, force: true });
      return code;
    },
  };
}

/** Starts a simulator that is expected to refuse. */
export async function launchInVain(env: Readonly<Record<string, string>>): Promise<FailedStart> {
  const child = start(env);
  const { out, err, exited } = collect(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const code = await exited;
  clearTimeout(timer);
  return { code, stdout: out(), stderr: err() };
}
