import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeWithSharedData, withSeed } from '@vega/testkit';
import { StatusCode } from '../black76/status.ts';
import { houseChain } from '../conventions/house.ts';
import { valueOption } from '../option.ts';
import { quoteColumns, USUAL_QUOTE_LIMITS } from '../quote-quality.ts';
import { secondsToExpiry } from '../time-to-expiry.ts';
import { fitSurface } from './fit-surface.ts';
import { fitSvi, type SmileQuotes } from './fit-svi.ts';
import {
  normalDistribution,
  type Smile,
  smileProbabilityBelow,
  smileVolatility,
  strikeOfDelta,
  summariseSmile,
} from './smile.ts';
import { butterfly, sliceFault, type SviSlice, sviAt, sviVariance } from './svi.ts';

const SLICE: SviSlice = { a: 0.0004, d: -0.0016, c: 0.004, m: 0.01, s: 0.03 };
const YEARS = 0.08;

function quotesOf(slice: SviSlice, years: number, low = -0.12, high = 0.1, count = 45): SmileQuotes {
  const logMoneyness = Float64Array.from({ length: count }, (_, n) => low + ((high - low) * n) / (count - 1));
  return { logMoneyness, volatility: logMoneyness.map((k) => Math.sqrt(sviVariance(slice, k) / years)), years };
}
const grid = (quotes: SmileQuotes, reach = 2): number[] => {
  const [low, high] = [quotes.logMoneyness[0]!, quotes.logMoneyness[quotes.logMoneyness.length - 1]!];
  return Array.from({ length: 1001 }, (_, n) => reach * (low + ((high - low) * n) / 1000));
};

describe('SVI slice', () => {
  it('has the slopes it says', () => {
    for (const k of [-0.1, 0, 0.013, 0.2]) {
      const h = 1e-5;
      const seen = sviAt(SLICE, k);
      expect(seen.variance).toBe(sviVariance(SLICE, k));
      expect(seen.slope).toBeCloseTo((sviVariance(SLICE, k + h) - sviVariance(SLICE, k - h)) / (2 * h), 9);
      expect(seen.curvature).toBeCloseTo((sviAt(SLICE, k + h).slope - sviAt(SLICE, k - h).slope) / (2 * h), 7);
    }
  });

  it('has a butterfly function of the sign of the density of its option prices', () => {
    const faulty: SviSlice = { a: -0.0406, d: 0.1331 * 0.306, c: 0.1331, m: 0.3586, s: 0.4153 };
    for (const [slice, years] of [
      [SLICE, YEARS],
      [faulty, 1],
    ] as const) {
      for (const k of [-0.3, -0.05, 0.02, 0.5, 0.8, 1]) {
        const price = (strike: number): number =>
          valueOption(
            { model: 'black76', type: 'c', underlying: 1, strike, years, rate: 0 },
            Math.sqrt(sviVariance(slice, Math.log(strike)) / years),
          ).price;
        const strike = Math.exp(k);
        const h = 1e-4 * strike;
        const density = (price(strike + h) - 2 * price(strike) + price(strike - h)) / (h * h);
        if (Math.abs(density) > 1e-5) expect(Math.sign(butterfly(slice, k))).toBe(Math.sign(density));
      }
    }
    // Vogt's example, Gatheral and Jacquier 2014, section 5.2: a slice with butterfly arbitrage near k = 0.8.
    expect(sliceFault(faulty, [0.8])).toMatchObject({ kind: 'BUTTERFLY' });
  });

  it('names calendar, variance and wing faults', () => {
    expect(sliceFault(SLICE, [0], { ...SLICE, a: 0.001 })).toMatchObject({ kind: 'CALENDAR', k: 0 });
    expect(sliceFault({ ...SLICE, a: -1 }, [0])).toMatchObject({ kind: 'NEGATIVE_VARIANCE' });
    expect(sliceFault({ ...SLICE, c: 2.1 }, [0])).toMatchObject({ kind: 'WING' });
    expect(sliceFault(SLICE, [-0.1, 0, 0.1])).toBeUndefined();
  });
});

describe('SVI fit', () => {
  it('finds a slice that is there', () => {
    const fit = fitSvi(quotesOf(SLICE, YEARS))!;
    expect(fit.rmseVolPoints).toBeLessThan(0.005);
    expect(fit.constrained).toBe(false);
  });

  it('stays near quotes whose best slice could be traded against, without being one', () => {
    const faulty: SviSlice = { a: -0.0406, d: 0.1331 * 0.306, c: 0.1331, m: 0.3586, s: 0.4153 };
    const quotes = quotesOf(faulty, 1, -1.5, 1.5, 61);
    const fit = fitSvi(quotes)!;
    expect(fit.constrained).toBe(true);
    expect(sliceFault(fit.slice, grid(quotes, 1))).toBeUndefined();
    expect(fit.rmseVolPoints).toBeLessThan(1.5);
  });

  it('keeps calendar order where quotes cross', () => {
    const near = quotesOf(SLICE, YEARS);
    const far = quotesOf({ ...SLICE, a: 0.0002, c: 0.0045 }, 0.1);
    const [first, second] = fitSurface([near, far]);
    expect(sliceFault(second!.slice, grid(far), first!.slice)).toBeUndefined();
    // Order of the argument does not matter, order in time does.
    const [secondAgain, firstAgain] = fitSurface([far, near]);
    expect([firstAgain!.slice, secondAgain!.slice]).toEqual([first!.slice, second!.slice]);
  });

  it('never gives a slice with a fault, whatever noise is fitted', async () => {
    await withSeed(2014, (random) => {
      for (let n = 0; n < 300; n += 1) {
        const years = 0.003 + 0.3 * random.next();
        const level = 0.08 + 0.4 * random.next();
        const count = random.integer(5, 80);
        const reach = (1 + 5 * random.next()) * level * Math.sqrt(years);
        const logMoneyness = Float64Array.from({ length: count }, (_, i) => reach * ((2 * i) / (count - 1) - 1));
        const skew = 0.6 * (random.next() - 0.5);
        const noise = 0.1 * random.next();
        const volatility = logMoneyness.map(
          (k) => level * (1 + skew * (k / reach) + 0.6 * (k / reach) ** 2) * (1 + noise * (random.next() - 0.5)),
        );
        const quotes = { logMoneyness, volatility, years };
        const fit = fitSvi(quotes)!;
        expect(sliceFault(fit.slice, grid(quotes, 1.5))).toBeUndefined();
        expect(Number.isFinite(fit.rmseVolPoints)).toBe(true);
      }
    });
  }, 60_000);

  it('gives nothing from too few quotes or no time', () => {
    expect(fitSvi(quotesOf(SLICE, YEARS, -0.1, 0.1, 4))).toBeUndefined();
    expect(fitSvi({ ...quotesOf(SLICE, YEARS), years: 0 })).toBeUndefined();
  });
});

describe('figures of a smile', () => {
  const smile: Smile = { slice: SLICE, forward: 25_000, years: YEARS };

  it('reads the money, the skew and the 25-delta wings', () => {
    const seen = summariseSmile(smile);
    expect(seen.atmVolatility).toBeCloseTo(smileVolatility(smile, 25_000), 14);
    const up = smileVolatility(smile, 25_000 * Math.exp(0.001));
    const down = smileVolatility(smile, 25_000 * Math.exp(-0.001));
    expect(seen.skewVolPointsPerPercent).toBeCloseTo(((up - down) / 0.002) * 100 * 0.01, 3);
    for (const [delta, type] of [
      [0.25, 'c'],
      [-0.25, 'p'],
    ] as const) {
      const strike = strikeOfDelta(smile, delta);
      const contract = { model: 'black76', type, underlying: 25_000, strike, years: YEARS, rate: 0 } as const;
      expect(valueOption(contract, smileVolatility(smile, strike)).delta).toBeCloseTo(delta, 10);
    }
    expect(seen.riskReversal25VolPoints).toBeLessThan(0);
    expect(seen.butterfly25VolPoints).toBeGreaterThan(0);
  });

  it('expects the move that the straddle costs', () => {
    const { expectedMove, atmVolatility, oneSigmaMove } = summariseSmile(smile);
    const straddle = (['c', 'p'] as const)
      .map((type) =>
        valueOption(
          { model: 'black76', type, underlying: 25_000, strike: 25_000, years: YEARS, rate: 0 },
          atmVolatility,
        ),
      )
      .reduce((sum, { price }) => sum + price, 0);
    expect(expectedMove).toBeCloseTo(straddle, 8);
    expect(oneSigmaMove / expectedMove).toBeCloseTo(Math.sqrt(Math.PI / 2), 2);
  });

  it('has the probability that is the slope of its put', () => {
    for (const level of [23_000, 24_800, 25_000, 26_000]) {
      const put = (strike: number): number =>
        valueOption(
          { model: 'black76', type: 'p', underlying: 25_000, strike, years: YEARS, rate: 0 },
          smileVolatility(smile, strike),
        ).price;
      expect(smileProbabilityBelow(smile, level)).toBeCloseTo((put(level + 0.5) - put(level - 0.5)) / 1, 6);
    }
    expect(smileProbabilityBelow(smile, 0)).toBe(0);
    expect(normalDistribution(1.96)).toBeCloseTo(0.9750021, 7);
  });
});

describeWithSharedData('smiles of 2025-08-29', (folder) => {
  it('fit 125 slices to 0.12 volatility points, none of which can be traded against', () => {
    const text = gunzipSync(
      readFileSync(join(folder, 'data', 'nse_nifty_chain_20250829_every_minute.csv.gz')),
    ).toString();
    const lines = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const times = [...new Set(lines.map(([time]) => time!))];
    const expiries = ['2025-09-02', '2025-09-09', '2025-09-16', '2025-09-30', '2025-10-28'];
    const errors: number[] = [];
    for (let n = 0; n < 25; n += 1) {
      const time = times[Math.floor(((n + 0.5) * times.length) / 25)]!;
      const slices = expiries.map((expiry) => {
        const rows = lines
          .filter((row) => row[0] === time && row[1] === expiry)
          .sort((a, b) => Number(a[2]) - Number(b[2]));
        const [calls, puts] = [quoteColumns(rows.length), quoteColumns(rows.length)];
        rows.forEach((row, i) => {
          [calls.bid[i], calls.ask[i], puts.bid[i], puts.ask[i]] = [
            Number(row[9]),
            Number(row[10]),
            Number(row[18]),
            Number(row[19]),
          ];
        });
        const seconds = secondsToExpiry(Date.parse(`2025-08-29T${time}+05:30`), Date.parse(`${expiry}T15:30:00+05:30`));
        const strikes = Float64Array.from(rows, (row) => Number(row[2]));
        const limits = USUAL_QUOTE_LIMITS;
        const chain = houseChain({ strikes, calls, puts, secondsToExpiry: seconds, rate: 0.055, limits });
        const forward = chain.forward!.forward;
        const used = [...strikes].flatMap((strike, i) => {
          const side = strike >= forward ? chain.calls : chain.puts;
          const k = Math.log(strike / forward);
          // Six per cent each way is where every expiry of that day trades.
          return side.status[i] === StatusCode.OK && Math.abs(k) <= 0.06
            ? [{ k, volatility: side.volatility[i]! }]
            : [];
        });
        return {
          logMoneyness: Float64Array.from(used, ({ k }) => k),
          volatility: Float64Array.from(used, ({ volatility }) => volatility),
          years: chain.years,
        };
      });
      const fits = fitSurface(slices);
      fits.forEach((fit, i) => {
        errors.push(fit!.rmseVolPoints);
        expect(sliceFault(fit!.slice, grid(slices[i]!, 1.5), fits[i - 1]?.slice)).toBeUndefined();
      });
    }
    expect(errors).toHaveLength(125);
    errors.sort((a, b) => a - b);
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThanOrEqual(0.12);
    expect(errors[62]).toBeLessThanOrEqual(0.12);
  }, 60_000);
});
