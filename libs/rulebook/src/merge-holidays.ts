import { istDateOf, istTimeOfDayMs, MINUTE_MS, type IstDate } from '@vega/kernel';
import type { SpecialWindow } from './data/holidays.ts';
import { MARKETS, type Market } from './market.ts';
import { minutesOf, timeOfDay } from './time-of-day.ts';
import {
  factKey,
  mergeRanges,
  presumedDay,
  type DateRange,
  type DayFact,
  type DayKind,
  type TradingCalendar,
} from './trading-calendar.ts';

/** Upstox's `holiday_type`. What `ALL` means beside the list of closed exchanges is not documented. */
export type BrokerHolidayType = 'ALL' | 'TRADING_HOLIDAY' | 'SETTLEMENT_HOLIDAY' | 'SPECIAL_TIMING';

/** One row of Upstox's `GET /v2/market/holidays[/{date}]`, validated by whoever fetched it. */
export interface BrokerHoliday {
  readonly date: IstDate;
  readonly description: string;
  readonly holidayType: BrokerHolidayType;
  /** Upstox's exchange names: NSE, NFO, BSE, BFO and others that are passed over. */
  readonly closedExchanges: readonly string[];
  readonly openExchanges: readonly BrokerOpenHours[];
}

/** Hours of one exchange on an unusual day, epoch ms. */
export interface BrokerOpenHours {
  readonly exchange: string;
  readonly startTime: number;
  readonly endTime: number;
}

/** Where a broker's holiday list and a calendar say different things. */
export interface HolidayDifference {
  readonly date: IstDate;
  readonly market: Market;
  readonly calendar: DayKind;
  /** `unlisted`: the list is complete for a span and does not name a date that the calendar holds for unusual. */
  readonly broker: DayKind | 'unlisted';
}

const REGULAR_OPEN = minutesOf('09:15');
const REGULAR_CLOSE = minutesOf('15:30');

/**
 * A calendar in which the broker's rows win on the dates and markets they speak of.
 *
 * `completeFor` says for which span the rows are the whole list; coverage grows by it. A closure of the calendar that a
 * complete list does not name stays closed: an answer that lost a row must not open a market. Such dates, and all
 * others on which the two differ, are told by {@link holidayDifferences}.
 */
export function mergeHolidays(
  calendar: TradingCalendar,
  rows: readonly BrokerHoliday[],
  completeFor?: DateRange,
): TradingCalendar {
  const facts = new Map(calendar.facts);
  for (const { market, date, fact } of brokerFacts(calendar, rows)) facts.set(factKey(market, date), fact);
  return {
    facts,
    coverage: completeFor === undefined ? calendar.coverage : mergeRanges([...calendar.coverage, completeFor]),
    beyondCoverage: calendar.beyondCoverage,
  };
}

/** The dates on which a broker's list and the calendar disagree, ascending. To be logged when the list is merged. */
export function holidayDifferences(
  calendar: TradingCalendar,
  rows: readonly BrokerHoliday[],
  completeFor?: DateRange,
): HolidayDifference[] {
  const listed = new Set(rows.map((row) => row.date));
  const differences: HolidayDifference[] = [];
  for (const { market, date, fact } of brokerFacts(calendar, rows)) {
    const kind = presumedDay(calendar, market, date).kind;
    if (kind !== fact.kind) differences.push({ date, market, calendar: kind, broker: fact.kind });
  }
  if (completeFor !== undefined) {
    for (const [key, fact] of calendar.facts) {
      const [market, date] = key.split('|') as [Market, IstDate];
      const within = completeFor.from <= date && date <= completeFor.to;
      if (within && fact.kind !== 'trading' && !listed.has(date)) {
        differences.push({ date, market, calendar: fact.kind, broker: 'unlisted' });
      }
    }
  }
  return differences.sort((a, b) => (`${a.date}${a.market}` < `${b.date}${b.market}` ? -1 : 1));
}

interface MarketFact {
  readonly market: Market;
  readonly date: IstDate;
  readonly fact: DayFact;
}

/** What the rows say of each served market; several rows may speak of one date (a holiday and its Muhurat session). */
function brokerFacts(calendar: TradingCalendar, rows: readonly BrokerHoliday[]): MarketFact[] {
  const byDate = new Map<IstDate, BrokerHoliday[]>();
  for (const row of rows) byDate.set(row.date, [...(byDate.get(row.date) ?? []), row]);
  const facts: MarketFact[] = [];
  for (const [date, ofDate] of byDate) {
    for (const market of MARKETS) {
      const fact = factFor(calendar, market, date, ofDate);
      if (fact !== undefined) facts.push({ market, date, fact });
    }
  }
  return facts;
}

function factFor(
  calendar: TradingCalendar,
  market: Market,
  date: IstDate,
  rows: readonly BrokerHoliday[],
): DayFact | undefined {
  const hours = rows.flatMap((row) => row.openExchanges.filter((open) => open.exchange === market));
  const closed = rows.some((row) => closes(row, market));
  const settlementHoliday = rows.some((row) => row.holidayType === 'SETTLEMENT_HOLIDAY');
  if (!closed && !settlementHoliday && hours.length === 0) return undefined;

  const said = { name: rows[0]?.description ?? '', source: 'Upstox GET /v2/market/holidays', verified: true };
  const usual = hours.some((window) => coversRegularHours(window, date));
  if (hours.length > 0 && !usual) {
    // Hours that make no sense on this date leave the session without times: closed at every instant.
    const windows = windowsOn(hours, date);
    const fact: DayFact = { ...said, kind: 'special', settles: false };
    return windows === undefined ? fact : { ...fact, windows };
  }
  if (closed) return { ...said, kind: 'closed', settles: false };
  const known = presumedDay(calendar, market, date);
  const settles = settlementHoliday ? false : known.settles;
  if (usual) return { ...said, kind: 'trading', settles };
  const fact: DayFact = { ...said, kind: known.kind, settles };
  return known.windows === undefined ? fact : { ...fact, windows: known.windows };
}

function closes(row: BrokerHoliday, market: Market): boolean {
  if (row.closedExchanges.includes(market)) return true;
  const open = row.openExchanges.some((hours) => hours.exchange === market);
  // An undocumented type that names neither list is taken for a closure of all.
  return row.holidayType === 'ALL' && !open;
}

function coversRegularHours(hours: BrokerOpenHours, date: IstDate): boolean {
  const window = minutesWithin(hours, date);
  return window !== undefined && window.start <= REGULAR_OPEN && window.end >= REGULAR_CLOSE;
}

function windowsOn(hours: readonly BrokerOpenHours[], date: IstDate): SpecialWindow[] | undefined {
  const windows: SpecialWindow[] = [];
  for (const entry of [...hours].sort((a, b) => a.startTime - b.startTime)) {
    const window = minutesWithin(entry, date);
    const previous = windows.at(-1);
    if (window === undefined || (previous !== undefined && minutesOf(previous.close) > window.start)) return undefined;
    windows.push({ open: timeOfDay(window.start), close: timeOfDay(window.end) });
  }
  return windows;
}

/** Opening and closing minute of the day; undefined when the hours are reversed or not of this date. */
function minutesWithin(hours: BrokerOpenHours, date: IstDate): { start: number; end: number } | undefined {
  const sameDay = istDateOf(hours.startTime) === date && istDateOf(hours.endTime - 1) === date;
  if (!sameDay || hours.endTime <= hours.startTime) return undefined;
  const start = Math.floor(istTimeOfDayMs(hours.startTime) / MINUTE_MS);
  return { start, end: start + Math.floor((hours.endTime - hours.startTime) / MINUTE_MS) };
}
