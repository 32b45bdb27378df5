// An accelerated market with clients on it, for minutes or an hour: memory and descriptors of every process must stay
// flat. Days roll over while it runs, so that what grows per day shows as well.
import { StreamClient, type StreamSocket } from '@vega/client';
import { WebSocket } from 'ws';
import { ProcessWatch, type ProcessTrend } from '../tools/process-watch.ts';
import { startTestStack, type StackAddresses } from './stack-harness.ts';

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

/** Growth over the judged time that is still flat: what a garbage collector moves, more for a larger process. */
function allowedGrowth(trend: ProcessTrend): number {
  return Math.max(24 * MIB, trend.firstRssBytes * 0.15);
}

/** Sentences about one process's trend; none when it is flat. */
export function judgeTrend(trend: ProcessTrend): string[] {
  if (trend.ended) return [`${trend.name} ended during the soak`];
  if (trend.samples < 10) return [`${trend.name} was seen only ${trend.samples} times`];
  const hours = trend.seconds / 3_600;
  const growth = trend.rssBytesPerHour * hours;
  const problems: string[] = [];
  if (growth > allowedGrowth(trend)) {
    problems.push(`${trend.name} grew by ${(growth / MIB).toFixed(1)} MiB in ${trend.seconds.toFixed(0)} s`);
  }
  const opened = (trend.descriptorsPerHour ?? 0) * hours;
  if (opened > 8) problems.push(`${trend.name} opened ${opened.toFixed(0)} more descriptors than it closed`);
  return problems;
}

/** Runs the soak on a stack of its own. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const say = options.onProgress ?? ((): void => undefined);
  const stack = await startTestStack({
    args: ['--speed', String(options.speed)],
    // The archive's engine takes memory up to its limit before it reuses any: many commits under a small limit reach that
    // plateau within the warm-up, so that what grows after it is a leak.
    environment: { VEGA_RATE_LIMIT_PER_MINUTE: '0', VEGA_ARCHIVE_EVERY_MS: '2000', VEGA_ARCHIVE_MEMORY: '96MB' },
  });
  const { addresses } = stack;
  const volume = { frames: 0, quotes: 0, requests: 0, ticks: 0, marketDays: 0 };
  const problems: string[] = [];
  const clients = Array.from({ length: options.streamClients }, () => follow(addresses, volume));
  const stopAsking = askForEver(addresses, volume, problems);
  const days = new Set<string>();
  const watch = new ProcessWatch(addresses.pids);
  try {
    await passMinutes(options.warmUpMinutes, 'warming up', addresses, days, say);
    watch.restart();
    const stopWatching = watch.every(1_000);
    await passMinutes(options.minutes, 'watching', addresses, days, say);
    stopWatching();
    const status = (await (await fetch(`${addresses.gateway}/api/v1/market/market-feed/status`)).json()) as {
      ticks_published: number;
      state: string;
    };
    volume.ticks = status.ticks_published;
    volume.marketDays = days.size;
    if (status.state !== 'GREEN') problems.push(`the feed ended ${status.state}`);
  } finally {
    await stopAsking();
    for (const client of clients) client.close();
    await stack.close();
  }
  const trends = watch.trends();
  return { trends, problems: [...new Set([...problems, ...trends.flatMap(judgeTrend)])], volume };
}

function follow(addresses: StackAddresses, volume: SoakReport['volume']): StreamClient {
  const client = new StreamClient({
    url: `${addresses.gateway.replace('http', 'ws')}/stream`,
    openSocket: (url) => new WebSocket(url) as unknown as StreamSocket,
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
function askForEver(addresses: StackAddresses, volume: SoakReport['volume'], problems: string[]): () => Promise<void> {
  let asking = true;
  const loop = (async (): Promise<void> => {
    for (let n = 0; asking; n += 1) {
      const path = PATHS[n % PATHS.length] ?? '';
      try {
        const response = await fetch(`${addresses.gateway}${path}`);
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
  what: string,
  addresses: StackAddresses,
  days: Set<string>,
  say: (line: string) => void,
): Promise<void> {
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    const status = (await (await fetch(`${addresses.upstoxSim}/sim/status`)).json()) as { market: { date: string } };
    if (!days.has(status.market.date)) say(`${what}: market date ${status.market.date}`);
    days.add(status.market.date);
    await pause(Math.min(2_000, Math.max(0, until - performance.now())));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
