// Frames of the v3 feed as a busy market sends them: full mode, options, five levels, seeded.
import protobuf from 'protobufjs';
import { MARKET_DATA_FEED_V3_PROTO } from '../../apps/upstox-sim/src/feed/market-data-feed-v3.proto.ts';
import { seededRandom } from '@vega/testkit';

/** protobufjs's own compiled codec of the feed: the bare decoder. */
export const FeedResponse = protobuf
  .parse(MARKET_DATA_FEED_V3_PROTO)
  .root.lookupType('com.upstox.marketdatafeederv3udapi.rpc.proto.FeedResponse');

/** Encoded frames of `perFrame` instruments each, going round `instruments` keys; each entry differs from its previous. */
export function buildFrames(options: {
  instruments: number;
  perFrame: number;
  frames: number;
  seed: number;
}): Buffer[] {
  const random = seededRandom(options.seed);
  const int = (low: number, high: number): number => random.integer(low, high);
  const price = (around: number): number => Math.round(around * 20 + int(-40, 40)) / 20;
  const frames: Buffer[] = [];
  let next = 0;
  for (let frame = 0; frame < options.frames; frame += 1) {
    const feeds: Record<string, unknown> = {};
    const now = 1_765_773_000_000 + frame * 50;
    for (let n = 0; n < options.perFrame; n += 1) {
      const ltp = price(600);
      feeds[`NSE_FO|${40_000 + next}`] = {
        fullFeed: {
          marketFF: {
            ltpc: { ltp, ltt: now - int(0, 900), ltq: 35 * int(1, 9), cp: 570.5 },
            marketLevel: {
              bidAskQuote: [1, 2, 3, 4, 5].map((level) => ({
                bidQ: 35 * int(1, 40),
                bidP: ltp - level / 20,
                askQ: 35 * int(1, 40),
                askP: ltp + level / 20,
              })),
            },
            optionGreeks: {
              delta: random.next(),
              theta: -15 * random.next(),
              gamma: 0.0003,
              vega: 46 * random.next(),
              rho: 15 * random.next(),
            },
            marketOHLC: {
              ohlc: [
                {
                  interval: '1d',
                  open: 648,
                  high: 756,
                  low: 616.05,
                  close: ltp,
                  vol: 135_870 + frame,
                  ts: 1_765_737_000_000,
                },
                {
                  interval: 'I1',
                  open: ltp,
                  high: ltp + 1,
                  low: ltp - 1,
                  close: ltp,
                  vol: int(1, 900),
                  ts: 1_765_772_940_000,
                },
              ],
            },
            atp: price(700),
            vtt: 135_870 + frame * 35,
            oi: 189_945 + int(0, 9_000),
            iv: Math.floor(random.next() * 2 ** 18) / 2 ** 18,
            tbq: 35 * int(100, 900),
            tsq: 35 * int(100, 900),
          },
        },
        requestMode: 1,
      };
      next = (next + 1) % options.instruments;
    }
    frames.push(Buffer.from(FeedResponse.encode(FeedResponse.fromObject({ type: 1, feeds, currentTs: now })).finish()));
  }
  return frames;
}
