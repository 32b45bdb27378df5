// Entries per second of one core from frame bytes to bytes on NATS: the platform's feed client and tick pipeline, against
// protobufjs decoding the same frames and the bare client publishing the same tick bytes, each over a connection of its own.
import { connect } from '@nats-io/transport-node';
import { instrumentKey, systemClock, wallInstant } from '@vega/kernel';
import { connectBus, createLogger } from '@vega/platform';
import { MarketFeedClient, PLUS_FEED_LIMITS, type FeedSocketListener } from '@vega/upstox/market';
import { TickPipeline } from '../../services/market-feed/src/app/tick-pipeline.ts';
import type { InstrumentDirectory } from '../../services/market-feed/src/app/ports.ts';
import { alternate, median, type BenchResult } from '../measure.ts';
import { buildFrames, FeedResponse } from './frames.ts';

const INSTRUMENTS = 1_500;
const PER_FRAME = 50;
const FRAMES = 600;
/** A round takes a fifth of a second: on shared cores a few of them say little. */
const ROUNDS = 61;

const emptyDirectory: InstrumentDirectory = {
  masterDate: '',
  size: 0,
  keys: () => [],
  byKey: () => undefined,
  resolve: () => undefined,
  underlyings: () => [],
  futuresOf: () => [],
  expiriesOf: () => [],
  derivativesOf: () => [],
  onChange: () => () => undefined,
};

/** Runs the comparison against the NATS server at `natsUrl`. */
export async function benchThroughput(natsUrl: string): Promise<BenchResult> {
  const logger = createLogger({ service: 'bench', replica: 'bench', level: 'silent' });
  const bus = await connectBus({ url: natsUrl, name: 'bench', logger, onFatal: () => undefined });
  const nc = await connect({ servers: natsUrl });
  // Two sets, played in turn, so that no entry equals its instrument's previous one.
  const sets = [1, 2].map((seed) =>
    buildFrames({ instruments: INSTRUMENTS, perFrame: PER_FRAME, frames: FRAMES, seed }),
  );
  const published: { subject: string; bytes: Uint8Array }[] = [];
  let recording = true;
  const pipeline = new TickPipeline({
    feedEpoch: 1,
    directory: emptyDirectory,
    clock: systemClock,
    listeners: [],
    onChanged: () => undefined,
    sink: {
      publish(subject, bytes) {
        if (recording) published.push({ subject, bytes: bytes.slice() });
        bus.nc.publish(subject, bytes);
        return true;
      },
    },
  });
  let socket: FeedSocketListener | undefined;
  const client = new MarketFeedClient({
    limits: { ...PLUS_FEED_LIMITS, connections: 1 },
    tokens: {
      current: () => ({ token: 'bench', expiresAt: wallInstant(Date.now() + 3_600_000) }),
      onChange: () => () => undefined,
    },
    dial: () => Promise.resolve({ url: 'ws://bench', headers: {} }),
    clock: systemClock,
    random: Math.random,
    openSocket: (_url, _headers, listener) => {
      socket = listener;
      setImmediate(() => listener.onOpen());
      const end = (): void => listener.onEnd({ kind: 'closed', code: 1000 });
      return { send: () => undefined, ping: () => undefined, close: end, terminate: end };
    },
    listener: {
      onEntry: (entry) => pipeline.onEntry(entry),
      onMarketInfo: () => undefined,
      onConnection: () => undefined,
    },
  });
  client.setDesired(
    new Map(Array.from({ length: INSTRUMENTS }, (_, n) => [instrumentKey(`NSE_FO|${40_000 + n}`), 'full' as const])),
  );
  const until = performance.now() + 5_000;
  while (client.stats().connections[0]?.state !== 'open') {
    if (performance.now() > until) throw new Error(`the feed did not open: ${JSON.stringify(client.stats())}`);
    await new Promise((resolve) => setImmediate(resolve));
  }

  let turn = 0;
  const ours = async (): Promise<number> => {
    const frames = sets[turn % 2] ?? [];
    turn += 1;
    const before = pipeline.counts.published;
    const started = performance.now();
    for (const frame of frames) socket?.onMessage(frame, true);
    await bus.nc.flush();
    const seconds = (performance.now() - started) / 1000;
    const count = pipeline.counts.published - before;
    if (count !== FRAMES * PER_FRAME) throw new Error(`${count} of ${FRAMES * PER_FRAME} entries were published`);
    return count / seconds;
  };
  let bareTurn = 0;
  const bare = async (): Promise<number> => {
    const frames = sets[bareTurn % 2] ?? [];
    bareTurn += 1;
    let at = 0;
    let decoded = 0;
    const started = performance.now();
    for (const frame of frames) {
      const message = FeedResponse.decode(frame) as unknown as { feeds: Record<string, unknown> };
      for (const _key in message.feeds) {
        const { subject, bytes } = published[at] as { subject: string; bytes: Uint8Array };
        nc.publish(subject, bytes);
        at += 1;
        decoded += 1;
      }
    }
    await nc.flush();
    return decoded / ((performance.now() - started) / 1000);
  };

  await ours();
  recording = false;
  await ours();
  await bare();
  const result = await alternate(ROUNDS, ours, bare);
  await client.stop();
  await bus.close();
  await nc.close();
  return {
    name: 'feed-throughput',
    figures: {
      oursEntriesPerSecond: Math.round(median(result.ours)),
      bareEntriesPerSecond: Math.round(median(result.bare)),
      bytesPerTick: Math.round(published.reduce((sum, { bytes }) => sum + bytes.length, 0) / published.length),
      rounds: ROUNDS,
    },
    ratio: Number(result.ratio.toFixed(3)),
    aim: '>= 0.8',
    holds: result.ratio >= 0.8,
  };
}
