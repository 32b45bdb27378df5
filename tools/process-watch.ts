/**
 * Watches memory and open descriptors of processes and tells whether they grow. The slope is Theil and Sen's: the median of the
 * slopes between all pairs of samples, which the saw of a garbage collector and a few spikes do not move (Sen, "Estimates of the
 * regression coefficient based on Kendall's tau", 1968).
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One look at a process. */
export interface ProcessSample {
  readonly atMs: number;
  readonly rssBytes: number;
  /** Open file descriptors; undefined where the system does not tell cheaply. */
  readonly descriptors: number | undefined;
}

/** How a process fared over the time it was watched. */
export interface ProcessTrend {
  readonly name: string;
  readonly pid: number;
  readonly samples: number;
  readonly seconds: number;
  readonly firstRssBytes: number;
  readonly lastRssBytes: number;
  readonly mostRssBytes: number;
  readonly rssBytesPerHour: number;
  readonly firstDescriptors: number | undefined;
  readonly lastDescriptors: number | undefined;
  readonly descriptorsPerHour: number | undefined;
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

  /** Watches processes by name. */
  constructor(pids: Readonly<Record<string, number>>) {
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
    for (const entry of this.series.values()) entry.samples = [];
  }

  /** The trend of every process; one that was never seen is left out with zero samples. */
  trends(): ProcessTrend[] {
    return [...this.series].map(([name, { pid, samples, ended }]) => trendOf(name, pid, samples, ended));
  }
}

/** The trend in a series of samples. */
export function trendOf(name: string, pid: number, samples: readonly ProcessSample[], ended = false): ProcessTrend {
  const first = samples[0];
  const last = samples.at(-1);
  const times = samples.map((sample) => sample.atMs);
  const counted = samples.filter((sample) => sample.descriptors !== undefined);
  return {
    name,
    pid,
    samples: samples.length,
    seconds: ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1000,
    firstRssBytes: first?.rssBytes ?? 0,
    lastRssBytes: last?.rssBytes ?? 0,
    mostRssBytes: samples.reduce((most, sample) => Math.max(most, sample.rssBytes), 0),
    rssBytesPerHour:
      medianSlope(
        times,
        samples.map((sample) => sample.rssBytes),
      ) * HOUR_MS,
    firstDescriptors: counted[0]?.descriptors,
    lastDescriptors: counted.at(-1)?.descriptors,
    descriptorsPerHour:
      counted.length === 0
        ? undefined
        : medianSlope(
            counted.map((sample) => sample.atMs),
            counted.map((sample) => sample.descriptors ?? 0),
          ) * HOUR_MS,
    ended,
  };
}

const MIB = 1024 * 1024;

/** One line for people: memory from, to, most and slope per hour, then descriptors. */
export function describeTrend(trend: ProcessTrend): string {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  const signed = (value: number, digits: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(digits)}`;
  const descriptors =
    trend.descriptorsPerHour === undefined
      ? ''
      : `, descriptors ${trend.firstDescriptors} to ${trend.lastDescriptors} (${signed(trend.descriptorsPerHour, 1)}/h)`;
  return (
    `${trend.name}: ${mib(trend.firstRssBytes)} to ${mib(trend.lastRssBytes)} MiB, most ${mib(trend.mostRssBytes)}, ` +
    `${signed(trend.rssBytesPerHour / MIB, 1)} MiB/h over ${Math.round(trend.seconds)} s${descriptors}${trend.ended ? ', ended' : ''}`
  );
}
