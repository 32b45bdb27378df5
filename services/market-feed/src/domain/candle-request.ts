import { err, ok, OutcomeError, parseIstDate, type ErrorContext, type IstDate, type Result } from '@vega/kernel';
import { CANDLE_UNITS, isCandleUnit, type CandleUnit, type SpanLimit } from './candle.ts';

/** A question for candles that can be answered: dates within reach, `to` not after today. */
export interface CandleRequest {
  readonly unit: CandleUnit;
  readonly interval: number;
  readonly from: IstDate;
  readonly to: IstDate;
}

/** A question for candles as it was asked. */
export interface AskedCandles {
  readonly unit: string;
  readonly interval: number;
  readonly fromDate: string;
  readonly toDate: string;
}

/**
 * Checks a question against what the broker serves, as of `today` (market date). A refusal carries the code and, in its
 * context, the limits of the unit. A `to` after today means today.
 */
export function checkCandleRequest(
  asked: AskedCandles,
  limits: readonly SpanLimit[],
  today: IstDate,
): Result<CandleRequest, OutcomeError> {
  const { unit, interval } = asked;
  if (!isCandleUnit(unit)) {
    return refuse('CANDLE_UNIT_INVALID', `there are no candles of ${unit.slice(0, 20)}`, {
      units: CANDLE_UNITS.join(', '),
    });
  }
  const ofUnit = limits.filter((limit) => limit.unit === unit);
  const limit = ofUnit.find(({ minInterval, maxInterval }) => interval >= minInterval && interval <= maxInterval);
  if (limit === undefined || !Number.isInteger(interval)) {
    const intervals = ofUnit.map(({ minInterval, maxInterval }) => `${minInterval}-${maxInterval}`).join(', ');
    return refuse('CANDLE_INTERVAL_INVALID', `there are no candles of ${interval} ${unit}`, { unit, intervals });
  }
  const context = { unit, interval, ...contextOf(limit), today };
  const [from, to] = [parseIstDate(asked.fromDate), parseIstDate(asked.toDate)];
  if (from === undefined || to === undefined) {
    return refuse('CANDLE_SPAN_INVALID', 'a date is not of the form YYYY-MM-DD', context);
  }
  if (from > to) return refuse('CANDLE_SPAN_INVALID', `${from} is after ${to}`, context);
  if (from > today) return refuse('CANDLE_SPAN_INVALID', `${from} is in the future`, context);
  if (from < limit.availableFrom) {
    return refuse('CANDLE_SPAN_INVALID', `candles of ${unit} begin on ${limit.availableFrom}`, context);
  }
  const until = to > today ? today : to;
  if (limit.maxMonths !== null && from < monthsBefore(until, limit.maxMonths)) {
    const most = limit.maxMonths === 1 ? 'a month' : `${limit.maxMonths} months`;
    return refuse('CANDLE_SPAN_TOO_LONG', `candles of ${interval} ${unit} span at most ${most}`, context);
  }
  return ok({ unit, interval, from, to: until });
}

function contextOf(limit: SpanLimit): ErrorContext {
  const { minInterval, maxInterval, maxMonths, availableFrom } = limit;
  return { minInterval, maxInterval, maxMonths, availableFrom };
}

function refuse(code: string, message: string, context: ErrorContext): Result<CandleRequest, OutcomeError> {
  return err(new OutcomeError(code, message, context));
}

/** The same day `months` earlier, or the last day of that month where it has no such day. */
function monthsBefore(date: IstDate, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, lastDay))).toISOString().slice(0, 10);
}
