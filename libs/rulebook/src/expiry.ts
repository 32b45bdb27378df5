/*
 * Goal: predict the expiry dates of an underlying's contracts.
 * Method: nominal dates by the dated weekday rule, each moved back to the nearest trading day.
 * Invariants: an expiry is a trading day, is not later than its nominal day, and no two expiries of a series coincide;
 * a weekly in the week of a monthly is that monthly.
 * Reference: exchange contract specifications as quoted in data/expiry-rules.ts; the instrument master decides.
 */
import { addDays, dayOfWeek, invariant, istDate, OutcomeError, type IstDate } from '@vega/kernel';
import {
  EXPIRY_RULES,
  LISTING_COUNTS,
  type ExpiryDayRow,
  type ExpiryUnderlying,
  type ListingCounts,
} from './data/expiry-rules.ts';
import { inForce } from './dated.ts';
import { derivativeSegmentOf, marketOf, type Market } from './market.ts';
import { presumedDay, seekDay, type TradingCalendar } from './trading-calendar.ts';

/** One predicted expiry. */
export interface Expiry {
  readonly date: IstDate;
  /** The day it would be without holidays. */
  readonly nominal: IstDate;
  readonly cycle: 'weekly' | 'monthly';
  /** False: no holiday list covers the nominal day, so that a shift is not known. */
  readonly covered: boolean;
}

/** A bound on every search for the next expiry, in months and in weeks. */
const SEARCH_LIMIT = 600;

/**
 * The next expiries on or after a date, ascending: so many weeklies (those that are monthlies not counted), the nearest
 * monthlies, then quarterlies and half-yearlies beyond them. A cycle that the underlying lacks gives none. Never throws
 * for dates beyond the calendar's coverage, but says `covered: false`. Throws `RULE_UNKNOWN` for dates before the table.
 */
export function expirySeries(
  calendar: TradingCalendar,
  underlying: ExpiryUnderlying,
  from: IstDate,
  counts: Partial<ListingCounts>,
): Expiry[] {
  const rule = EXPIRY_RULES[underlying];
  if (inForce(rule.monthly, monthStart(from)) === undefined) {
    throw new OutcomeError('RULE_UNKNOWN', `the rulebook does not know the expiries of ${underlying} as of ${from}`, {
      underlying,
      from,
    });
  }
  const market = marketOf(derivativeSegmentOf(rule.exchange));
  const expiries = [...weeklies(calendar, market, underlying, from, counts.weeklies ?? 0)];
  const monthly = monthlies(calendar, market, rule.monthly, from);
  const near = take(monthly, counts.monthlies ?? 0, () => true);
  const quarters = take(monthly, counts.quarterlies ?? 0, (month) => month % 3 === 0);
  const halves = take(monthly, counts.halfYearlies ?? 0, (month) => month % 6 === 0);
  expiries.push(...near, ...quarters, ...halves);
  return expiries.sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** The option expiries that the exchange is expected to list on a date. */
export function listedExpiries(calendar: TradingCalendar, underlying: ExpiryUnderlying, on: IstDate): Expiry[] {
  return expirySeries(calendar, underlying, on, LISTING_COUNTS[underlying]);
}

/** Takes the next `count` expiries whose month is accepted; the generator stands after the last one taken. */
function take(monthly: Generator<Expiry>, count: number, accepts: (month: number) => boolean): Expiry[] {
  const taken: Expiry[] = [];
  while (taken.length < count) {
    const next = monthly.next();
    if (next.done === true) break;
    if (accepts(Number(next.value.nominal.slice(5, 7)))) taken.push(next.value);
  }
  return taken;
}

function* monthlies(
  calendar: TradingCalendar,
  market: Market,
  days: readonly ExpiryDayRow[],
  from: IstDate,
): Generator<Expiry, undefined> {
  let month = monthStart(from);
  for (let i = 0; i < SEARCH_LIMIT; i++) {
    const nominal = monthlyNominal(days, month);
    if (nominal !== undefined) {
      const expiry = shifted(calendar, market, nominal, 'monthly');
      if (expiry.date >= from) yield expiry;
    }
    month = monthStart(addDays(month, 31));
  }
  return undefined;
}

function weeklies(
  calendar: TradingCalendar,
  market: Market,
  underlying: ExpiryUnderlying,
  from: IstDate,
  count: number,
): Expiry[] {
  const { weekly, monthly } = EXPIRY_RULES[underlying];
  const found: Expiry[] = [];
  let monday = mondayOf(from);
  for (let i = 0; weekly !== undefined && found.length < count && i < SEARCH_LIMIT; i++) {
    const nominal = weeklyNominal(weekly, monday);
    if (nominal === 'none') break;
    if (nominal !== undefined && !hasMonthly(monthly, monday)) {
      const expiry = shifted(calendar, market, nominal, 'weekly');
      if (expiry.date >= from) found.push(expiry);
    }
    monday = addDays(monday, 7);
  }
  return found;
}

/** The nominal expiry of a week. The rule of the day itself counts, so that a change within a week is seen. */
function weeklyNominal(rows: readonly ExpiryDayRow[], monday: IstDate): IstDate | 'none' | undefined {
  for (let i = 0; i < 5; i++) {
    const date = addDays(monday, i);
    if (inForce(rows, date)?.weekday === dayOfWeek(date)) return date;
  }
  return inForce(rows, addDays(monday, 6))?.weekday === 'none' ? 'none' : undefined;
}

function hasMonthly(rows: readonly ExpiryDayRow[], monday: IstDate): boolean {
  const sunday = addDays(monday, 6);
  return [monday, sunday].some((date) => {
    const nominal = monthlyNominal(rows, monthStart(date));
    return nominal !== undefined && monday <= nominal && nominal <= sunday;
  });
}

/** The last weekday of the rule in a month, by the rule of the month's first day. */
function monthlyNominal(rows: readonly ExpiryDayRow[], month: IstDate): IstDate | undefined {
  const weekday = inForce(rows, month)?.weekday;
  if (weekday === undefined || weekday === 'none') return undefined;
  const last = addDays(monthStart(addDays(month, 31)), -1);
  return addDays(last, -((dayOfWeek(last) - weekday + 7) % 7));
}

function shifted(calendar: TradingCalendar, market: Market, nominal: IstDate, cycle: Expiry['cycle']): Expiry {
  const day = presumedDay(calendar, market, nominal);
  const trades = (date: IstDate): boolean => presumedDay(calendar, market, date).kind === 'trading';
  const date = day.kind === 'trading' ? nominal : seekDay(nominal, -1, trades);
  invariant(date <= nominal, `expiry ${date} is later than its nominal day ${nominal}`);
  return { date, nominal, cycle, covered: day.covered };
}

function monthStart(date: IstDate): IstDate {
  return istDate(`${date.slice(0, 7)}-01`);
}

function mondayOf(date: IstDate): IstDate {
  return addDays(date, -((dayOfWeek(date) + 6) % 7));
}
