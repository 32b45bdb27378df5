// Indicators over closed and forming candles, oldest first. Each result is as long as its input; `undefined` where the
// indicator has not seen enough yet. Sources: Wilder, New Concepts in Technical Trading Systems (1978) for RSI.

/** One candle: prices in rupees, volume and open interest in units, start in epoch ms. */
export interface Candle {
  startMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Open interest at the end; null where the instrument has none. */
  oi: number | null;
}

export type Series = (number | undefined)[];

/** Exponential moving average over `period` closes, seeded with their simple mean. */
export function ema(candles: readonly Candle[], period: number): Series {
  const out: Series = [];
  const weight = 2 / (period + 1);
  let sum = 0;
  let value: number | undefined;
  for (const [n, { close }] of candles.entries()) {
    sum += close;
    if (n + 1 === period) value = sum / period;
    else if (value !== undefined) value += weight * (close - value);
    out.push(value);
  }
  return out;
}

/** Volume-weighted average of the typical price since the day's first candle; undefined while nothing has traded (an index never does). */
export function vwap(candles: readonly Candle[], dayOf: (startMs: number) => string): Series {
  const out: Series = [];
  let day = '';
  let turnover = 0;
  let volume = 0;
  for (const candle of candles) {
    const today = dayOf(candle.startMs);
    if (today !== day) {
      day = today;
      turnover = 0;
      volume = 0;
    }
    turnover += ((candle.high + candle.low + candle.close) / 3) * candle.volume;
    volume += candle.volume;
    out.push(volume > 0 ? turnover / volume : undefined);
  }
  return out;
}

/** Relative strength index with Wilder's smoothing, 0 to 100; 50 where nothing moved. */
export function rsi(candles: readonly Candle[], period = 14): Series {
  const out: Series = [];
  let gain = 0;
  let loss = 0;
  for (const [n, { close }] of candles.entries()) {
    const change = n === 0 ? 0 : close - (candles[n - 1]?.close ?? close);
    const up = Math.max(change, 0);
    const down = Math.max(-change, 0);
    if (n <= period) {
      gain += up / period;
      loss += down / period;
    } else {
      gain += (up - gain) / period;
      loss += (down - loss) / period;
    }
    out.push(n < period ? undefined : gain + loss === 0 ? 50 : (100 * gain) / (gain + loss));
  }
  return out;
}

/** A trend that a price follows until it closes beyond the line. */
export interface TrendPoint {
  /** The line: below the price while it rises, above while it falls; rupees. */
  value: number;
  rising: boolean;
}

/**
 * Supertrend: bands of `multiplier` average true ranges (Wilder's smoothing over `period`) around the middle of each candle;
 * the lower one only rises and the upper one only falls until a close crosses it. Undefined until `period` candles are seen.
 * Source: Olivier Seban's indicator as charting platforms compute it.
 */
export function supertrend(candles: readonly Candle[], period = 10, multiplier = 3): (TrendPoint | undefined)[] {
  const out: (TrendPoint | undefined)[] = [];
  let range = 0;
  let upper = Number.POSITIVE_INFINITY;
  let lower = Number.NEGATIVE_INFINITY;
  let rising = true;
  for (const [n, { high, low, close }] of candles.entries()) {
    const before = candles[n - 1]?.close;
    const trueRange =
      before === undefined ? high - low : Math.max(high - low, Math.abs(high - before), Math.abs(low - before));
    range += n < period ? trueRange / period : (trueRange - range) / period;
    if (n + 1 < period) {
      out.push(undefined);
      continue;
    }
    const middle = (high + low) / 2;
    const [nextUpper, nextLower] = [middle + multiplier * range, middle - multiplier * range];
    // A band moves away from the price only where the close before was already beyond it.
    upper = nextUpper < upper || (before ?? close) > upper ? nextUpper : upper;
    lower = nextLower > lower || (before ?? close) < lower ? nextLower : lower;
    rising = rising ? close >= lower : close > upper;
    out.push({ value: rising ? lower : upper, rising });
  }
  return out;
}
