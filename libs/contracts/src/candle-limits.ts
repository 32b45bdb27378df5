import { err, ok, parseIstDate, type IstDate, type Result } from '@vega/kernel';
import type { ErrorCode } from './error-codes.ts';

/** What one unit of candles allows. Source: the broker's historical candle API, version 3. */
export interface CandleUnitLimits {
  /** Longest interval, in units. */
  readonly maxInterval: number;
  /** Calendar months from `from` to `to` at most; undefined = no limit. */
  readonly maxMonths: (interval: number) => number | undefined;
  /** First day of which there is data. */
  readonly earliest: IstDate;
}

const MINUTES_FROM = '2022-01-01' as IstDate;
const DAYS_FROM = '2000-01-01' as IstDate;

/** Units of candles with their limits. */
export const CANDLE_UNITS = {
  minutes: { maxInterval: 300, maxMonths: (interval) => (interval <= 15 ? 1 : 3), earliest: MINUTES_FROM },
  hours: { maxInterval: 5, maxMonths: () => 3, earliest: MINUTES_FROM },
  days: { maxInterval: 1, maxMonths: () => 120, earliest: DAYS_FROM },
  weeks: { maxInterval: 1, maxMonths: () => undefined, earliest: DAYS_FROM },
  months: { maxInterval: 1, maxMonths: () => undefined, earliest: DAYS_FROM },
} as const satisfies Record<string, CandleUnitLimits>;

export type CandleUnit = keyof typeof CANDLE_UNITS;

/** A span of candles that the limits allow. */
export interface CandleSpan {
  readonly unit: CandleUnit;
  readonly interval: number;
  readonly fromDate: IstDate;
  readonly toDate: IstDate;
}

/** Why a span is refused, with the limit it breaks. */
export interface CandleSpanError {
  readonly code: Extract<ErrorCode, `CANDLE_${string}`>;
  readonly message: string;
  readonly context: Readonly<Record<string, string | number>>;
}

/** Checks a request for candles against the limits of its unit; dates are `YYYY-MM-DD` (IST), both inclusive. */
export function checkCandleSpan(request: {
  unit: string;
  interval: number;
  fromDate: string;
  toDate: string;
}): Result<CandleSpan, CandleSpanError> {
  const { unit, interval } = request;
  if (!isCandleUnit(unit)) {
    const allowed = Object.keys(CANDLE_UNITS).join(', ');
    return err({ code: 'CANDLE_UNIT_INVALID', message: `the unit is one of ${allowed}`, context: { allowed } });
  }
  const limits: CandleUnitLimits = CANDLE_UNITS[unit];
  if (!Number.isInteger(interval) || interval < 1 || interval > limits.maxInterval) {
    return err({
      code: 'CANDLE_INTERVAL_INVALID',
      message: `the interval of ${unit} is 1 to ${limits.maxInterval}`,
      context: { unit, min_interval: 1, max_interval: limits.maxInterval },
    });
  }
  return checkDates(unit, interval, limits, request.fromDate, request.toDate);
}

function checkDates(
  unit: CandleUnit,
  interval: number,
  limits: CandleUnitLimits,
  from: string,
  to: string,
): Result<CandleSpan, CandleSpanError> {
  const fromDate = parseIstDate(from);
  const toDate = parseIstDate(to);
  const context = { unit, interval, earliest: limits.earliest };
  if (fromDate === undefined || toDate === undefined) {
    return err({ code: 'CANDLE_SPAN_INVALID', message: 'from and to are dates of the form YYYY-MM-DD', context });
  }
  if (fromDate > toDate) {
    return err({ code: 'CANDLE_SPAN_INVALID', message: `from ${fromDate} is after to ${toDate}`, context });
  }
  if (fromDate < limits.earliest) {
    return err({ code: 'CANDLE_SPAN_INVALID', message: `${unit} reach back to ${limits.earliest}`, context });
  }
  const months = limits.maxMonths(interval);
  const earliestFrom = months === undefined ? limits.earliest : monthsBefore(toDate, months);
  if (months !== undefined && fromDate < earliestFrom) {
    return err({
      code: 'CANDLE_SPAN_TOO_LONG',
      message: `candles of ${interval} ${unit} span ${months} ${months === 1 ? 'month' : 'months'} at most`,
      context: { ...context, max_months: months, earliest_from: earliestFrom },
    });
  }
  return ok({ unit, interval, fromDate, toDate });
}

function isCandleUnit(text: string): text is CandleUnit {
  return Object.hasOwn(CANDLE_UNITS, text);
}

/** The same day `months` earlier, or that month's last day when it is shorter. */
function monthsBefore(date: IstDate, months: number): IstDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, lastDay))).toISOString().slice(0, 10) as IstDate;
}
