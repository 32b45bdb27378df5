/**
 * Micro-benchmark of the feed's hot path: index, find, duplicate filter, decode and hand-over of full-mode frames of 50
 * entries, against protobufjs decoding the same frames, alternating in one run. Run with
 * `node --experimental-transform-types --conditions=@vega/source libs/upstox/test/feed-decode.bench.ts`.
 */
import { type InstrumentKey, instrumentKey } from '@vega/kernel';
import { FrameCounters, FrameIntake } from '../src/market/feed/frame-intake.ts';
import { InstrumentTable } from '../src/market/feed/instrument-table.ts';
import { FeedResponseType as FeedResponse } from './support/feed-schema.ts';

const ENTRIES = 50;
const FRAMES = 200;
const ROUNDS = 9;

let seed = 42;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const price = (): number => Math.round(random() * 200_000) / 100;
const lots = (): number => 65 * Math.floor(1 + random() * 400);

function fullFeed(): object {
  const day = {
    interval: '1d',
    open: price(),
    high: price(),
    low: price(),
    close: price(),
    vol: lots() * 900,
    ts: 1765737000000,
  };
  const minute = { ...day, interval: 'I1', vol: lots(), ts: 1765772940000 };
  return {
    fullFeed: {
      marketFF: {
        ltpc: { ltp: price(), ltt: 1765773004546 + Math.floor(random() * 9e5), ltq: lots(), cp: price() },
        marketLevel: {
          bidAskQuote: Array.from({ length: 5 }, () => ({ bidQ: lots(), bidP: price(), askQ: lots(), askP: price() })),
        },
        optionGreeks: {
          delta: random(),
          theta: -random() * 20,
          gamma: 0.0003,
          vega: random() * 50,
          rho: random() * 20,
        },
        marketOHLC: { ohlc: [day, minute] },
        atp: price(),
        vtt: lots() * 1000,
        oi: lots() * 100,
        iv: random(),
        tbq: lots() * 50,
        tsq: lots() * 50,
      },
    },
    requestMode: 1,
  };
}

const keys = Array.from({ length: 500 }, (_, at) => `NSE_FO|${50_000 + at}`);
const frames = Array.from({ length: FRAMES }, (_, at) => {
  const feeds: Record<string, object> = {};
  for (let entry = 0; entry < ENTRIES; entry += 1)
    feeds[keys[(at * ENTRIES + entry) % keys.length] as string] = fullFeed();
  return Buffer.from(
    FeedResponse.encode(FeedResponse.fromObject({ type: 1, currentTs: 1765773004546 + at, feeds })).finish(),
  );
});

const table = new InstrumentTable();
for (const key of keys) table.add(instrumentKey(key)).lane = 0;
let checksum = 0;
const intake = new FrameIntake(table, {
  onEntry: ({ slot }) => {
    checksum += slot.ltp + slot.depthLevels;
  },
  onMarketInfo: () => undefined,
});
const counters = new FrameCounters();
const source = { lane: 0, generation: 1, isHandover: false, awaited: new Set<InstrumentKey>(), lastFrameMs: 0 };

function ours(): void {
  for (const frame of frames) intake.handle(source, counters, frame, true, 0);
}

function bare(): void {
  for (const frame of frames) {
    const message = FeedResponse.decode(frame) as unknown as {
      feeds: Record<string, { fullFeed: { marketFF: { ltpc: { ltp: number } } } }>;
    };
    for (const key in message.feeds) checksum += message.feeds[key]?.fullFeed.marketFF.ltpc.ltp ?? 0;
  }
}

function microsecondsPerEntry(run: () => void): number {
  const started = process.hrtime.bigint();
  for (let repeat = 0; repeat < 5; repeat += 1) run();
  return Number(process.hrtime.bigint() - started) / 1000 / (5 * FRAMES * ENTRIES);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
for (let warm = 0; warm < 10; warm += 1) {
  ours();
  bare();
}
const oursUs: number[] = [];
const bareUs: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  oursUs.push(microsecondsPerEntry(ours));
  bareUs.push(microsecondsPerEntry(bare));
}
const bytes = frames.reduce((sum, frame) => sum + frame.length, 0) / (FRAMES * ENTRIES);
console.log(
  JSON.stringify({
    bytesPerEntry: Math.round(bytes),
    splitFilterDecodeUsPerEntry: Number(median(oursUs).toFixed(3)),
    protobufjsDecodeUsPerEntry: Number(median(bareUs).toFixed(3)),
    ratio: Number((median(bareUs) / median(oursUs)).toFixed(2)),
    emitted: counters.emitted,
    duplicates: counters.duplicates,
    checksum: Number.isFinite(checksum),
  }),
);
