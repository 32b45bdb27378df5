// An accelerated market with clients on it, for minutes or an hour: memory and descriptors of every process must stay
// flat. Of our own processes what is left after a collection is judged (tools/memory-probe.ts), of the servers what is resident.
// Over an hour days roll over, so that what grows per day shows as well.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamClient, type StreamSocket } from '@vega/client';
import { WebSocket } from 'ws';
import { probeEnvironment } from '../tools/memory-probe.ts';
import { describeTrend, ProcessWatch, type MeasureTrend, type ProcessTrend } from '../tools/process-watch.ts';
import { startTestStack, type StackAddresses, type TestStack } from './stack-harness.ts';

export interface SoakOptions {
  /** Minutes that are judged. */
  readonly minutes: number;
  /** Minutes before, in which caches fill and code is compiled. */
  readonly warmUpMinutes: number;
  /** How many times faster than the clock the market goes. */
  readonly speed: number;
  readonly streamClients: number;
  readonly onProgress?: (line: string) => void;
}

export interface SoakReport {
  readonly trends: readonly ProcessTrend[];
  /** Sentences about what is not flat or did not live. */
  readonly problems: readonly string[];
  /** What the soak did, so that it cannot pass by doing nothing. */
  readonly volume: { frames: number; quotes: number; requests: number; ticks: number; marketDays: number };
}

const MIB = 1024 ** 2;
const SYMBOLS = ['NSE_INDEX|Nifty 50', 'NSE_INDEX|Nifty Bank', 'BSE_INDEX|SENSEX', 'NSE_INDEX|India VIX'];
const PATHS = [
  '/api/v1/market/overview',
  '/api/v1/market/quote/NSE_INDEX%7CNifty%2050',
  '/api/v1/market/depth/RELIANCE',
  '/api/v1/market/search?q=nifty',
  '/api/v1/market/market-feed/status',
];

/** Growth over the judged time that is still flat: at least so many bytes, or this share of a larger process. */
interface Allowance {
  readonly bytes: number;
  readonly share: number;
}

/** What is alive after a collection hardly moves; what the allocators keep around it moves some, most in servers that have caches. */
const ALLOWED = {
  liveHeap: { bytes: 4 * MIB, share: 0.06 },
  own: { bytes: 16 * MIB, share: 0.1 },
  resident: { bytes: 24 * MIB, share: 0.15 },
} as const satisfies Record<string, Allowance>;
/**
 * Bytes that a date may leave. The simulator keeps what one does (daily candles, contracts listed anew) until it forgets as much
 * as it adds: its live heap was seen to end its rise after eight dates, at 51 MiB from 45.
 */
const KEPT_PER_DATE: Readonly<Record<string, number>> = { 'upstox-sim': MIB };
const FEWEST_SAMPLES = 10;
/** Includes a build where there is none yet, on a machine that does other work besides. */
const READY_WITHIN_MS = 360_000;
/** Often enough for a slope in two minutes; a collection takes a tenth of a second. */
const PROBE_MS = 4_000;

/** Sentences about one process's trend; none when it is flat. `dates` is how many market dates began meanwhile. */
export function judgeTrend(trend: ProcessTrend, dates = 0): string[] {
  if (trend.ended) return [`${trend.name} ended during the soak`];
  if (trend.samples < FEWEST_SAMPLES) return [`${trend.name} was seen only ${trend.samples} times`];
  const hours = trend.seconds / 3_600;
  const kept = dates * (KEPT_PER_DATE[trend.name] ?? 0);
  const judge = (what: string, seen: MeasureTrend, allowed: Allowance): string[] => {
    const growth = seen.perHour * hours;
    if (growth <= Math.max(allowed.bytes, seen.first * allowed.share) + kept) return [];
    return [`${what} of ${trend.name} grew by ${(growth / MIB).toFixed(1)} MiB in ${trend.seconds.toFixed(0)} s`];
  };
  const { liveHeap, own, resident, descriptors } = trend;
  // Between two collections the resident memory of a process of ours says how much garbage there is, not what it holds.
  const problems =
    liveHeap === undefined || own === undefined
      ? judge('the resident memory', resident, ALLOWED.resident)
      : [...judge('the live heap', liveHeap, ALLOWED.liveHeap), ...judge('the own memory', own, ALLOWED.own)];
  const opened = (descriptors?.perHour ?? 0) * hours;
  if (opened > 8) problems.push(`${trend.name} opened ${opened.toFixed(0)} more descriptors than it closed`);
  return problems;
}

/** Runs the soak on a stack of its own. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const say = options.onProgress ?? ((): void => undefined);
  const probeFolder = mkdtempSync(join(tmpdir(), 'vega-soak-'));
  const stack = await startTestStack({
    withinMs: READY_WITHIN_MS,
    args: ['--speed', String(options.speed)],
    // The archive's engine takes memory up to its limit before it reuses any: many commits under a small limit reach that
    // plateau within the warm-up, so that what grows after it is a leak.
    environment: {
      VEGA_RATE_LIMIT_PER_MINUTE: '0',
      VEGA_ARCHIVE_EVERY_MS: '2000',
      VEGA_ARCHIVE_MEMORY: '96MB',
      // nats-server's collector lets garbage double what is alive: under a small limit that breath is short, and a leak goes past it.
      GOMEMLIMIT: '32MiB',
      ...probeEnvironment(probeFolder, PROBE_MS),
    },
  });
  const { addresses } = stack;
  const volume = { frames: 0, quotes: 0, requests: 0, ticks: 0, marketDays: 0 };
  let datesBefore = 0;
  const problems: string[] = [];
  const clients = Array.from({ length: options.streamClients }, () => follow(stack, volume));
  const stopAsking = askForEver(stack, volume, problems);
  const days = new Set<string>();
  const watch = new ProcessWatch(addresses.pids, probeFolder);
  try {
    const onDate = (date: string): void => say(`market date ${date}`);
    await passMinutes(options.warmUpMinutes, addresses, days, onDate);
    watch.restart();
    datesBefore = days.size;
    const stopWatching = watch.every(1_000);
    // An hour that is cut short still has said how things stood.
    await passMinutes(options.minutes, addresses, days, (date) => {
      onDate(date);
      for (const trend of watch.trends()) say(`  so far, ${describeTrend(trend)}`);
    });
    stopWatching();
    const status = (await (await stack.fetch('/api/v1/market/market-feed/status')).json()) as {
      ticks_published: number;
      state: string;
    };
    volume.ticks = status.ticks_published;
    volume.marketDays = days.size;
    if (status.state !== 'GREEN') problems.push(`the feed ended ${status.state}`);
  } catch (error) {
    // Its folder goes with the stack: what it had to say is said now.
    throw new Error(`the soak broke off; the stack's last words:\n${stack.lastWords()}`, { cause: error });
  } finally {
    await stopAsking();
    for (const client of clients) client.close();
    await stack.close();
  }
  const trends = watch.trends();
  rmSync(probeFolder, { recursive: true, force: true });
  return {
    trends,
    problems: [...new Set([...problems, ...trends.flatMap((trend) => judgeTrend(trend, days.size - datesBefore))])],
    volume,
  };
}

function follow(stack: TestStack, volume: SoakReport['volume']): StreamClient {
  const client = new StreamClient({
    url: `${stack.addresses.gateway.replace('http', 'ws')}/stream`,
    openSocket: (url) => new WebSocket(url) as unknown as StreamSocket,
    token: () => stack.token(),
  });
  client.subscribeQuotes(SYMBOLS, {
    onQuotes: (event) => {
      volume.frames += 1;
      volume.quotes += event.quotes.length;
    },
  });
  client.subscribeStatus(() => (volume.frames += 1));
  return client.start();
}

/** Five requests a second, one after the other, until told to stop. */
function askForEver(stack: TestStack, volume: SoakReport['volume'], problems: string[]): () => Promise<void> {
  let asking = true;
  const loop = (async (): Promise<void> => {
    for (let n = 0; asking; n += 1) {
      const path = PATHS[n % PATHS.length] ?? '';
      try {
        const response = await stack.fetch(path);
        await response.text();
        if (response.status !== 200) problems.push(`${path} answered ${response.status}`);
      } catch (error) {
        problems.push(`${path} failed: ${String(error)}`);
      }
      volume.requests += 1;
      await pause(200);
    }
  })();
  return () => {
    asking = false;
    return loop;
  };
}

async function passMinutes(
  minutes: number,
  addresses: StackAddresses,
  days: Set<string>,
  onDate: (date: string) => void,
): Promise<void> {
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    const status = (await (await fetch(`${addresses.upstoxSim}/sim/status`)).json()) as { market: { date: string } };
    if (!days.has(status.market.date)) onDate(status.market.date);
    days.add(status.market.date);
    await pause(Math.min(2_000, Math.max(0, until - performance.now())));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
