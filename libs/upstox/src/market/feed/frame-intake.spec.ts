import { type InstrumentKey, instrumentKey } from '@vega/kernel';
import fc from 'fast-check';
import { encodeFrame, fullFeed, INFO, INITIAL, LIVE } from '../../../test/support/frames.ts';
import { type FeedEntry, FrameCounters, FrameIntake, type FrameKind, type FrameSource } from './frame-intake.ts';
import { InstrumentTable } from './instrument-table.ts';
import type { MarketInfo } from './market-info.ts';

const T0 = 1_773_202_500_000;
const KEYS = ['NSE_FO|51414', 'NSE_INDEX|Nifty 50', 'NSE_EQ|INE848E01016'].map(instrumentKey);
const [A, B, C] = KEYS as [InstrumentKey, InstrumentKey, InstrumentKey];

interface Seen {
  readonly key: InstrumentKey;
  readonly vtt: number;
  readonly type: string;
  readonly ts: number;
}

class Rig {
  readonly table = new InstrumentTable();
  readonly counters = new FrameCounters();
  readonly seen: Seen[] = [];
  readonly infos: MarketInfo[] = [];
  onEntry: (entry: FeedEntry) => void = () => undefined;
  readonly intake = new FrameIntake(this.table, {
    onEntry: (entry) => {
      this.seen.push({ key: entry.key, vtt: entry.slot.vtt, type: entry.feedType, ts: entry.currentTs });
      this.onEntry(entry);
    },
    onMarketInfo: (info) => this.infos.push(info),
  });
  private now = 0;

  constructor(keys: readonly InstrumentKey[] = KEYS) {
    for (const key of keys) this.table.add(key).lane = 0;
  }

  source(generation = 1, isHandover = false, lane = 0): FrameSource {
    return { lane, generation, isHandover, awaited: new Set(), lastFrameMs: 0 };
  }

  take(frame: Uint8Array, source = this.source(), isBinary = true): FrameKind {
    this.now += 1;
    return this.intake.handle(source, this.counters, frame, isBinary, this.now);
  }

  volumes(): number[] {
    return this.seen.map((entry) => entry.vtt);
  }
}

const live = (feeds: Record<string, object>, currentTs = T0): Buffer => encodeFrame({ type: LIVE, currentTs, feeds });

describe('FrameIntake', () => {
  it('passes each entry on with its key, time, type and connection', () => {
    const rig = new Rig();
    rig.onEntry = (entry) => {
      expect(entry).toMatchObject({ connection: 0, generation: 4, receivedAtMonotonicMs: 1 });
      expect(KEYS).toContain(entry.key);
      expect(entry.bytes.length).toBeGreaterThan(20);
    };
    expect(
      rig.take(
        encodeFrame({ type: INITIAL, currentTs: T0, feeds: { [A]: fullFeed(1, 1), [B]: fullFeed(2, 2) } }),
        rig.source(4),
      ),
    ).toBe('initial_feed');
    expect(rig.take(live({ [C]: fullFeed(3, 3) }, T0 + 9), { ...rig.source(4), lane: 1 })).toBe('live_feed');
    expect(rig.seen).toEqual([
      { key: A, vtt: 1, type: 'initial_feed', ts: T0 },
      { key: B, vtt: 2, type: 'initial_feed', ts: T0 },
    ]);
    expect(rig.counters).toMatchObject({ frames: 2, entries: 3, emitted: 2, unsubscribed: 1 });
  });

  it('gives the same string object for the same instrument', () => {
    const rig = new Rig();
    const keys: InstrumentKey[] = [];
    rig.onEntry = (entry) => keys.push(entry.key);
    rig.take(live({ [A]: fullFeed(1, 1) }));
    rig.take(live({ [A]: fullFeed(1, 2) }));
    expect(keys.every((key) => Object.is(key, A))).toBe(true);
  });

  it('drops a message equal to the previous of its instrument, of whatever type and connection, and refreshes liveness', () => {
    const rig = new Rig();
    const source = rig.source();
    rig.take(live({ [A]: fullFeed(1, 1) }), source);
    rig.take(live({ [A]: fullFeed(1, 1), [B]: fullFeed(1, 1) }, T0 + 1), source);
    expect(source.lastFrameMs).toBe(2);
    rig.take(live({ [A]: fullFeed(2, 2) }, T0 + 2), source);
    rig.take(live({ [A]: fullFeed(1, 1) }, T0 + 3), source);
    const reconnected = rig.source(2);
    rig.take(encodeFrame({ type: INITIAL, currentTs: T0 + 4, feeds: { [A]: fullFeed(1, 1) } }), reconnected);
    expect(rig.seen.map(({ key, vtt }) => [key, vtt])).toEqual([
      [A, 1],
      [B, 1],
      [A, 2],
      [A, 1],
    ]);
    expect(rig.counters).toMatchObject({ entries: 6, emitted: 4, duplicates: 2 });
  });

  it('knows no instrument after it was removed, and its last message no more', () => {
    const rig = new Rig();
    rig.take(live({ [A]: fullFeed(1, 1) }));
    rig.table.delete(A);
    rig.take(live({ [A]: fullFeed(1, 2), 'NSE_FO|666': fullFeed(1, 1), '': fullFeed(1, 1) }));
    expect(rig.counters.unsubscribed).toBe(3);
    rig.table.add(A).lane = 0;
    rig.take(live({ [A]: fullFeed(1, 1) }));
    expect(rig.volumes()).toEqual([1, 1]);
  });

  it('marks awaited instruments as seen', () => {
    const rig = new Rig();
    const source = rig.source();
    source.awaited.add(A).add(B);
    rig.take(live({ [A]: {}, [C]: fullFeed(1, 1) }), source);
    expect([...source.awaited]).toEqual([B]);
    expect(rig.counters).toMatchObject({ empty: 1, emitted: 1 });
  });

  it('reads market info', () => {
    const rig = new Rig();
    const marketInfo = {
      segmentStatus: { NSE_FO: 2, NSE_EQ: 0, BSE_EQ: 42 },
      casMarketStatus: { NSE_EQ: { status: 'CAS_OPEN', updatedTime: T0 } },
      preOpenSessionStatus: { NSE_FO: {} },
    };
    expect(rig.take(encodeFrame({ type: INFO, currentTs: T0, marketInfo }))).toBe('market_info');
    expect(rig.infos).toHaveLength(1);
    const info = rig.infos[0] as MarketInfo;
    expect(info.currentTs).toBe(T0);
    expect(Object.fromEntries(info.segmentStatus)).toEqual({
      NSE_FO: 'NORMAL_OPEN',
      NSE_EQ: 'PRE_OPEN_START',
      BSE_EQ: 'UNKNOWN',
    });
    expect(Object.fromEntries(info.casMarketStatus)).toEqual({ NSE_EQ: { status: 'CAS_OPEN', updatedMs: T0 } });
    expect(Object.fromEntries(info.preOpenSessionStatus)).toEqual({ NSE_FO: { status: '', updatedMs: 0 } });
  });

  describe('garbage', () => {
    const good = live({ [A]: fullFeed(1, 1), [B]: fullFeed(2, 2) });

    it.each<[string, Uint8Array, boolean]>([
      ['text', Buffer.from('{"status":"error"}'), false],
      ['an empty frame', Buffer.alloc(0), true],
      ['no time', encodeFrame({ type: LIVE, feeds: { [A]: fullFeed(1, 1) } }), true],
      ['a time before the exchange', live({ [A]: fullFeed(1, 1) }, 1_000), true],
      ['an unknown type', encodeFrame({ type: 7, currentTs: T0, feeds: { [A]: fullFeed(1, 1) } }), true],
      ['a frame cut short', good.subarray(0, good.length - 1), true],
      ['a frame with something behind', Buffer.concat([good, Buffer.from([0xff])]), true],
      ['broken market info', Buffer.concat([encodeFrame({ currentTs: T0 }), Buffer.from([0x22, 2, 0x0a, 9])]), true],
      [
        'market info in no language',
        Buffer.concat([encodeFrame({ currentTs: T0 }), Buffer.from([0x22, 6, 0x0a, 4, 0x0a, 2, 0xff, 0xfe])]),
        true,
      ],
      [
        'more statuses than there are segments',
        encodeFrame({
          currentTs: T0,
          marketInfo: { segmentStatus: Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`S${at}`, 1])) },
        }),
        true,
      ],
    ])('%s yields nothing and is no sign of life', (_name, frame, isBinary) => {
      const rig = new Rig();
      const source = rig.source();
      expect(rig.take(frame, source, isBinary)).toBe('garbage');
      expect(rig.seen).toEqual([]);
      expect(rig.infos).toEqual([]);
      expect(source.lastFrameMs).toBe(0);
      expect(rig.counters).toMatchObject({ garbage: 1, frames: 0, entries: 0 });
      rig.take(good);
      expect(rig.volumes()).toEqual([1, 2]);
    });

    it('an entry that cannot be decoded is skipped, its neighbours are not', () => {
      const rig = new Rig();
      rig.take(live({ [A]: { ltpc: { ltp: NaN } }, [B]: fullFeed(2, 2), [C]: { ltpc: { ltt: '9007199254740993' } } }));
      expect(rig.volumes()).toEqual([2]);
      expect(rig.counters).toMatchObject({ malformed: 2, emitted: 1, frames: 1 });
    });

    it('random and mutated bytes never throw, and pass on nothing that was not whole', () => {
      const mutation = fc.record({ at: fc.nat(), to: fc.nat(255) });
      const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((changes) => {
        const frame = Buffer.from(good);
        for (const { at, to } of changes) frame[at % frame.length] = to;
        return frame;
      });
      const cut = fc.nat(good.length - 1).map((length) => Buffer.from(good.subarray(0, length)));
      const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
      const rig = new Rig();
      rig.onEntry = ({ key, slot }) => {
        expect(KEYS).toContain(key);
        expect([slot.ltp, slot.ltt, slot.vtt, slot.bidP[0], slot.askQ[0]].every(Number.isFinite)).toBe(true);
      };
      fc.assert(
        fc.property(fc.oneof(mutated, cut, noise), (frame) => {
          rig.take(frame);
        }),
        { numRuns: 3_000 },
      );
      const { entries, emitted, duplicates, malformed, empty, unsubscribed, garbage } = rig.counters;
      expect(garbage).toBeGreaterThan(100);
      expect(entries).toBe(emitted + duplicates + malformed + empty + unsubscribed);
      rig.take(live({ [C]: fullFeed(9, 999) }));
      expect(rig.volumes().at(-1)).toBe(999);
    });
  });

  describe('two connections for one lane', () => {
    it('the newer one takes an instrument over with its first frame, and the older one is superseded', () => {
      const rig = new Rig();
      const old = rig.source(1);
      const young = rig.source(2, true);
      rig.take(live({ [A]: fullFeed(1, 1) }, T0), old);
      rig.take(encodeFrame({ type: INITIAL, currentTs: T0 + 5, feeds: { [A]: fullFeed(1, 1) } }), young);
      rig.take(live({ [A]: fullFeed(1, 2) }, T0 + 6), old);
      rig.take(live({ [A]: fullFeed(1, 2) }, T0 + 6), young);
      rig.take(live({ [B]: fullFeed(1, 3) }, T0 + 7), old);
      expect(rig.volumes()).toEqual([1, 2, 3]);
      expect(rig.counters).toMatchObject({ superseded: 1, duplicates: 1 });
    });

    it('does not go back in time while the older one runs', () => {
      const rig = new Rig();
      const old = rig.source(1);
      const young = rig.source(2, true);
      rig.take(live({ [A]: fullFeed(1, 5) }, T0 + 5), old);
      rig.take(encodeFrame({ type: INITIAL, currentTs: T0 + 4, feeds: { [A]: fullFeed(1, 4) } }), young);
      rig.take(live({ [A]: fullFeed(1, 6) }, T0 + 6), old);
      rig.take(live({ [A]: fullFeed(1, 6) }, T0 + 6), young);
      rig.take(live({ [A]: fullFeed(1, 7) }, T0 + 7), old);
      rig.take(live({ [A]: fullFeed(1, 7) }, T0 + 7), young);
      expect(rig.volumes()).toEqual([5, 6, 7]);
      expect(rig.counters).toMatchObject({ superseded: 2, duplicates: 1 });
    });

    it('takes an older snapshot when there is no other connection', () => {
      const rig = new Rig();
      rig.take(live({ [A]: fullFeed(1, 5) }, T0 + 5), rig.source(1));
      rig.take(encodeFrame({ type: INITIAL, currentTs: T0 + 4, feeds: { [A]: fullFeed(1, 4) } }), rig.source(2));
      expect(rig.volumes()).toEqual([5, 4]);
    });
  });
});
