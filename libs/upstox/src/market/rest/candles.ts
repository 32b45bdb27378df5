import { type Paise, rupeesToPaise } from '@vega/kernel';
import { badReply } from './wire-values.ts';

/** One bar of history. */
export interface Candle {
  /** Start of the bar, epoch ms. */
  readonly startMs: number;
  readonly openPaise: Paise;
  readonly highPaise: Paise;
  readonly lowPaise: Paise;
  readonly closePaise: Paise;
  readonly volume: number;
  readonly oi: number;
}

const MAX_RUPEES = 4.5e13;

/**
 * Reads `data.candles`, rows of [ISO time, open, high, low, close, volume, oi], newest first on the wire; returns them
 * oldest first. Written by hand: ten years of days or a month of minutes come in one reply.
 * A row that cannot be read, or two bars of the same time, throw `UPSTOX_BAD_REPLY`: history with a hole looks whole.
 */
export function readCandles(api: string, data: unknown): Candle[] {
  const rows: unknown = typeof data === 'object' && data !== null && 'candles' in data ? data.candles : undefined;
  if (!Array.isArray(rows)) throw badReply(api, 'data.candles is not a list');
  const candles = (rows as unknown[]).map((row, at) => {
    const candle = candleOf(row);
    if (candle) return candle;
    throw badReply(api, `candles[${at}] is not [time, open, high, low, close, volume, oi]`);
  });
  candles.sort((one, other) => one.startMs - other.startMs);
  for (let at = 1; at < candles.length; at += 1) {
    const startMs = candles[at]?.startMs;
    if (startMs === candles[at - 1]?.startMs) throw badReply(api, `two candles start at ${startMs}`);
  }
  return candles;
}

function candleOf(row: unknown): Candle | undefined {
  if (!Array.isArray(row)) return undefined;
  const [time, open, high, low, close, volume, oi] = row as readonly unknown[];
  const startMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (!Number.isFinite(startMs) || !isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close)) {
    return undefined;
  }
  if (high < low || !isCount(volume) || !isCount(oi)) return undefined;
  return {
    startMs,
    openPaise: rupeesToPaise(open),
    highPaise: rupeesToPaise(high),
    lowPaise: rupeesToPaise(low),
    closePaise: rupeesToPaise(close),
    volume: volume ?? 0,
    oi: oi ?? 0,
  };
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= MAX_RUPEES;
}

/** A whole number, or nothing where an index has none. */
function isCount(value: unknown): value is number | null | undefined {
  return value === null || value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0);
}
