import type { MarketInstant } from '@vega/kernel';

/** One row of the instrument master exactly as Upstox publishes it (snake_case, tick_size in paise, expiry in epoch ms). */
export interface MasterRow {
  segment: string;
  name: string;
  exchange: string;
  instrument_type: string;
  instrument_key: string;
  exchange_token: string;
  trading_symbol: string;
  short_name?: string;
  isin?: string;
  security_type?: string;
  lot_size?: number;
  minimum_lot?: number;
  freeze_quantity?: number;
  tick_size?: number;
  qty_multiplier?: number;
  weekly?: boolean;
  expiry?: number;
  asset_symbol?: string;
  underlying_symbol?: string;
  underlying_key?: string;
  underlying_type?: string;
  strike_price?: number;
  mtf_enabled?: boolean;
  mtf_bracket?: number;
  cas_eligible?: boolean;
}

/** Feed market status of a segment, in the wire's own names. */
export type SegmentStatus =
  'PRE_OPEN_START' | 'PRE_OPEN_END' | 'NORMAL_OPEN' | 'NORMAL_CLOSE' | 'CLOSING_START' | 'CLOSING_END';

export interface DepthLevel {
  bidQ: number;
  bidP: number;
  askQ: number;
  askP: number;
}

export interface Ohlc {
  open: number;
  high: number;
  low: number;
  close: number;
  vol: number;
  /** Epoch ms of the interval's start. */
  ts: number;
}

/** Greeks as Upstox prints them (feed units: vega per vol point, theta per day, rho per point). */
export interface BrokerGreeks {
  delta: number;
  theta: number;
  gamma: number;
  vega: number;
  rho: number;
}

/**
 * Everything the simulated exchange knows of one instrument now. Prices in rupees, times in epoch ms.
 * `day` absent means the instrument has not traded today; `minute` is the last completed minute.
 *
 * A quote is the instrument's live state: the source changes it in place. Read it synchronously, in the step that
 * reports it or when it is asked for; copy what must outlive that.
 */
export interface SimQuote {
  key: string;
  /** Grows by one with every change of this instrument. */
  version: number;
  ltp: number;
  ltt: number;
  ltq: number;
  /** Previous day's close. */
  cp: number;
  /** Best first; empty for an index; up to 30 levels. */
  depth: readonly DepthLevel[];
  greeks?: BrokerGreeks | undefined;
  /** Implied volatility as a fraction. */
  iv?: number | undefined;
  day?: Ohlc | undefined;
  minute?: Ohlc | undefined;
  atp: number;
  vtt: number;
  oi: number;
  tbq: number;
  tsq: number;
  lowerCircuit?: number | undefined;
  upperCircuit?: number | undefined;
  yearHigh?: number | undefined;
  yearLow?: number | undefined;
  previousOi?: number | undefined;
  oiDayHigh?: number | undefined;
  oiDayLow?: number | undefined;
}

/** [ISO time +05:30, open, high, low, close, volume, oi] */
export type CandleRow = [string, number, number, number, number, number, number];

export type CandleUnit = 'minutes' | 'hours' | 'days' | 'weeks' | 'months';

/** One step of the market: which instruments changed, and whether a segment's status did. */
export interface MarketStep {
  /** Market time of the step: the feed's `currentTs`. */
  now: MarketInstant;
  changed: readonly SimQuote[];
  statusChanged: boolean;
}

/** A source of market: generated, recorded or mirrored from the platform's own ticks. The servers know only this port. */
export interface MarketSource {
  readonly kind: 'generated' | 'recorded' | 'live';
  /** Market time now. */
  now(): MarketInstant;
  /** The master of the current market date. The array is replaced, never mutated, when the date changes. */
  instruments(): readonly MasterRow[];
  /** Status of each segment and since when (market time, epoch ms). */
  segmentStatus(): ReadonlyMap<string, { status: SegmentStatus; updated: number }>;
  /** State of an instrument; undefined for a key that the market does not know, or of which a recording has said nothing yet. */
  quote(key: string): SimQuote | undefined;
  /** Candles of [from, to] (IST dates, inclusive), newest first; today's forming candles included only when `intraday`. */
  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): readonly CandleRow[];
  /** Called once per step, synchronously, in order. Returns the unsubscriber. */
  onStep(listener: (step: MarketStep) => void): () => void;
  /** Progress for `/sim/status`: source-specific, JSON-safe. */
  progress(): Record<string, string | number | boolean | null>;
  /** Instruments under artificial load; none where the source knows no load. */
  loadKeys?(): readonly string[];
  start(): void;
  /**
   * Tells a source that waits for its audience which instruments are subscribed now. A recording started with
   * `startWhen: 'first-subscription'` begins once all its instruments are covered, or a moment after the first one is.
   * Harmless otherwise.
   */
  release?(subscribed: Iterable<string>): void;
  /** Stops stepping and makes what must survive durable. */
  stop(): Promise<void>;
}
