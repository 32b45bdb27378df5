import fc from 'fast-check';
import { Book, DEPTH_LEVELS } from './book.ts';

const LOT = 65;

describe('Book', () => {
  it('has no levels before it is put up', () => {
    expect(new Book(1, 5, LOT, 1).read()).toEqual([]);
  });

  it('keeps its laws at any price, however thin', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          bid: fc.integer({ min: 1, max: 600_000 }),
          spread: fc.integer({ min: 1, max: 400 }),
          epoch: fc.nat(0xffff),
          spacing: fc.integer({ min: 1, max: 5 }),
        }),
        ({ seed, bid, spread, epoch, spacing }) => {
          const book = new Book(seed, 5, LOT, spacing);
          book.bid = bid;
          book.ask = bid + spread;
          book.epoch = epoch;
          const levels = book.read();
          expect(levels.length).toBe(DEPTH_LEVELS);
          expect(levels[0]).toMatchObject({ bidP: (bid * 5) / 100, askP: ((bid + spread) * 5) / 100 });
          levels.forEach((level, i) => {
            const before = levels[i - 1];
            expect(level.askQ > 0 && level.askQ % LOT === 0 && level.bidQ % LOT === 0).toBe(true);
            expect(level.bidQ > 0).toBe(level.bidP > 0);
            if (before === undefined) return;
            expect(level.askP).toBeGreaterThan(before.askP);
            expect(level.bidP === 0 || level.bidP < before.bidP).toBe(true);
          });
        },
      ),
    );
  });

  it('changes little from one message to the next', () => {
    const book = new Book(9, 5, LOT, 1);
    book.bid = 3000;
    book.ask = 3002;
    const before = book.read().map((level) => ({ ...level }));
    book.epoch++;
    const changed = book.read().filter((level, i) => level.bidP !== before[i]?.bidP || level.bidQ !== before[i]?.bidQ);
    expect(changed.length).toBeGreaterThan(0);
    book.bid++;
    book.ask++;
    const quantities = new Map(before.map((level) => [level.bidP, level.bidQ]));
    const same = book.read().filter((level) => quantities.get(level.bidP) === level.bidQ);
    expect(same.length).toBeGreaterThan(10);
  });

  it('shows what was written even when a deep level is read late', () => {
    const book = new Book(9, 5, LOT, 1);
    book.bid = 3000;
    book.ask = 3002;
    const levels = book.read();
    const copy = structuredCloneOf(levels);
    book.bid = 100;
    book.ask = 101;
    book.epoch = 7;
    expect(structuredCloneOf(levels)).toEqual(copy);
    expect(structuredCloneOf(book.read())[29]?.askP).toBeLessThan(20);
  });

  it('is carried by copies of a level and by JSON', () => {
    const book = new Book(9, 5, LOT, 1);
    book.bid = 3000;
    book.ask = 3002;
    const level = book.read()[20];
    expect({ ...level }).toEqual(JSON.parse(JSON.stringify(level)));
    expect(Object.keys({ ...level })).toEqual(['bidQ', 'bidP', 'askQ', 'askP']);
  });
});

function structuredCloneOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
