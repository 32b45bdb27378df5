import type { InstrumentKey } from '@vega/kernel';
import { CANDLE_SPANS, splitCandleRange, type CandleRange, type MarketRestClient } from '@vega/upstox/market';
import type { CandleSource } from '../../app/data-ports.ts';
import type { Candle, SpanLimit } from '../../domain/candle.ts';

/** The calls of the broker's REST interface that candles are read by. */
export type CandleCalls = Pick<MarketRestClient, 'fetchCandles' | 'fetchIntradayCandles'>;

/** Candles of Upstox, version 3. */
export class UpstoxCandleSource implements CandleSource {
  readonly limits: readonly SpanLimit[] = CANDLE_SPANS;

  constructor(private readonly calls: CandleCalls) {}

  async fetchPast(key: InstrumentKey, range: CandleRange, deadlineMs: number): Promise<readonly Candle[]> {
    const pieces: (readonly Candle[])[] = [];
    // The pieces come newest first; one after the other, so that one question never takes the limit from all others.
    for (const piece of splitCandleRange(range)) {
      pieces.unshift(await this.calls.fetchCandles(key, piece, callWithin(deadlineMs)));
    }
    return pieces.flat();
  }

  fetchToday(key: InstrumentKey, unit: 'minutes' | 'days', deadlineMs: number): Promise<readonly Candle[]> {
    return this.calls.fetchIntradayCandles(key, unit, 1, callWithin(deadlineMs));
  }
}

function callWithin(deadlineMs: number): { timeoutMs: number; rateWaitMs: number } {
  return { timeoutMs: Math.max(1, deadlineMs), rateWaitMs: Math.max(1, deadlineMs / 2) };
}
