// From the frame's arrival in market-feed to the message in a client's hands (market-feed, NATS, gateway, WebSocket), against the same
// hops bare: a publisher, NATS, a relay, WebSocket. The bare publisher sends the bursts that the feed was seen to send, in the same
// bytes, onto a stream like the feed's. The paths alternate, each alone beside the same simulator; when our frames came is read from
// the stream of ticks afterwards, so that nobody measures while it counts.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { marketFeedRpc, STREAMS, subjects, Tick, TickMode } from '@vega/contracts';
import { instrumentKey, systemClock } from '@vega/kernel';
import { connectBus, createLogger, createMetrics, createRpcClient, ensureStreams, type Bus } from '@vega/platform';
import { WebSocket } from 'ws';
import { startTestStack } from '../../e2e/stack-harness.ts';
import { WallMicros } from '../../services/market-feed/src/domain/wall-micros.ts';
import { STAMP_BYTES, type Burst, type BurstPattern } from '../bare/bursts.ts';
import { median, percentile, warnIfUnfit, type BenchResult } from '../measure.ts';
import { StreamFollower, type SeenQuote } from './stream-follower.ts';

const ENTRIES_PER_SECOND = 1_000;
const INSTRUMENTS = 500;
const FOLLOWED = 50;
/** The 99th percentile of a round rests on three frames: it takes many rounds for a median. */
const ROUNDS = 15;
const ROUND_MS = 4_000;
const SETTLE_MS = 2_000;
const PATTERN_MS = 5_000;
/** Of the bare path on a quiet machine of two cores, ms: seen with the bursts of 1,000 entries a second. */
const KNOWN_BARE_P50_MS = 3.0;

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
  const { addresses } = stack;
  const folder = mkdtempSync(join(tmpdir(), 'vega-bursts-'));
  const logger = createLogger({ service: 'bench', replica: 'bench', level: 'silent' });
  const bus = await connectBus({ url: addresses.nats, name: 'bench', logger, onFatal: () => undefined });
  const micros = new WallMicros(systemClock);
  const { keys } = (await (await fetch(`${addresses.upstoxSim}/sim/load`)).json()) as { keys: string[] };
  const ours = new OurPath(
    bus,
    `${addresses.gateway.replace('http', 'ws')}/stream`,
    keys.slice(0, INSTRUMENTS),
    micros,
    () => stack.token(),
  );
  const bare = new BarePath(addresses.nats, micros);
  try {
    await ours.begin();
    await pause(SETTLE_MS);
    const pattern = await recordBursts(bus, PATTERN_MS);
    const { bytesPerQuote } = await ours.round(0);
    await ours.rest();
    await ensureStreams(bus, [{ ...STREAMS.ticks, name: 'BENCH_BARE', subjects: ['bench.bare.>'] }]);
    const file = join(folder, 'bursts.json');
    writeFileSync(file, JSON.stringify(pattern.bursts));
    const followed = ours.followed.map((key) => pattern.instruments.indexOf(subjects.tick(instrumentKey(key))));
    await bare.begin(file, bytesPerQuote, followed);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const runs = [async () => (await ours.round(ROUND_MS)).lagsUs, () => bare.round(ROUND_MS)];
      const seen: number[][] = [[], []];
      for (const path of round % 2 === 0 ? [0, 1] : [1, 0]) seen[path] = (await runs[path]?.()) ?? [];
      rounds.push({ ours: seen[0] ?? [], bare: seen[1] ?? [] });
    }
    return judge(rounds, pattern.bursts);
  } finally {
    ours.end();
    bare.end();
    rmSync(folder, { recursive: true, force: true });
    await bus.close();
    await stack.close();
  }
}

interface Round {
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

/** The feed and the gateway, by their own doors. */
class OurPath {
  readonly followed: readonly string[];
  private readonly rpc;
  private follower: StreamFollower | undefined;
  private lease: NodeJS.Timeout | undefined;
  private interested = false;

  constructor(
    private readonly bus: Bus,
    private readonly streamUrl: string,
    private readonly keys: readonly string[],
    private readonly micros: WallMicros,
    private readonly token: () => Promise<string>,
  ) {
    this.followed = keys.slice(0, FOLLOWED);
    this.rpc = createRpcClient(bus, createMetrics('bench'));
  }

  async begin(): Promise<void> {
    this.follower = await StreamFollower.open(this.streamUrl, this.micros, await this.token());
    for (const [n, key] of this.followed.entries()) this.follower.follow(key, `q${n}`);
    this.lease = setInterval(() => void this.renew().catch(() => undefined), 10_000);
    await this.wake();
  }

  /** How long each quote took from its frame, microseconds, over `forMs`; and the bytes of a quote in a frame. */
  async round(forMs: number): Promise<{ lagsUs: number[]; bytesPerQuote: number }> {
    await this.wake();
    if (forMs > 0) this.follower?.take();
    const beganAt = new Date();
    await pause(forMs);
    const { quotes, bytesPerQuote } = this.follower?.take() ?? { quotes: [], bytesPerQuote: 0 };
    const framed = await this.framesSince(beganAt, quotes);
    await this.rest();
    const lagsUs = quotes.flatMap(({ key, feedEpoch, seq, atUs }) => {
      const frameUs = framed.get(`${key} ${feedEpoch} ${seq}`);
      return frameUs === undefined ? [] : [atUs - frameUs];
    });
    return { lagsUs, bytesPerQuote };
  }

  /** Lets the feed go quiet, but for what the platform itself follows. */
  async rest(): Promise<void> {
    this.interested = false;
    await this.renew();
    await pause(SETTLE_MS);
  }

  end(): void {
    clearInterval(this.lease);
    this.follower?.close();
  }

  private async wake(): Promise<void> {
    if (this.interested) return;
    this.interested = true;
    await this.renew();
    await pause(SETTLE_MS);
  }

  private renew(): Promise<unknown> {
    const keys = this.interested ? this.keys : [];
    const interests = keys.map((key) => ({ instrumentKey: key, mode: TickMode.FULL }));
    return this.rpc.call(marketFeedRpc.renewInterest, { holder: 'bench', interests });
  }

  /** When the frames of the followed instruments came, by key, epoch and sequence, as the stream of ticks has it. */
  private async framesSince(from: Date, quotes: readonly SeenQuote[]): Promise<Map<string, number>> {
    const frames = new Map<string, number>();
    if (quotes.length === 0) return frames;
    const consumer = await jetstream(this.bus.nc).consumers.get(STREAMS.ticks.name, {
      filter_subjects: this.followed.map((key) => subjects.tick(instrumentKey(key))),
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(from.getTime() - 1_000).toISOString(),
    });
    const messages = await consumer.consume({ max_messages: 1_000 });
    for await (const message of messages) {
      const tick = Tick.decode(message.data);
      frames.set(`${tick.instrumentKey} ${tick.feedEpoch} ${tick.seq}`, tick.receivedTimeUs);
      if (message.info.pending === 0) break;
    }
    await messages.close();
    return frames;
  }
}

/** A publisher and a relay without anything of ours. */
class BarePath {
  private readonly children: ChildProcess[] = [];
  private publisher: ChildProcess | undefined;
  private client: WebSocket | undefined;
  private lagsUs: number[] = [];

  constructor(
    private readonly nats: string,
    private readonly micros: WallMicros,
  ) {}

  async begin(bursts: string, bytesPerQuote: number, followed: readonly number[]): Promise<void> {
    const bytes = Math.max(STAMP_BYTES, bytesPerQuote);
    const relay = this.start('relay.ts', this.nats, String(bytes), followed.filter((place) => place >= 0).join(','));
    const [port] = (await once(relay.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    this.publisher = this.start('publisher.ts', this.nats, bursts);
    this.client = new WebSocket(`ws://127.0.0.1:${port.toString().trim()}`, { perMessageDeflate: false });
    this.client.on('message', (data: Buffer) => this.lagsUs.push(this.micros.now() - data.readDoubleLE()));
    await once(this.client, 'open');
  }

  async round(forMs: number): Promise<number[]> {
    this.publisher?.stdin?.write('go\n');
    await pause(SETTLE_MS);
    this.lagsUs = [];
    await pause(forMs);
    const lags = this.lagsUs;
    this.publisher?.stdin?.write('rest\n');
    return lags;
  }

  end(): void {
    this.client?.terminate();
    for (const child of this.children) child.kill();
  }

  private start(script: string, ...args: string[]): ChildProcess {
    const file = join(import.meta.dirname, '../bare', script);
    const child = spawn(process.execPath, ['--no-warnings', '--experimental-transform-types', file, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.children.push(child);
    return child;
  }
}

/** What the feed publishes over a while: its frames, by their arrival, and the size of each message; subjects by place. */
async function recordBursts(bus: Bus, forMs: number): Promise<{ bursts: BurstPattern; instruments: string[] }> {
  const frames = new Map<number, [number, number][]>();
  const places = new Map<string, number>();
  const subscription = bus.nc.subscribe(subjects.ticksOf(), {
    callback: (_error, message) => {
      const place = places.get(message.subject) ?? places.size;
      places.set(message.subject, place);
      const { receivedTimeUs } = Tick.decode(message.data);
      const frame = frames.get(receivedTimeUs);
      if (frame === undefined) frames.set(receivedTimeUs, [[place, message.data.length]]);
      else frame.push([place, message.data.length]);
    },
  });
  await pause(forMs);
  subscription.unsubscribe();
  const first = Math.min(...frames.keys());
  const bursts: Burst[] = [...frames]
    .sort(([a], [b]) => a - b)
    .map(([us, messages]) => ({ atMs: (us - first) / 1000, messages }));
  return { bursts: { periodMs: forMs, bursts }, instruments: [...places.keys()] };
}

function judge(rounds: readonly Round[], { bursts, periodMs }: BurstPattern): BenchResult {
  const ms = (side: keyof Round, p: number): number =>
    Number((median(rounds.map((round) => percentile(round[side], p))) / 1000).toFixed(3));
  const ratio = (p: number): number =>
    Number(median(rounds.map((round) => percentile(round.ours, p) / percentile(round.bare, p))).toFixed(3));
  const [p50, p99] = [ratio(0.5), ratio(0.99)];
  const fewest = Math.min(...rounds.map((round) => Math.min(round.ours.length, round.bare.length)));
  if (fewest < 100) throw new Error(`a round saw only ${fewest} messages`);
  const messages = bursts.reduce((sum, burst) => sum + burst.messages.length, 0);
  const bareP50Ms = ms('bare', 0.5);
  warnIfUnfit('bare latency p50, ms', 1 / bareP50Ms, 1 / KNOWN_BARE_P50_MS);
  return {
    name: 'feed-latency',
    figures: {
      oursP50Ms: ms('ours', 0.5),
      oursP99Ms: ms('ours', 0.99),
      bareP50Ms,
      bareP99Ms: ms('bare', 0.99),
      p99Ratio: p99,
      entriesPerSecond: Math.round((messages * 1000) / periodMs),
      entriesPerBurst: Number((messages / bursts.length).toFixed(1)),
      rounds: rounds.length,
      fewestPerRound: fewest,
    },
    ratio: p50,
    aim: '<= 1.5 at p50 and p99',
    holds: p50 <= 1.5 && p99 <= 1.5,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
