import { addDays, istDate, istInstant, parseIstDate, type IstDate, type SupportedSegment } from '@vega/kernel';
import {
  dayOf,
  MARKETS,
  seedCalendar,
  sessionOf,
  withBeyondCoverage,
  type Market,
  type TradingCalendar,
} from '@vega/rulebook';

/** Trading hours of an exchange on a date, epoch ms. */
export interface ExchangeHours {
  readonly exchange: string;
  readonly start_time: number;
  readonly end_time: number;
}

/** One row of the holiday list, in Upstox's form. */
export interface HolidayView {
  readonly date: string;
  readonly description: string;
  readonly holiday_type: 'TRADING_HOLIDAY' | 'SETTLEMENT_HOLIDAY' | 'SPECIAL_TIMING';
  readonly closed_exchanges: readonly string[];
  readonly open_exchanges: readonly ExchangeHours[];
}

const SEGMENT: Record<Market, SupportedSegment> = { NSE: 'NSE_EQ', NFO: 'NSE_FO', BSE: 'BSE_EQ', BFO: 'BSE_FO' };

/** Exchanges that Upstox lists and the simulated market does not trade: their plain weekday hours. */
const OTHERS = [
  { exchange: 'MCX', open: [9, 0], close: [23, 30] },
  { exchange: 'CDS', open: [9, 0], close: [17, 0] },
  { exchange: 'BCD', open: [9, 0], close: [17, 0] },
] as const;

/** Exchange names of Upstox's appendix. */
export const EXCHANGES = ['NSE', 'NFO', 'BSE', 'BFO', 'CDS', 'BCD', 'MCX', 'NSCOM'] as const;

/** Holidays and hours as Upstox answers them, out of the rulebook. */
export class MarketCalendar {
  private readonly calendar: TradingCalendar = withBeyondCoverage(seedCalendar, 'weekdays');

  /** The unusual days of a calendar year, ascending. */
  holidays(year: string): readonly HolidayView[] {
    const rows: HolidayView[] = [];
    for (let date = istDate(`${year}-01-01`); date.startsWith(year); date = addDays(date, 1)) {
      const row = this.holiday(date);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** The row of a date; undefined on a usual day. */
  holiday(date: IstDate): HolidayView | undefined {
    const days = MARKETS.map((market) => dayOf(this.calendar, market, date));
    const named = days.find((day) => day.name !== undefined);
    if (named === undefined) return undefined;
    const closed = days.filter((day) => day.kind === 'closed').map((day) => day.market);
    const special = days.some((day) => day.kind === 'special') || isWeekend(date);
    const open = this.hours(date);
    return {
      date,
      description: named.name ?? '',
      holiday_type:
        closed.length === days.length ? 'TRADING_HOLIDAY' : special ? 'SPECIAL_TIMING' : 'SETTLEMENT_HOLIDAY',
      closed_exchanges: closed.length === days.length ? [...closed, ...OTHERS.map(({ exchange }) => exchange)] : closed,
      open_exchanges: open,
    };
  }

  /** Hours of the exchanges that open on a date; empty on a holiday. */
  hours(date: IstDate): readonly ExchangeHours[] {
    const served = MARKETS.flatMap((market) => {
      const spans = sessionOf(this.calendar, SEGMENT[market], date)?.phases.filter(
        (span) => span.phase === 'continuous',
      );
      const first = spans?.[0];
      const last = spans?.at(-1);
      return first === undefined || last === undefined
        ? []
        : [{ exchange: market, start_time: first.start as number, end_time: last.end as number }];
    });
    if (served.length === 0 || isWeekend(date) || dayOf(this.calendar, 'NSE', date).kind !== 'trading') return served;
    const others = OTHERS.map(({ exchange, open, close }) => ({
      exchange,
      start_time: istInstant(date, ...open),
      end_time: istInstant(date, ...close),
    }));
    return [...served, ...others];
  }
}

function isWeekend(date: IstDate): boolean {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return day === 0 || day === 6;
}

/** Parses a date parameter strictly. */
export function parseDate(text: string | null | undefined): IstDate | undefined {
  return text === null || text === undefined ? undefined : parseIstDate(text);
}
