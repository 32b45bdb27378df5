/**
 * Minutes that add up to a given day. Goal: a plausible intraday path whose first open, last close, highest high,
 * lowest low and total volume are exactly the day's. Method: a Brownian bridge from open to close whose excursions above
 * and below are stretched to reach the day's extremes. Deterministic in the random stream it is given.
 */
import type { SeededRandom } from '../seeded-random.ts';
import type { Bar } from './bar.ts';

const { max, min, round, sqrt } = Math;

/** The day to be filled with minutes. */
export interface DayShape extends Omit<Bar, 'at'> {
  /** Open interest at the previous day's end. */
  readonly previousOi: number;
}

/**
 * The minutes of a day. `times` are their starts, ascending; `tick` is the price grid in rupees; `unit` is the lot in
 * which volume and open interest come; `weightOf` is the relative activity at a minute's position (0 to 1).
 */
export function minutesOfDay(
  day: DayShape,
  times: readonly number[],
  random: SeededRandom,
  tick: number,
  unit: number,
  weightOf: (fraction: number) => number,
): Bar[] {
  const count = times.length;
  const path = bridge(day, count, random, weightOf);
  const volumes = shareOut(day.volume, unit, count, random, weightOf);
  let highest = 0;
  let lowest = 0;
  for (let i = 0; i < count; i++) {
    if ((path[i] ?? 0) > (path[highest] ?? 0)) highest = i;
    if ((path[i] ?? 0) < (path[lowest] ?? 0)) lowest = i;
  }
  const wick = (day.high - day.low) * 0.02;
  return times.map((at, i) => {
    const open = i === 0 ? day.open : toGrid(path[i - 1] ?? day.open, tick);
    const close = i === count - 1 ? day.close : toGrid(path[i] ?? day.close, tick);
    const top = max(open, close);
    const bottom = min(open, close);
    const high = i === highest ? day.high : min(day.high, toGrid(top + wick * random.unit(), tick));
    const low = i === lowest ? day.low : max(day.low, toGrid(bottom - wick * random.unit(), tick));
    const oi = day.previousOi + ((day.oi - day.previousOi) * (i + 1)) / count;
    return {
      at,
      open,
      high: max(high, top),
      low: min(low, bottom),
      close,
      volume: volumes[i] ?? 0,
      oi: round(oi / unit) * unit,
    };
  });
}

function bridge(day: DayShape, count: number, random: SeededRandom, weightOf: (fraction: number) => number): number[] {
  const walk: number[] = [];
  let sum = 0;
  for (let i = 0; i < count; i++) walk.push((sum += random.normal() * sqrt(weightOf((i + 0.5) / count))));
  const scale = (day.high - day.low) / (1.7 * sqrt(count));
  const top = max(day.open, day.close);
  const bottom = min(day.open, day.close);
  let highest = top;
  let lowest = bottom;
  const path = walk.map((value, i) => {
    const fraction = (i + 1) / count;
    const point = day.open + (day.close - day.open) * fraction + (value - sum * fraction) * scale;
    highest = max(highest, point);
    lowest = min(lowest, point);
    return point;
  });
  const up = highest > top ? (day.high - top) / (highest - top) : 0;
  const down = lowest < bottom ? (bottom - day.low) / (bottom - lowest) : 0;
  return path.map((point) => {
    if (point > top) return top + (point - top) * up;
    return point < bottom ? bottom - (bottom - point) * down : point;
  });
}

function shareOut(
  total: number,
  unit: number,
  count: number,
  random: SeededRandom,
  weightOf: (fraction: number) => number,
): number[] {
  if (total <= 0) return [];
  const weights = Array.from({ length: count }, (_, i) => weightOf((i + 0.5) / count) * (0.3 + 1.4 * random.unit()));
  const sum = weights.reduce((a, b) => a + b, 0);
  const lots = round(total / unit);
  let given = 0;
  let passed = 0;
  // Rounding the running sum gives the exact total and leaves quiet minutes of thin instruments empty.
  return weights.map((weight) => {
    passed += weight;
    const until = round((lots * passed) / sum);
    const share = until - given;
    given = until;
    return share * unit;
  });
}

/** A price on the grid; `tick` in rupees. */
export function toGrid(price: number, tick: number): number {
  const paise = round(tick * 100);
  return (round((price * 100) / paise) * paise) / 100;
}
