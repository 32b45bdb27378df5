// From a tick's publication to the chain update that holds it in a subscriber's hands: publisher, NATS, options, NATS, subscriber. Bare:
// the same ticks and as many bytes back through a relay that computes nothing. Each tick is sent when the one before is answered or after
// a pause, so that neither path queues; conflation is off, as for a tick after a quiet time. The paths alternate.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { ChainUpdate, optionsRpc, subjects, Tick, toBytes } from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import { createMetrics, createRpcClient } from '@vega/platform';
import { migrate } from '../../services/options/src/migrate.ts';
import { EXPIRY, MarketFeedStandIn, NIFTY } from '../../services/options/test/market-feed-stand-in.ts';
import { median, percentile, warnIfUnfit, type BenchResult } from '../measure.ts';

const ROUNDS = 7;
const TICKS = 400;
const PAUSE_MS = 4;
const STRIKES = 101;
const LONGEST_MS = 1_000;
/** Of the bare path on a quiet machine of two cores, ms. */
const KNOWN_BARE_P50_MS = 0.82;

/** Starts options beside a stand-in for market-feed and measures both paths. */
export async function benchChain(urls: { nats: string; postgres: string; redis: string }): Promise<BenchResult> {
  await migrate({ VEGA_POSTGRES_URL: urls.postgres, VEGA_LOG_LEVEL: 'silent' });
  const feed = await MarketFeedStandIn.start(urls.nats, STRIKES);
  const service = start(join(import.meta.dirname, '../../services/options/dist/main.js'), [], {
    VEGA_NATS_URL: urls.nats,
    VEGA_POSTGRES_URL: urls.postgres,
    VEGA_REDIS_URL: urls.redis,
    VEGA_OPTIONS_CONFLATE_MS: '0',
    VEGA_OPTIONS_ALWAYS: 'NIFTY:1',
    VEGA_LOG_LEVEL: 'silent',
  });
  const nc = await connect({ servers: urls.nats });
  const children: ChildProcess[] = [service];
  try {
    await chainIsLive(nc);
    const ours = new Path(nc, subjects.chain(NIFTY, EXPIRY), (n) => oursTick(feed, nc, n));
    const warm = await ours.round();
    const bytes = Math.round(median(warm.bytes));
    const relay = start(join(import.meta.dirname, '../bare/chain-relay.ts'), [
      urls.nats,
      'bench.chain.tick',
      'bench.chain.update',
      String(bytes),
    ]);
    children.push(relay);
    await once(relay.stdout as NodeJS.ReadableStream, 'data');
    const payload = Buffer.alloc(toBytes(Tick, feed.ticks.get(atmKey(feed)) as Tick).length);
    const bare = new Path(nc, 'bench.chain.update', () => {
      nc.publish('bench.chain.tick', payload);
    });
    await bare.round();
    const rounds: { ours: number[]; bare: number[] }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const order = round % 2 === 0 ? ([ours, bare] as const) : ([bare, ours] as const);
      const [first, second] = [await order[0].round(), await order[1].round()];
      const [a, b] = round % 2 === 0 ? [first, second] : [second, first];
      rounds.push({ ours: a.lagsMs, bare: b.lagsMs });
    }
    return judge(rounds, bytes);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await nc.close();
    await feed.close();
  }
}

function start(script: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', '--experimental-transform-types', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
}

async function chainIsLive(nc: NatsConnection): Promise<void> {
  const rpc = createRpcClient({ nc, isConnected: () => true, close: () => nc.close() }, createMetrics('bench'));
  const question = { underlying: NIFTY, expiryDate: EXPIRY, convention: 0, immediate: false } as const;
  for (let tries = 0; ; tries += 1) {
    try {
      await rpc.call(optionsRpc.getChain, question);
      return;
    } catch (error) {
      if (tries > 600) throw error;
      await pause(200);
    }
  }
}

const atmKey = (feed: MarketFeedStandIn): string =>
  feed.contracts.get(NIFTY)?.find(({ tradingSymbol }) => tradingSymbol.includes('25000 CE'))?.instrumentKey ?? '';

/** One quote near the money by a tick up and down: it moves the forward, and with it the chain. */
function oursTick(feed: MarketFeedStandIn, nc: NatsConnection, n: number): void {
  const tick = feed.nudge(atmKey(feed), n % 2 === 0 ? 5 : -5);
  nc.publish(subjects.tick(instrumentKey(tick.instrumentKey)), toBytes(Tick, tick));
}

class Path {
  constructor(
    private readonly nc: NatsConnection,
    private readonly subject: string,
    private readonly send: (n: number) => void,
  ) {}

  /** How long each of the ticks took, and the bytes of what came back. */
  async round(): Promise<{ lagsMs: number[]; bytes: number[] }> {
    const lagsMs: number[] = [];
    const bytes: number[] = [];
    let sentAt = 0;
    let answered: () => void = () => undefined;
    const subscription = this.nc.subscribe(this.subject, {
      callback: (_error, message) => {
        const heardAt = performance.now();
        if (sentAt === 0) return;
        // What the service's own beat sends in between holds no new tick.
        if (this.subject.startsWith('opt.') && ChainUpdate.decode(message.data).full) return;
        lagsMs.push(heardAt - sentAt);
        bytes.push(message.data.length);
        sentAt = 0;
        answered();
      },
    });
    await this.nc.flush();
    for (let n = 0; n < TICKS; n += 1) {
      const answer = new Promise<void>((resolve) => (answered = resolve));
      sentAt = performance.now();
      this.send(n);
      await Promise.race([answer, pause(LONGEST_MS)]);
      sentAt = 0;
      await pause(PAUSE_MS);
    }
    subscription.unsubscribe();
    return { lagsMs, bytes };
  }
}

function judge(rounds: readonly { ours: number[]; bare: number[] }[], bytes: number): BenchResult {
  const ms = (side: 'ours' | 'bare', p: number): number =>
    Number(median(rounds.map((round) => percentile(round[side], p))).toFixed(3));
  const ratio = (p: number): number =>
    Number(median(rounds.map((round) => percentile(round.ours, p) / percentile(round.bare, p))).toFixed(3));
  const fewest = Math.min(...rounds.map((round) => Math.min(round.ours.length, round.bare.length)));
  if (fewest < TICKS * 0.9) throw new Error(`a round saw only ${fewest} of ${TICKS} ticks answered`);
  const [p50, p99] = [ratio(0.5), ratio(0.99)];
  warnIfUnfit('bare chain p50, ms', 1 / ms('bare', 0.5), 1 / KNOWN_BARE_P50_MS);
  return {
    name: 'chain-latency',
    figures: {
      oursP50Ms: ms('ours', 0.5),
      oursP99Ms: ms('ours', 0.99),
      bareP50Ms: ms('bare', 0.5),
      bareP99Ms: ms('bare', 0.99),
      p99Ratio: p99,
      contracts: STRIKES * 2,
      bytesPerUpdate: bytes,
      rounds: ROUNDS,
      ticksPerRound: TICKS,
    },
    ratio: p50,
    aim: '<= 1.5 at p50',
    holds: p50 <= 1.5,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
