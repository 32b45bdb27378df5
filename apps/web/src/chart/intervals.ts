const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A candle length that the chart offers. */
export interface ChartInterval {
  id: IntervalId;
  /** As the history endpoint names it. */
  unit: 'minutes' | 'hours' | 'days' | 'weeks';
  interval: number;
  /** Length of a candle. */
  lengthMs: number;
  /** Calendar days of history asked for; within the endpoint's longest span. */
  spanDays: number;
}

const IDS = ['1m', '3m', '5m', '15m', '30m', '1h', '1D', '1W'] as const;
export type IntervalId = (typeof IDS)[number];

/** The intervals in the order of their number keys. */
export const INTERVALS: readonly ChartInterval[] = [
  { id: '1m', unit: 'minutes', interval: 1, lengthMs: MINUTE_MS, spanDays: 6 },
  { id: '3m', unit: 'minutes', interval: 3, lengthMs: 3 * MINUTE_MS, spanDays: 12 },
  { id: '5m', unit: 'minutes', interval: 5, lengthMs: 5 * MINUTE_MS, spanDays: 20 },
  { id: '15m', unit: 'minutes', interval: 15, lengthMs: 15 * MINUTE_MS, spanDays: 27 },
  { id: '30m', unit: 'minutes', interval: 30, lengthMs: 30 * MINUTE_MS, spanDays: 60 },
  { id: '1h', unit: 'hours', interval: 1, lengthMs: 60 * MINUTE_MS, spanDays: 85 },
  { id: '1D', unit: 'days', interval: 1, lengthMs: DAY_MS, spanDays: 730 },
  { id: '1W', unit: 'weeks', interval: 1, lengthMs: 7 * DAY_MS, spanDays: 2_200 },
];

export function isIntervalId(value: unknown): value is IntervalId {
  return IDS.some((id) => id === value);
}

/** The interval of an id. */
export function intervalOf(id: IntervalId): ChartInterval {
  const found = INTERVALS.find((interval) => interval.id === id);
  if (found === undefined) throw new RangeError(`no chart interval ${id}`);
  return found;
}

/** Whether candles are parts of a day, so that the axis shows times. */
export function isIntraday(interval: ChartInterval): boolean {
  return interval.lengthMs < DAY_MS;
}

/** The span of history to ask for, both days included, ending on the given day (`YYYY-MM-DD`, India). */
export function spanEndingOn(interval: ChartInterval, today: string): { from: string; to: string } {
  const from = new Date(Date.parse(`${today}T00:00:00Z`) - interval.spanDays * DAY_MS);
  return { from: from.toISOString().slice(0, 10), to: today };
}
