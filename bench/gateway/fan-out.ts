// Quotes of 50 instruments to 2,000 clients: the processor that one delivered byte costs, against a bare `ws` broadcast of each tick, and
// against one of batches as large as ours; then the same gateway with clients that have stopped reading.
import { median, type BenchResult } from '../measure.ts';
import { startChild, type Child } from './children.ts';
import type { GatewayProcess } from './gateway-process.ts';

const PROCESSES = 2;
const SETTLE_MS = 1_500;
/** Ticks per second over all instruments: one a second for each, as a watchlist of liquid contracts has. */
const TICKS_PER_SECOND = 50;
const STALLED_SHARE = 0.05;

/** How much is measured. */
export interface FanOutSize {
  readonly clients: number;
  readonly rounds: number;
  readonly windowMs: number;
}

interface WindowAnswer {
  frames: number;
  bytes: number;
  quotes: number;
  readers: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
}

interface Window {
  frames: number;
  bytes: number;
  p50Ms: number;
  p99Ms: number;
  /** Quotes a second that one client was sent. */
  quotesPerClient: number;
  cpuMicrosPerFrame: number;
  cpuNanosPerByte: number;
}

interface Side {
  /** What its clients hold, and nobody else: while one side is measured the other one has nothing to do. */
  readonly keys: readonly string[];
  readonly readers: readonly Child[];
  cpuSeconds(): Promise<number>;
}

const FLUSH_MS = 100;

/** Measures all comparisons; each side has a third of the keys. */
export async function benchFanOut(
  natsUrl: string,
  gateway: GatewayProcess,
  token: string,
  market: Child,
  all: readonly string[],
  size: FanOutSize,
): Promise<BenchResult[]> {
  const third = all.length / 3;
  const [keys = [], eachKeys = [], batchKeys = []] = [0, 1, 2].map((at) => all.slice(at * third, (at + 1) * third));
  const sample = await sampleQuote(gateway, token, keys[0] ?? '');
  const started: Child[] = [];
  const open = async (url: string, of: readonly string[], cpuSeconds: Side['cpuSeconds']): Promise<Side> => {
    const share = String(size.clients / PROCESSES);
    const readers = await Promise.all(
      Array.from({ length: PROCESSES }, () =>
        startChild<object>('stream-readers.ts', [url, share, JSON.stringify(keys), token]),
      ),
    );
    started.push(...readers);
    return { keys: of, readers, cpuSeconds };
  };
  const openBare = async (of: readonly string[], flushMs: number): Promise<Side> => {
    const script = '../bare/broadcast.ts';
    const bare = await startChild<{ port: number }>(script, [natsUrl, JSON.stringify(of), sample, String(flushMs)]);
    started.push(bare);
    const cpuSeconds = async (): Promise<number> => (await bare.ask<{ cpuSeconds: number }>({})).cpuSeconds;
    return open(`ws://127.0.0.1:${bare.ready.port}`, of, cpuSeconds);
  };
  try {
    const emptyMib = await gateway.memoryMib();
    const ours = await open(gateway.stream, keys, () => gateway.cpuSeconds());
    const memoryKibPerClient = (((await gateway.memoryMib()) - emptyMib) * 1024) / size.clients;
    const [each, batched] = [await openBare(eachKeys, 0), await openBare(batchKeys, FLUSH_MS)];
    const seen = { ours: [] as Window[], each: [] as Window[], batched: [] as Window[] };
    for (let round = 0; round < size.rounds; round += 1) {
      seen.ours.push(await measured(ours, market, size.windowMs));
      seen.each.push(await measured(each, market, size.windowMs));
      seen.batched.push(await measured(batched, market, size.windowMs));
    }
    const compare = (name: string, bare: readonly Window[]): BenchResult => {
      const ratio = median(seen.ours.map((one, at) => (bare[at]?.cpuNanosPerByte ?? Number.NaN) / one.cpuNanosPerByte));
      return {
        name,
        figures: {
          clients: size.clients,
          instruments: keys.length,
          ...figuresOf('ours', seen.ours, size),
          ...figuresOf('bare', bare, size),
          memoryKibPerClient: Number(memoryKibPerClient.toFixed(1)),
        },
        ratio: Number(ratio.toFixed(3)),
        aim: '>= 0.7',
        holds: ratio >= 0.7,
      };
    };
    return [
      compare('gateway-fan-out', seen.each),
      compare('gateway-fan-out-against-batches', seen.batched),
      await benchStalled(gateway, ours, market, size),
    ];
  } finally {
    await Promise.all(started.map((child) => child.stop()));
  }
}

function figuresOf(
  side: string,
  windows: readonly Window[],
  { windowMs, clients }: FanOutSize,
): Record<string, number> {
  const aSecond = (field: 'frames' | 'bytes'): number => (figure(windows, field, 0) / windowMs) * 1000;
  return {
    [`${side}QuotesPerClientPerSecond`]: figure(windows, 'quotesPerClient', 1),
    [`${side}FramesPerSecond`]: Math.round(aSecond('frames')),
    [`${side}BytesPerClientPerSecond`]: Math.round(aSecond('bytes') / clients),
    [`${side}CpuNanosPerByte`]: figure(windows, 'cpuNanosPerByte', 2),
    [`${side}CpuMicrosPerFrame`]: figure(windows, 'cpuMicrosPerFrame', 1),
    [`${side}P50Ms`]: figure(windows, 'p50Ms', 0),
    [`${side}P99Ms`]: figure(windows, 'p99Ms', 0),
  };
}

/** What clients that stopped reading cost the others: p99 with them over p99 without, in the same minute. */
async function benchStalled(
  gateway: GatewayProcess,
  side: Side,
  market: Child,
  size: FanOutSize,
): Promise<BenchResult> {
  const perProcess = Math.ceil((size.clients / PROCESSES) * STALLED_SHARE);
  const ratios: number[] = [];
  const windows = { without: [] as Window[], with: [] as Window[] };
  const beforeMib = await gateway.memoryMib();
  const skippedBefore = await gateway.metric('vega_stream_flushes_skipped_total');
  for (let round = 0; round < size.rounds; round += 1) {
    const without = await measured(side, market, size.windowMs, FAST_TICKS_PER_SECOND);
    await askAll(side, { kind: 'stall', clients: perProcess });
    const stalled = await measured(side, market, size.windowMs, FAST_TICKS_PER_SECOND);
    await askAll(side, { kind: 'resume' });
    windows.without.push(without);
    windows.with.push(stalled);
    ratios.push(stalled.p99Ms / without.p99Ms);
  }
  const ratio = median(ratios);
  return {
    name: 'gateway-stalled-clients',
    figures: {
      stalledClients: perProcess * PROCESSES,
      clients: size.clients,
      p99MsWithout: figure(windows.without, 'p99Ms', 0),
      p99MsWith: figure(windows.with, 'p99Ms', 0),
      quotesPerClientPerSecondWithout: figure(windows.without, 'quotesPerClient', 1),
      quotesPerClientPerSecondWith: figure(windows.with, 'quotesPerClient', 1),
      flushesSkipped: (await gateway.metric('vega_stream_flushes_skipped_total')) - skippedBefore,
      memoryGrowthMib: Number(((await gateway.memoryMib()) - beforeMib).toFixed(1)),
    },
    ratio: Number(ratio.toFixed(3)),
    aim: '<= 1.1',
    holds: ratio <= 1.1,
  };
}

/** Enough that a client that does not read has more unsent than the bound within a window. */
const FAST_TICKS_PER_SECOND = 100;

async function measured(side: Side, market: Child, windowMs: number, rate = TICKS_PER_SECOND): Promise<Window> {
  const { keys } = side;
  await market.ask({ rate, keys });
  await pause(SETTLE_MS);
  const before = await side.cpuSeconds();
  const answers = await askAll<WindowAnswer>(side, { kind: 'window', ms: windowMs });
  const cpuSeconds = (await side.cpuSeconds()) - before;
  await market.ask({ rate: 0, keys });
  const sum = (field: 'frames' | 'bytes' | 'quotes' | 'readers'): number =>
    answers.reduce((total, answer) => total + answer[field], 0);
  const worst = (field: 'p50Ms' | 'p99Ms'): number => Math.max(...answers.map((answer) => answer[field]));
  return {
    frames: sum('frames'),
    bytes: sum('bytes'),
    p50Ms: worst('p50Ms'),
    p99Ms: worst('p99Ms'),
    quotesPerClient: sum('quotes') / sum('readers') / (windowMs / 1000),
    cpuMicrosPerFrame: (cpuSeconds * 1e6) / sum('frames'),
    cpuNanosPerByte: (cpuSeconds * 1e9) / sum('bytes'),
  };
}

function askAll<T = object>(side: Side, question: Record<string, unknown>): Promise<T[]> {
  return Promise.all(side.readers.map((reader) => reader.ask<T>(question)));
}

function figure(windows: readonly Window[], field: keyof Window, digits: number): number {
  return Number(median(windows.map((window) => window[field])).toFixed(digits));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One quote as the gateway streams it, for the bare side to send the same bytes. */
async function sampleQuote(gateway: GatewayProcess, token: string, key: string): Promise<string> {
  const { WebSocket } = await import('ws');
  const ws = new WebSocket(gateway.stream, { perMessageDeflate: false });
  try {
    return await new Promise((resolve, reject) => {
      ws.on('error', reject);
      ws.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { type: string; subscriptions?: { quotes: unknown[] }[] };
        if (frame.type === 'hello') ws.send(JSON.stringify({ op: 'authenticate', token }));
        if (frame.type === 'authenticated') {
          ws.send(JSON.stringify({ op: 'subscribe', channel: 'quotes', instruments: [key] }));
        }
        const quote = frame.subscriptions?.[0]?.quotes[0];
        if (quote !== undefined) resolve(JSON.stringify(quote));
      });
    });
  } finally {
    ws.terminate();
  }
}
