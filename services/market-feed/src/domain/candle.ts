import { addDays, DAY_MS, dayOfWeek, istDate, istDateOf, istInstant, MINUTE_MS, type IstDate } from '@vega/kernel';

/** Units of candles, as the broker names them. */
export const CANDLE_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months'] as const;
export type CandleUnit = (typeof CANDLE_UNITS)[number];

/** One bar of history. Start in epoch ms, prices in paise, volume and open interest in units. */
export interface Candle {
  readonly startMs: number;
  readonly openPaise: number;
  readonly highPaise: number;
  readonly lowPaise: number;
  readonly closePaise: number;
  readonly volume: number;
  readonly oi: number;
}

/** What the broker serves of one range of intervals in one call. */
export interface SpanLimit {
  readonly unit: CandleUnit;
  readonly minInterval: number;
  readonly maxInterval: number;
  /** Calendar months; null where there is no limit. */
  readonly maxMonths: number | null;
  readonly availableFrom: IstDate;
}

/** Whether text names a unit of candles. */
export function isCandleUnit(text: string): text is CandleUnit {
  return (CANDLE_UNITS as readonly string[]).includes(text);
}

/** The first day of the period that holds a date: the date itself, its week's Monday, its month's first. */
export function periodOf(unit: CandleUnit, date: IstDate): IstDate {
  if (unit === 'weeks') return addDays(date, -((dayOfWeek(date) + 6) % 7));
  return unit === 'months' ? istDate(`${date.slice(0, 7)}-01`) : date;
}

/** The last day of the period that begins on a date. */
export function periodEnd(unit: CandleUnit, period: IstDate): IstDate {
  if (unit === 'weeks') return addDays(period, 6);
  return unit === 'months' ? addDays(periodOf('months', addDays(period, 31)), -1) : period;
}

/** The periods that [from, to] touches, each by its first day, ascending. */
export function periodsOf(unit: CandleUnit, from: IstDate, to: IstDate): IstDate[] {
  const periods: IstDate[] = [];
  for (let period = periodOf(unit, from); period <= to; period = addDays(periodEnd(unit, period), 1))
    periods.push(period);
  return periods;
}

/** Candles by the period their start lies in; every period of the list has an entry, if only an empty one. */
export function byPeriod(
  unit: CandleUnit,
  periods: readonly IstDate[],
  candles: readonly Candle[],
): ReadonlyMap<IstDate, Candle[]> {
  const groups = new Map<IstDate, Candle[]>(periods.map((period) => [period, []]));
  for (const candle of candles) groups.get(periodOf(unit, istDateOf(candle.startMs)))?.push(candle);
  return groups;
}

/** The wait between the starts of two candles of minutes or hours, milliseconds. */
export function widthMs(unit: 'minutes' | 'hours', interval: number): number {
  return interval * (unit === 'hours' ? 60 : 1) * MINUTE_MS;
}

/**
 * Wider candles of one day from its minutes (oldest first): the day is cut from `openMs` on, so that a session that opens
 * at 09:15 has hours at 09:15, 10:15 and so on, the last one shorter.
 */
export function widen(minutes: readonly Candle[], openMs: number, width: number): Candle[] {
  const wide: Candle[] = [];
  for (const minute of minutes) {
    const startMs = openMs + Math.floor((minute.startMs - openMs) / width) * width;
    const last = wide.at(-1);
    if (last?.startMs === startMs) wide[wide.length - 1] = joined(last, minute, startMs);
    else wide.push({ ...minute, startMs });
  }
  return wide;
}

/** One candle over all of them (oldest first), starting at `startMs`; undefined of none. */
export function foldCandles(candles: readonly Candle[], startMs: number): Candle | undefined {
  let folded: Candle | undefined;
  for (const candle of candles)
    folded = folded === undefined ? { ...candle, startMs } : joined(folded, candle, startMs);
  return folded;
}

function joined(first: Candle, then: Candle, startMs: number): Candle {
  return {
    startMs,
    openPaise: first.openPaise,
    highPaise: Math.max(first.highPaise, then.highPaise),
    lowPaise: Math.min(first.lowPaise, then.lowPaise),
    closePaise: then.closePaise,
    volume: first.volume + then.volume,
    oi: then.oi,
  };
}

/**
 * Today's minutes from the broker's list and our own bars, both oldest first. The broker's candles of ended minutes win;
 * from its last one on, which may have been read while it formed, ours do: they were made after the minute ended.
 */
export function joinMinutes(broker: readonly Candle[], own: readonly Candle[]): Candle[] {
  const lastMs = broker.at(-1)?.startMs ?? Number.NEGATIVE_INFINITY;
  const known = new Set(broker.map((candle) => candle.startMs));
  const ours = new Map(own.map((candle) => [candle.startMs, candle]));
  const joinedMinutes = broker.map((candle) => (candle.startMs === lastMs ? (ours.get(lastMs) ?? candle) : candle));
  for (const candle of own) if (!known.has(candle.startMs)) joinedMinutes.push(candle);
  return joinedMinutes.sort((a, b) => a.startMs - b.startMs);
}

/** IST midnight of a date, epoch ms: the start of candles of days, weeks and months. */
export function midnightOf(date: IstDate): number {
  return istInstant(date);
}

/** The end of a date, epoch ms. */
export function endOf(date: IstDate): number {
  return istInstant(date) + DAY_MS;
}
