import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '@vega/testkit';
import { BuiltTree } from './built-tree.ts';

/** How an Nx run ended; the whole output is in the log file. */
export interface NxResult {
  readonly code: number;
  readonly logFile: string;
}

/**
 * Builds every room, unless all of them stand as the last build left them. Runs of this clone wait for each other, so that a test
 * run beside a start never reads a folder that the other is writing.
 */
export function buildRooms(root: string, logFile: string, signal?: AbortSignal): Promise<NxResult> {
  return locked(root, () => {
    const tree = new BuiltTree(root);
    if (tree.isCurrent()) return Promise.resolve({ code: 0, logFile });
    return tree.remember(
      () => nx(root, ['run-many', '-t', 'build', '--outputStyle=stream'], logFile, signal),
      (result) => result.code === 0,
    );
  });
}

/** Runs a target of every room that has it, on what stands built. Waits for builds of this clone, and they for it. */
export function runTarget(root: string, target: string, logFile: string): Promise<NxResult> {
  const args = ['run-many', '-t', target, '--excludeTaskDependencies', '--outputStyle=stream'];
  return locked(root, () => nx(root, args, logFile));
}

function locked<T>(root: string, task: () => Promise<T>): Promise<T> {
  return withLock(join(root, '.vega/build.lock'), 900_000, task);
}

function nx(root: string, args: readonly string[], logFile: string, signal?: AbortSignal): Promise<NxResult> {
  mkdirSync(join(logFile, '..'), { recursive: true });
  const log = openSync(logFile, 'w');
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules/nx/package.json'), 'utf8')) as {
    bin: { nx: string };
  };
  const program = join(root, 'node_modules/nx', manifest.bin.nx);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      stdio: ['ignore', log, log],
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' },
    });
    const stop = (): void => void child.kill('SIGTERM');
    process.once('exit', stop);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('exit', stop);
      signal?.removeEventListener('abort', stop);
      closeSync(log);
      resolve({ code: code ?? 1, logFile });
    });
  });
}

/** The lines of a build log that say what is wrong, at most `most` of them. */
export function errorLines(logFile: string, most = 8): string[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => /\berror\b/i.test(line) && !/^\s*(NX|>)/.test(line))
    .slice(0, most);
}
