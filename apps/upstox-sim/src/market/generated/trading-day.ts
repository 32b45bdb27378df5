import {
  addDays,
  istDate,
  istInstant,
  MINUTE_MS,
  SUPPORTED_SEGMENTS,
  type IstDate,
  type SupportedSegment,
} from '@vega/kernel';
import {
  endOfTrading,
  feedStatusChanges,
  finalSettlement,
  hasSession,
  isTradingDay,
  nextTradingDay,
  presumedDay,
  previousTradingDay,
  seedCalendar,
  sessionOf,
  withBeyondCoverage,
} from '@vega/rulebook';
import type { SegmentStatus } from '../market-source.ts';
import { hashOf } from '../seeded-random.ts';

/** Simulated dates run past every published holiday list; beyond it each weekday trades. */
export const calendar = withBeyondCoverage(seedCalendar, 'weekdays');

/** The first date whose session times the rulebook knows; history before it is daily only, with the hours of that date. */
export const FIRST_SESSION_DATE = istDate('2022-01-01');

/** From `from` (included) to `to` (excluded), epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A change of a segment's status. */
export interface StatusChange {
  readonly at: number;
  readonly segment: SupportedSegment;
  readonly status: SegmentStatus;
}

/** The timetable of one market date, as the generated market needs it. Times in epoch ms. */
export interface TradingDay {
  readonly date: IstDate;
  /** Continuous trading of derivatives; more than one span in a special session with a pause. */
  readonly derivatives: readonly Span[];
  /** Continuous trading of shares with derivatives, during which indices are computed. */
  readonly cash: readonly Span[];
  readonly open: number;
  readonly close: number;
  readonly cashClose: number;
  /** When the closing auction's price is printed; absent where the day has no closing auction. */
  readonly auctionPrint?: number;
  readonly statusChanges: readonly StatusChange[];
}

/** How a derivative that expires on a date gets its final value. Times in epoch ms. */
export interface FinalValue {
  /** The average of the underlying over this span; absent when the closing auction decides. */
  readonly average?: Span;
  /** From here on the final value stands. */
  readonly fixedAt: number;
}

/** Whether the market trades its usual hours on a date. */
export function isMarketDate(date: IstDate): boolean {
  return isTradingDay(calendar, 'NSE', date);
}

/** Whether there is any session on a date whose hours are known. */
export function hasKnownSession(date: IstDate): boolean {
  return hasSession(calendar, 'NSE', date) && sessionOf(calendar, 'NSE_FO', date)?.timing !== 'unannounced';
}

/** The trading date after `date`. */
export function nextMarketDate(date: IstDate): IstDate {
  return nextTradingDay(calendar, 'NSE', date);
}

/** The trading date before `date`; by weekday alone where no rules are known. */
export function previousMarketDate(date: IstDate): IstDate {
  return previousTradingDay(calendar, 'NSE', date);
}

/** Pure answers that are asked for thousands of times a day; forgotten as a whole when they become many. */
class Remembered<T> {
  private readonly answers = new Map<string, T>();

  get(key: string, compute: () => T): T {
    let answer = this.answers.get(key);
    if (answer === undefined) {
      answer = compute();
      if (this.answers.size >= MOST_REMEMBERED) this.answers.clear();
      this.answers.set(key, answer);
    }
    return answer;
  }
}

const MOST_REMEMBERED = 4000;
const rememberedDays = new Remembered<TradingDay>();
const rememberedCounts = new Remembered<number>();

/** The number of trading dates in (from, to]; 0 when `to` is not later. */
export function marketDatesBetween(from: IstDate, to: IstDate): number {
  return rememberedCounts.get(`${from}|${to}`, () => countMarketDates(from, to));
}

function countMarketDates(from: IstDate, to: IstDate): number {
  let count = 0;
  for (let date = addDays(from, 1); date <= to; date = addDays(date, 1)) {
    if (presumedDay(calendar, 'NSE', date).kind === 'trading') count++;
  }
  return count;
}

/** The timetable of a date; `seed` decides the random moment at which the closing auction ends. The date must have a session. */
export function tradingDay(date: IstDate, seed: string | number): TradingDay {
  return rememberedDays.get(`${date}|${seed}`, () => buildTradingDay(date, seed));
}

function buildTradingDay(date: IstDate, seed: string | number): TradingDay {
  const derivatives = continuous('NSE_FO', date, 'option');
  const shares = continuous('NSE_EQ', date, 'equity-cas');
  const first = derivatives[0] ?? shares[0];
  if (first === undefined) throw new RangeError(`${date} has no session`);
  const cash = shares.length > 0 ? shares : derivatives;
  const print = auctionPrint(date, seed);
  return {
    date,
    derivatives,
    cash,
    open: first.from,
    close: derivatives.at(-1)?.to ?? first.to,
    cashClose: cash.at(-1)?.to ?? first.to,
    ...(print === undefined ? {} : { auctionPrint: print }),
    statusChanges: date < FIRST_SESSION_DATE ? [] : statusChangesOf(date),
  };
}

function statusChangesOf(date: IstDate): StatusChange[] {
  return SUPPORTED_SEGMENTS.flatMap((segment) =>
    feedStatusChanges(calendar, segment, date).map(({ at, status }) => ({ at, segment, status })),
  ).sort((a, b) => a.at - b.at);
}

function continuous(segment: SupportedSegment, date: IstDate, profile: 'option' | 'equity-cas'): Span[] {
  if (date < FIRST_SESSION_DATE) return [{ from: istInstant(date, 9, 15), to: istInstant(date, 15, 30) }];
  const phases = sessionOf(calendar, segment, date, profile)?.phases ?? [];
  return phases.filter((span) => span.phase === 'continuous').map((span) => ({ from: span.start, to: span.end }));
}

function auctionPrint(date: IstDate, seed: string | number): number | undefined {
  if (date < FIRST_SESSION_DATE) return undefined;
  const entry = sessionOf(calendar, 'NSE_EQ', date, 'equity-cas')?.phases.find(
    (span) => span.phase === 'closing-limit-entry',
  );
  if (entry === undefined) return undefined;
  const earliest = entry.mayEndFrom ?? entry.end;
  return earliest + (hashOf(seed, 'auction', date) % Math.max(1, entry.end - earliest));
}

/** How contracts of a derivatives segment that expire on `expiry` get their final value. */
export function finalValue(
  segment: 'NSE_FO' | 'BSE_FO',
  underlyingType: 'INDEX' | 'EQUITY',
  expiry: IstDate,
  seed: string | number,
): FinalValue {
  const rule = finalSettlement({ segment, underlyingType, expiry });
  if (rule.method === 'half-hour-average') return { average: { from: rule.start, to: rule.end }, fixedAt: rule.end };
  return { fixedAt: auctionPrint(expiry, seed) ?? rule.end };
}

/** When trading in contracts that expire on `expiry` ends: the broker's time to expiry runs to it. */
export function expiryClose(segment: 'NSE_FO' | 'BSE_FO', underlyingType: 'INDEX' | 'EQUITY', expiry: IstDate): number {
  return endOfTrading(calendar, { segment, underlyingType, expiry });
}

/** Minute starts of the spans, ascending. */
export function minutesOf(spans: readonly Span[]): number[] {
  const minutes: number[] = [];
  for (const span of spans) for (let at = span.from; at < span.to; at += MINUTE_MS) minutes.push(at);
  return minutes;
}
