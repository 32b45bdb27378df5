import { Instrument, StaleReason, TickSource, type Quote, type Tick } from '@vega/contracts';
import { segmentOf, tokenOf, type Clock, type InstrumentKey } from '@vega/kernel';
import { staleReasonOf } from '../domain/staleness.ts';
import type { CircuitLimits } from './circuit-limits.ts';
import type { StreamDirectory } from './feed-ports.ts';
import type { MarketTime } from './market-time.ts';
import type { InstrumentDirectory } from './ports.ts';

export interface QuoteViewParts {
  readonly directory: InstrumentDirectory;
  readonly streams: StreamDirectory;
  readonly time: MarketTime;
  readonly circuits: CircuitLimits;
  readonly clock: Clock;
}

/** Dresses a tick as the quote that is answered: with the instrument, its ages, and why it may not be the present. */
export class QuoteView {
  constructor(private readonly parts: QuoteViewParts) {}

  /** A quote of a tick that came at `receivedMs` (monotonic). */
  quoteOf(tick: Tick, key: InstrumentKey, receivedMs: number): Quote {
    const { streams, time, circuits, clock } = this.parts;
    const stream = streams.streamOf(key);
    const band = circuits.get(key);
    const marketNowMs = Math.max(time.now()?.at ?? 0, tick.marketTimeMs);
    return {
      instrument: this.instrumentOf(key),
      tick,
      connectionAgeMs: stream.subscribed ? age(stream.lastFrameAgeMs) : undefined,
      quoteAgeMs: age(clock.monotonicMs() - receivedMs) ?? 0,
      tradeAgeMs: tick.lastTradeTimeMs === 0 ? undefined : age(marketNowMs - tick.lastTradeTimeMs),
      staleReason: tick.source === TickSource.REST ? StaleReason.NOT_SUBSCRIBED : staleReasonOf(stream),
      session: time.session(segmentOf(key)),
      lowerCircuitPaise: band?.lowerPaise,
      upperCircuitPaise: band?.upperPaise,
    };
  }

  /** The master's row, or what the key itself tells while the master does not hold it. */
  private instrumentOf(key: InstrumentKey): Instrument {
    const segment = segmentOf(key);
    return (
      this.parts.directory.byKey(key) ??
      Instrument.create({
        instrumentKey: key,
        segment,
        exchange: segment.slice(0, 3),
        tradingSymbol: tokenOf(key),
        name: tokenOf(key),
      })
    );
  }
}

/** An age as it is told: whole milliseconds, never negative. */
function age(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(0, Math.round(ms));
}
