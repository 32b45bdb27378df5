import type { CandleView } from '@vega/client';
import { toCandles } from './to-candles.ts';

const view = (start_time_ms: number | null, more: Partial<CandleView> = {}): CandleView => ({
  start_time: null,
  start_time_ms,
  open: 1,
  high: 2,
  low: 1,
  close: 2,
  volume: 3,
  oi: 4,
  ...more,
});

it('keeps candles ascending and whole, and knows no open interest of zero', () => {
  const candles = toCandles([view(1), view(null), view(2, { close: null }), view(3, { oi: 0 }), view(3), view(2)]);
  expect(candles.map(({ startMs, oi }) => [startMs, oi])).toEqual([
    [1, 4],
    [3, null],
  ]);
});
