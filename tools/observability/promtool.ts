import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, hasApt, runCommand, unpackFromApt, withLock } from '@vega/testkit';

/**
 * The path of a promtool that runs here: from PATH, from the project's cache, or out of the distribution's package
 * `prometheus` unpacked into the cache without root. A sentence in `missing` where none of that is possible.
 */
export async function obtainPromtool(cacheFolder: string): Promise<{ command: string } | { missing: string }> {
  const present = findOnPath('promtool');
  if (present !== undefined) return { command: present };
  const folder = join(cacheFolder, 'prometheus');
  const command = join(folder, 'usr/bin/promtool');
  if (await runs(command)) return { command };
  if (process.platform !== 'linux' || !hasApt()) return { missing: 'promtool is not on PATH' };
  try {
    await withLock(join(cacheFolder, 'prometheus.lock'), 300_000, async () => {
      if (await runs(command)) return;
      // Beside the target and then renamed: whoever looks meanwhile sees all of it or nothing.
      const fresh = `${folder}.${process.pid}`;
      mkdirSync(fresh, { recursive: true });
      try {
        await unpackFromApt({ packages: ['prometheus'] }, join(fresh, 'work'), fresh);
        rmSync(folder, { recursive: true, force: true });
        renameSync(fresh, folder);
      } finally {
        rmSync(fresh, { recursive: true, force: true });
      }
    });
  } catch (error) {
    return { missing: `promtool could not be obtained: ${error instanceof Error ? error.message : String(error)}` };
  }
  return (await runs(command)) ? { command } : { missing: 'the promtool of the distribution does not run here' };
}

async function runs(command: string): Promise<boolean> {
  return existsSync(command) && (await runCommand(command, ['--version'], { timeoutMs: 20_000 })).code === 0;
}
