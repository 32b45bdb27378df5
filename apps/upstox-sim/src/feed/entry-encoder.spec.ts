import { seedFromEnvironment, seededRandom } from '@vega/testkit';
import protobuf from 'protobufjs';
import { fixtureQuote, FixtureMarket } from '../../test/fixture-market.ts';
import type { MasterRow, SimQuote } from '../market/market-source.ts';
import { EntryEncoder, entrySubject, FEED_MODES, type FeedMode } from './entry-encoder.ts';
import { FrameBuilder, marketInfoFrame } from './frame-builder.ts';
import { MARKET_DATA_FEED_V3_PROTO } from './market-data-feed-v3.proto.ts';

const SEED = seedFromEnvironment(20_260_902);
const QUOTES = 400;
const { root } = protobuf.parse(MARKET_DATA_FEED_V3_PROTO, { keepCase: true });
const FeedResponse = root.lookupType('com.upstox.marketdatafeederv3udapi.rpc.proto.FeedResponse');

function randomQuote(row: MasterRow, next: () => number): SimQuote {
  const sometimes = (value: number): number => (next() < 0.25 ? 0 : value);
  const price = (): number => sometimes(Math.round(next() * 5_000_000) / 100);
  const size = (): number => sometimes(Math.floor(next() ** 4 * 2 ** 45));
  const ohlc = () => ({ open: price(), high: price(), low: price(), close: price(), vol: size(), ts: size() });
  const quote: SimQuote = {
    ...fixtureQuote(row),
    ltp: price(),
    ltt: sometimes(1_788_000_000_000 + Math.floor(next() * 1e9)),
    ltq: size(),
    cp: price(),
    depth: Array.from({ length: Math.floor(next() * 31) }, () => ({
      bidQ: size(),
      bidP: price(),
      askQ: size(),
      askP: price(),
    })),
    greeks:
      next() < 0.3
        ? undefined
        : { delta: sometimes(next() * 2 - 1), theta: -price(), gamma: next(), vega: price(), rho: price() },
    iv: next() < 0.3 ? undefined : sometimes(next()),
    day: next() < 0.2 ? undefined : ohlc(),
    minute: next() < 0.2 ? undefined : ohlc(),
    atp: price(),
    vtt: size(),
    oi: size(),
    tbq: size(),
    tsq: size(),
  };
  return quote;
}

/** Drops what proto3 leaves off the wire, so that the reference encoder writes what a real one would. */
function present<T extends object>(message: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]) => value !== 0 && value !== false && value !== undefined),
  ) as Partial<T>;
}

function reference(row: MasterRow, quote: SimQuote, mode: FeedMode): object {
  const ltpc = present({ ltp: quote.ltp, ltt: quote.ltt, ltq: quote.ltq, cp: quote.cp });
  const levelAt = (at: number): object => present({ ...(quote.depth[at] ?? {}) });
  const candle = (interval: string, one: SimQuote['day']): object[] =>
    one === undefined ? [] : [present({ interval, ...one })];
  const marketOHLC = { ohlc: [...candle('1d', quote.day), ...candle('I1', quote.minute)] };
  const optionGreeks = present({ ...(quote.greeks ?? {}) });
  const index = row.instrument_type === 'INDEX';
  if (mode === 'ltpc') return { ltpc };
  if (mode === 'option_greeks') {
    const rest = index ? {} : present({ vtt: quote.vtt, oi: quote.oi, iv: quote.iv });
    return { firstLevelWithGreeks: { ltpc, firstDepth: levelAt(0), optionGreeks, ...rest }, requestMode: 2 };
  }
  const levels = mode === 'full' ? 5 : 30;
  const full = index
    ? { indexFF: { ltpc, marketOHLC } }
    : {
        marketFF: {
          ltpc,
          marketLevel: { bidAskQuote: Array.from({ length: levels }, (_, at) => levelAt(at)) },
          optionGreeks,
          marketOHLC,
          ...present({
            atp: quote.atp,
            vtt: quote.vtt,
            oi: quote.oi,
            iv: quote.iv,
            tbq: quote.tbq,
            tsq: quote.tsq,
            casEligible: row.cas_eligible,
          }),
        },
      };
  return { fullFeed: full, requestMode: mode === 'full' ? 1 : 3 };
}

describe('the hand-written feed encoder', () => {
  const rows = new FixtureMarket().instruments();
  const encoder = new EntryEncoder();

  it.each(FEED_MODES)(`writes the bytes protobufjs writes, mode %s (seed ${SEED})`, (mode) => {
    const { next } = seededRandom(SEED);
    for (let at = 0; at < QUOTES; at++) {
      const row = rows[at % rows.length];
      if (row === undefined) throw new Error('the fixture is empty');
      const quote = randomQuote(row, next);
      const builder = new FrameBuilder();
      builder.add('live_feed', encoder.encode(entrySubject(row.instrument_key, row), quote, mode));
      const currentTs = 1_788_000_000_000 + at;
      const expected = FeedResponse.encode(
        FeedResponse.create({ type: 1, feeds: { [row.instrument_key]: reference(row, quote, mode) }, currentTs }),
      ).finish();
      expect({ at, bytes: builder.finish(currentTs).toString('hex') }).toEqual({
        at,
        bytes: Buffer.from(expected).toString('hex'),
      });
    }
  });

  it('leaves zero fields off the wire and keeps empty messages', () => {
    const row = rows.find((one) => one.instrument_type === 'EQ');
    if (row === undefined) throw new Error('the fixture has no share');
    const quote: SimQuote = {
      ...fixtureQuote(row),
      ltp: 0,
      ltt: 0,
      ltq: 0,
      oi: 0,
      depth: [],
      day: undefined,
      minute: undefined,
    };
    const entry = encoder.encode(entrySubject(row.instrument_key, { ...row, cas_eligible: false }), quote, 'full');
    const frame = FeedResponse.toObject(FeedResponse.decode(entry), { longs: Number });
    expect(frame['feeds'][row.instrument_key].fullFeed.marketFF).toEqual({
      ltpc: { cp: quote.cp },
      marketLevel: { bidAskQuote: [{}, {}, {}, {}, {}] },
      optionGreeks: {},
      marketOHLC: {},
      atp: quote.atp,
      vtt: quote.vtt,
      tbq: quote.tbq,
      tsq: quote.tsq,
    });
  });

  it('puts many entries into one frame, of any type, in order', () => {
    const builder = new FrameBuilder();
    for (const row of rows)
      builder.add('initial_feed', encoder.encode(entrySubject(row.instrument_key, row), fixtureQuote(row), 'full'));
    expect(builder.entries).toBe(rows.length);
    const frame = FeedResponse.toObject(FeedResponse.decode(builder.finish(1_788_000_000_123)), {
      longs: Number,
      enums: String,
    });
    expect(frame['type']).toBeUndefined();
    expect(frame['currentTs']).toBe(1_788_000_000_123);
    expect(Object.keys(frame['feeds'])).toEqual(rows.map((row) => row.instrument_key));
    expect(builder.entries).toBe(0);
  });

  it('writes market_info as protobufjs reads it', () => {
    const updated = 1_788_000_000_000;
    const segments = new Map([
      ['NSE_EQ', { status: 'CLOSING_START' as const, updated }],
      ['NSE_FO', { status: 'NORMAL_OPEN' as const, updated }],
      ['BSE_EQ', { status: 'PRE_OPEN_START' as const, updated }],
    ]);
    const bytes = marketInfoFrame({ segments, closingAuction: ['NSE_EQ'] }, updated + 5);
    expect(FeedResponse.toObject(FeedResponse.decode(bytes), { longs: Number, enums: String })).toEqual({
      type: 'market_info',
      currentTs: updated + 5,
      marketInfo: {
        segmentStatus: { NSE_EQ: 'CLOSING_START', NSE_FO: 'NORMAL_OPEN', BSE_EQ: 'PRE_OPEN_START' },
        casMarketStatus: { NSE_EQ: { status: 'CLOSING_START', updatedTime: updated } },
      },
    });
  });
});
