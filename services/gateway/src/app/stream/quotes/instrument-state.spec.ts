import { Instrument, Tick, TickSource, toBytes } from '@vega/contracts';
import fc from 'fast-check';
import { InstrumentState } from './instrument-state.ts';

const KEY = 'NSE_FO|1';

function fresh(): InstrumentState {
  return new InstrumentState(Instrument.create({ instrumentKey: KEY, tradingSymbol: 'ONE' }));
}

function tick(feedEpoch: number, seq: number, more: Partial<Tick> = {}): Tick {
  return Tick.create({ instrumentKey: KEY, feedEpoch, seq, lastPricePaise: feedEpoch * 10_000 + seq, ...more });
}

function take(state: InstrumentState, feedEpoch: number, seq: number): ReturnType<InstrumentState['takeTick']> {
  return state.takeTick({ feedEpoch, seq }, toBytes(Tick, tick(feedEpoch, seq)), 0);
}

function shown(state: InstrumentState, nowMs = 0): Record<string, unknown> {
  return JSON.parse(state.toFragment(nowMs, 1_000_000, () => undefined).toString()) as Record<string, unknown>;
}

describe('instrument state', () => {
  it.each<[string, [number, number][], string, number]>([
    [
      'the next in sequence',
      [
        [1, 1],
        [1, 2],
      ],
      'taken',
      0,
    ],
    ['the first of all', [[3, 9]], 'taken', 0],
    [
      'a repeat',
      [
        [1, 2],
        [1, 2],
      ],
      'repeated',
      0,
    ],
    [
      'an older one',
      [
        [1, 5],
        [1, 4],
      ],
      'repeated',
      0,
    ],
    [
      'a lower epoch',
      [
        [2, 1],
        [1, 99],
      ],
      'lower-epoch',
      0,
    ],
    [
      'a higher epoch, from wherever it counts',
      [
        [1, 50],
        [2, 7],
      ],
      'taken',
      0,
    ],
    [
      'one after a gap',
      [
        [1, 1],
        [1, 5],
      ],
      'taken',
      3,
    ],
  ])('%s', (_name, arrivals, kind, missed) => {
    const state = fresh();
    const last = arrivals.map(([epoch, seq]) => take(state, epoch, seq)).at(-1);
    expect(last).toMatchObject(kind === 'taken' ? { kind, missed } : { kind });
  });

  it('shows the newest by epoch, then sequence, in whatever order ticks and answers come (against a naive oracle)', () => {
    const arrival = fc.record({
      epoch: fc.integer({ min: 1, max: 3 }),
      seq: fc.integer({ min: 1, max: 6 }),
      answer: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 30 }), (arrivals) => {
        const state = fresh();
        let best = { epoch: 0, seq: 0 };
        let version = 0;
        for (const { epoch, seq, answer } of arrivals) {
          if (answer) state.takeAnswer(tick(epoch, seq), null, 0);
          else take(state, epoch, seq);
          const isNewer = epoch > best.epoch || (epoch === best.epoch && seq > best.seq);
          if (isNewer) best = { epoch, seq };
          expect(state.version > version).toBe(isNewer);
          version = state.version;
        }
        expect(shown(state)).toMatchObject({ feed_epoch: best.epoch, seq: best.seq, stale: false });
      }),
    );
  });

  it('keeps its own copy of the bytes it was handed', () => {
    const state = fresh();
    const level = { bidQty: 1e9, bidPricePaise: 1e9, askQty: 1e9, askPricePaise: 1e9 };
    const bytes = toBytes(Tick, tick(1, 1, { depth: Array.from({ length: 30 }, () => level) }));
    expect(bytes.length).toBeGreaterThan(512);
    state.takeTick({ feedEpoch: 1, seq: 1 }, bytes, 0);
    bytes.fill(0);
    expect(shown(state)).toMatchObject({ seq: 1, last_price: 100.01 });
  });

  it('judges: an answer of the same place only changes whether it is fresh', () => {
    const state = fresh();
    take(state, 1, 3);
    const { version } = state;
    state.takeAnswer(tick(1, 3), null, 0);
    expect(state.version).toBe(version);
    state.takeAnswer(tick(1, 3), 'CONNECTION_MUTE', 0);
    expect(state.version).toBe(version + 1);
    expect(shown(state)).toMatchObject({ stale: true, stale_reason: 'CONNECTION_MUTE' });
    state.takeAnswer(tick(1, 2), null, 0);
    expect(shown(state)).toMatchObject({ stale: true, seq: 3 });
    take(state, 1, 4);
    expect(shown(state)).toMatchObject({ stale: false, stale_reason: null, seq: 4 });
  });

  it('takes a value read once by its time, and streams on from the sequence it had', () => {
    const state = fresh();
    state.takeTick({ feedEpoch: 1, seq: 3 }, toBytes(Tick, tick(1, 3, { receivedTimeUs: 2_000_000 })), 0);
    const read = (receivedTimeUs: number, lastPricePaise: number): void =>
      state.takeAnswer(tick(1, 3, { source: TickSource.REST, receivedTimeUs, lastPricePaise }), 'NOT_SUBSCRIBED', 0);
    read(1_000_000, 111);
    expect(shown(state)).toMatchObject({ last_price: 100.03, stale: true });
    read(3_000_000, 222);
    expect(shown(state)).toMatchObject({ last_price: 2.22, source: 'REST', stale_reason: 'NOT_SUBSCRIBED' });
    expect(take(state, 1, 4)).toMatchObject({ kind: 'taken', missed: 0 });
    expect(shown(state)).toMatchObject({ seq: 4, stale: false });
  });

  it('does not let a value pass for the present when what came after it cannot be read', () => {
    for (const bytes of [
      Uint8Array.of(0x18, 1, 0x20, 2, 0x0a, 200, 1),
      toBytes(Tick, { ...tick(1, 2), instrumentKey: 'NSE_FO|2' }),
    ]) {
      const state = fresh();
      take(state, 1, 1);
      shown(state);
      state.takeTick({ feedEpoch: 1, seq: 2 }, bytes, 0);
      expect(shown(state)).toMatchObject({ seq: 1, instrument_key: KEY, stale: true, stale_reason: 'UNKNOWN' });
    }
  });

  it('serialises a version once and shares it, but not for longer than its age stays true', () => {
    const state = fresh();
    state.takeTick({ feedEpoch: 1, seq: 1 }, toBytes(Tick, tick(1, 1, { receivedTimeUs: 999_000_000 })), 0);
    const firsts: number[] = [];
    const first = state.toFragment(0, 1_000_000, (receivedMs) => firsts.push(receivedMs));
    expect(state.toFragment(200, 1_000_200, (receivedMs) => firsts.push(receivedMs))).toBe(first);
    const later = state.toFragment(60_000, 1_060_000, (receivedMs) => firsts.push(receivedMs));
    expect(JSON.parse(first.toString())).toMatchObject({ age_ms: 1_000 });
    expect(JSON.parse(later.toString())).toMatchObject({ age_ms: 61_000 });
    expect(firsts).toEqual([999_000]);
  });
});
