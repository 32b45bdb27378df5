import {
  INDEX_MARGIN,
  estimateMargin,
  type MarginLeg,
  type MarginParameters,
  STOCK_MARGIN,
} from './margin-estimate.ts';

const SPOT = 25_000;
const LOT = 65;
const WEEK = 7 * 86_400;
const MONTH = 28 * 86_400;
const rates: MarginParameters = { ...INDEX_MARGIN, dailyVolatility: 0.008, annualVolatility: 0.13 };
const option = (kind: 'call' | 'put', strike: number, lots: number, entryPrice: number, seconds = WEEK): MarginLeg => ({
  kind,
  strike,
  quantity: lots * LOT,
  entryPrice,
  secondsToExpiry: seconds,
  volatility: 0.13,
});
const future = (lots: number, seconds: number): MarginLeg => ({
  kind: 'future',
  quantity: lots * LOT,
  entryPrice: SPOT,
  secondsToExpiry: seconds,
});

describe('margin estimate', () => {
  it('of a future is the price scan range and the exposure', () => {
    const seen = estimateMargin([future(1, MONTH)], SPOT, rates);
    expect(seen.scenarios).toHaveLength(16);
    expect(seen.scanRisk).toBeCloseTo(0.093 * SPOT * LOT, 6);
    expect(seen.exposure).toBeCloseTo(0.02 * SPOT * LOT, 6);
    expect(seen.total).toBeCloseTo(0.113 * SPOT * LOT, 6);
    // The extremes count at 35 per cent: 0.35 x 2 of the range, less than the whole range.
    expect(seen.scenarios[15]).toBeCloseTo(-0.7 * 0.093 * SPOT * LOT, 6);
    const nervous = { ...rates, dailyVolatility: 0.02 };
    expect(estimateMargin([future(1, MONTH)], SPOT, nervous).scanRisk).toBeCloseTo(
      0.02 * 6 * Math.SQRT2 * SPOT * LOT,
      6,
    );
  });

  it('of a short index lot is 1.2 to 1.5 lakh give or take its accuracy, never just the premium', () => {
    for (const [leg, premium] of [
      [option('call', 25_600, -1, 25), 25 * LOT],
      [option('put', 24_400, -1, 25), 25 * LOT],
      [option('call', 25_500, -1, 200, MONTH), 200 * LOT],
    ] as const) {
      const seen = estimateMargin([leg], SPOT, rates);
      expect(seen.total).toBeGreaterThan(120_000 * (1 - seen.accuracy));
      expect(seen.total).toBeLessThan(150_000 * (1 + seen.accuracy));
      expect(seen.total).toBeGreaterThan(5 * premium);
      expect(seen.premiumPaid).toBe(-premium);
    }
  });

  it('of a bought option is nothing beyond its premium', () => {
    const seen = estimateMargin([option('call', 25_000, 1, 180)], SPOT, rates);
    expect(seen.total).toBe(0);
    expect(seen.premiumPaid).toBe(180 * LOT);
  });

  it('falls when a wing is bought, to no more than the width and the exposure', () => {
    const naked = estimateMargin([option('put', 24_700, -1, 60)], SPOT, rates);
    const hedged = estimateMargin([option('put', 24_700, -1, 60), option('put', 24_500, 1, 35)], SPOT, rates);
    expect(hedged.total).toBeLessThan(0.5 * naked.total);
    expect(hedged.scanRisk).toBeLessThanOrEqual(200 * LOT);
    expect(hedged.scanRisk).toBeGreaterThan(100 * LOT);
  });

  it('charges a calendar spread and withdraws its benefit on the last day', () => {
    const spread = [future(-1, WEEK), future(1, MONTH)];
    const seen = estimateMargin(spread, SPOT, rates);
    expect(seen.scanRisk).toBeCloseTo(0, 6);
    expect(seen.calendarCharge).toBeCloseTo(0.0175 * SPOT * LOT, 6);
    const last = estimateMargin([{ ...spread[0]!, expiresToday: true }, spread[1]!], SPOT, rates);
    expect(last.calendarCharge).toBe(0);
    expect(last.scanRisk).toBeCloseTo(2 * 0.093 * SPOT * LOT, 6);
  });

  it('adds two per cent on short index options that expire today, not on bought ones nor on stocks', () => {
    const short = { ...option('call', 25_100, -1, 40, 3600), expiresToday: true };
    const seen = estimateMargin([short], SPOT, rates);
    expect(seen.expiryDayCharge).toBeCloseTo(0.02 * SPOT * LOT, 6);
    expect(estimateMargin([{ ...short, quantity: LOT }], SPOT, rates).expiryDayCharge).toBe(0);
    const stock = { ...STOCK_MARGIN, dailyVolatility: 0.015, annualVolatility: 0.25 };
    expect(estimateMargin([short], SPOT, stock).expiryDayCharge).toBe(0);
    expect(estimateMargin([short], SPOT, stock).scanRisk).toBeGreaterThan(seen.scanRisk);
  });
});
