/**
 * Loaded into a process with `--import`: tells what it really holds. Resident memory breathes by tens of MiB with the garbage
 * collector and its moods on a busy machine, which is no leak; so garbage is collected at a steady pace, and what is left is noted:
 * the live heap, and all memory that is the process's own, which shows as well what native code holds.
 *
 * Environment: `VEGA_MEMORY_PROBE_DIR` (without it nothing happens), `VEGA_MEMORY_PROBE_MS`, and `VEGA_REPLICA`, the name of the
 * file; the launcher gives it to services only, so that compilers started on the way are left alone.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds after a collection, bytes, at epoch ms. */
export interface HeldMemory {
  readonly atMs: number;
  readonly liveHeapBytes: number;
  readonly ownBytes: number;
}

/** The environment that makes the processes of a stack write to `folder` every `everyMs`. */
export function probeEnvironment(folder: string, everyMs: number): Record<string, string> {
  // The young generation grows with the pace of garbage and keeps its size: held small, it is not taken for growth.
  const own = `--max-semi-space-size=4 --import=${import.meta.url}`;
  const given = process.env['NODE_OPTIONS'];
  return {
    NODE_OPTIONS: given === undefined || given === '' ? own : `${given} ${own}`,
    VEGA_MEMORY_PROBE_DIR: folder,
    VEGA_MEMORY_PROBE_MS: String(everyMs),
  };
}

/** What a process has noted so far; empty for one without a probe. A line that is being written is left out. */
export function readHeldMemory(folder: string, name: string): HeldMemory[] {
  try {
    const lines = readFileSync(fileOf(folder, name), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as HeldMemory);
  } catch {
    return [];
  }
}

function fileOf(folder: string, name: string): string {
  return join(folder, `${name}.jsonl`);
}

/** Memory that belongs to this process alone: pages of the program's files come and go with the system's cache. */
function ownBytes(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
}

function probe(folder: string, name: string, everyMs: number): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const note = (): void => {
    collect();
    const held: HeldMemory = {
      atMs: Date.now(),
      liveHeapBytes: getHeapStatistics().used_heap_size,
      ownBytes: ownBytes(),
    };
    appendFileSync(fileOf(folder, name), `${JSON.stringify(held)}\n`);
  };
  setInterval(note, everyMs).unref();
}

const { VEGA_MEMORY_PROBE_DIR: folder, VEGA_MEMORY_PROBE_MS: everyMs, VEGA_REPLICA: name } = process.env;
if (folder !== undefined && name !== undefined && Number(everyMs) > 0) probe(folder, name, Number(everyMs));
