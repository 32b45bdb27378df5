import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Outcome } from './outcome.ts';

/** A command that either passes or fails as a whole. */
export interface Check {
  readonly name: string;
  readonly logFile: string;
  /** Runs it with its output in the log file; resolves with its exit code. */
  readonly run: () => Promise<number>;
  /** The lines of the log that say what is wrong. */
  readonly faults: (log: string) => string[];
}

/** Runs a check and counts it as one test. */
export async function runCheck(check: Check): Promise<Outcome> {
  const started = performance.now();
  const code = await check.run();
  const seconds = (performance.now() - started) / 1000;
  if (code === 0) return { name: check.name, passed: 1, failed: 0, skipped: 0, seconds, details: [] };
  const faults = check.faults(readFileSync(check.logFile, 'utf8')).slice(0, 40);
  const details = [...faults.map((line) => `  ${line}`), `  the whole output is in ${check.logFile}`];
  return { name: check.name, passed: 0, failed: 1, skipped: 0, seconds, details };
}

/** Runs a program of the project under this Node with all output in a file; resolves with its exit code. */
export function runToLog(root: string, args: readonly string[], logFile: string): Promise<number> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  // Any value of FORCE_COLOR, also 0, is taken by some for a wish for colours.
  const { FORCE_COLOR: _colour, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', log, log],
      env: { ...environment, NO_COLOR: '1' },
    });
    const stop = (): void => void child.kill('SIGTERM');
    process.once('exit', stop);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('exit', stop);
      closeSync(log);
      resolve(code ?? 1);
    });
  });
}
