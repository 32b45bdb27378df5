import { Tick } from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import { FakeClock } from '@vega/testkit';
import type { LastValueStore, StoredTick } from './feed-ports.ts';
import { LastValueWriter, WRITE_EVERY_MS } from './last-value-writer.ts';
import { LiveInstrument } from './live-instrument.ts';

class MemoryStore implements LastValueStore {
  readonly batches: StoredTick[][] = [];
  readonly prices = new Map<string, number>();
  failures = 0;

  write(values: readonly StoredTick[]): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('the store is away'));
    }
    this.batches.push([...values]);
    for (const { key, tick } of values) this.prices.set(key, Tick.decode(tick).lastPricePaise);
    return Promise.resolve();
  }
}

function setUp(count: number) {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const writer = new LastValueWriter(store, clock);
  const instruments = Array.from(
    { length: count },
    (_, n) => new LiveInstrument(instrumentKey(`NSE_FO|${n}`), 1, undefined),
  );
  const tick = (n: number, lastPricePaise: number): void => {
    const instrument = instruments[n]!;
    instrument.keep(Tick.encode(Tick.create({ instrumentKey: instrument.key, lastPricePaise })).finish());
    writer.mark(instrument);
  };
  writer.start();
  return { clock, store, writer, tick };
}

describe('last value writer', () => {
  it('writes only what changed, once per batch and only the latest', async () => {
    const { clock, store, tick } = setUp(3);
    for (let paise = 1; paise <= 100; paise += 1) tick(0, paise);
    tick(2, 7);
    await clock.advance(WRITE_EVERY_MS);
    expect(store.batches.map((batch) => batch.map(({ key }) => key))).toEqual([['NSE_FO|0', 'NSE_FO|2']]);
    expect(store.prices.get('NSE_FO|0')).toBe(100);
    await clock.advance(WRITE_EVERY_MS * 4);
    expect(store.batches).toHaveLength(1);
    tick(2, 8);
    await clock.advance(WRITE_EVERY_MS);
    expect(store.batches).toHaveLength(2);
    expect(store.prices.get('NSE_FO|2')).toBe(8);
  });

  it('loses nothing to a store that fails in the middle, and says so while it lasts', async () => {
    const { clock, store, writer, tick } = setUp(1_200);
    for (let n = 0; n < 1_200; n += 1) tick(n, n + 1);
    store.failures = 1;
    await clock.advance(WRITE_EVERY_MS);
    expect(writer.problem).toBe('the store is away');
    tick(3, 5_000);
    tick(700, 6_000);
    await clock.advance(WRITE_EVERY_MS);
    expect(writer.problem).toBeUndefined();
    expect(store.prices.size).toBe(1_200);
    expect([store.prices.get('NSE_FO|3'), store.prices.get('NSE_FO|700')]).toEqual([5_000, 6_000]);
    expect(Math.max(...store.batches.map((batch) => batch.length))).toBe(500);
    expect(store.batches.flat()).toHaveLength(1_200);
  });

  it('writes what is left when it stops', async () => {
    const { store, writer, tick } = setUp(1);
    tick(0, 42);
    await writer.stop();
    expect(store.prices.get('NSE_FO|0')).toBe(42);
  });
});
