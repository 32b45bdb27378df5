import { StaleReason, Tick } from '@vega/contracts';
import fc from 'fast-check';
import { figuresOf, percentOf, toRupees, toStaleReason } from './quote-figures.ts';

describe('figures', () => {
  it('prices are printed with at most two decimals, exact to the paisa', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (pricePaise) => {
        const text = JSON.stringify(toRupees(pricePaise));
        expect(text).toMatch(/^\d+(\.\d{1,2})?$/);
        const [whole = '', cents = ''] = text.split('.');
        expect(Number(whole) * 100 + Number(cents.padEnd(2, '0'))).toBe(pricePaise);
      }),
    );
  });

  it('changes keep their sign and their two decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (last, prev) => {
        const { change, change_percent } = figuresOf(Tick.create({ lastPricePaise: last, prevClosePaise: prev }));
        expect(Math.round((change ?? NaN) * 100)).toBe(last - prev);
        expect(JSON.stringify(change_percent)).toMatch(/^-?\d+(\.\d{1,2})?$/);
        expect(Math.abs((change_percent ?? NaN) - ((last - prev) / prev) * 100)).toBeLessThan(0.0051);
      }),
    );
  });

  it.each([
    [345, 12_000, 2.88],
    [-345, 12_000, -2.88],
    [-1, 1_000_000, 0],
    [1, 20_000, 0.01],
    [0, 5, 0],
  ])('%d of %d is %d percent', (change, from, expected) => expect(percentOf(change, from)).toBe(expected));

  it('an empty tick says nothing, and never 0 for a price', () => {
    const { feed_epoch, seq, source, mode, ...rest } = figuresOf(Tick.create());
    expect([feed_epoch, seq, source, mode]).toEqual([0, 0, 'UNSPECIFIED', 'UNSPECIFIED']);
    for (const [name, value] of Object.entries(rest)) expect([name, value]).toEqual([name, null]);
  });

  it('zero volume and open interest are told as zero, an empty side of the book as null', () => {
    const depth = [{ bidQty: 0, bidPricePaise: 0, askQty: 75, askPricePaise: 105 }];
    expect(figuresOf(Tick.create({ volume: 0, oi: 0, depth }))).toMatchObject({
      volume: 0,
      oi: 0,
      bid_price: null,
      bid_qty: null,
      ask_price: 1.05,
      ask_qty: 75,
    });
  });

  it('only a reason of NONE is fresh', () => {
    const told = Object.values(StaleReason).map((reason) => [reason, toStaleReason(reason)]);
    expect(told.filter(([, name]) => name === null)).toEqual([[StaleReason.NONE, null]]);
    expect(toStaleReason(99 as StaleReason)).toBe('UNKNOWN');
  });
});
