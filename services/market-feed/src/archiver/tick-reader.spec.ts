import { Tick, toBytes } from '@vega/contracts';
import fc from 'fast-check';
import { TICK_COLUMNS } from './tick-columns.ts';
import { TickReader } from './tick-reader.ts';

const whole = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.integer({ min: 0, max: 200 }), fc.constant(0));
const count = fc.oneof(fc.maxSafeNat(), fc.nat(300));
const real = fc.double({ noNaN: true, noDefaultInfinity: true });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const ohlc = fc.record({
  openPaise: whole,
  highPaise: whole,
  lowPaise: whole,
  closePaise: whole,
  volume: whole,
  startTimeMs: whole,
});

const ticks: fc.Arbitrary<Tick> = fc.record({
  instrumentKey: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  instrumentId: whole,
  feedEpoch: whole,
  seq: whole,
  source: fc.constantFrom(0, 1, 2, 3),
  mode: fc.constantFrom(0, 1, 2, 3, 4),
  marketTimeMs: whole,
  receivedTimeUs: whole,
  lastPricePaise: whole,
  lastTradeTimeMs: whole,
  lastQty: whole,
  prevClosePaise: whole,
  depth: fc.array(fc.record({ bidQty: count, bidPricePaise: whole, askQty: count, askPricePaise: whole }), {
    maxLength: 30,
  }),
  avgPricePaise: maybe(whole),
  volume: maybe(whole),
  oi: maybe(whole),
  totalBuyQty: maybe(whole),
  totalSellQty: maybe(whole),
  brokerIv: maybe(real),
  brokerGreeks: maybe(fc.record({ delta: real, theta: real, gamma: real, vega: real, rho: real })),
  day: maybe(ohlc),
  minute: maybe(ohlc),
  indicativePricePaise: maybe(whole),
  referencePricePaise: maybe(whole),
  indicativeQty: maybe(whole),
  imbalanceQtyTotal: maybe(whole),
  imbalanceQtyMarket: maybe(whole),
});

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

/** What the generated code says of a column. */
function witness(tick: Tick, name: string): unknown {
  const fields = tick as unknown as Record<string, unknown>;
  const own = camel(name);
  if (own in fields) return fields[own];
  const [prefix = '', ...rest] = name.split('_');
  const part = fields[prefix === 'broker' ? 'brokerGreeks' : prefix] as Record<string, unknown> | undefined;
  return part?.[camel(rest.join('_'))];
}

describe('a tick read by hand', () => {
  it('is what the generated decoder reads, in every field', () => {
    const reader = new TickReader();
    fc.assert(
      fc.property(ticks, (written) => {
        const bytes = toBytes(Tick, written);
        const tick = Tick.decode(bytes);
        expect(reader.read(bytes)).toBe(true);
        expect(reader.key).toBe(tick.instrumentKey);
        expect(reader.depth).toEqual(
          tick.depth.flatMap((level) => [level.bidQty, level.bidPricePaise, level.askQty, level.askPricePaise]),
        );
        for (const [at, { name }] of TICK_COLUMNS.entries()) {
          const value = reader.values[at] as number;
          expect([name, Number.isNaN(value) ? undefined : value]).toEqual([name, witness(tick, name)]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has a column for every field of the message', () => {
    const full = fc.sample(
      ticks.filter((tick) => Object.values(tick).every((value) => value !== undefined)),
      { numRuns: 1, seed: 1 },
    )[0] as Tick;
    const fields = Object.entries(full).flatMap(([name, value]) =>
      typeof value === 'object' && !Array.isArray(value)
        ? Object.keys(value as object).map((inner) => `${name}.${inner}`)
        : [name],
    );
    // The key and the depth are no numeric columns.
    expect(TICK_COLUMNS).toHaveLength(fields.length - 2);
  });

  it('passes over fields that are not known', () => {
    const bytes = toBytes(Tick, Tick.create({ instrumentKey: 'NSE_FO|1', marketTimeMs: 7, lastPricePaise: 5 }));
    const more = new Uint8Array([
      ...bytes,
      0xf8,
      0x06,
      1,
      0xf9,
      0x06,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0xfa,
      0x06,
      2,
      9,
      9,
      0xfd,
      0x06,
      0,
      0,
      0,
      0,
    ]);
    const reader = new TickReader();
    expect(reader.read(more)).toBe(true);
    expect([reader.key, reader.values[TICK_COLUMNS.findIndex(({ name }) => name === 'last_price_paise')]]).toEqual([
      'NSE_FO|1',
      5,
    ]);
  });

  it('is refused when its bytes are cut short or are not of a message, without a throw', () => {
    const reader = new TickReader();
    fc.assert(
      fc.property(ticks, fc.nat(), (written, cut) => {
        const bytes = toBytes(Tick, written);
        const length = cut % (bytes.length + 1);
        const whole = accepts(bytes.subarray(0, length));
        expect(reader.read(bytes.subarray(0, length))).toBe(whole);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => reader.read(bytes)).not.toThrow();
      }),
    );
    expect(reader.read(new Uint8Array([0xff, 0xff, 0xff]))).toBe(false);
  });
});

function accepts(bytes: Uint8Array): boolean {
  try {
    Tick.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
