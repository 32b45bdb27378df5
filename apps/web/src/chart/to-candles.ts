import type { CandleView } from '@vega/client';
import type { Candle } from './indicators.ts';

/** Candles of history as the chart draws them: ascending, each start once, none with a missing price. */
export function toCandles(views: readonly CandleView[]): Candle[] {
  const candles: Candle[] = [];
  for (const { start_time_ms: startMs, open, high, low, close, volume, oi } of views) {
    if (startMs === null || open === null || high === null || low === null || close === null) continue;
    const last = candles.at(-1);
    if (last !== undefined && startMs <= last.startMs) continue;
    candles.push({ startMs, open, high, low, close, volume, oi: oi === 0 ? null : oi });
  }
  return candles;
}
