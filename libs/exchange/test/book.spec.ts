import { InstrumentBook, type BookFill, type MarketView } from '../src/index.ts';
import { NaiveBook } from './naive-book.ts';
import { Seeded } from './seeded.ts';

const MID = 10_000;

function marketView(random: Seeded, volume: number): MarketView {
  const middle = MID + random.int(-6, 6) * 5;
  const levels = (sign: 1 | -1): { pricePaise: number; quantity: number }[] => {
    let price = middle + sign * 5 * random.int(1, 2);
    return Array.from({ length: random.int(0, 4) }, () => {
      const level = { pricePaise: price, quantity: random.int(1, 4) * 50 };
      price += sign * 5 * random.int(1, 2);
      return level;
    });
  };
  const lastPaise = middle + random.int(-2, 2) * 5;
  return { lastPaise, previousClosePaise: MID, bids: levels(-1), asks: levels(1), volume };
}

/** Runs both books through the same commands; fills and queues must never differ. */
function compare(seed: number, commands: number, sabotage = false): void {
  const random = new Seeded(seed);
  const fast = new InstrumentBook();
  const naive = new NaiveBook();
  let volume = 0;
  let view = marketView(random, volume);
  fast.begin(view);
  naive.begin(view);
  const alive = new Map<string, { side: 'BUY' | 'SELL'; limitPaise: number; priority: number; quantity: number }>();
  const filled = new Map<string, number>();
  const note = (fills: readonly BookFill[]): void => {
    for (const { id, quantity } of fills) filled.set(id, (filled.get(id) ?? 0) + quantity);
  };
  for (let n = 1; n <= commands; n++) {
    const dice = random.unit();
    let fills: readonly BookFill[] = [];
    let expected: readonly BookFill[] = [];
    if (dice < 0.5) {
      const order = {
        id: `o${n}`,
        account: random.pick(['a', 'b', 'c']),
        side: random.pick(['BUY', 'SELL'] as const),
        limitPaise: MID + random.int(-8, 8) * 5,
        priority: sabotage && n % 97 === 0 ? n - 90 : n,
        remaining: random.int(1, 6) * 50,
      };
      const copy = { ...order, priority: n };
      alive.set(order.id, { ...order, quantity: order.remaining });
      const mine = fast.match(order);
      const theirs = naive.match(copy);
      expect(mine.selfTrade).toBe(theirs.selfTrade);
      if (!mine.selfTrade && order.remaining > 0) {
        fast.rest(order);
        naive.rest(copy);
      }
      [fills, expected] = [mine.fills, theirs.fills];
    } else if (dice < 0.65 && alive.size > 0) {
      const id = random.pick([...alive.keys()]);
      const order = alive.get(id);
      if (order !== undefined) expect(fast.remove({ id, ...order })).toBe(naive.remove(id));
      alive.delete(id);
    } else {
      volume += random.int(0, 5) * 50;
      view = marketView(random, volume);
      fills = fast.move(view);
      expected = naive.move(view);
    }
    note(fills);
    if (!same(fills, expected)) throw new Error(`seed ${seed}, command ${n}: ${JSON.stringify({ fills, expected })}`);
    if (n % 50 === 0) {
      for (const side of ['BUY', 'SELL'] as const) {
        const queue = fast.resting(side).map(({ id, remaining }) => `${id}:${remaining}`);
        const other = naive.queue(side).map(({ id, remaining }) => `${id}:${remaining}`);
        if (!same(queue, other)) throw new Error(`seed ${seed}, command ${n}: queues differ`);
      }
    }
    if (alive.size > 60) for (const id of [...alive.keys()].slice(0, 20)) alive.delete(id);
  }
  for (const [id, units] of filled) expect(units).toBeLessThanOrEqual(alive.get(id)?.quantity ?? Infinity);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

describe('the book against a naive book', () => {
  it.each([1, 2, 3, 4])('never differs over 2,500 commands of seed %i', (seed) => {
    compare(seed, 2_500);
  });

  it('is a comparison that notices a lost priority', () => {
    expect(() => [11, 12].forEach((seed) => compare(seed, 2_500, true))).toThrow(/differ|fills/);
  });
});

describe('the book', () => {
  const view: MarketView = {
    lastPaise: 10_000,
    previousClosePaise: 10_000,
    bids: [{ pricePaise: 9_995, quantity: 100 }],
    asks: [
      { pricePaise: 10_005, quantity: 100 },
      { pricePaise: 10_010, quantity: 200 },
    ],
    volume: 1_000,
  };
  const order = (change: Partial<Parameters<InstrumentBook['match']>[0]>): Parameters<InstrumentBook['match']>[0] => ({
    id: 'x',
    account: 'a',
    side: 'BUY',
    limitPaise: 10_010,
    priority: 1,
    remaining: 250,
    ...change,
  });

  it('walks the depth and leaves the rest', () => {
    const book = new InstrumentBook();
    book.begin(view);
    expect(book.match(order({ remaining: 350 })).fills).toEqual([
      { id: 'x', quantity: 100, pricePaise: 10_005 },
      { id: 'x', quantity: 200, pricePaise: 10_010 },
    ]);
    // What was taken stays taken while the market shows the same.
    expect(book.match(order({ id: 'y' })).fills).toEqual([]);
    book.move({ ...view, asks: [{ pricePaise: 10_005, quantity: 150 }] });
    expect(book.match(order({ id: 'z', remaining: 50 })).fills).toEqual([
      { id: 'z', quantity: 50, pricePaise: 10_005 },
    ]);
  });

  it('waits for the units in front of it', () => {
    const book = new InstrumentBook();
    book.begin(view);
    book.rest(order({ limitPaise: 9_995, remaining: 50 }));
    expect(book.move({ ...view, lastPaise: 9_995, volume: 1_080 })).toEqual([]);
    expect(book.move({ ...view, lastPaise: 9_995, volume: 1_130 })).toEqual([
      { id: 'x', quantity: 30, pricePaise: 9_995 },
    ]);
    expect(book.move({ ...view, lastPaise: 9_990, volume: 1_150 })).toEqual([
      { id: 'x', quantity: 20, pricePaise: 9_995 },
    ]);
    expect(book.isEmpty).toBe(true);
  });

  it('keeps an account from trading with itself and lets two accounts meet at the resting price', () => {
    const book = new InstrumentBook();
    book.begin({ ...view, bids: [], asks: [] });
    book.rest(order({ id: 's', side: 'SELL', limitPaise: 10_000, remaining: 100 }));
    expect(book.match(order({ id: 'own' }))).toEqual({ fills: [], selfTrade: true });
    expect(book.match(order({ id: 'b', account: 'b', remaining: 60 })).fills).toEqual([
      { id: 'b', quantity: 60, pricePaise: 10_000, counter: 's' },
      { id: 's', quantity: 60, pricePaise: 10_000, counter: 'b' },
    ]);
    expect(book.resting('SELL')).toMatchObject([{ id: 's', remaining: 40 }]);
  });
});
