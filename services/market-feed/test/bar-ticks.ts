import { instrumentKey, istDate, istInstant, MINUTE_MS } from '@vega/kernel';
import type { TickFacts } from '../src/app/ports.ts';
import type { BuiltBar } from '../src/domain/bar-book.ts';
import { BarBuilder } from '../src/domain/bar-builder.ts';

export const OPTION = instrumentKey('NSE_FO|51420');
export const INDEX = instrumentKey('NSE_INDEX|Nifty 50');
export const OPEN = istInstant(istDate('2026-08-04'), 9, 15);
export const GRACE = 2_000;
export const WINDOW = 180_000;

/** A builder whose bars are kept as they are announced; bars from 09:15 on only. */
export function builder(): { bars: BarBuilder; said: BuiltBar[] } {
  const said: BuiltBar[] = [];
  const bars = new BarBuilder({
    graceMs: GRACE,
    windowMs: WINDOW,
    isBarMinute: (_key, startMs) => (startMs + 19_800_000) % 86_400_000 >= (9 * 60 + 15) * MINUTE_MS,
    announce: (bar) => said.push(bar),
  });
  return { bars, said };
}

export function tick(at: number, price: number, volume: number | undefined, more: Partial<TickFacts> = {}): TickFacts {
  return {
    key: OPTION,
    instrumentId: 7,
    snapshot: false,
    marketTimeMs: OPEN + at + 300,
    lastPricePaise: price,
    lastTradeTimeMs: OPEN + at,
    volume,
    oi: undefined,
    minute: undefined,
    ...more,
  };
}

export function candle(
  minute: number,
  prices: [number, number, number, number],
  volume: number,
): NonNullable<TickFacts['minute']> {
  const [openPaise, highPaise, lowPaise, closePaise] = prices;
  return { openPaise, highPaise, lowPaise, closePaise, volume, startTimeMs: OPEN + minute * MINUTE_MS };
}

export function shape(bar: BuiltBar | undefined): (number | boolean)[] {
  if (bar === undefined) return [];
  const { startTimeMs, openPaise, highPaise, lowPaise, closePaise, volume, final } = bar;
  return [(startTimeMs - OPEN) / MINUTE_MS, openPaise, highPaise, lowPaise, closePaise, volume, final];
}
