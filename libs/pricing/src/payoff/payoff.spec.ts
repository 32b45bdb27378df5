import fc from 'fast-check';
import { normalDistribution } from '../smile/smile.ts';
import { greeksAt, type Leg, legFault, profitAt } from './leg.ts';
import { payoffCurve, probabilityOfProfit, summarisePayoff } from './payoff.ts';
import { scenarioGrid } from './scenarios.ts';

const WEEK = 7 * 86_400;
const option = (kind: 'call' | 'put', strike: number, quantity: number, entryPrice: number, seconds = WEEK): Leg => ({
  kind,
  strike,
  quantity,
  entryPrice,
  secondsToExpiry: seconds,
  volatility: 0.14,
});

describe('payoff at one expiry', () => {
  it('of a bought call', () => {
    const seen = summarisePayoff([option('call', 25_000, 65, 120)], 25_010);
    expect(seen).toEqual({
      horizonSeconds: WEEK,
      breakevens: [25_120],
      maxProfit: null,
      maxLoss: -7_800,
      profitRanges: [{ low: 25_120, high: Infinity }],
      netPremium: -7_800,
    });
  });

  it('of a sold straddle, whose loss has no bound', () => {
    const seen = summarisePayoff([option('call', 25_000, -65, 120), option('put', 25_000, -65, 110)], 25_010);
    expect(seen.breakevens.map(Math.round)).toEqual([24_770, 25_230]);
    expect(seen.maxProfit).toBeCloseTo(230 * 65, 6);
    expect(seen.maxLoss).toBeNull();
    expect(seen.netPremium).toBe(14_950);
  });

  it('of a sold put, whose loss ends where the index does', () => {
    const seen = summarisePayoff([option('put', 25_000, -65, 110)], 25_010);
    expect(seen.maxLoss).toBeCloseTo(-65 * (25_000 - 110), 6);
    expect(seen.maxProfit).toBeCloseTo(65 * 110, 6);
    expect(seen.profitRanges).toEqual([{ low: 24_890, high: Infinity }]);
  });

  it('of an iron condor: four corners, two breakevens, both sides bounded', () => {
    const legs = [
      option('put', 24_500, 65, 20),
      option('put', 24_700, -65, 45),
      option('call', 25_300, -65, 50),
      option('call', 25_500, 65, 22),
    ];
    const seen = summarisePayoff(legs, 25_000);
    expect(seen.breakevens.map((one) => Number(one.toFixed(6)))).toEqual([24_647, 25_353]);
    expect([seen.maxProfit, seen.maxLoss]).toEqual([53 * 65, -147 * 65]);
  });

  it('of a future against a call: covered, profit bounded', () => {
    const legs: Leg[] = [
      { kind: 'future', quantity: 65, entryPrice: 25_050, secondsToExpiry: WEEK },
      option('call', 25_300, -65, 60),
    ];
    const seen = summarisePayoff(legs, 25_000);
    expect(seen.breakevens.map((one) => Number(one.toFixed(6)))).toEqual([24_990]);
    expect(seen.maxProfit).toBeCloseTo(310 * 65, 6);
  });

  it('has a box that never changes sign and a crossing beyond every strike', () => {
    const box = [
      option('call', 24_000, 1, 1000),
      option('put', 24_000, -1, 10),
      option('call', 25_000, -1, 200),
      option('put', 25_000, 1, 205),
    ];
    const seen = summarisePayoff(box, 24_500);
    expect(seen.breakevens).toEqual([]);
    expect([seen.maxProfit, seen.maxLoss]).toEqual([5, 0]);
    expect(seen.profitRanges).toEqual([{ low: 0, high: Infinity }]);
    expect(summarisePayoff([option('call', 25_000, 1, 80_000)], 25_000).breakevens).toEqual([105_000]);
  });

  it('agrees with a dense scan for any legs', () => {
    const leg = fc.record({
      kind: fc.constantFrom('call' as const, 'put' as const),
      strike: fc.integer({ min: 90, max: 110 }),
      quantity: fc.integer({ min: -3, max: 3 }).filter((one) => one !== 0),
      entryPrice: fc.integer({ min: 1, max: 12 }).map((one) => one + 0.5),
    });
    fc.assert(
      fc.property(fc.array(leg, { minLength: 1, maxLength: 5 }), (drawn) => {
        const legs = drawn.map((one) => option(one.kind, one.strike, one.quantity, one.entryPrice));
        const seen = summarisePayoff(legs, 100);
        const spots = Float64Array.from({ length: 601 }, (_, n) => n / 2);
        const curve = payoffCurve(legs, spots, WEEK);
        const faults = [...spots].filter((spot, n) => {
          const profit = curve[n]!;
          const inside = seen.profitRanges.some(({ low, high }) => spot >= low && spot < high);
          const tooHigh = seen.maxProfit !== null && profit > seen.maxProfit + 1e-9;
          const tooLow = seen.maxLoss !== null && profit < seen.maxLoss - 1e-9;
          return tooHigh || tooLow || (Math.abs(profit) > 1e-6 && inside !== profit > 0);
        });
        expect(faults).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('payoff over several expiries', () => {
  const calendar = [option('call', 25_000, -65, 150, WEEK), option('call', 25_000, 65, 260, 4 * WEEK)];

  it('of a calendar spread: a tent, bounded on both sides, zero at its breakevens', () => {
    const seen = summarisePayoff(calendar, 25_000);
    expect(seen.horizonSeconds).toBe(WEEK);
    expect(seen.breakevens).toHaveLength(2);
    for (const spot of seen.breakevens) {
      expect(Math.abs(profitAt(calendar, { spot, secondsAhead: WEEK, volatilityShiftPoints: 0 }))).toBeLessThan(1e-4);
    }
    const top = profitAt(calendar, { spot: 25_000, secondsAhead: WEEK, volatilityShiftPoints: 0 });
    expect(seen.maxProfit).toBeCloseTo(top, 4);
    expect(seen.maxLoss).toBeCloseTo(-110 * 65, 0);
  });

  it('follows each leg on its own forward', () => {
    const [near, far] = calendar as [Leg, Leg];
    const carried = [near, { ...far, forwardRatio: 1.005 }];
    const at = { spot: 25_000, secondsAhead: 0, volatilityShiftPoints: 0 };
    expect(profitAt(carried, at)).toBeGreaterThan(profitAt(calendar, at) + 65 * 60);
  });
});

describe('at any moment', () => {
  it('has Greeks that are slopes of the profit', () => {
    const legs = [
      option('call', 25_100, -130, 100),
      { ...option('put', 24_800, 65, 90, 3 * WEEK), forwardRatio: 1.004 },
    ];
    const at = (change: { spot?: number; secondsAhead?: number; volatilityShiftPoints?: number }) =>
      profitAt(legs, { spot: 25_000, secondsAhead: 3600, volatilityShiftPoints: 1, ...change });
    const seen = greeksAt(legs, { spot: 25_000, secondsAhead: 3600, volatilityShiftPoints: 1 });
    expect(seen.delta).toBeCloseTo((at({ spot: 25_000.5 }) - at({ spot: 24_999.5 })) / 1, 3);
    expect(seen.gamma).toBeCloseTo((at({ spot: 25_005 }) - 2 * at({}) + at({ spot: 24_995 })) / 25, 4);
    expect(seen.vegaPerVolPoint).toBeCloseTo(
      (at({ volatilityShiftPoints: 1.01 }) - at({ volatilityShiftPoints: 0.99 })) / 0.02,
      1,
    );
    // Theta holds the forwards, so only the leg without carry is compared.
    const [plain] = [legs.slice(0, 1)];
    const theta = greeksAt(plain, { spot: 25_000, secondsAhead: 3600, volatilityShiftPoints: 1 }).thetaPerDay;
    const later = profitAt(plain, { spot: 25_000, secondsAhead: 3660, volatilityShiftPoints: 1 });
    const sooner = profitAt(plain, { spot: 25_000, secondsAhead: 3540, volatilityShiftPoints: 1 });
    expect(theta / (((later - sooner) / 120) * 86_400)).toBeCloseTo(1, 4);
  });

  it('fills a grid of scenarios against the value now', () => {
    const legs = [option('call', 25_000, 65, 120)];
    const grid = scenarioGrid(legs, 25_000, {
      spotShifts: [-0.02, 0, 0.02],
      volatilityShiftPoints: [0, 5],
      secondsAhead: 0,
    });
    expect(grid.map((row) => row.length)).toEqual([3, 3]);
    expect(grid[0]![1]!.change).toBe(0);
    expect(grid[1]![1]!.change).toBeGreaterThan(0);
    expect(grid[0]![0]!.change).toBeLessThan(0);
    expect(grid[0]![2]!.change).toBeCloseTo(
      profitAt(legs, { spot: 25_500, secondsAhead: 0, volatilityShiftPoints: 0 }) -
        profitAt(legs, { spot: 25_000, secondsAhead: 0, volatilityShiftPoints: 0 }),
      9,
    );
  });

  it('weighs profitable ranges with a distribution', () => {
    const total = 0.14 * Math.sqrt(7 / 365);
    const below = (price: number): number => normalDistribution(Math.log(price / 25_000) / total + 0.5 * total);
    const call = summarisePayoff([option('call', 25_000, 65, 120)], 25_000);
    expect(probabilityOfProfit(call, below)).toBeCloseTo(1 - below(25_120), 12);
    const sold = summarisePayoff([option('call', 25_000, -65, 120)], 25_000);
    expect(probabilityOfProfit(sold, below) + probabilityOfProfit(call, below)).toBeCloseTo(1, 12);
  });

  it('knows that inside an averaging window only the rest of it moves', () => {
    const averaging = { lengthSeconds: 1800, runningAverage: 25_040 };
    const leg = { ...option('call', 25_000, 65, 30, 600), averaging };
    // Two thirds have averaged 25,040: the rest has to average 24,920 for the whole to meet the strike.
    const seen = summarisePayoff([leg], 25_000);
    expect(seen.breakevens[0]).toBeCloseTo(24_920 + 30 * 3, 6);
    const now = { spot: 25_000, secondsAhead: 0, volatilityShiftPoints: 0 };
    expect(greeksAt([leg], now).delta).toBeCloseTo(65 / 3, 1);
    const vanilla = { ...leg, averaging: undefined } as unknown as Leg;
    expect(greeksAt([vanilla], now).delta).toBeGreaterThan(30);
    const grid = scenarioGrid([leg], 25_000, { spotShifts: [0.01], volatilityShiftPoints: [0], secondsAhead: 0 });
    expect(grid[0]![0]!.change).toBeCloseTo((250 * 65) / 3, 0);
    const fixed = summarisePayoff([{ ...leg, secondsToExpiry: 0 }], 25_000);
    expect([fixed.maxProfit, fixed.maxLoss, fixed.breakevens]).toEqual([650, 0, []]);
  });

  it('names the leg that cannot be valued', () => {
    expect(legFault([])).toContain('at least one');
    expect(legFault([option('call', 25_000, 0, 1)])).toContain('leg 1: quantity');
    expect(legFault([option('call', 25_000, 1, 1), { ...option('put', NaN, 1, 1) }])).toContain('leg 2');
    expect(legFault([{ ...option('put', 100, 1, 1), secondsToExpiry: -1 }])).toContain('time to expiry');
    expect(legFault([option('put', 100, 1, NaN)])).toContain('entry price');
    expect(legFault([option('put', 100, 1, 1)])).toBeUndefined();
  });
});
