import { ChainRow, ChainSide, type Greeks } from '@vega/contracts';
import fc from 'fast-check';
import { gammaExposure, maxPainStrike, oiLevels, painByStrike, ratio, sideTotals } from './chain-analytics.ts';

const GREEKS: Greeks = { delta: 0.5, gamma: 0.001, thetaPerDay: -10, vegaPerVolPoint: 9, rhoPerRatePoint: 0 };

function row(
  strike: number,
  callOi: number | undefined,
  putOi: number | undefined,
  more: Partial<ChainSide> = {},
): ChainRow {
  const side = (oi: number | undefined): ChainSide => ChainSide.create({ oi, volume: 10, greeks: GREEKS, ...more });
  return ChainRow.create({ strikePaise: strike * 100, call: side(callOi), put: side(putOi) });
}

const chains = fc
  .array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 30 })
  .map((rows) => rows.map(([call, put], n) => row(100 + n * 5, call, put)));

describe('pain', () => {
  it('is what writers pay at each strike, summed the plain way', () => {
    fc.assert(
      fc.property(chains, (rows) => {
        const plain = rows.map(({ strikePaise: at }) =>
          rows.reduce(
            (sum, { strikePaise: strike, call, put }) =>
              sum + (Math.max(at - strike, 0) * (call?.oi ?? 0) + Math.max(strike - at, 0) * (put?.oi ?? 0)) / 100,
            0,
          ),
        );
        painByStrike(rows).forEach((pain, n) => expect(pain).toBeCloseTo(plain[n] ?? NaN, 6));
        const best = maxPainStrike(rows, painByStrike(rows));
        const least = Math.min(...plain);
        if (best === undefined) expect(rows.every(({ call, put }) => call?.oi === 0 && put?.oi === 0)).toBe(true);
        else expect(plain[rows.findIndex(({ strikePaise }) => strikePaise === best)]).toBeCloseTo(least, 6);
      }),
    );
  });

  it('has no strike without open interest', () => {
    const rows = [row(100, undefined, undefined)];
    expect(maxPainStrike(rows, painByStrike(rows))).toBeUndefined();
  });
});

describe('totals and ratios', () => {
  it('are absent where nothing is known, and never a division by zero', () => {
    expect(ratio(5, 0)).toBeUndefined();
    expect(sideTotals([row(100, undefined, 3)], 'call')).toEqual({ oi: 0, oiChange: undefined, volume: 10 });
    expect(sideTotals([row(100, 1, 2, { oiChange: -4 }), row(105, 3, 4)], 'put')).toMatchObject({
      oi: 6,
      oiChange: -4,
    });
    expect(gammaExposure([row(100, 10, 4)], 200)).toBeCloseTo(0.001 * 6 * 200 * 200 * 0.01, 12);
    expect(
      gammaExposure([ChainRow.create({ strikePaise: 1, call: ChainSide.create({ oi: 5 }) })], 200),
    ).toBeUndefined();
  });

  it('name the largest puts below and calls above the price', () => {
    const rows = [row(90, 900, 50), row(95, 10, 70), row(100, 20, 60), row(105, 80, 999), row(110, 30, 1)];
    expect(oiLevels(rows, 'put', 10_000).map(({ strikePaise }) => strikePaise / 100)).toEqual([95, 100, 90]);
    expect(oiLevels(rows, 'call', 10_000).map(({ strikePaise }) => strikePaise / 100)).toEqual([105, 110, 100]);
  });
});
