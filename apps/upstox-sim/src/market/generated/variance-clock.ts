/**
 * How variance is spent in time: a share of each trading day's variance falls between close and open, the rest in the
 * session along a U: most at the open, least at midday, more again towards the close. The spot moves by this clock and
 * options are priced by what is left on it, so that the two agree; quoted against calendar time, implied volatility
 * then rises on the expiry day as it does in the real market.
 */
import type { IstDate } from '@vega/kernel';
import { marketDatesBetween, type FinalValue, type TradingDay } from './trading-day.ts';

/** Trading days in the year over which volatilities are annualised. */
export const DAYS_PER_YEAR = 252;
/** Share of a trading day's variance between one session and the next. */
export const OVERNIGHT_SHARE = 0.25;
const SESSION_SHARE = 1 - OVERNIGHT_SHARE;

const STEPS = 400;
const PROFILE = new Float64Array(STEPS + 1);
for (let i = 0; i < STEPS; i++) PROFILE[i + 1] = (PROFILE[i] ?? 0) + intensity((i + 0.5) / STEPS) / STEPS;
const PROFILE_TOTAL = PROFILE[STEPS] ?? 1;

/** Relative pace of prices and volumes at a fraction of the session, from 0 at the open to 1 at the close; about 1 on average. */
export function intensity(fraction: number): number {
  return 0.72 + 1.9 * Math.exp(-fraction / 0.05) + 0.75 * Math.exp(-(1 - fraction) / 0.1);
}

/** The part of the session's variance spent at `at` (epoch ms), from 0 to 1. */
export function spentAt(day: TradingDay, at: number): number {
  const fraction = (at - day.open) / (day.close - day.open);
  if (fraction <= 0) return 0;
  if (fraction >= 1) return 1;
  const position = fraction * STEPS;
  const index = Math.floor(position);
  const low = PROFILE[index] ?? 0;
  return (low + ((PROFILE[index + 1] ?? low) - low) * (position - index)) / PROFILE_TOTAL;
}

/** Variance days (1 = a whole trading day) that pass in the session of `day` between two instants. */
export function sessionVariance(day: TradingDay, from: number, to: number): number {
  return SESSION_SHARE * (spentAt(day, to) - spentAt(day, from));
}

/** What remains of an expiry's life on the variance clock, apart from the part of today that is still to pass. */
export interface ExpiryHorizon {
  readonly expiry: IstDate;
  readonly final: FinalValue;
  /** Variance days between today's close and the expiry day's open; 0 when today is the expiry day. */
  readonly between: number;
  /** The expiry day's timetable. */
  readonly lastDay: TradingDay;
}

/** Counts the trading days of an expiry's horizon as seen from `day`. */
export function expiryHorizon(day: TradingDay, lastDay: TradingDay, final: FinalValue): ExpiryHorizon {
  const nights = marketDatesBetween(day.date, lastDay.date);
  const between = nights === 0 ? 0 : nights * OVERNIGHT_SHARE + (nights - 1) * SESSION_SHARE;
  return { expiry: lastDay.date, final, between, lastDay };
}

/**
 * Years of variance from `at` to the final value. Within and before an averaging window the variance of the average
 * counts: a third of the window's (the average of a Brownian motion), scaled by the square of the part still open.
 */
export function varianceYears(day: TradingDay, horizon: ExpiryHorizon, at: number): number {
  const { final, lastDay } = horizon;
  const today = lastDay.date === day.date;
  const start = today ? at : lastDay.open;
  let days = today ? 0 : SESSION_SHARE * (1 - spentAt(day, at)) + horizon.between;
  const window = final.average;
  if (start < final.fixedAt) {
    if (window === undefined) days += sessionVariance(lastDay, start, final.fixedAt);
    else if (start < window.from) {
      days += sessionVariance(lastDay, start, window.from) + sessionVariance(lastDay, window.from, window.to) / 3;
    } else {
      const open = (window.to - start) / (window.to - window.from);
      days += (open * open * sessionVariance(lastDay, start, window.to)) / 3;
    }
  }
  return days / DAYS_PER_YEAR;
}
