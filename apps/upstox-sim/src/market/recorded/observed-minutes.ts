import { MINUTE_MS } from '@vega/kernel';
import type { Bar } from '../candles/bar.ts';
import type { Ohlc } from '../market-source.ts';

type OpenBar = { -readonly [K in keyof Bar]: Bar[K] };

/** Minute candles of one recorded date: the recording's own where it has them, else what its prices show. */
export class ObservedMinutes {
  private readonly bars = new Map<string, OpenBar[]>();

  /** A price seen at an instant; `traded` is the quantity since the instrument's previous message. */
  observe(key: string, at: number, price: number, traded: number, oi: number): void {
    const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const bars = this.barsFor(key);
    const last = bars.at(-1);
    if (last === undefined || last.at < start) {
      bars.push({ at: start, open: price, high: price, low: price, close: price, volume: traded, oi });
      return;
    }
    // A price that belongs to an earlier minute has no bar to change: that minute is told by the feed itself.
    if (last.at > start) return;
    last.high = Math.max(last.high, price);
    last.low = Math.min(last.low, price);
    last.close = price;
    last.volume += traded;
    last.oi = oi;
  }

  /** The feed's own candle of a completed minute. */
  complete(key: string, minute: Ohlc, oi: number): void {
    const { open, high, low, close, vol } = minute;
    const told: OpenBar = { at: minute.ts, open, high, low, close, volume: vol, oi };
    const bars = this.barsFor(key);
    const index = bars.findLastIndex((bar) => bar.at <= minute.ts);
    if (bars[index]?.at === minute.ts) bars[index] = { ...told, oi: bars[index]?.oi ?? oi };
    else bars.splice(index + 1, 0, told);
  }

  /** An instrument's minutes, ascending; the last may still be forming. */
  barsOf(key: string): readonly Bar[] {
    return this.bars.get(key) ?? [];
  }

  private barsFor(key: string): OpenBar[] {
    let bars = this.bars.get(key);
    if (bars === undefined) this.bars.set(key, (bars = []));
    return bars;
  }
}
