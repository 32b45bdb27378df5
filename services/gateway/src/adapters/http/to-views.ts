import {
  Instrument,
  type GetCandlesResponse,
  type GetFeedStatusResponse,
  type GetOverviewResponse,
  type Quote,
  type SearchInstrumentsResponse,
  type Tick,
} from '@vega/contracts';
import { instrumentKey, segmentOf, toIstIso } from '@vega/kernel';
import type { Known, KnownTick } from '../../app/ports.ts';
import {
  bookOf,
  figuresOf,
  nonZero,
  toRupees,
  toStaleReason,
  toWholeMs,
  type StaleReasonName,
} from '../../app/quote-figures.ts';
import { sessionFiguresOf, toFeedState, toSessionName } from '../../app/stream/status/feed-watch.ts';
import type { InstrumentView } from './views/instrument.view.ts';
import type { CandlesView, FeedStatusView, ModeLoadView, OverviewView, SearchView } from './views/market.view.ts';
import type { AgeView, DepthView, FreshnessView, QuoteView } from './views/quote.view.ts';
import type { CandleQuery, SearchQuery } from './requests.ts';

/** Empty text stands for "none" on the bus. */
function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}

function isoOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined || epochMs === 0 ? null : toIstIso(epochMs);
}

export function toInstrumentView(instrument: Instrument): InstrumentView {
  return {
    instrument_key: instrument.instrumentKey,
    instrument_id: instrument.instrumentId,
    segment: textOrNull(instrument.segment),
    exchange: textOrNull(instrument.exchange),
    instrument_type: textOrNull(instrument.instrumentType),
    trading_symbol: textOrNull(instrument.tradingSymbol),
    name: textOrNull(instrument.name),
    isin: textOrNull(instrument.isin),
    underlying_key: textOrNull(instrument.underlyingKey),
    underlying_symbol: textOrNull(instrument.underlyingSymbol),
    expiry_date: textOrNull(instrument.expiryDate),
    strike: toRupees(instrument.strikePaise),
    lot_size: nonZero(instrument.lotSize),
    freeze_qty: nonZero(instrument.freezeQty),
    tick_size: toRupees(instrument.tickSizePaise),
  };
}

function toFreshness(tick: Tick, age: AgeView, reason: StaleReasonName | null): FreshnessView {
  return {
    exchange_time: isoOrNull(tick.marketTimeMs),
    exchange_time_ms: nonZero(tick.marketTimeMs),
    last_trade_time: isoOrNull(tick.lastTradeTimeMs),
    last_trade_time_ms: nonZero(tick.lastTradeTimeMs),
    received_at_ms: toWholeMs(tick.receivedTimeUs),
    age,
    stale: reason !== null,
    stale_reason: reason,
    feed_epoch: tick.feedEpoch,
    seq: tick.seq,
  };
}

/** A quote as market-feed answered it, or as it was last known. */
export interface QuoteToShow {
  readonly instrument: Instrument;
  readonly tick: Tick;
  readonly age: AgeView;
  readonly staleReason: StaleReasonName | null;
  readonly session: string | null;
  readonly lowerCircuitPaise: number | undefined;
  readonly upperCircuitPaise: number | undefined;
}

/** What market-feed answered; undefined where it left out the instrument or its state. */
export function answeredQuote(quote: Quote): QuoteToShow | undefined {
  const { instrument, tick } = quote;
  if (instrument === undefined || tick === undefined) return undefined;
  return {
    instrument,
    tick,
    age: {
      connection_ms: quote.connectionAgeMs ?? null,
      quote_ms: quote.quoteAgeMs,
      trade_ms: quote.tradeAgeMs ?? null,
    },
    staleReason: toStaleReason(quote.staleReason),
    session: toSessionName(quote.session),
    lowerCircuitPaise: quote.lowerCircuitPaise,
    upperCircuitPaise: quote.upperCircuitPaise,
  };
}

/** What was last known of an instrument: stale, whatever it says of itself. */
export function knownQuote({ value: { tick, instrument }, ageMs }: Known<KnownTick>): QuoteToShow {
  const key = tick.instrumentKey;
  return {
    instrument: instrument ?? Instrument.create({ instrumentKey: key, segment: segmentOf(instrumentKey(key)) }),
    tick,
    age: { connection_ms: null, quote_ms: ageMs, trade_ms: null },
    staleReason: 'SOURCE_UNREACHABLE',
    session: null,
    lowerCircuitPaise: undefined,
    upperCircuitPaise: undefined,
  };
}

export function toQuoteView(quote: QuoteToShow): QuoteView {
  return {
    instrument: toInstrumentView(quote.instrument),
    ...figuresOf(quote.tick),
    lower_circuit: toRupees(quote.lowerCircuitPaise),
    upper_circuit: toRupees(quote.upperCircuitPaise),
    session: quote.session,
    ...toFreshness(quote.tick, quote.age, quote.staleReason),
  };
}

export function toDepthView(quote: QuoteToShow): DepthView {
  const figures = figuresOf(quote.tick);
  return {
    instrument: toInstrumentView(quote.instrument),
    ...bookOf(quote.tick),
    total_buy_qty: figures.total_buy_qty,
    total_sell_qty: figures.total_sell_qty,
    last_price: figures.last_price,
    ...toFreshness(quote.tick, quote.age, quote.staleReason),
  };
}

/** The overview; `knownAgeMs` is given for one that was seen earlier, all of which is then stale. */
export function toOverviewView(overview: GetOverviewResponse, knownAgeMs?: number): OverviewView {
  const show = (quote: Quote): QuoteView[] => {
    const answered = answeredQuote(quote);
    if (answered === undefined) return [];
    return [toQuoteView(knownAgeMs === undefined ? answered : aged(answered, knownAgeMs))];
  };
  const { breadth, health, vix } = overview;
  const dataAge = health?.lastTickAgeMs;
  return {
    indices: overview.indices.flatMap(show).sort((a, b) => indexRank(a) - indexRank(b)),
    vix: vix === undefined ? null : (show(vix)[0] ?? null),
    sessions: overview.sessions.map(sessionFiguresOf),
    breadth:
      breadth === undefined
        ? null
        : {
            advances: breadth.advances,
            declines: breadth.declines,
            unchanged: breadth.unchanged,
            unknown: breadth.unknown,
          },
    feed_state: knownAgeMs !== undefined || health === undefined ? 'RED' : toFeedState(health.state),
    data_age_ms: dataAge === undefined ? null : dataAge + (knownAgeMs ?? 0),
  };
}

/** The indices as traders read them; others come after these, in the order market-feed gives them. */
const INDEX_ORDER = ['NIFTY', 'BANKNIFTY', 'SENSEX', 'FINNIFTY', 'MIDCPNIFTY'];

function indexRank({ instrument }: QuoteView): number {
  const rank = INDEX_ORDER.indexOf(instrument.trading_symbol?.toUpperCase() ?? '');
  return rank === -1 ? INDEX_ORDER.length : rank;
}

function aged(quote: QuoteToShow, byMs: number): QuoteToShow {
  const older = (ageMs: number | null): number | null => (ageMs === null ? null : ageMs + byMs);
  return {
    ...quote,
    age: { connection_ms: null, quote_ms: older(quote.age.quote_ms), trade_ms: older(quote.age.trade_ms) },
    staleReason: 'SOURCE_UNREACHABLE',
  };
}

export function toCandlesView(answer: GetCandlesResponse, query: CandleQuery): CandlesView {
  return {
    instrument: answer.instrument === undefined ? null : toInstrumentView(answer.instrument),
    unit: query.unit,
    interval: query.interval,
    from: query.from,
    to: query.to,
    candles: answer.candles.map((candle) => ({
      start_time: toIstIso(candle.startTimeMs),
      start_time_ms: candle.startTimeMs,
      open: toRupees(candle.openPaise),
      high: toRupees(candle.highPaise),
      low: toRupees(candle.lowPaise),
      close: toRupees(candle.closePaise),
      volume: candle.volume,
      oi: candle.oi,
    })),
    last_is_forming: answer.lastIsForming,
  };
}

export function toSearchView(answer: SearchInstrumentsResponse, query: SearchQuery): SearchView {
  const { limit, offset } = query;
  return { items: answer.instruments.map(toInstrumentView), total: answer.total, limit, offset };
}

/** The state of the feed; `knownAgeMs` is given for a report that was seen earlier, which then counts as red. */
export function toFeedStatusView(status: GetFeedStatusResponse, knownAgeMs?: number): FeedStatusView {
  const { health } = status;
  const gone = knownAgeMs === undefined ? [] : [`market-feed does not answer; this is ${knownAgeMs} ms old`];
  const older = (ageMs: number | undefined): number | null => (ageMs === undefined ? null : ageMs + (knownAgeMs ?? 0));
  return {
    state: health === undefined || knownAgeMs !== undefined ? 'RED' : toFeedState(health.state),
    reasons: [...gone, ...(health?.reasons ?? ['market-feed has no report'])],
    market_source: textOrNull(health?.marketSource ?? ''),
    connections: (health?.connections ?? []).map((one) => ({
      connection: one.connection,
      state: one.state,
      last_frame_age_ms: older(one.lastFrameAgeMs),
      mute: one.mute,
      frames: one.frames,
      entries: one.entries,
      duplicates: one.duplicates,
      garbage: one.garbage,
      reconnects: one.reconnects,
      modes: toModeLoads(one.keysByMode, one.limitByMode),
    })),
    subscribed: health?.subscribed ?? 0,
    refused: health?.refused ?? 0,
    last_message_age_ms: older(health?.lastTickAgeMs),
    ticks_published: health?.ticksPublished ?? 0,
    duplicates_dropped: health?.duplicatesDropped ?? 0,
    gaps: health?.gaps ?? 0,
    reconnects: health?.reconnects ?? 0,
    token_expires_at: isoOrNull(health?.tokenExpiresMs),
    token_expires_at_ms: nonZero(health?.tokenExpiresMs),
    market_time: isoOrNull(health?.marketTimeMs),
    market_time_ms: nonZero(health?.marketTimeMs),
    market_time_extrapolated: health?.marketTimeExtrapolated ?? false,
    clock_skew_ms: health?.clockSkewMs ?? null,
    reported_at_ms: nonZero(health?.reportedAtMs),
    replica: textOrNull(health?.replica ?? ''),
    feed_epoch: health?.feedEpoch ?? 0,
    sessions: status.sessions.map(sessionFiguresOf),
    master_date: textOrNull(status.masterDate),
    master_rows: status.masterRows,
  };
}

function toModeLoads(keys: Readonly<Record<string, number>>, limits: Readonly<Record<string, number>>): ModeLoadView[] {
  return [...new Set([...Object.keys(keys), ...Object.keys(limits)])]
    .sort()
    .map((mode) => ({ mode, subscribed: keys[mode] ?? 0, limit: limits[mode] ?? null }));
}
