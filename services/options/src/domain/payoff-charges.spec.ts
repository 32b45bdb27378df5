import { Instrument, LegKind } from '@vega/contracts';
import { istDate } from '@vega/kernel';
import type { Leg } from '@vega/pricing';
import { entryCharges, exerciseTax, exitCharges, type CostedLeg } from './payoff-charges.ts';
import { payoffMargin } from './payoff-margin.ts';

const TERMS = { date: istDate('2026-11-23'), brokeragePaise: 2_000 };
const HORIZON = 86_400;

function option(kind: 'call' | 'put', quantity: number, strike: number, entryPrice: number, more = {}): CostedLeg {
  const leg: Leg = { kind, quantity, strike, entryPrice, volatility: 0.14, secondsToExpiry: HORIZON, forwardRatio: 1 };
  const instrument = Instrument.create({ segment: 'NSE_FO', instrumentType: 'CE', freezeQty: 1_800, ...more });
  return { leg, kind: kind === 'call' ? LegKind.CALL : LegKind.PUT, instrument };
}

describe('costs of a position', () => {
  it('are those of an order for each leg, worked by hand', () => {
    const legs = [option('call', 65, 25_000, 100), option('call', -65, 25_200, 110)];
    // Bought Rs 6,500, sold Rs 7,150: see the rulebook's spec; the heads are summed before they are rounded.
    expect(entryCharges(legs, TERMS)).toMatchObject({
      orders: 2,
      brokeragePaise: 4_000,
      sttPaise: 1_073,
      transactionPaise: 485,
      sebiPaise: 1,
      gstPaise: 808,
      stampPaise: 20,
      totalPaise: 6_387,
    });
  });

  it('take an order more for each slice above the freeze quantity', () => {
    expect(entryCharges([option('put', -1_865, 25_000, 1)], TERMS).orders).toBe(2);
    expect(entryCharges([option('put', -1_800, 25_000, 1)], TERMS).orders).toBe(1);
    expect(entryCharges([option('put', -1_865, 25_000, 1, { freezeQty: 0 })], TERMS).orders).toBe(1);
  });

  it('of leaving are on the other side, at the price of the model', () => {
    const bought = [option('call', 65, 20_000, 9_999)];
    const exit = exitCharges(bought, TERMS, 25_000);
    // Deep in the money the model's price is its intrinsic value: 65 times 5,000 sold, STT of 0.15 per cent.
    expect(exit.sttPaise).toBeCloseTo(65 * 5_000 * 0.0015 * 100, -1);
    expect(exit.stampPaise).toBe(0);
    expect(entryCharges(bought, TERMS)).toMatchObject({ sttPaise: 0 });
  });

  it('are none for units of an index, which nobody trades, and those of delivery for a stock', () => {
    const leg: Leg = { kind: 'underlying', quantity: 10, entryPrice: 1_000 };
    const units = (instrumentType: string): CostedLeg => ({
      leg,
      kind: LegKind.UNDERLYING,
      instrument: Instrument.create({ segment: 'NSE_EQ', instrumentType }),
    });
    expect(entryCharges([units('INDEX')], TERMS)).toMatchObject({ orders: 0, totalPaise: 0 });
    expect(entryCharges([units('EQ')], TERMS)).toMatchObject({ orders: 1, sttPaise: 1_000, stampPaise: 150 });
  });

  it('at expiry are the tax of who holds an option in the money', () => {
    const legs = [option('call', 65, 25_000, 100), option('put', -65, 25_000, 100)];
    const later: CostedLeg = option('call', 65, 20_000, 5_000);
    const outliving = { ...later, leg: { ...later.leg, secondsToExpiry: 9 * HORIZON } };
    const spots = Float64Array.of(24_000, 25_000, 26_000);
    const tax = exerciseTax([...legs, outliving], spots, HORIZON, istDate('2026-11-24'));
    expect([...tax]).toEqual([0, 0, 65 * 1_000 * 0.0015]);
  });
});

describe('margin on the way', () => {
  const short = option('call', -65, 25_000, 150).leg;
  const hedge = option('call', 65, 25_500, 30).leg;
  it('is that of the bare short leg where it is sold first, and no more than the end where the hedge is bought first', () => {
    const sellFirst = payoffMargin([short, hedge], 25_000, 'INDEX', undefined);
    const buyFirst = payoffMargin([hedge, short], 25_000, 'INDEX', undefined);
    const bare = payoffMargin([short], 25_000, 'INDEX', undefined);
    expect(sellFirst.requiredRupees).toBeCloseTo(bare.totalRupees, 6);
    expect(sellFirst.totalRupees).toBeCloseTo(buyFirst.totalRupees, 6);
    expect(buyFirst.requiredRupees).toBeCloseTo(buyFirst.totalRupees, 6);
    expect(sellFirst.requiredRupees).toBeGreaterThan(2 * buyFirst.requiredRupees);
  });
});
