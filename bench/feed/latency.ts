// From the frame's arrival in market-feed to the message in a client's hands (market-feed, NATS, gateway, WebSocket), against
// the same hops bare: a publisher, NATS, a relay, WebSocket. Both run all the time and are measured in the same windows.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { StreamClient, type StreamSocket } from '@vega/client';
import { marketFeedRpc, subjects, Tick, TickMode } from '@vega/contracts';
import { instrumentKey, systemClock } from '@vega/kernel';
import { WebSocket } from 'ws';
import { startTestStack } from '../../e2e/stack-harness.ts';
import { WallMicros } from '../../services/market-feed/src/domain/wall-micros.ts';
import { median, percentile, type BenchResult } from '../measure.ts';

const ENTRIES_PER_SECOND = 1_000;
const INSTRUMENTS = 500;
const FOLLOWED = 50;
const WINDOWS = 7;
const WINDOW_MS = 5_000;
const SUBJECT = 'bench.bare';

/** Starts a stack of its own and measures both paths. */
export async function benchLatency(): Promise<BenchResult> {
  const stack = await startTestStack({
    environment: {
      VEGA_SIM_LOAD_PER_SECOND: String(ENTRIES_PER_SECOND),
      VEGA_SIM_LOAD_INSTRUMENTS: String(INSTRUMENTS),
      VEGA_FEED_UNDERLYINGS: 'NIFTY',
      VEGA_RATE_LIMIT_PER_MINUTE: '0',
    },
  });
  const children: ChildProcess[] = [];
  const { addresses } = stack;
  const nc = await connect({ servers: addresses.nats });
  const micros = new WallMicros(systemClock);
  const ours: number[] = [];
  const bare: number[] = [];
  const { keys } = (await (await fetch(`${addresses.upstoxSim}/sim/load`)).json()) as { keys: string[] };
  const interests = keys.slice(0, INSTRUMENTS).map((key) => ({ instrumentKey: key, mode: TickMode.FULL }));
  const renew = (): Promise<unknown> =>
    nc.request(
      marketFeedRpc.renewInterest.subject,
      marketFeedRpc.renewInterest.request.encode({ holder: 'bench', interests }).finish(),
      {
        timeout: 5_000,
      },
    );
  const lease = setInterval(() => void renew().catch(() => undefined), 10_000);
  const client = new StreamClient({
    url: `${addresses.gateway.replace('http', 'ws')}/stream`,
    openSocket: (url) => new WebSocket(url) as unknown as StreamSocket,
  });
  let bareClient: WebSocket | undefined;
  try {
    await renew();
    const followed = keys.slice(0, FOLLOWED);
    const arrivals = new Map<string, number>();
    const frames = new Map<string, number>();
    const pair = (id: string): void => {
      const arrived = arrivals.get(id);
      const framed = frames.get(id);
      if (arrived === undefined || framed === undefined) return;
      ours.push(arrived - framed);
      arrivals.delete(id);
      frames.delete(id);
    };
    for (const key of followed) {
      nc.subscribe(subjects.tick(instrumentKey(key)), {
        callback: (_error, message) => {
          const tick = Tick.decode(message.data);
          frames.set(`${key}:${tick.seq}`, tick.receivedTimeUs);
          pair(`${key}:${tick.seq}`);
        },
      });
      client.subscribeQuotes([key], {
        onQuotes: (event) => {
          const now = micros.now();
          if (event.snapshot) return;
          for (const quote of event.quotes) {
            arrivals.set(`${key}:${quote.seq}`, now);
            pair(`${key}:${quote.seq}`);
          }
        },
      });
    }
    client.start();
    const relay = start(children, 'relay.ts', addresses.nats, SUBJECT, String(ENTRIES_PER_SECOND / (2 * FOLLOWED)));
    const [port] = (await once(relay.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    start(children, 'publisher.ts', addresses.nats, SUBJECT, String(ENTRIES_PER_SECOND), '274');
    bareClient = new WebSocket(`ws://127.0.0.1:${port.toString().trim()}`);
    bareClient.on('message', (data: Buffer) => bare.push(micros.now() - data.readDoubleLE(0)));
    await pause(10_000);
    const windows: { ours: number[]; bare: number[] }[] = [];
    for (let n = 0; n < WINDOWS; n += 1) {
      ours.length = 0;
      bare.length = 0;
      await pause(WINDOW_MS);
      windows.push({ ours: [...ours], bare: [...bare] });
    }
    return judge(windows);
  } finally {
    clearInterval(lease);
    client.close();
    bareClient?.terminate();
    for (const child of children) child.kill();
    await nc.close();
    await stack.close();
  }
}

function judge(windows: readonly { ours: number[]; bare: number[] }[]): BenchResult {
  const ms = (side: 'ours' | 'bare', p: number): number =>
    Number((median(windows.map((window) => percentile(window[side], p))) / 1000).toFixed(3));
  const ratio = (p: number): number =>
    Number(median(windows.map((window) => percentile(window.ours, p) / percentile(window.bare, p))).toFixed(3));
  const [p50, p99] = [ratio(0.5), ratio(0.99)];
  const fewest = Math.min(...windows.map((window) => Math.min(window.ours.length, window.bare.length)));
  if (fewest < 100) throw new Error(`a window saw only ${fewest} messages`);
  return {
    name: 'feed-latency',
    figures: {
      oursP50Ms: ms('ours', 0.5),
      oursP99Ms: ms('ours', 0.99),
      bareP50Ms: ms('bare', 0.5),
      bareP99Ms: ms('bare', 0.99),
      p99Ratio: p99,
      fewestPerWindow: fewest,
    },
    ratio: p50,
    aim: '<= 1.5 at p50 and p99',
    holds: p50 <= 1.5 && p99 <= 1.5,
  };
}

function start(children: ChildProcess[], script: string, ...args: string[]): ChildProcess {
  const file = join(import.meta.dirname, '../bare', script);
  const child = spawn(process.execPath, ['--no-warnings', '--experimental-transform-types', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
