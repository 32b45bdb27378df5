import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { commandLineOf, identify, isRunning, stopProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { unwatch, watch } from './watchdog.ts';

/** What to run, where its output goes, and how it is asked to stop. */
export interface ProcessPlan {
  /** Name for people, as errors and logs say it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Both output streams go here; what an earlier run left is kept beside it as `.1`. */
  readonly logFile: string;
  /** Written after the spawn and removed after the end; a process it names from an earlier run is stopped first. */
  readonly pidFile?: string;
  readonly stopSignal?: NodeJS.Signals;
  /** Milliseconds between the stop signal and SIGKILL. */
  readonly graceMs?: number;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process in a session of its own, which ends with this process however that ends. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves once when the process has ended, whether asked to or not. */
  readonly ended: Promise<ProcessEnd>;
  /** Undefined while it runs. */
  readonly end: () => ProcessEnd | undefined;
  /** Sends a signal at once; for tests of sudden death. */
  kill(signal: NodeJS.Signals): void;
  /** Asks it to stop, kills it after the grace period, and resolves when it is gone. */
  stop(): Promise<ProcessEnd>;
}

/** Starts a process by plan. Throws an Error with one sentence when it cannot be run at all. */
export async function startProcess(plan: ProcessPlan): Promise<ManagedProcess> {
  if (plan.pidFile !== undefined) await stopLeftover(plan.pidFile);
  mkdirSync(dirname(plan.logFile), { recursive: true });
  if (existsSync(plan.logFile)) renameSync(plan.logFile, `${plan.logFile}.1`);
  const log = openSync(plan.logFile, 'a');
  const child = spawn(plan.command, plan.args, {
    ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
    env: plan.env ?? process.env,
    // A session of its own keeps the terminal's Ctrl-C away: the launcher stops its children in order.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) watch(child.pid, plan.stopSignal ?? 'SIGTERM');

  let end: ProcessEnd | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      end = { code, signal };
      if (child.pid !== undefined) unwatch(child.pid);
      if (plan.pidFile !== undefined) rmSync(plan.pidFile, { force: true });
      resolve(end);
    });
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`${plan.name} could not be run: ${error.message}`, { cause: error })),
    );
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  const identity = identify(pid);
  if (plan.pidFile !== undefined && identity !== undefined && end === undefined) {
    writePidFile(plan.pidFile, identity, plan.stopSignal ?? 'SIGTERM');
  }

  return {
    name: plan.name,
    pid,
    logFile: plan.logFile,
    ended,
    end: () => end,
    kill(signal) {
      if (end === undefined) child.kill(signal);
    },
    async stop() {
      if (end === undefined && identity !== undefined) {
        await stopProcess(identity, plan.stopSignal ?? 'SIGTERM', plan.graceMs ?? 10_000);
      }
      return ended;
    },
  };
}

function writePidFile(file: string, identity: ProcessIdentity, stopSignal: NodeJS.Signals): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...identity, stopSignal, command: commandLineOf(identity.pid) }));
}

/** Stops the process that a pid file of an earlier run names, if exactly that process still runs, and removes the file. */
export async function stopLeftover(pidFile: string): Promise<void> {
  const left = readPidFile(pidFile);
  if (left !== undefined && isRunning(left)) await stopProcess(left, left.stopSignal, 10_000);
  rmSync(pidFile, { force: true });
}

/** A process as a pid file names it, with the signal that stops it. */
export interface PidRecord extends ProcessIdentity {
  readonly stopSignal: NodeJS.Signals;
}

/** Reads a pid file; undefined when it is absent or not one. */
export function readPidFile(file: string): PidRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<keyof PidRecord, unknown>> | null;
    const { pid, startedAt, stopSignal } = value ?? {};
    if (typeof pid !== 'number' || !Number.isInteger(pid) || typeof startedAt !== 'string') return undefined;
    return { pid, startedAt, stopSignal: stopSignal === 'SIGINT' ? 'SIGINT' : 'SIGTERM' };
  } catch {
    return undefined;
  }
}
