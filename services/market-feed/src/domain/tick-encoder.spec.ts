import { Tick, TickSource, toBytes } from '@vega/contracts';
import { instrumentKey, rupeesToPaise } from '@vega/kernel';
import { seededRandom, seedFromEnvironment, withSeed, type SeededRandom } from '@vega/testkit';
import { FEED_MODES, FeedSlot, type FeedKind } from '@vega/upstox/market';
import { TickEncoder, tickHeader } from './tick-encoder.ts';
import { toTick, type TickIdentity, type TickStamp } from './to-tick.ts';
import { traitsOf } from './tick-traits.ts';
import { writeInt } from './wire-write.ts';

const KINDS: readonly FeedKind[] = ['none', 'ltpc', 'market', 'index', 'greeks'];
const KEYS = [
  ['NSE_FO|51414', 'CE'],
  ['NSE_FO|57352', 'FUT'],
  ['BSE_FO|1', ''],
  ['NSE_EQ|INE118H01025', 'EQ'],
  ['NSE_INDEX|Nifty 50', 'INDEX'],
  ['BSE_INDEX|SENSEX', ''],
] as const;

function randomSlot(random: SeededRandom): FeedSlot {
  const slot = new FeedSlot();
  const rupees = (): number => (random.chance(0.15) ? 0 : random.integer(1, random.pick([99, 10_000, 9e9])) / 100);
  const units = (): number => (random.chance(0.15) ? 0 : random.integer(1, random.pick([100, 70_000, 2 ** 45])));
  const real = (): number => (random.chance(0.2) ? 0 : (random.next() - 0.5) * random.pick([1, 100]));
  slot.kind = random.pick(KINDS);
  slot.mode = random.chance(0.1) ? undefined : random.pick(FEED_MODES);
  slot.hasLtpc = true;
  slot.ltp = rupees();
  slot.ltt = random.chance(0.1) ? 0 : 1_765_773_004_546 + random.integer(0, 1e9);
  slot.ltq = units();
  slot.cp = rupees();
  slot.hasLtpcIep = random.chance(0.3);
  slot.ltpcIep = rupees();
  slot.hasDepth = true;
  slot.depthLevels = random.pick([0, 1, 5, 30]);
  for (let level = 0; level < 30; level += 1) {
    slot.bidQ[level] = units();
    slot.bidP[level] = rupees();
    slot.askQ[level] = units();
    slot.askP[level] = rupees();
  }
  slot.hasGreeks = random.chance(0.8);
  for (const name of ['delta', 'theta', 'gamma', 'vega', 'rho', 'iv'] as const) slot[name] = real();
  slot.hasDay = random.chance(0.8);
  for (const name of ['dayOpen', 'dayHigh', 'dayLow', 'dayClose', 'minuteOpen', 'minuteHigh'] as const) {
    slot[name] = rupees();
  }
  slot.dayVol = units();
  slot.dayTs = 1_765_737_000_000;
  slot.hasMinute = random.chance(0.8);
  slot.minuteLow = rupees();
  slot.minuteClose = rupees();
  slot.minuteVol = units();
  slot.minuteTs = 1_765_772_940_000;
  slot.atp = rupees();
  for (const name of ['vtt', 'oi', 'tbq', 'tsq'] as const) slot[name] = units();
  if (random.chance(0.3)) {
    slot.iep = rupees();
    slot.rp = rupees();
    slot.ieq = units();
    slot.iiqTotal = random.chance(0.5) ? 0 - units() : units();
    slot.iiqM = random.chance(0.5) ? 0 - units() : units();
  }
  return slot;
}

function randomIdentity(random: SeededRandom): TickIdentity {
  const [text, type] = random.pick(KEYS);
  const key = instrumentKey(text);
  const segment = text.slice(0, text.indexOf('|')) as 'NSE_FO';
  const instrumentId = random.chance(0.2) ? 0 : random.integer(1, 5_000_000);
  return { key, instrumentId, feedEpoch: random.integer(1, 900), traits: traitsOf(segment, type) };
}

function randomStamp(random: SeededRandom): TickStamp {
  return {
    seq: random.integer(1, random.pick([100, 2 ** 31, 2 ** 40])),
    source: random.pick([TickSource.FEED_SNAPSHOT, TickSource.FEED_LIVE]),
    marketTimeMs: 1_765_773_004_546 + random.integer(0, 1e12),
    receivedTimeUs: 1_765_773_004_546_123 + random.integer(0, 1e12),
  };
}

describe('tick encoder', () => {
  it('writes the bytes of Tick.encode(toTick(slot)) and nothing else, over random slots', () =>
    withSeed(20_261_123, (random) => {
      const encoder = new TickEncoder();
      for (let run = 0; run < 5_000; run += 1) {
        const [slot, identity, stamp] = [randomSlot(random), randomIdentity(random), randomStamp(random)];
        const expected = toTick(slot, identity, stamp);
        const bytes = encoder.encode(tickHeader(identity), identity.traits, slot, stamp);
        if (!Buffer.from(bytes).equals(toBytes(Tick, expected))) throw new Error(JSON.stringify(expected));
        if (run % 100 === 0) expect(Tick.decode(bytes)).toEqual(expected);
      }
    }));

  it('never writes again where it has written', () => {
    const random = seededRandom(seedFromEnvironment(7));
    const encoder = new TickEncoder();
    const kept: { bytes: Uint8Array; copy: Buffer }[] = [];
    for (let run = 0; run < 3_000; run += 1) {
      const identity = randomIdentity(random);
      const bytes = encoder.encode(tickHeader(identity), identity.traits, randomSlot(random), randomStamp(random));
      kept.push({ bytes, copy: Buffer.from(bytes) });
    }
    expect(kept.every(({ bytes, copy }) => copy.equals(bytes))).toBe(true);
  });
});

describe('varints', () => {
  it.each([0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 35, Number.MAX_SAFE_INTEGER])(
    'writes %d and its negative as protobuf does',
    (value) => {
      for (const signed of [value, -value]) {
        const out = new Uint8Array(16);
        const end = writeInt(out, 0, signed);
        const reference = Tick.encode(Tick.create({ volume: signed }))
          .finish()
          .subarray(1);
        expect([...out.subarray(0, end)]).toEqual([...reference]);
      }
    },
  );
});

describe('tick mapping', () => {
  const stamp = { seq: 1, source: TickSource.FEED_LIVE, marketTimeMs: 10, receivedTimeUs: 20 };
  const identityOf = (text: string, type: string): TickIdentity => {
    const segment = text.slice(0, text.indexOf('|')) as 'NSE_FO';
    return { key: instrumentKey(text), instrumentId: 3, feedEpoch: 4, traits: traitsOf(segment, type) };
  };
  const bare = (kind: FeedKind): FeedSlot => Object.assign(new FeedSlot(), { kind, mode: undefined });

  it.each([
    ['market', 'NSE_FO|1', 'CE', { volume: 0, oi: 0, brokerIv: 0, avgPricePaise: 0, totalBuyQty: 0 }],
    ['market', 'NSE_FO|1', 'FUT', { volume: 0, oi: 0, brokerIv: undefined, avgPricePaise: 0, totalBuyQty: 0 }],
    ['market', 'NSE_EQ|X', 'EQ', { volume: 0, oi: undefined, brokerIv: undefined, avgPricePaise: 0, totalBuyQty: 0 }],
    ['greeks', 'NSE_FO|1', 'PE', { volume: 0, oi: 0, brokerIv: 0, avgPricePaise: undefined, totalBuyQty: undefined }],
    ['index', 'NSE_INDEX|Nifty 50', 'INDEX', { volume: undefined, oi: undefined, brokerIv: undefined, depth: [] }],
    ['greeks', 'NSE_INDEX|Nifty 50', 'INDEX', { volume: undefined, oi: undefined, brokerIv: undefined, depth: [] }],
    ['ltpc', 'NSE_FO|1', 'CE', { volume: undefined, oi: undefined, brokerIv: undefined, day: undefined }],
  ] as const)('%s of %s %s: absent is not streamed, zero is zero', (kind, text, type, expected) => {
    const slot = bare(kind);
    slot.depthLevels = 1;
    expect(toTick(slot, identityOf(text, type), stamp)).toMatchObject(expected);
  });

  it('leaves the auction out where there is none and keeps its zeros where there is one', () => {
    const slot = bare('market');
    const identity = identityOf('NSE_EQ|X', 'EQ');
    expect(toTick(slot, identity, stamp).indicativePricePaise).toBeUndefined();
    slot.rp = 10.05;
    expect(toTick(slot, identity, stamp)).toMatchObject({ indicativePricePaise: 0, referencePricePaise: 1005 });
  });

  it('prices are exact for every tick of the grid', () => {
    const encoder = new TickEncoder();
    const identity = identityOf('NSE_FO|1', 'CE');
    const slot = bare('market');
    for (let paise = 1; paise < 4_000_000; paise += 371) {
      slot.ltp = Number((paise / 100).toFixed(2));
      const bytes = encoder.encode(tickHeader(identity), identity.traits, slot, stamp);
      const { lastPricePaise } = Tick.decode(bytes);
      if (lastPricePaise !== paise) throw new Error(`${slot.ltp} became ${lastPricePaise}`);
    }
    expect(rupeesToPaise(4_000_000.05)).toBe(400_000_005);
  });
});
