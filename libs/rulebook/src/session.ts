import {
  invariant,
  istDateOf,
  marketInstant,
  MINUTE_MS,
  type IstDate,
  type MarketInstant,
  type SupportedSegment,
} from '@vega/kernel';
import {
  PRE_OPEN_TIMES,
  TRADING_TIMES,
  type Phase,
  type PhaseTimes,
  type SessionProfile,
} from './data/session-times.ts';
import type { SpecialWindow } from './data/holidays.ts';
import { ruleInForce } from './dated.ts';
import { marketOf } from './market.ts';
import { instantAt, minutesOf } from './time-of-day.ts';
import { dayOf, seekDay, type MarketDay, type TradingCalendar } from './trading-calendar.ts';

/** A phase of one day: from `start` (included) to `end` (excluded). */
export interface PhaseSpan {
  readonly phase: Phase;
  readonly start: MarketInstant;
  readonly end: MarketInstant;
  /** Order entry ends at a random moment between this and `end`; what stays after it is treated as this phase. */
  readonly mayEndFrom?: MarketInstant;
}

/** A day's timetable of a segment. */
export interface Session {
  readonly segment: SupportedSegment;
  readonly profile: SessionProfile;
  readonly date: IstDate;
  /** `unannounced`: a special session whose times are not known; it has no phases. */
  readonly timing: 'usual' | 'special' | 'unannounced';
  /** False: no holiday list covers the date. */
  readonly covered: boolean;
  /** Ascending and disjoint; a special session may have gaps. */
  readonly phases: readonly PhaseSpan[];
}

const DEFAULT_PROFILE: Readonly<Record<SupportedSegment, SessionProfile>> = {
  NSE_EQ: 'equity',
  BSE_EQ: 'equity',
  NSE_INDEX: 'index',
  BSE_INDEX: 'index',
  NSE_FO: 'option',
  BSE_FO: 'option',
};

const PROFILES_OF: Readonly<Record<SessionProfile, 'EQ' | 'INDEX' | 'FO'>> = {
  equity: 'EQ',
  'equity-cas': 'EQ',
  index: 'INDEX',
  future: 'FO',
  option: 'FO',
};

/** Bounds the memory of remembered sessions; a replay of a year over all profiles stays below. */
const REMEMBERED_SESSIONS = 4096;
const remembered = new WeakMap<TradingCalendar, Map<string, Session | null>>();

/** The profile that a segment's instruments follow unless told otherwise: shares without derivatives, options. */
export function defaultProfile(segment: SupportedSegment): SessionProfile {
  return DEFAULT_PROFILE[segment];
}

/**
 * The timetable of a segment on a date, undefined on a closed day. Throws `CALENDAR_NOT_COVERED` beyond a refusing
 * calendar's coverage and `RULE_UNKNOWN` before 2022. A profile of another kind of segment is a defect.
 */
export function sessionOf(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  date: IstDate,
  profile: SessionProfile = DEFAULT_PROFILE[segment],
): Session | undefined {
  invariant(segment.endsWith(PROFILES_OF[profile]), `${segment} has no instruments of profile ${profile}`);
  let sessions = remembered.get(calendar);
  if (sessions === undefined) remembered.set(calendar, (sessions = new Map()));
  const key = `${segment}|${profile}|${date}`;
  let session = sessions.get(key);
  if (session === undefined) {
    session = buildSession(calendar, segment, date, profile) ?? null;
    if (sessions.size >= REMEMBERED_SESSIONS) sessions.clear();
    sessions.set(key, session);
  }
  return session ?? undefined;
}

function buildSession(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  date: IstDate,
  profile: SessionProfile,
): Session | undefined {
  const day = dayOf(calendar, marketOf(segment), date);
  if (day.kind === 'closed') return undefined;
  const { covered } = day;
  if (day.kind === 'special') {
    const timing = day.windows === undefined ? 'unannounced' : 'special';
    return { segment, profile, date, timing, covered, phases: specialPhases(day, profile) };
  }
  const times = [...preOpenTimes(profile, date), ...tradingTimes(profile, date)];
  return { segment, profile, date, timing: 'usual', covered, phases: times.map((row) => spanOf(date, row)) };
}

/** Pre-open phases of a profile as of a date, whether or not it trades that day. */
export function preOpenTimes(profile: SessionProfile, date: IstDate): readonly PhaseTimes[] {
  return ruleInForce(PRE_OPEN_TIMES[profile], date, `pre-open of ${profile}`).phases;
}

/** Continuous and closing phases of a profile as of a date, whether or not it trades that day. */
export function tradingTimes(profile: SessionProfile, date: IstDate): readonly PhaseTimes[] {
  return ruleInForce(TRADING_TIMES[profile], date, `session of ${profile}`).phases;
}

function spanOf(date: IstDate, row: PhaseTimes, shiftMinutes = 0): PhaseSpan {
  const shift = shiftMinutes * MINUTE_MS;
  const at = (time: PhaseTimes['start']): MarketInstant => marketInstant(instantAt(date, time) + shift);
  const span: PhaseSpan = { phase: row.phase, start: at(row.start), end: at(row.end) };
  return row.mayEndFrom === undefined ? span : { ...span, mayEndFrom: at(row.mayEndFrom) };
}

/** A special session runs its windows, each after the pre-open of that date moved to it; closing auctions are not assumed. */
function specialPhases(day: MarketDay, profile: SessionProfile): PhaseSpan[] {
  return (day.windows ?? []).flatMap((window) => [
    ...movedPreOpen(day.date, window, profile),
    { phase: 'continuous' as const, start: instantAt(day.date, window.open), end: instantAt(day.date, window.close) },
  ]);
}

function movedPreOpen(date: IstDate, window: SpecialWindow, profile: SessionProfile): PhaseSpan[] {
  const template = preOpenTimes(profile, date);
  const first = template[0];
  if (window.preOpenFrom === undefined || first === undefined) return [];
  const shift = minutesOf(window.preOpenFrom) - minutesOf(first.start);
  const open = instantAt(date, window.open);
  return template.map((row) => spanOf(date, row, shift)).filter((span) => span.end <= open);
}

/** The phase of a segment at an instant; `closed` outside all phases. */
export function phaseAt(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  at: MarketInstant,
  profile?: SessionProfile,
): Phase | 'closed' {
  const session = sessionOf(calendar, segment, istDateOf(at), profile);
  for (const span of session?.phases ?? []) {
    if (at < span.start) return 'closed';
    if (at < span.end) return span.phase;
  }
  return 'closed';
}

/** Whether the segment trades continuously at an instant: a feed that is mute then is at fault. */
export function isContinuous(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  at: MarketInstant,
  profile?: SessionProfile,
): boolean {
  return phaseAt(calendar, segment, at, profile) === 'continuous';
}

const CLOSING_AUCTION: ReadonlySet<Phase | 'closed'> = new Set<Phase>([
  'closing-reference',
  'closing-entry',
  'closing-limit-entry',
  'closing-matching',
]);

/** Whether a phase belongs to the closing auction, during which the index is frozen or indicative. */
export function isClosingAuction(phase: Phase | 'closed'): boolean {
  return CLOSING_AUCTION.has(phase);
}

/** The first start of continuous trading strictly after an instant; special sessions of known times count. */
export function nextOpen(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  after: MarketInstant,
  profile?: SessionProfile,
): MarketInstant {
  const opening = (date: IstDate): MarketInstant | undefined =>
    sessionOf(calendar, segment, date, profile)?.phases.find(
      (span) => span.phase === 'continuous' && span.start > after,
    )?.start;
  const today = istDateOf(after);
  const date =
    opening(today) === undefined ? seekDay(today, 1, (candidate) => opening(candidate) !== undefined) : today;
  const open = opening(date);
  invariant(open !== undefined, `no opening of ${segment} on ${date}`);
  return open;
}
