import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { tryLock, withLock } from './file-lock.ts';
import { identify } from './servers/process-identity.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vega-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('tryLock', () => {
  it('is held by one at a time and free again once released', () => {
    const file = join(folder, 'a.lock');
    const lock = tryLock(file);
    expect(lock).toBeDefined();
    expect(tryLock(file)).toBeUndefined();
    lock?.release();
    expect(existsSync(file)).toBe(false);
    expect(tryLock(file)).toBeDefined();
  });

  it('is taken over from a process that is gone, also when its pid lives on in another', () => {
    const file = join(folder, 'a.lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: 'another time' }));
    expect(tryLock(file)).toBeDefined();
    writeFileSync(file, 'not a lock file');
    expect(tryLock(file)).toBeDefined();
  });

  it('is not taken from another process that runs', async () => {
    const file = join(folder, 'a.lock');
    const child = spawn('sleep', ['60']);
    try {
      const identity = await eventually(() => identify(child.pid ?? 0), { withinMs: 2_000 });
      writeFileSync(file, JSON.stringify(identity));
      expect(tryLock(file)).toBeUndefined();
      await expect(withLock(file, 60, () => Promise.resolve())).rejects.toThrow(`held by process ${child.pid}`);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('withLock', () => {
  it('runs tasks one after the other and releases when one fails', async () => {
    const file = join(folder, 'a.lock');
    let running = 0;
    let most = 0;
    const task = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await Promise.all([withLock(file, 5_000, task), withLock(file, 5_000, task), withLock(file, 5_000, task)]);
    expect(most).toBe(1);
    await expect(withLock(file, 100, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });
});
