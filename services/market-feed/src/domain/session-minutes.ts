import {
  DAY_MS,
  IST_OFFSET_MS,
  istDateOf,
  OutcomeError,
  segmentOf,
  type InstrumentKey,
  type SupportedSegment,
} from '@vega/kernel';
import { isClosingAuction, sessionOf, type SessionProfile, type TradingCalendar } from '@vega/rulebook';

/** From `startMs` (included) to `endMs` (excluded), epoch ms of market time. */
export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

const PROFILES: Readonly<Record<'EQ' | 'INDEX' | 'FO', readonly SessionProfile[]>> = {
  EQ: ['equity', 'equity-cas'],
  INDEX: ['index'],
  FO: ['option', 'future'],
};

/** A replay over many days stays below; then the memory is emptied. */
const REMEMBERED_DAYS = 256;

/**
 * The hours in which a segment has bars and candles: continuous trading and the closing auction, not the pre-open and
 * not the trades at the closing price. Remembers the days asked for.
 */
export class SessionHours {
  private readonly remembered = new Map<string, readonly TimeSpan[] | undefined>();
  private readonly calendar: () => TradingCalendar;

  /** `calendar` is read at each day's first question, so that a newer holiday list is used from then on. */
  constructor(calendar: () => TradingCalendar) {
    this.calendar = calendar;
  }

  /** The spans of a date, ascending and disjoint; empty on a closed day, undefined where the hours are not known. */
  spansOf(segment: SupportedSegment, dayMs: number): readonly TimeSpan[] | undefined {
    const day = Math.floor((dayMs + IST_OFFSET_MS) / DAY_MS);
    const key = `${segment}${day}`;
    if (this.remembered.has(key)) return this.remembered.get(key);
    if (this.remembered.size >= REMEMBERED_DAYS) this.remembered.clear();
    const spans = spansOfDay(this.calendar(), segment, dayMs);
    this.remembered.set(key, spans);
    return spans;
  }

  /**
   * Whether the minute that starts then can have a bar. On a day that the calendar holds for closed, or of which it
   * knows no hours, every minute can: trades are better evidence than a list.
   */
  isBarMinute(key: InstrumentKey, startMs: number): boolean {
    const spans = this.spansOf(segmentOf(key), startMs);
    if (spans === undefined || spans.length === 0) return true;
    for (const span of spans) if (startMs >= span.startMs && startMs < span.endMs) return true;
    return false;
  }

  /** When the segment's first span of the date begins; undefined on a day without known hours. */
  openOf(segment: SupportedSegment, dayMs: number): number | undefined {
    return this.spansOf(segment, dayMs)?.[0]?.startMs;
  }
}

function spansOfDay(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  dayMs: number,
): readonly TimeSpan[] | undefined {
  const spans: TimeSpan[] = [];
  const kind = segment.slice(segment.indexOf('_') + 1) as 'EQ' | 'INDEX' | 'FO';
  for (const profile of PROFILES[kind]) {
    const session = sessionIfKnown(calendar, segment, dayMs, profile);
    if (session === 'unknown' || session?.timing === 'unannounced') return undefined;
    for (const { phase, start, end } of session?.phases ?? []) {
      if (phase === 'continuous' || isClosingAuction(phase)) spans.push({ startMs: start, endMs: end });
    }
  }
  return merged(spans);
}

function sessionIfKnown(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  dayMs: number,
  profile: SessionProfile,
): ReturnType<typeof sessionOf> | 'unknown' {
  try {
    return sessionOf(calendar, segment, istDateOf(dayMs), profile);
  } catch (error) {
    if (error instanceof OutcomeError) return 'unknown';
    throw error;
  }
}

function merged(spans: readonly TimeSpan[]): TimeSpan[] {
  const result: TimeSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const last = result.at(-1);
    if (last === undefined || span.startMs > last.endMs) result.push(span);
    else if (span.endMs > last.endMs) result[result.length - 1] = { startMs: last.startMs, endMs: span.endMs };
  }
  return result;
}
