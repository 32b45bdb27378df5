/**
 * Watches memory and open descriptors of processes and tells whether they grow. Of a process that carries tools/memory-probe.ts it
 * also tells what is held once garbage is collected. The slope is Theil and Sen's: the median of the
 * slopes between all pairs of samples, which the saw of a garbage collector and a few spikes do not move (Sen, "Estimates of the
 * regression coefficient based on Kendall's tau", 1968).
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readHeldMemory } from './memory-probe.ts';
import type { HeldMemory } from './memory-probe.ts';

/** One look at a process. */
export interface ProcessSample {
  readonly atMs: number;
  readonly rssBytes: number;
  /** Open file descriptors; undefined where the system does not tell cheaply. */
  readonly descriptors: number | undefined;
}

/** How one measure of a process fared: bytes, or open descriptors. */
export interface MeasureTrend {
  readonly first: number;
  readonly last: number;
  readonly most: number;
  readonly perHour: number;
}

/** How a process fared over the time it was watched. */
export interface ProcessTrend {
  readonly name: string;
  readonly pid: number;
  readonly samples: number;
  readonly seconds: number;
  readonly resident: MeasureTrend;
  /** V8's heap after a collection; undefined without a probe. */
  readonly liveHeap: MeasureTrend | undefined;
  /** Memory that is the process's own after a collection, pages of files left out; undefined without a probe. */
  readonly own: MeasureTrend | undefined;
  readonly descriptors: MeasureTrend | undefined;
  /** True when it was gone before the watch ended. */
  readonly ended: boolean;
}

/** Looks at a process now; undefined when it is gone or its memory cannot be read. */
export function sampleProcess(pid: number, atMs: number = performance.now()): ProcessSample | undefined {
  try {
    if (process.platform !== 'linux') {
      const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim());
      return kilobytes > 0 ? { atMs, rssBytes: kilobytes * 1024, descriptors: undefined } : undefined;
    }
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // A process that has ended but was not reaped has no memory.
    if (kilobytes === undefined) return undefined;
    return { atMs, rssBytes: Number(kilobytes) * 1024, descriptors: countDescriptors(pid) };
  } catch {
    return undefined;
  }
}

/** PostgreSQL runs under another user's name when started by root, and its descriptors cannot always be listed. */
function countDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

// Past this many samples the pairs grow into millions; every n-th sample says as much.
const MOST_SAMPLES = 600;

/** Median slope of `values` over `times`, per unit of time; 0 for fewer than two distinct times. */
export function medianSlope(times: readonly number[], values: readonly number[]): number {
  const stride = Math.max(1, Math.ceil(times.length / MOST_SAMPLES));
  const slopes: number[] = [];
  for (let i = 0; i < times.length; i += stride) {
    for (let j = i + stride; j < times.length; j += stride) {
      const span = (times[j] ?? 0) - (times[i] ?? 0);
      if (span !== 0) slopes.push(((values[j] ?? 0) - (values[i] ?? 0)) / span);
    }
  }
  if (slopes.length === 0) return 0;
  slopes.sort((left, right) => left - right);
  const middle = Math.floor(slopes.length / 2);
  const upper = slopes[middle] ?? 0;
  return slopes.length % 2 === 1 ? upper : (upper + (slopes[middle - 1] ?? upper)) / 2;
}

const HOUR_MS = 3_600_000;

/** Samples of several processes over time. */
export class ProcessWatch {
  private readonly series = new Map<string, { pid: number; samples: ProcessSample[]; ended: boolean }>();
  private readonly probeFolder: string | undefined;
  /** Epoch ms from which on a probe's notes count. */
  private since = 0;

  /** Watches processes by name; `probeFolder` is where those with a probe write. */
  constructor(pids: Readonly<Record<string, number>>, probeFolder?: string) {
    this.probeFolder = probeFolder;
    for (const [name, pid] of Object.entries(pids)) this.series.set(name, { pid, samples: [], ended: false });
  }

  /** Looks at every process once. */
  sample(atMs: number = performance.now()): void {
    for (const entry of this.series.values()) {
      const sample = sampleProcess(entry.pid, atMs);
      if (sample === undefined) entry.ended = true;
      else entry.samples.push(sample);
    }
  }

  /** Looks at every process now and then every `everyMs` until the returned function is called. Does not keep the process alive. */
  every(everyMs: number): () => void {
    this.sample();
    const timer = setInterval(() => this.sample(), everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Forgets what was seen so far: growth while a process warms up is no leak. */
  restart(): void {
    this.since = Date.now();
    for (const entry of this.series.values()) entry.samples = [];
  }

  /** The trend of every process; one that was never seen is left out with zero samples. */
  trends(): ProcessTrend[] {
    return [...this.series].map(([name, { pid, samples, ended }]) =>
      trendOf(name, pid, samples, ended, this.heldBy(name)),
    );
  }

  private heldBy(name: string): HeldMemory[] {
    if (this.probeFolder === undefined) return [];
    return readHeldMemory(this.probeFolder, name).filter((held) => held.atMs >= this.since);
  }
}

/** The trend in a series of samples and a probe's notes. */
export function trendOf(
  name: string,
  pid: number,
  samples: readonly ProcessSample[],
  ended = false,
  held: readonly HeldMemory[] = [],
): ProcessTrend {
  const times = samples.map((sample) => sample.atMs);
  const counted = samples.flatMap(({ atMs, descriptors }) =>
    descriptors === undefined ? [] : [{ atMs, descriptors }],
  );
  const heldTimes = held.map((one) => one.atMs);
  const has = (seen: readonly unknown[], trend: MeasureTrend): MeasureTrend | undefined =>
    seen.length === 0 ? undefined : trend;
  return {
    name,
    pid,
    samples: samples.length,
    seconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000,
    resident: measure(
      times,
      samples.map((sample) => sample.rssBytes),
    ),
    liveHeap: has(
      held,
      measure(
        heldTimes,
        held.map((one) => one.liveHeapBytes),
      ),
    ),
    own: has(
      held,
      measure(
        heldTimes,
        held.map((one) => one.ownBytes),
      ),
    ),
    descriptors: has(
      counted,
      measure(
        counted.map((one) => one.atMs),
        counted.map((one) => one.descriptors),
      ),
    ),
    ended,
  };
}

function measure(times: readonly number[], values: readonly number[]): MeasureTrend {
  return {
    first: values[0] ?? 0,
    last: values.at(-1) ?? 0,
    most: values.reduce((most, value) => Math.max(most, value), 0),
    perHour: medianSlope(times, values) * HOUR_MS,
  };
}

const MIB = 1024 * 1024;

/** One line for people: each kind of memory from, to, most and slope per hour, then descriptors. */
export function describeTrend(trend: ProcessTrend): string {
  const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
  const memory = (what: string, seen: MeasureTrend | undefined): string => {
    if (seen === undefined) return '';
    const [first, last, most] = [seen.first, seen.last, seen.most].map((bytes) => (bytes / MIB).toFixed(1));
    return ` ${what} ${first} to ${last} MiB, most ${most}, ${signed(seen.perHour / MIB)} MiB/h;`;
  };
  const { descriptors } = trend;
  const open =
    descriptors === undefined
      ? ''
      : `; descriptors ${descriptors.first} to ${descriptors.last} (${signed(descriptors.perHour)}/h)`;
  return (
    `${trend.name}:${memory('live heap', trend.liveHeap)}${memory('own', trend.own)}${memory('resident', trend.resident)} ` +
    `over ${Math.round(trend.seconds)} s${open}${trend.ended ? '; ended' : ''}`
  );
}
