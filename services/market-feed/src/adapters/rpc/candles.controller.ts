import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { marketFeedRpc, type GetCandlesRequest, type GetCandlesResponse } from '@vega/contracts';
import { instrumentKey, OutcomeError, parseInstrumentKey } from '@vega/kernel';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import type { CandleHistory } from '../../app/candle-history.ts';
import type { InstrumentDirectory } from '../../app/ports.ts';
import { INSTRUMENT_DIRECTORY } from './instruments.controller.ts';

/** Injection token of the history of candles. */
export const CANDLE_HISTORY = Symbol('CandleHistory');

/** Kept of the caller's time for the way back. */
const RETURN_MS = 200;

/** Answers questions for candles. */
@Controller()
export class CandlesController {
  constructor(
    @Inject(INSTRUMENT_DIRECTORY) private readonly directory: InstrumentDirectory,
    @Inject(CANDLE_HISTORY) private readonly history: CandleHistory,
  ) {}

  @HandlesRpc(marketFeedRpc.getCandles)
  async candles(@Payload() request: GetCandlesRequest, @Ctx() context: RpcCallContext): Promise<GetCandlesResponse> {
    const { symbol, unit, interval, fromDate, toDate } = request;
    const instrument = this.directory.resolve(symbol);
    if (instrument === undefined) throw unknownInstrument(symbol);
    const { candles, lastIsForming } = await this.history.fetch(
      { key: instrumentKey(instrument.instrumentKey), instrumentId: instrument.instrumentId },
      { unit, interval, fromDate, toDate },
      Math.max(RETURN_MS, context.deadlineMs - RETURN_MS),
    );
    return {
      instrument,
      candles: candles.map(({ startMs, openPaise, highPaise, lowPaise, closePaise, volume, oi }) => ({
        startTimeMs: startMs,
        openPaise,
        highPaise,
        lowPaise,
        closePaise,
        volume,
        oi,
      })),
      lastIsForming,
    };
  }
}

function unknownInstrument(symbol: string): OutcomeError {
  const shown = symbol.slice(0, 80);
  const parsed = parseInstrumentKey(symbol);
  if (!parsed.ok && parsed.error.code === 'SEGMENT_UNSUPPORTED') {
    return new OutcomeError('SEGMENT_UNSUPPORTED', parsed.error.message, { symbol: shown });
  }
  return new OutcomeError('UNKNOWN_INSTRUMENT', `no instrument is called "${shown}"`, { symbol: shown });
}
