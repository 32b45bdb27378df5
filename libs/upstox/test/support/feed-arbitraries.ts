import fc from 'fast-check';
import Long from 'long';
import { FeedType } from './feed-schema.ts';

const price = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -1_000, max: 9_000_000 }).map((paise) => paise / 100),
);
const ratio = fc.oneof(fc.constant(0), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
const safe = fc
  .oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 0, max: 1 << 30 }),
    fc.maxSafeInteger(),
    fc.constantFrom(
      127,
      128,
      16_383,
      16_384,
      2 ** 28 - 1,
      2 ** 28,
      2 ** 35,
      2 ** 49,
      2 ** 53 - 1,
      -1,
      -128,
      -(2 ** 53) + 1,
    ),
  )
  .map((value) => Long.fromNumber(value));

/** A record whose fields may each be left out. */
function message(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc.record(fields, { requiredKeys: [] });
}

const ltpc = message({ ltp: price, ltt: safe, ltq: safe, cp: price, iep: message({ value: price }) });
const quote = message({ bidQ: safe, bidP: price, askQ: safe, askP: price });
const greeks = message({ delta: ratio, theta: ratio, gamma: ratio, vega: ratio, rho: ratio });
const interval = fc.constantFrom('1d', 'I1', 'I30', '', '1D');
const ohlc = message({ interval, open: price, high: price, low: price, close: price, vol: safe, ts: safe });
const marketOHLC = message({ ohlc: fc.array(ohlc, { maxLength: 4 }) });

const marketFF = message({
  ltpc,
  marketLevel: message({ bidAskQuote: fc.array(quote, { maxLength: 35, size: 'max' }) }),
  optionGreeks: greeks,
  marketOHLC,
  atp: price,
  vtt: safe,
  oi: price,
  iv: ratio,
  tbq: price,
  tsq: price,
  iep: price,
  rp: price,
  ieq: safe,
  iiqTotal: safe,
  iiqM: safe,
  casEligible: fc.boolean(),
});
const firstLevelWithGreeks = message({
  ltpc,
  firstDepth: quote,
  optionGreeks: greeks,
  vtt: safe,
  oi: price,
  iv: ratio,
});

const union = fc.oneof(
  fc.record({ ltpc }),
  fc.record({ fullFeed: fc.record({ marketFF }) }),
  fc.record({ fullFeed: fc.record({ indexFF: message({ ltpc, marketOHLC }) }) }),
  fc.record({ firstLevelWithGreeks }),
  fc.constantFrom({}, { fullFeed: {} }),
);

/** Any `Feed` the schema allows, in its bytes; every field may be absent, zero or at an edge. */
export const feedBytes: fc.Arbitrary<Buffer> = fc
  .tuple(union, fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }))
  .map(([feed, requestMode]) =>
    Buffer.from(FeedType.encode({ ...feed, ...(requestMode !== undefined && { requestMode }) }).finish()),
  );

/** Fields no schema of ours knows, of every wire type, a group included. */
export const unknownField: fc.Arbitrary<Buffer> = fc.constantFrom(
  Buffer.from([0x98, 0x06, 0x96, 0x01]),
  Buffer.from([0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]),
  Buffer.from([0x9a, 0x06, 3, 0xff, 0xff, 0xff]),
  Buffer.from([0x9d, 0x06, 1, 2, 3, 4]),
  Buffer.from([0x9b, 0x06, 0x08, 0x01, 0x13, 0x14, 0x9c, 0x06]),
  Buffer.from([0x98, 0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
);
