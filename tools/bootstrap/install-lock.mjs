import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** When a process started, in the system's own notation; undefined when it is gone. Tells a process from a later one with its pid. */
function startTimeOf(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Runs `task` while holding the lock, which names its holder; waits while a running process holds it and takes over one whose
 * holder is gone. The file appears complete or not at all.
 */
export async function withInstallLock(file, onWait, task) {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startedAt: startTimeOf(process.pid) }));
  try {
    let told = false;
    for (;;) {
      try {
        linkSync(own, file);
        break;
      } catch {
        const holder = readHolder(file);
        if (holder === undefined || startTimeOf(holder.pid) !== holder.startedAt) {
          rmSync(file, { force: true });
          continue;
        }
        if (!told) onWait(holder.pid);
        told = true;
        await new Promise((resume) => setTimeout(resume, 200));
      }
    }
    const release = () => rmSync(file, { force: true });
    process.on('exit', release);
    try {
      return await task();
    } finally {
      process.off('exit', release);
      release();
    }
  } finally {
    rmSync(own, { force: true });
  }
}
