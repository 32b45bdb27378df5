/**
 * Where the market's time goes next. `always-open` runs the trading hours of successive trading dates at the real rate
 * (or a multiple) and shortens what is quiet: a few seconds of each closed stretch are played, then time jumps to the
 * next event, and after the last event of a date to the first of the next. `wall` follows Indian time and the rulebook.
 * Time never goes back, no date comes twice, and no step crosses a minute, a session edge or a status change.
 */
import { istDateOf, istInstant, MINUTE_MS, type IstDate } from '@vega/kernel';
import type { SegmentStatus } from '../market-source.ts';
import { hasKnownSession, nextMarketDate, type Span, type TradingDay } from './trading-day.ts';

/** How much of a quiet stretch `always-open` plays before it jumps, in milliseconds of market time. */
const QUIET_MS = 2000;
/** A market further behind the wall than this catches up by long steps. */
const LAG_MS = 5000;
/** When a market date's master is in force, hours after IST midnight: Upstox refreshes its files at about six. */
const MASTER_HOUR = 6;

/** Where the next step ends, and whether a new market date begins with it. */
export interface NextInstant {
  readonly now: number;
  readonly newDate?: IstDate;
}

/** Instants of a date that a step must end at: session edges, status changes, the auction's print. Ascending. */
export function edgesOf(day: TradingDay): number[] {
  const edges = new Set<number>(day.statusChanges.map((change) => change.at));
  for (const span of [...day.cash, ...day.derivatives]) edges.add(span.from).add(span.to);
  if (day.auctionPrint !== undefined) edges.add(day.auctionPrint);
  return [...edges].sort((a, b) => a - b);
}

/** Whether an instant lies in one of the spans. A span's end does not. */
export function within(spans: readonly Span[], at: number): boolean {
  return spans.some((span) => at >= span.from && at < span.to);
}

/** Whether anything trades in the step that begins at an instant. */
export function isOpen(day: TradingDay, at: number): boolean {
  return within(day.derivatives, at) || within(day.cash, at);
}

/** The next instant of an always-open market whose steps last `stepMs` of market time. */
export function nextOpenInstant(day: TradingDay, edges: readonly number[], now: number, stepMs: number): NextInstant {
  const next = edges.find((edge) => edge > now);
  const minute = Math.floor(now / MINUTE_MS + 1) * MINUTE_MS;
  if (isOpen(day, now)) return { now: Math.min(now + stepMs, minute, next ?? minute) };
  const since = edges.findLast((edge) => edge <= now) ?? now;
  if (now - since < Math.max(QUIET_MS, stepMs)) return { now: Math.min(now + stepMs, minute, next ?? minute) };
  if (next !== undefined) return { now: next };
  const newDate = nextMarketDate(day.date);
  return { now: istInstant(newDate, 8, 59, 59), newDate };
}

/**
 * The next instant of a market that follows the wall; undefined when it is not yet a step ahead. Steps are `stepMs` long,
 * so that a run can be repeated, unless the market is more than {@link LAG_MS} behind: then a step goes on to the next
 * minute or edge.
 */
export function nextWallInstant(
  day: TradingDay,
  edges: readonly number[],
  now: number,
  wallNow: number,
  stepMs: number,
): NextInstant | undefined {
  const behind = wallNow - now;
  if (behind < stepMs) return undefined;
  const next = edges.find((edge) => edge > now);
  if (isOpen(day, now)) {
    const minute = Math.floor(now / MINUTE_MS + 1) * MINUTE_MS;
    return { now: Math.min(now + (behind > LAG_MS ? behind : stepMs), minute, next ?? minute) };
  }
  if (next !== undefined) return { now: Math.min(next, wallNow) };
  const newDate = nextSessionDate(day.date);
  const from = istInstant(newDate, MASTER_HOUR);
  return wallNow >= from ? { now: Math.max(from, now), newDate } : { now: wallNow };
}

/** The market date that the wall stands in: the last session whose master is in force. */
export function wallMarketDate(wallNow: number): IstDate {
  let date = istDateOf(wallNow - MASTER_HOUR * 3_600_000);
  while (!hasKnownSession(date)) date = previousDay(date);
  return date;
}

function previousDay(date: IstDate): IstDate {
  return istDateOf(istInstant(date) - 1);
}

function nextSessionDate(date: IstDate): IstDate {
  let next = istDateOf(istInstant(date, 36));
  while (!hasKnownSession(next)) next = istDateOf(istInstant(next, 36));
  return next;
}

/** Status of every segment at an instant of a day, with the instant since when. Before the first change the day is as the last one ended. */
export function statusesAt(day: TradingDay, at: number): Map<string, { status: SegmentStatus; updated: number }> {
  const statuses = new Map<string, { status: SegmentStatus; updated: number }>();
  for (const change of day.statusChanges) {
    if (change.at <= at) statuses.set(change.segment, { status: change.status, updated: change.at });
    else if (!statuses.has(change.segment)) {
      statuses.set(change.segment, { status: lastStatus(day, change.segment), updated: istInstant(day.date) });
    }
  }
  return statuses;
}

function lastStatus(day: TradingDay, segment: string): SegmentStatus {
  return day.statusChanges.findLast((change) => change.segment === segment)?.status ?? 'NORMAL_CLOSE';
}
