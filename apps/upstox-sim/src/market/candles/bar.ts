import { addDays, dayOfWeek, istDateOf, istInstant, MINUTE_MS, toIstIso, type IstDate } from '@vega/kernel';
import type { CandleRow, CandleUnit } from '../market-source.ts';

/** A candle within the simulator: start in epoch ms, prices in rupees, quantities in units. */
export interface Bar {
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly oi: number;
}

/** Joins bars, ascending, into longer ones that start where `startOf` says. Volume adds up, open interest is the last. */
export function joinBars(bars: Iterable<Bar>, startOf: (at: number) => number): Bar[] {
  const joined: Bar[] = [];
  let current: { -readonly [K in keyof Bar]: Bar[K] } | undefined;
  for (const bar of bars) {
    const at = startOf(bar.at);
    if (current === undefined || current.at !== at) {
      current = { ...bar, at };
      joined.push(current);
      continue;
    }
    if (bar.high > current.high) current.high = bar.high;
    if (bar.low < current.low) current.low = bar.low;
    current.close = bar.close;
    current.volume += bar.volume;
    current.oi = bar.oi;
  }
  return joined;
}

/** Minutes and hours count from the session's open (09:15), as exchanges align them. `openOf` gives a date's open in epoch ms. */
export function intradayStart(minutes: number, openOf: (date: IstDate) => number): (at: number) => number {
  const length = minutes * MINUTE_MS;
  let date: IstDate | undefined;
  let from = 0;
  let until = 0;
  let open = 0;
  return (at) => {
    if (date === undefined || at < from || at >= until) {
      date = istDateOf(at);
      from = istInstant(date);
      until = istInstant(addDays(date, 1));
      open = openOf(date);
    }
    return open + Math.floor((at - open) / length) * length;
  };
}

/** Start of the day, week (Monday) or month that an instant falls into, IST. */
export function calendarStart(unit: 'days' | 'weeks' | 'months'): (at: number) => number {
  return (at) => {
    const date = istDateOf(at);
    if (unit === 'days') return istInstant(date);
    if (unit === 'months') return istInstant(`${date.slice(0, 7)}-01` as IstDate);
    return istInstant(addDays(date, -((dayOfWeek(date) + 6) % 7)));
  };
}

/** Length of an interval in minutes; undefined for days and longer. */
export function intervalMinutes(unit: CandleUnit, interval: number): number | undefined {
  if (unit === 'minutes') return interval;
  return unit === 'hours' ? interval * 60 : undefined;
}

/** Candles as Upstox prints them, newest first. */
export function toCandleRows(bars: readonly Bar[]): CandleRow[] {
  const rows: CandleRow[] = [];
  for (let i = bars.length - 1; i >= 0; i--) {
    const bar = bars[i];
    if (bar !== undefined) rows.push([toIstIso(bar.at), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.oi]);
  }
  return rows;
}

/** The longest span that Upstox serves per request (PROTOCOL 4), in days: what a range without a start reaches back. */
export function longestSpanDays(unit: CandleUnit, interval: number): number {
  if (unit === 'minutes' && interval <= 15) return 30;
  return unit === 'minutes' || unit === 'hours' ? 91 : 3652;
}
