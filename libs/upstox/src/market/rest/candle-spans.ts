import { addDays, err, type IstDate, istDate, ok, type Result } from '@vega/kernel';

/** Units of the v3 candle calls. */
export const CANDLE_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months'] as const;
export type CandleUnit = (typeof CANDLE_UNITS)[number];

/** What one range of intervals allows in one historical call. */
export interface CandleSpan {
  readonly unit: CandleUnit;
  readonly minInterval: number;
  readonly maxInterval: number;
  /** Calendar months that one call may span; null where Upstox names no limit. */
  readonly maxMonths: number | null;
  /** First date that has data. */
  readonly availableFrom: IstDate;
}

const MINUTES_FROM = istDate('2022-01-01');
const DAYS_FROM = istDate('2000-01-01');

/** Span limits of `GET /v3/historical-candle` (developer documentation, 2026). */
export const CANDLE_SPANS: readonly CandleSpan[] = [
  { unit: 'minutes', minInterval: 1, maxInterval: 15, maxMonths: 1, availableFrom: MINUTES_FROM },
  { unit: 'minutes', minInterval: 16, maxInterval: 300, maxMonths: 3, availableFrom: MINUTES_FROM },
  { unit: 'hours', minInterval: 1, maxInterval: 5, maxMonths: 3, availableFrom: MINUTES_FROM },
  { unit: 'days', minInterval: 1, maxInterval: 1, maxMonths: 120, availableFrom: DAYS_FROM },
  { unit: 'weeks', minInterval: 1, maxInterval: 1, maxMonths: null, availableFrom: DAYS_FROM },
  { unit: 'months', minInterval: 1, maxInterval: 1, maxMonths: null, availableFrom: DAYS_FROM },
];

/** Units of `GET /v3/historical-candle/intraday`. */
export const INTRADAY_UNITS: readonly CandleUnit[] = ['minutes', 'hours', 'days'];

/** What to fetch: bars of `interval` units between two dates, both included. */
export interface CandleRange {
  readonly unit: CandleUnit;
  readonly interval: number;
  readonly from: IstDate;
  readonly to: IstDate;
}

/** Why a range cannot be fetched in one call, with the limits that apply. */
export type CandleRangeProblem = {
  readonly code: 'CANDLE_INTERVAL_INVALID' | 'CANDLE_DATES_INVALID' | 'CANDLE_SPAN_TOO_LONG';
  readonly message: string;
  /** The limits that apply to the unit, for the caller to show. */
  readonly limits: readonly CandleSpan[];
};

/** The span limits that govern bars of `interval` units; undefined when Upstox has no such bars. */
export function candleSpan(unit: CandleUnit, interval: number): CandleSpan | undefined {
  if (!Number.isInteger(interval)) return undefined;
  return CANDLE_SPANS.find(
    (span) => span.unit === unit && interval >= span.minInterval && interval <= span.maxInterval,
  );
}

/** Says whether one historical call may fetch the range, before it is sent. */
export function checkCandleRange(range: CandleRange): Result<CandleSpan, CandleRangeProblem> {
  const limits = CANDLE_SPANS.filter((span) => span.unit === range.unit);
  const span = candleSpan(range.unit, range.interval);
  if (!span) {
    const message = `there are no bars of ${range.interval} ${range.unit}`;
    return err({ code: 'CANDLE_INTERVAL_INVALID', message, limits });
  }
  if (range.from > range.to || range.to < span.availableFrom) {
    const message = `${range.from} to ${range.to} is not a range of dates from ${span.availableFrom} on`;
    return err({ code: 'CANDLE_DATES_INVALID', message, limits });
  }
  if (range.from < earliestFrom(range.to, span)) {
    const message = `${range.from} to ${range.to} exceeds ${span.maxMonths} month(s), the most for ${range.interval} ${range.unit}`;
    return err({ code: 'CANDLE_SPAN_TOO_LONG', message, limits });
  }
  return ok(span);
}

/** Cuts a range into calls that Upstox allows, newest first, without gap or overlap. Empty when the interval does not exist. */
export function splitCandleRange(range: CandleRange): CandleRange[] {
  const span = candleSpan(range.unit, range.interval);
  if (!span) return [];
  const pieces: CandleRange[] = [];
  const first = range.from < span.availableFrom ? span.availableFrom : range.from;
  for (let to = range.to; to >= first;) {
    const earliest = earliestFrom(to, span);
    const from = earliest > first ? earliest : first;
    pieces.push({ ...range, from, to });
    to = addDays(from, -1);
  }
  return pieces;
}

function earliestFrom(to: IstDate, span: CandleSpan): IstDate {
  return span.maxMonths === null ? span.availableFrom : monthsBefore(to, span.maxMonths);
}

/** The same day `months` earlier, or the last day of that month where it has no such day. */
function monthsBefore(date: IstDate, months: number): IstDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  const target = new Date(Date.UTC(year, month - 1 - months, Math.min(day, lastDay)));
  return istDate(target.toISOString().slice(0, 10));
}
