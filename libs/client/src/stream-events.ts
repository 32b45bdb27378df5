// What the gateway's stream tells, as listeners are given it. Reference: docs/reference/stream.md.

/** One price of the order book: rupees, units. */
export interface StreamLevel {
  price: number | null;
  qty: number | null;
}

/** The last state of one instrument as the stream tells it: rupees, units, epoch ms; null is what is not known. */
export interface StreamQuote {
  instrument_key: string;
  trading_symbol: string;
  last_price: number | null;
  last_qty: number | null;
  change: number | null;
  change_percent: number | null;
  prev_close: number | null;
  avg_price: number | null;
  ohlc: { open: number | null; high: number | null; low: number | null; close: number | null } | null;
  volume: number | null;
  oi: number | null;
  bid_price: number | null;
  bid_qty: number | null;
  ask_price: number | null;
  ask_qty: number | null;
  total_buy_qty: number | null;
  total_sell_qty: number | null;
  feed_epoch: number;
  seq: number;
  source: 'UNSPECIFIED' | 'FEED_SNAPSHOT' | 'FEED_LIVE' | 'REST';
  mode: string;
  exchange_time_ms: number | null;
  last_trade_time_ms: number | null;
  received_at_ms: number | null;
  /** Milliseconds between the message's arrival at the platform and this frame. */
  age_ms: number | null;
  stale: boolean;
  stale_reason: string | null;
  /** Best five prices of each side, best first; absent unless the subscription asks for depth. */
  depth?: { bids: readonly StreamLevel[]; asks: readonly StreamLevel[] };
}

/** Quotes of one frame, for one subscription. */
export interface QuotesEvent {
  quotes: readonly StreamQuote[];
  /** Whether this is the present state of all its instruments rather than what changed. */
  snapshot: boolean;
  /** Instruments of which nothing is known yet. */
  unavailable: readonly string[];
  /** The gateway's wall clock when it sent the frame, epoch ms. */
  timeMs: number;
}

/** An instrument that the gateway would not subscribe, and why. */
export interface RefusedInstrument {
  asked: string;
  code: string;
  detail: string;
}

export interface QuotesListener {
  onQuotes(event: QuotesEvent): void;
  onRefused?(refused: readonly RefusedInstrument[]): void;
}

/** A segment's session as the exchange announced it; null before it did. */
export interface StreamSession {
  segment: string;
  status: string | null;
  since_ms: number | null;
  source: string;
}

/** Market status and feed health. */
export interface StatusEvent {
  snapshot: boolean;
  timeMs: number;
  sessions: readonly StreamSession[];
  feed: { state: 'GREEN' | 'AMBER' | 'RED'; reasons: readonly string[]; report_age_ms: number | null };
}

/** A frame that reports a problem with what was asked. */
export interface StreamError {
  code: string;
  detail: string;
  /** Whether the same can succeed later; what was being subscribed is then asked for again without your doing. */
  retryable: boolean;
  /** The name of the subscription it is about, as {@link StreamSubscription.name} tells it; undefined where it is about none. */
  subscription: string | undefined;
  /** The instrument it is about; undefined where it is about none. */
  instrumentKey: string | undefined;
}
