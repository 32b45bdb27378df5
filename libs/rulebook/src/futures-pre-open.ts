import type { IstDate } from '@vega/kernel';
import type { SessionProfile } from './data/session-times.ts';
import { marketOf, type DerivativeSegment } from './market.ts';
import { previousTradingDay, type TradingCalendar } from './trading-calendar.ts';

/** The number of last trading days of the current month in which the next month's future joins the pre-open. */
const NEXT_MONTH_DAYS = 5;

/**
 * The session profile of a future: `future` when it takes part in the pre-open, else `option`, whose day begins with
 * continuous trading. The current month's future takes part; the next month's in the last five trading days up to and
 * including the current expiry (NSE/FAOP/71092 says "last five trading days before expiry"; whether the expiry day is
 * one of the five is unverified). `expiries` are the master's, ascending, none before `date`.
 */
export function futureProfile(
  calendar: TradingCalendar,
  segment: DerivativeSegment,
  date: IstDate,
  expiry: IstDate,
  expiries: readonly IstDate[],
): SessionProfile {
  const [current, next] = expiries;
  if (current === undefined || (expiry !== current && expiry !== next)) return 'option';
  if (expiry === current) return 'future';
  let first = current;
  for (let i = 1; i < NEXT_MONTH_DAYS; i++) first = previousTradingDay(calendar, marketOf(segment), first);
  return date >= first ? 'future' : 'option';
}
