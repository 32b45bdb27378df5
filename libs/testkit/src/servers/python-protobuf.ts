import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../file-lock.ts';
import { hasApt, unpackFromApt } from './apt-packages.ts';
import { findOnPath, runCommand } from './run-command.ts';

/** A Python that has Google's protobuf: its program, and what PYTHONPATH has to name. */
export interface PythonWithProtobuf {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds a Python 3 with protobuf: the system's own, or with the distribution's package python3-protobuf unpacked into
 * the cache. Returns one sentence where neither is possible.
 */
export async function obtainPythonProtobuf(cacheFolder: string): Promise<PythonWithProtobuf | string> {
  const command = findOnPath('python3');
  if (command === undefined) return 'python3 is not installed';
  if (await hasProtobuf(command, {})) return { command, environment: {} };
  if (process.platform !== 'linux' || !hasApt()) return 'python3 has no protobuf, and there is no apt to fetch it with';
  const folder = join(cacheFolder, 'python-protobuf');
  const environment = {
    PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
    // The package's compiled half is for the distribution's own Python.
    PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'python',
  };
  try {
    await withLock(`${folder}.lock`, 300_000, async () => {
      if (existsSync(folder)) return;
      const fresh = `${folder}.${process.pid}`;
      try {
        await unpackFromApt({ packages: ['python3-protobuf'] }, fresh, fresh);
        renameSync(fresh, folder);
      } finally {
        rmSync(fresh, { recursive: true, force: true });
      }
    });
  } catch (error) {
    return `python3-protobuf could not be obtained (${error instanceof Error ? error.message : String(error)})`;
  }
  if (await hasProtobuf(command, environment)) return { command, environment };
  return "the distribution's python3-protobuf does not fit the python3 on PATH";
}

async function hasProtobuf(command: string, environment: Readonly<Record<string, string>>): Promise<boolean> {
  const env = { ...process.env, ...environment };
  return (
    (await runCommand(command, ['-c', 'import google.protobuf.descriptor_pool'], { timeoutMs: 30_000, env })).code === 0
  );
}
