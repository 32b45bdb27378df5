import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import fc from 'fast-check';
import { feedBytes, unknownField } from '../../../test/support/feed-arbitraries.ts';
import { flatOfBytes, flatOfSlot, type FlatFeed } from '../../../test/support/feed-oracle.ts';
import { FeedType } from '../../../test/support/feed-schema.ts';
import { sharedFile } from '../../../test/support/shared-data.ts';
import { decodeFeed } from './feed-decoder.ts';
import { FeedFormatError } from './feed-format-error.ts';
import { FeedSlot } from './feed-slot.ts';
import { WireCursor } from './wire-cursor.ts';

const cursor = new WireCursor();
const slot = new FeedSlot();

/** Decodes with other bytes before and after, into a slot that other messages have used. */
function decode(bytes: Uint8Array): FlatFeed {
  const frame = Buffer.concat([Buffer.alloc(5, 0xff), bytes, Buffer.alloc(5, 0x0a)]);
  cursor.attach(frame);
  decodeFeed(cursor, 5, 5 + bytes.length, slot);
  return flatOfSlot(slot);
}

function attempt(bytes: Uint8Array): FlatFeed | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof FeedFormatError) return undefined;
    throw error;
  }
}

function witness(bytes: Uint8Array): { flat: FlatFeed; several: boolean } | undefined {
  try {
    return flatOfBytes(bytes);
  } catch {
    return undefined;
  }
}

const encode = (feed: object): Buffer => Buffer.from(FeedType.encode(FeedType.fromObject(feed)).finish());
const market = (fields: object): object => ({ fullFeed: { marketFF: fields } });

describe('decodeFeed', () => {
  it('reads every message of the schema as protobufjs does', () => {
    fc.assert(
      fc.property(feedBytes, (bytes) => {
        expect(decode(bytes)).toEqual(flatOfBytes(bytes).flat);
      }),
      { numRuns: 2_000 },
    );
  });

  it('steps over fields it does not know, at the end and inside', () => {
    fc.assert(
      fc.property(feedBytes, unknownField, (bytes, unknown) => {
        expect(decode(Buffer.concat([unknown, bytes, unknown]))).toEqual(decode(bytes));
        const nested = Buffer.concat([Buffer.from([0x0a, unknown.length]), unknown]);
        expect(decode(nested)).toEqual(decode(Buffer.from([0x0a, 0])));
      }),
      { numRuns: 300 },
    );
  });

  it('merges submessages that come twice, and lets the last member of a union win', () => {
    const first = encode(market({ ltpc: { ltp: 1, cp: 5 }, vtt: 7, marketLevel: { bidAskQuote: [{ bidQ: 1 }] } }));
    const second = encode(market({ ltpc: { ltp: 2 }, marketLevel: { bidAskQuote: [{ bidQ: 2 }] } }));
    const both = Buffer.concat([first, second]);
    expect(decode(both)).toEqual(flatOfBytes(both).flat);
    expect(decode(both)).toMatchObject({ ltp: 2, cp: 5, vtt: 7, depthLevels: 2 });
    expect(decode(Buffer.concat([both, encode({ ltpc: { ltp: 9 } })]))).toEqual(decode(encode({ ltpc: { ltp: 9 } })));
    expect(decode(Buffer.concat([encode({ ltpc: { ltp: 9 } }), both]))).toEqual(decode(both));
  });

  it('reads changed and cut bytes as protobufjs does, or refuses them, and never reads past the message', () => {
    let read = 0;
    const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
    fc.assert(
      fc.property(feedBytes, fc.array(change, { maxLength: 3 }), fc.nat(), (bytes, changes, cut) => {
        const broken = Buffer.from(cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes);
        for (const { at, to } of changes) if (broken.length > 0) broken[at % broken.length] = to;
        const ours = attempt(broken);
        const theirs = witness(broken);
        if (ours === undefined || theirs === undefined || theirs.several) return;
        read += 1;
        expect(ours).toEqual(theirs.flat);
      }),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  it('reads whatever protobufjs writes after reading changed bytes', () => {
    let read = 0;
    fc.assert(
      fc.property(feedBytes, fc.nat(), fc.nat(255), (bytes, at, to) => {
        const changed = Buffer.from(bytes);
        if (changed.length > 0) changed[at % changed.length] = to;
        const theirs = witness(changed);
        if (theirs === undefined || theirs.several) return;
        read += 1;
        expect(decode(Buffer.from(FeedType.encode(FeedType.decode(changed)).finish()))).toEqual(theirs.flat);
      }),
      { numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(200);
  });

  it.each<[string, object, object]>([
    ['nothing at all', {}, { kind: 'none', mode: 'ltpc', hasLtpc: false }],
    ['a price of zero', { ltpc: {} }, { kind: 'ltpc', hasLtpc: true, ltp: 0, ltt: 0 }],
    ['an equity without Greeks', market({ optionGreeks: {} }), { kind: 'market', hasGreeks: true, delta: 0 }],
    [
      'an index',
      { fullFeed: { indexFF: { ltpc: { ltp: 1 } } }, requestMode: 1 },
      { kind: 'index', mode: 'full', ltp: 1 },
    ],
    ['a mode nobody knows', { ltpc: {}, requestMode: 9 }, { mode: undefined }],
    ['an auction price of zero', { ltpc: { iep: {} } }, { hasLtpcIep: true, ltpcIep: 0 }],
    ['sellers in surplus', market({ iiqTotal: -650, iiqM: -65 }), { iiqTotal: -650, iiqM: -65 }],
    [
      'more than thirty levels',
      market({ marketLevel: { bidAskQuote: Array(33).fill({ bidQ: 1 }) } }),
      { depthLevels: 30 },
    ],
    [
      'Greeks that are not numbers',
      market({ optionGreeks: { delta: NaN, vega: 2 }, atp: 3 }),
      { hasGreeks: false, vega: 0, atp: 3 },
    ],
    ['a volatility that is none', market({ iv: Infinity, atp: 3 }), { iv: 0, atp: 3 }],
    [
      'the closing auction',
      market({ casEligible: true, rp: 5.5, iep: 6.5, ieq: 9 }),
      { casEligible: true, rp: 5.5, iep: 6.5, ieq: 9 },
    ],
  ])('reads %s', (_name, feed, expected) => {
    expect(decode(encode(feed))).toMatchObject(expected);
  });

  it.each<[string, Uint8Array]>([
    ['a price that is not a number', encode({ ltpc: { ltp: NaN } })],
    ['an infinite bid', encode(market({ marketLevel: { bidAskQuote: [{ bidP: Infinity }] } }))],
    ['more rupees than there are', encode(market({ atp: 5e13 }))],
    ['an integer beyond 2^53', encode({ ltpc: { ltt: '9007199254740992' } })],
    ['an integer below -2^53', encode({ ltpc: { ltt: '-9007199254740992' } })],
    ['the smallest int64', encode({ ltpc: { ltt: '-9223372036854775808' } })],
    ['the largest int64', encode({ ltpc: { ltt: '9223372036854775807' } })],
    ['a varint of eleven bytes', Buffer.from([0x20, ...Array<number>(10).fill(0xff), 0x01])],
    ['field number zero', Buffer.from([0x00, 0x01])],
    ['a group that never ends', Buffer.from([0x9b, 0x06, 0x08, 0x01])],
    ['a group that ends another', Buffer.from([0x9b, 0x06, 0xa4, 0x06])],
    ['a stray end of group', Buffer.from([0x9c, 0x06])],
    ['groups in groups without end', Buffer.alloc(200, Buffer.from([0x9b, 0x06]))],
    ['a length past the end', Buffer.from([0x0a, 0x05, 0x09])],
    ['a length past any end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a negative length', Buffer.from([0x0a, ...Array<number>(9).fill(0xff), 0x01])],
    ['wire type 7', Buffer.from([0x9f, 0x06])],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decode(bytes)).toThrow(FeedFormatError);
  });

  const recorded = sharedFile('ticks_v3_full_2025-12-15_1000-1015_all10.jsonl.gz');
  (recorded === undefined ? it.skip : it)(
    'reads a real capture as protobufjs does and as it was recorded',
    async () => {
      const lines = createInterface({ input: createReadStream(recorded ?? '').pipe(createGunzip()) });
      let count = 0;
      for await (const line of lines) {
        const wire = JSON.parse(line) as {
          fullFeed: { marketFF: { ltpc: { ltp: number; ltt: string }; vtt?: string; oi?: number } };
        };
        const bytes = encode(wire);
        const flat = decode(bytes);
        expect(flat).toEqual(flatOfBytes(bytes).flat);
        const { ltpc, vtt, oi } = wire.fullFeed.marketFF;
        expect(flat).toMatchObject({
          ltp: ltpc.ltp,
          ltt: Number(ltpc.ltt),
          vtt: Number(vtt ?? 0),
          oi: oi ?? 0,
          kind: 'market',
          mode: 'full',
        });
        count += 1;
      }
      expect(count).toBeGreaterThan(5_000);
    },
  );
});
