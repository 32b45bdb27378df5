import { istDate, istInstant, MINUTE_MS } from '@vega/kernel';
import { finalValue, tradingDay } from './trading-day.ts';
import { DAYS_PER_YEAR, expiryHorizon, intensity, sessionVariance, spentAt, varianceYears } from './variance-clock.ts';

const SEED = 'variance';
const horizon = (from: string, to: string) =>
  expiryHorizon(
    tradingDay(istDate(from), SEED),
    tradingDay(istDate(to), SEED),
    finalValue('NSE_FO', 'INDEX', istDate(to), SEED),
  );

describe('variance clock', () => {
  it('spends a session along a U, all of it, never going back', () => {
    const day = tradingDay(istDate('2026-07-27'), SEED);
    expect(spentAt(day, day.open - 1)).toBe(0);
    expect(spentAt(day, day.close)).toBe(1);
    let last = 0;
    for (let at = day.open; at <= day.close; at += MINUTE_MS) {
      const spent = spentAt(day, at);
      expect(spent).toBeGreaterThanOrEqual(last);
      last = spent;
    }
    expect(intensity(0)).toBeGreaterThan(2 * intensity(0.5));
    expect(intensity(1)).toBeGreaterThan(1.5 * intensity(0.5));
  });

  it('counts a trading day as one and skips nights without trading', () => {
    // Friday to Monday is one night, as is Monday to Tuesday.
    const friday = tradingDay(istDate('2026-07-24'), SEED);
    const monday = tradingDay(istDate('2026-07-27'), SEED);
    const [far, near] = [horizon('2026-07-24', '2026-07-28'), horizon('2026-07-27', '2026-07-28')];
    const difference = varianceYears(friday, far, friday.close) - varianceYears(monday, near, monday.close);
    expect(difference * DAYS_PER_YEAR).toBeCloseTo(1, 9);
  });

  it('falls without a jump from a week before to the final value', () => {
    const dates = ['2026-07-22', '2026-07-23', '2026-07-24', '2026-07-27', '2026-07-28'];
    let last = Infinity;
    for (const date of dates) {
      const day = tradingDay(istDate(date), SEED);
      for (let at = day.open; at < day.close; at += MINUTE_MS) {
        const left = varianceYears(day, horizon(date, '2026-07-28'), at);
        expect(left).toBeLessThan(last);
        if (at > day.open) expect(last - left).toBeLessThan(0.02 / DAYS_PER_YEAR);
        last = left;
      }
    }
    expect(last).toBeLessThan(1e-7);
  });

  it('leaves a third of the averaging window when it begins, where the average settles', () => {
    const day = tradingDay(istDate('2026-07-28'), SEED);
    const at = istInstant(day.date, 15, 0);
    const window = sessionVariance(day, at, day.close) / DAYS_PER_YEAR;
    expect(varianceYears(day, horizon('2026-07-28', '2026-07-28'), at)).toBeCloseTo(window / 3, 12);
  });

  it('runs to the closing auction where that settles', () => {
    const day = tradingDay(istDate('2026-11-23'), SEED);
    const own = horizon('2026-11-23', '2026-11-23');
    expect(day.auctionPrint).toBe(own.final.fixedAt);
    expect(varianceYears(day, own, own.final.fixedAt)).toBe(0);
    expect(varianceYears(day, own, own.final.fixedAt - MINUTE_MS)).toBeGreaterThan(0);
  });
});
