import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isRunning } from './servers/process-identity.ts';
import { readPidFile } from './servers/managed-process.ts';

/** A lock held by this process on a file. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a lock that names its holder, or returns undefined when a running process holds it. A lock left by a process that is
 * gone (told by pid and start time) is taken over. The file appears complete or not at all.
 */
export function tryLock(file: string): FileLock | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(identify(process.pid)));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        linkSync(own, file);
        return { release: () => releaseOwn(file) };
      } catch {
        const holder = readPidFile(file);
        if (holder !== undefined && isRunning(holder)) return undefined;
        rmSync(file, { force: true });
      }
    }
    return undefined;
  } finally {
    rmSync(own, { force: true });
  }
}

function releaseOwn(file: string): void {
  if (readPidFile(file)?.pid === process.pid) rmSync(file, { force: true });
}

/** Runs `task` under the lock, waiting for another holder to end. Throws after `withinMs`. */
export async function withLock<T>(file: string, withinMs: number, task: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const lock = tryLock(file);
    if (lock !== undefined) {
      try {
        return await task();
      } finally {
        lock.release();
      }
    }
    if (performance.now() >= deadline) {
      throw new Error(
        `${file} is held by process ${readHolder(file)} for longer than ${Math.round(withinMs / 1000)} s`,
      );
    }
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

function readHolder(file: string): string {
  try {
    return String(readPidFile(file)?.pid ?? readFileSync(file, 'utf8'));
  } catch {
    return 'unknown';
  }
}
