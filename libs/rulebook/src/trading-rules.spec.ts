import { istDate, istInstant, paise, wallInstant } from '@vega/kernel';
import fc from 'fast-check';
import {
  bandLimits,
  brokerOpenFrom,
  exchangeOf,
  indexContractTerms,
  isBrokerOpen,
  isMarket,
  isOnTick,
  marketOf,
  MAX_SLICES,
  priceBand,
  roundToTick,
  sliceByFreeze,
  tokenDeath,
  UPSTOX_MAX_SLICES,
  type IndexUnderlying,
  type PriceBandRow,
} from './index.ts';

const d = istDate;

describe('ticks', () => {
  it.each([
    [10_005, 5, 'down', 10_005],
    [10_007, 5, 'down', 10_005],
    [10_007, 5, 'up', 10_010],
    [10_007, 5, 'nearest', 10_005],
    [10_008, 5, 'nearest', 10_010],
    [10_005, 10, 'nearest', 10_010],
    [10_004, 1, 'up', 10_004],
    [3, 5, 'down', 0],
    [-7, 5, 'down', -10],
    [-7, 5, 'up', -5],
    [-3, 5, 'up', 0],
  ] as const)('%d on a grid of %d, %s, is %d', (price, tick, rounding, expected) => {
    expect(roundToTick(paise(price), paise(tick), rounding)).toBe(expected);
    expect(isOnTick(paise(price), paise(tick))).toBe(price % tick === 0);
  });

  it('moves by less than a tick, the right way, onto the grid', () => {
    const price = fc.integer({ min: -1e12, max: 1e12 }).map(paise);
    const tick = fc.constantFrom(1, 5, 10, 20, 50, 100).map((t) => paise(t));
    fc.assert(
      fc.property(price, tick, (p, t) => {
        const down = roundToTick(p, t, 'down');
        const up = roundToTick(p, t, 'up');
        const near = roundToTick(p, t, 'nearest');
        for (const rounded of [down, up, near]) expect(isOnTick(rounded, t)).toBe(true);
        expect(down <= p && p <= up).toBe(true);
        expect(up - down).toBe(isOnTick(p, t) ? 0 : t);
        expect(Math.abs(near - p) * 2).toBeLessThanOrEqual(t);
      }),
    );
  });

  it.each([0, -5, 2.5, Number.NaN])('refuses a tick of %d', (tick) => {
    expect(() => isOnTick(paise(100), tick as never)).toThrow('a tick is a positive integer');
    expect(() => roundToTick(paise(100), tick as never, 'up')).toThrow('a tick is a positive integer');
  });
});

describe('slicing below the freeze quantity', () => {
  it.each([
    [65, 65, 1800, [65]],
    [1755, 65, 1800, [1755]],
    [1820, 65, 1800, [1755, 65]],
    [3510, 65, 1801, [1755, 1755]],
    [3510, 65, 1755, [1755, 1755]], // Upstox's master already gives whole lots
    [1230, 30, 601, [600, 600, 30]],
    [1230, 30, 600, [600, 600, 30]],
    [100_000, 1, 100_001, [100_000]],
    [100_001, 1, 100_001, [100_000, 1]], // limit + 1: an order of 100,001 would be frozen
    [100_000, 1, 100_000, [100_000]],
    [34, 17, 901, [34]],
    [2002, 7, 1001, [994, 994, 14]], // a lot that divides limit + 1
    [102, 51, 51, [51, 51]], // a limit of one lot never blocks an exit
  ])('%d in lots of %d under %d', (quantity, lot, freeze, expected) =>
    expect(sliceByFreeze(quantity, lot, freeze)).toEqual({ ok: true, value: expected }),
  );

  it.each([
    [66, 65, 1800, 'LOT_SIZE_MISMATCH'],
    [64, 65, 1800, 'LOT_SIZE_MISMATCH'],
    [0, 65, 1800, 'QUANTITY_INVALID'],
    [-65, 65, 1800, 'QUANTITY_INVALID'],
    [6.5, 6.5, 1800, 'QUANTITY_INVALID'],
    [65, 0, 1800, 'QUANTITY_INVALID'],
    [65, 65, 0, 'QUANTITY_INVALID'],
    [65, 65, Number.NaN, 'QUANTITY_INVALID'],
    [65, 65, 64, 'FREEZE_BELOW_LOT'],
    [65 * (MAX_SLICES + 1), 65, 65, 'TOO_MANY_SLICES'],
  ])('%d in lots of %d under %d is refused: %s', (quantity, lot, freeze, code) => {
    const sliced = sliceByFreeze(quantity, lot, freeze);
    expect(sliced.ok ? 'sliced' : sliced.error.code).toBe(code);
  });

  it('sums to the quantity in whole lots within a round limit, published as it is or as limit + 1', () => {
    const lots = fc.integer({ min: 1, max: 2000 });
    const limits = fc.integer({ min: 1, max: 10_000 }).map((n) => n * 10);
    fc.assert(
      fc.property(lots, fc.integer({ min: 1, max: 500 }), limits, fc.boolean(), (lot, count, limit, plusOne) => {
        fc.pre(limit >= lot);
        const sliced = sliceByFreeze(lot * count, lot, plusOne ? limit + 1 : limit);
        if (!sliced.ok) throw new Error(sliced.error.message);
        expect(sliced.value.reduce((sum, slice) => sum + slice, 0)).toBe(lot * count);
        for (const slice of sliced.value) {
          expect(slice > 0 && slice % lot === 0).toBe(true);
          expect(slice).toBeLessThanOrEqual(limit);
        }
        expect(sliced.value).toHaveLength(Math.ceil(count / Math.floor(limit / lot)));
      }),
    );
  });

  it('knows how many slices the broker makes', () => expect(UPSTOX_MAX_SLICES).toBe(25));
});

describe('contract terms of the indices', () => {
  it.each<[IndexUnderlying, string, number, number, number, string[]]>([
    ['NIFTY', '2026-08-25', 65, 1800, 50, []],
    ['BANKNIFTY', '2026-08-25', 30, 600, 100, []],
    ['FINNIFTY', '2026-08-25', 60, 1800, 50, []],
    ['MIDCPNIFTY', '2026-08-25', 120, 2800, 25, []],
    ['NIFTYNXT50', '2026-08-25', 25, 600, 100, []],
    ['SENSEX', '2026-08-27', 20, 1000, 100, ['lot', 'freezeQuantity', 'grid']],
    ['BANKEX', '2026-08-27', 30, 600, 100, ['lot', 'freezeQuantity', 'grid']],
  ])('%s in August 2026', (underlying, expiry, lot, freezeQuantity, strikeStep, approximate) => {
    const terms = indexContractTerms(underlying, d(expiry), d('2026-08-10'));
    expect(terms).toMatchObject({
      lot,
      freezeQuantity,
      strikeStepPaise: strikeStep * 100,
      optionTickPaise: 5,
      approximate,
    });
    expect(terms.segment).toBe(underlying === 'SENSEX' || underlying === 'BANKEX' ? 'BSE_FO' : 'NSE_FO');
  });

  it.each<[IndexUnderlying, string, number]>([
    ['NIFTY', '2024-06-27', 25],
    ['NIFTY', '2025-12-30', 75],
    ['NIFTY', '2026-01-06', 65],
    ['BANKNIFTY', '2025-12-30', 35],
    ['BANKNIFTY', '2026-01-27', 30],
    ['FINNIFTY', '2025-12-30', 65],
    ['FINNIFTY', '2026-01-27', 60],
    ['MIDCPNIFTY', '2025-12-30', 140],
    ['MIDCPNIFTY', '2026-01-27', 120],
  ])('%s expiring on %s has lots of %d', (underlying, expiry, lot) =>
    expect(indexContractTerms(underlying, d(expiry), d('2025-12-01')).lot).toBe(lot),
  );

  it.each([
    ['2025-08-31', 600],
    ['2025-09-01', 900],
    ['2026-03-31', 600],
    ['2026-04-01', 900],
    ['2026-06-30', 900],
    ['2026-07-01', 600],
  ])('BANKNIFTY freezes above, on %s, %d', (on, freeze) =>
    expect(indexContractTerms('BANKNIFTY', d('2026-07-28'), d(on)).freezeQuantity).toBe(freeze),
  );

  it('says what it does not know', () => {
    const early = indexContractTerms('NIFTY', d('2023-12-28'), d('2023-12-01'));
    expect(early.lot).toBeUndefined();
    expect(early.freezeQuantity).toBeUndefined();
    expect(early.approximate).toEqual(['lot', 'freezeQuantity']);
  });
});

describe('price bands', () => {
  const band = (...key: Parameters<typeof priceBand>) => {
    const found = priceBand(...key);
    return found && [found.basisPoints, found.minimumPaise];
  };

  it.each([
    ['BSE', 'index-option', '2025-11-30', undefined],
    ['BSE', 'index-option', '2025-12-01', [4000, 2000]],
    ['BSE', 'index-future', '2025-12-01', [200, 20_000]],
    ['BSE', 'stock-option', '2026-07-05', undefined],
    ['BSE', 'stock-option', '2026-07-06', [4000, 2000]],
    ['BSE', 'stock-future', '2026-07-06', [300, 150]],
    ['NSE', 'index-option', '2026-08-03', undefined], // not published: unknown, not guessed
  ] as const)('%s %s on %s', (exchange, product, date, expected) =>
    expect(band('limit-price-protection', exchange, product, d(date))).toEqual(expected),
  );

  it('knows the auction band and the order-to-trade exemption by date', () => {
    expect(band('closing-auction', 'NSE', 'equity', d('2026-08-02'))).toBeUndefined();
    expect(band('closing-auction', 'NSE', 'equity', d('2026-08-03'))).toEqual([300, 0]);
    expect(band('order-to-trade-exemption', 'NSE', 'index-option', d('2026-04-05'))).toBeUndefined();
    expect(band('order-to-trade-exemption', 'NSE', 'index-option', d('2026-04-06'))).toEqual([4000, 2000]);
    expect(band('order-to-trade-exemption', 'BSE', 'equity', d('2026-04-06'))).toEqual([75, 0]);
  });

  it('takes configured rows first, from their date', () => {
    const configured: PriceBandRow = {
      purpose: 'limit-price-protection',
      exchange: 'NSE',
      product: 'index-option',
      from: d('2026-08-10'),
      basisPoints: 5000,
      minimumPaise: paise(1000),
      source: 'operator',
      verified: true,
    };
    const on = (date: string) => band('limit-price-protection', 'NSE', 'index-option', d(date), [configured]);
    expect(on('2026-08-09')).toBeUndefined();
    expect(on('2026-08-10')).toEqual([5000, 1000]);
  });

  it.each([
    [4000, 2000, 10_000, 6000, 14_000],
    [4000, 2000, 1000, 0, 3000], // Rs 10: the minimum of Rs 20 reaches below zero
    [4000, 2000, 5005, 3003, 7007],
    [300, 0, 12_345, 11_975, 12_715], // 370.35 rounded inwards
    [200, 20_000, 8_000_000, 7_840_000, 8_160_000],
    [75, 0, 0, 0, 0],
  ])('%d bp, at least %d, around %d: %d to %d', (basisPoints, minimum, reference, lowPaise, highPaise) =>
    expect(bandLimits({ basisPoints, minimumPaise: paise(minimum) }, paise(reference))).toEqual({
      lowPaise,
      highPaise,
    }),
  );

  it('is exact to the largest price', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), fc.integer({ min: 0, max: 5000 }), (reference, basisPoints) => {
        const width = Number((BigInt(reference) * BigInt(basisPoints)) / 10_000n);
        const limits = bandLimits({ basisPoints, minimumPaise: paise(0) }, paise(reference));
        expect(limits).toEqual({ lowPaise: reference - width, highPaise: reference + width });
      }),
    );
  });
});

describe('windows of the broker', () => {
  const at = (date: string, hour: number, minute = 0, second = 0) =>
    wallInstant(istInstant(d(date), hour, minute, second));

  it.each([
    [0, 0, 0, false],
    [5, 29, 59, false],
    [5, 30, 0, true],
    [9, 15, 0, true],
    [23, 59, 59, true],
  ])('at %d:%d:%d takes orders: %s', (hour, minute, second, open) =>
    expect(isBrokerOpen(at('2026-11-23', hour, minute, second))).toBe(open),
  );

  it('opens next at 05:30', () => {
    expect(brokerOpenFrom(at('2026-11-23', 4))).toBe(at('2026-11-23', 5, 30));
    expect(brokerOpenFrom(at('2026-11-24', 0))).toBe(at('2026-11-24', 5, 30));
    expect(brokerOpenFrom(at('2026-11-23', 12))).toBe(at('2026-11-23', 12));
  });

  it('lets tokens die at 03:30', () => {
    expect(tokenDeath(at('2026-11-23', 2, 30))).toBe(at('2026-11-23', 3, 30));
    expect(tokenDeath(at('2026-11-23', 3, 30))).toBe(at('2026-11-24', 3, 30));
  });
});

describe('markets', () => {
  it.each([
    ['NSE_EQ', 'NSE', 'NSE'],
    ['NSE_INDEX', 'NSE', 'NSE'],
    ['NSE_FO', 'NFO', 'NSE'],
    ['BSE_EQ', 'BSE', 'BSE'],
    ['BSE_INDEX', 'BSE', 'BSE'],
    ['BSE_FO', 'BFO', 'BSE'],
  ] as const)('%s follows %s of %s', (segment, market, exchange) => {
    expect(marketOf(segment)).toBe(market);
    expect(exchangeOf(segment)).toBe(exchange);
    expect(isMarket(market)).toBe(true);
  });

  it('passes over the others', () => expect(['MCX', 'CDS', 'BCD', ''].some(isMarket)).toBe(false));
});
