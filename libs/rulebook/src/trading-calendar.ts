import { addDays, dayOfWeek, invariant, istDate, OutcomeError, type IstDate } from '@vega/kernel';
import { SEED_HOLIDAYS, type HolidayRow, type SpecialWindow } from './data/holidays.ts';
import { MARKETS, type Market } from './market.ts';

/** Dates from `from` to `to`, both included. */
export interface DateRange {
  readonly from: IstDate;
  readonly to: IstDate;
}

/** What a market does on a day: `trading` the usual hours, `special` hours of its own, or `closed`. */
export type DayKind = 'trading' | 'special' | 'closed';

/** A day that differs from the plain rule "weekdays trade and settle". */
export interface DayFact {
  readonly kind: DayKind;
  readonly settles: boolean;
  readonly name: string;
  readonly source: string;
  readonly verified: boolean;
  /** Of a special day; absent when the session is announced without times. */
  readonly windows?: readonly SpecialWindow[];
}

/**
 * What to do about dates that no holiday list covers: `refuse` throws `CALENDAR_NOT_COVERED`; `weekdays` takes every
 * weekday for a trading day, and every answer about such a day says `covered: false`.
 */
export type BeyondCoverage = 'refuse' | 'weekdays';

/** Which days the markets trade. Immutable; made by {@link tradingCalendar}. */
export interface TradingCalendar {
  readonly facts: ReadonlyMap<string, DayFact>;
  /** The spans for which a complete list of holidays is known: ascending, disjoint. */
  readonly coverage: readonly DateRange[];
  readonly beyondCoverage: BeyondCoverage;
}

/** A day as a calendar sees it. */
export interface MarketDay {
  readonly date: IstDate;
  readonly market: Market;
  readonly kind: DayKind;
  /** Whether trades of other days are settled on it. */
  readonly settles: boolean;
  /** False: nothing is known of this date but its weekday. */
  readonly covered: boolean;
  readonly name?: string;
  readonly windows?: readonly SpecialWindow[];
}

/** The longest closure that the search loops cross. The longest real one is five days. */
const LONGEST_CLOSURE_DAYS = 30;

/** The key of a fact within {@link TradingCalendar.facts}. */
export function factKey(market: Market, date: IstDate): string {
  return `${market}|${date}`;
}

/** The fact that a row of the holiday table states. */
export function factOf(row: HolidayRow): DayFact {
  const { name, source, verified } = row;
  switch (row.kind) {
    case 'closed':
      return { kind: 'closed', settles: false, name, source, verified };
    case 'settlement-holiday':
    case 'full-session':
      return { kind: 'trading', settles: false, name, source, verified };
    case 'special-session': {
      const fact: DayFact = { kind: 'special', settles: false, name, source, verified };
      return row.windows === undefined ? fact : { ...fact, windows: row.windows };
    }
  }
}

/**
 * Builds a calendar from a table of unusual days. Coverage, unless given, is the whole calendar years that the rows
 * span. Throws a defect when two rows speak of one market on one date.
 */
export function tradingCalendar(
  holidays: readonly HolidayRow[],
  options: { readonly coverage?: readonly DateRange[]; readonly beyondCoverage?: BeyondCoverage } = {},
): TradingCalendar {
  const facts = new Map<string, DayFact>();
  for (const row of holidays) {
    for (const market of row.markets ?? MARKETS) {
      const key = factKey(market, row.date);
      invariant(!facts.has(key), `two holiday rows for ${key}`);
      facts.set(key, factOf(row));
    }
  }
  return {
    facts,
    coverage: mergeRanges(options.coverage ?? wholeYears(holidays)),
    beyondCoverage: options.beyondCoverage ?? 'refuse',
  };
}

function wholeYears(holidays: readonly HolidayRow[]): DateRange[] {
  const years = [...new Set(holidays.map((row) => row.date.slice(0, 4)))];
  return years.map((year) => ({ from: istDate(`${year}-01-01`), to: istDate(`${year}-12-31`) }));
}

/** Sorts spans and joins those that touch or overlap. */
export function mergeRanges(ranges: readonly DateRange[]): DateRange[] {
  const merged: DateRange[] = [];
  for (const range of [...ranges].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    invariant(range.from <= range.to, `coverage ${range.from} to ${range.to} is reversed`);
    const last = merged.at(-1);
    if (last === undefined || range.from > addDays(last.to, 1)) merged.push(range);
    else if (range.to > last.to) merged[merged.length - 1] = { from: last.from, to: range.to };
  }
  return merged;
}

/** The calendar of the seed table: 2024 to 2026, refusing dates beyond. */
export const seedCalendar: TradingCalendar = tradingCalendar(SEED_HOLIDAYS);

/** The same calendar with another policy for dates beyond its coverage; long simulations and displays use `weekdays`. */
export function withBeyondCoverage(calendar: TradingCalendar, beyondCoverage: BeyondCoverage): TradingCalendar {
  return { ...calendar, beyondCoverage };
}

/** Whether a list of holidays covers the date, or a fact about this very date is known. */
export function isCovered(calendar: TradingCalendar, market: Market, date: IstDate): boolean {
  return (
    calendar.coverage.some((range) => range.from <= date && date <= range.to) ||
    calendar.facts.has(factKey(market, date))
  );
}

/** What a market does on a date. Beyond coverage it throws `CALENDAR_NOT_COVERED` or goes by the weekday, as the calendar's policy says. */
export function dayOf(calendar: TradingCalendar, market: Market, date: IstDate): MarketDay {
  if (calendar.beyondCoverage === 'refuse' && !isCovered(calendar, market, date)) {
    const spans = calendar.coverage.map((range) => `${range.from}..${range.to}`).join(', ');
    throw new OutcomeError('CALENDAR_NOT_COVERED', `no holiday list covers ${market} on ${date} (known: ${spans})`, {
      market,
      date,
    });
  }
  return presumedDay(calendar, market, date);
}

/** {@link dayOf} that never throws: beyond coverage it goes by the weekday and says `covered: false`. For predictions that carry the flag on. */
export function presumedDay(calendar: TradingCalendar, market: Market, date: IstDate): MarketDay {
  const fact = calendar.facts.get(factKey(market, date));
  if (fact !== undefined) {
    const { kind, settles, name } = fact;
    const day: MarketDay = { date, market, kind, settles, covered: true, name };
    return fact.windows === undefined ? day : { ...day, windows: fact.windows };
  }
  const weekday = dayOfWeek(date);
  const open = weekday !== 0 && weekday !== 6;
  return { date, market, kind: open ? 'trading' : 'closed', settles: open, covered: isCovered(calendar, market, date) };
}

/** Whether a market trades its usual hours on a date. A Muhurat evening is no trading day: expiries pass over it. */
export function isTradingDay(calendar: TradingCalendar, market: Market, date: IstDate): boolean {
  return dayOf(calendar, market, date).kind === 'trading';
}

/** Whether there is any trading on a date, special sessions included: such a day has a daily bar and a close. */
export function hasSession(calendar: TradingCalendar, market: Market, date: IstDate): boolean {
  return dayOf(calendar, market, date).kind !== 'closed';
}

/** Whether trades settle on a date: 1 April 2026 trades but does not settle. */
export function isSettlementDay(calendar: TradingCalendar, market: Market, date: IstDate): boolean {
  return dayOf(calendar, market, date).settles;
}

/** The first date after (`step` 1) or before (-1) `date` of which `accept` holds; bounded, a defect when there is none. */
export function seekDay(date: IstDate, step: 1 | -1, accept: (candidate: IstDate) => boolean): IstDate {
  let candidate = date;
  for (let i = 0; i < LONGEST_CLOSURE_DAYS; i++) {
    candidate = addDays(candidate, step);
    if (accept(candidate)) return candidate;
  }
  invariant(false, `no open day within ${LONGEST_CLOSURE_DAYS} days of ${date}`);
}

/** The last trading day strictly before a date. */
export function previousTradingDay(calendar: TradingCalendar, market: Market, date: IstDate): IstDate {
  return seekDay(date, -1, (candidate) => isTradingDay(calendar, market, candidate));
}

/** The first trading day strictly after a date. */
export function nextTradingDay(calendar: TradingCalendar, market: Market, date: IstDate): IstDate {
  return seekDay(date, 1, (candidate) => isTradingDay(calendar, market, candidate));
}

/** The last day with any session strictly before a date: the day of the previous close. */
export function previousSessionDay(calendar: TradingCalendar, market: Market, date: IstDate): IstDate {
  return seekDay(date, -1, (candidate) => hasSession(calendar, market, candidate));
}

/** The first day with any session strictly after a date. */
export function nextSessionDay(calendar: TradingCalendar, market: Market, date: IstDate): IstDate {
  return seekDay(date, 1, (candidate) => hasSession(calendar, market, candidate));
}
