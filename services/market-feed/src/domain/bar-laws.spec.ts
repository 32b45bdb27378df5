import { MINUTE_MS } from '@vega/kernel';
import fc from 'fast-check';
import { builder, candle, OPEN, shape, tick, WINDOW } from '../../test/bar-ticks.ts';
import type { BuiltBar } from './bar-book.ts';

/** Trades of one instrument, ascending in time and in units traded, within the first minutes of the day. */
const trades = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 45_000 }),
      price: fc.integer({ min: 1, max: 500 }),
      units: fc.integer({ min: 1, max: 900 }),
    }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((list) => {
    let at = 0;
    let volume = 1_000;
    return list.map(({ gapMs, price, units }) => {
      at += gapMs;
      volume += units;
      return { at, price, volume };
    });
  });

/** The last announcement of each bar. */
function latest(said: readonly BuiltBar[]): Map<number, BuiltBar> {
  const bars = new Map<number, BuiltBar>();
  for (const bar of said) bars.set(bar.startTimeMs, bar);
  return new Map([...bars].sort((a, b) => a[0] - b[0]));
}

const END = OPEN + 60 * 45_000 + 600_000;
const FIRST = tick(-1, 1, 1_000, { snapshot: true, marketTimeMs: OPEN - 1, lastTradeTimeMs: OPEN - 1 });

describe('any sequence of trades', () => {
  it('gives bars that obey the laws of bars and agree with a naive reckoning', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const { bars, said } = builder();
        bars.onTick(FIRST);
        for (const { at, price, volume } of list) {
          bars.onTick(tick(at, price, volume));
          bars.advance(OPEN + at + 300);
        }
        bars.advance(END);
        const built = [...latest(said).values()];
        for (const bar of built) {
          expect(bar.lowPaise).toBeLessThanOrEqual(Math.min(bar.openPaise, bar.closePaise));
          expect(bar.highPaise).toBeGreaterThanOrEqual(Math.max(bar.openPaise, bar.closePaise));
          expect(bar.volume).toBeGreaterThanOrEqual(0);
        }
        expect(built.reduce((sum, { volume }) => sum + volume, 0)).toBe((list.at(-1)?.volume ?? 0) - 1_000);
        expect(built.map(shape)).toEqual(naive(list));
      }),
    );
  });

  it('changes nothing when ticks come twice', () => {
    fc.assert(
      fc.property(trades, fc.infiniteStream(fc.integer({ min: 1, max: 3 })), (list, times) => {
        const [once, often] = [builder(), builder()];
        once.bars.onTick(FIRST);
        often.bars.onTick(FIRST);
        for (const { at, price, volume } of list) {
          once.bars.onTick(tick(at, price, volume));
          const count = times.next().value as number;
          for (let i = 0; i < count; i += 1) often.bars.onTick(tick(at, price, volume));
          for (const { bars } of [once, often]) bars.advance(OPEN + at + 300);
        }
        for (const { bars } of [once, often]) bars.advance(END);
        expect(often.said).toEqual(once.said);
      }),
    );
  });

  it('ends in the same bars in whatever order ticks come within the window', () => {
    fc.assert(
      fc.property(
        trades.map((list) => list.filter(({ at }) => at < WINDOW)).filter((list) => list.length > 1),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (list, keys) => {
          const shuffled = list.map((trade) => ({ trade, key: keys.next().value as number }));
          shuffled.sort((a, b) => a.key - b.key);
          const results = [list, shuffled.map(({ trade }) => trade)].map((order) => {
            const { bars, said } = builder();
            bars.onTick(FIRST);
            for (const { at, price, volume } of order) {
              bars.onTick(tick(at, price, volume, { marketTimeMs: OPEN + WINDOW }));
              bars.advance(OPEN + WINDOW + 50);
            }
            bars.advance(END);
            return [...latest(said).values()].map(shape);
          });
          expect(results[1]).toEqual(results[0]);
        },
      ),
    );
  });

  it('ends in the candles of the broker wherever it gave one', () => {
    fc.assert(
      fc.property(trades, fc.infiniteStream(fc.boolean()), (list, given) => {
        const { bars, said } = builder();
        bars.onTick(FIRST);
        const expected = new Map<number, number>();
        for (const { at, price, volume } of list) {
          const minute = Math.floor(at / MINUTE_MS) - 1;
          const has = minute >= 0 && (given.next().value as boolean);
          if (has) expected.set(OPEN + minute * MINUTE_MS, price);
          const more = has ? { minute: candle(minute, [price, price, price, price], 1) } : {};
          bars.onTick(tick(at, price, volume, more));
          bars.advance(OPEN + at + 300);
        }
        bars.advance(END);
        const built = latest(said);
        for (const [start, price] of expected) {
          expect(built.get(start)).toMatchObject({ closePaise: price, volume: 1, final: true });
        }
        for (const [start, bar] of built) expect(bar.final).toBe(expected.has(start));
      }),
    );
  });
});

/** Bars by grouping, without any of the builder's machinery. */
function naive(list: readonly { at: number; price: number; volume: number }[]): (number | boolean)[][] {
  const groups = new Map<number, (typeof list)[number][]>();
  for (const trade of list) {
    const minute = Math.floor(trade.at / MINUTE_MS);
    groups.set(minute, [...(groups.get(minute) ?? []), trade]);
  }
  let before = 1_000;
  return [...groups].map(([minute, group]) => {
    const prices = group.map(({ price }) => price);
    const end = (group.at(-1) as (typeof list)[number]).volume;
    const bar = [
      minute,
      prices[0] as number,
      Math.max(...prices),
      Math.min(...prices),
      prices.at(-1) as number,
      end - before,
      false,
    ];
    before = end;
    return bar;
  });
}
