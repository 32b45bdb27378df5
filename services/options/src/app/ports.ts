import type {
  ChainInterest,
  ChainUpdate,
  FeedHealth,
  GetCandlesResponse,
  GetDerivativesResponse,
  GetFeedStatusResponse,
  GetPreviousOiResponse,
  GetQuotesResponse,
  Instrument,
  Interest,
  ListDerivativeUnderlyingsResponse,
  MarketStatus,
  RenewInterestResponse,
  ShardHeartbeat,
  StraddlePoint,
  Tick,
} from '@vega/contracts';

/** Ends what was begun. */
export type Ending = () => void;

/** What market-feed answers. Every method ends in an answer, an `OutcomeError` or an `OperationalError`. */
export interface MarketData {
  listUnderlyings(): Promise<ListDerivativeUnderlyingsResponse>;
  fetchContracts(underlyingKey: string, expiryDate: string): Promise<GetDerivativesResponse>;
  fetchPreviousOi(underlyingKey: string, expiryDate: string): Promise<GetPreviousOiResponse>;
  /** At most 500. */
  fetchQuotes(keys: readonly string[]): Promise<GetQuotesResponse>;
  fetchCandles(key: string, unit: string, interval: number, from: string, to: string): Promise<GetCandlesResponse>;
  findInstrument(symbol: string): Promise<Instrument | undefined>;
  fetchFeedStatus(): Promise<GetFeedStatusResponse>;
  renewInterest(interests: readonly Interest[]): Promise<RenewInterestResponse>;
}

/** What market-feed publishes. */
export interface FeedSubjects {
  subscribeTicks(key: string, onTick: (tick: Tick) => void): Ending;
  subscribeReports(onStatus: (status: MarketStatus) => void, onHealth: (health: FeedHealth) => void): Ending;
  /** Told each time the bus is reached again after it was lost. */
  onReconnect(listener: () => void): Ending;
}

/** Where computed chains go. */
export interface ChainSink {
  /** False when nobody can be told now. */
  publish(update: ChainUpdate): boolean;
}

/** The last whole chain of each expiry, for the time when nobody computes it. */
export interface LastChains {
  write(chain: ChainUpdate): Promise<void>;
  read(underlyingKey: string, expiryDate: string): Promise<ChainUpdate | undefined>;
}

/** What replicas tell each other. */
export interface ShardBus {
  beat(heartbeat: ShardHeartbeat): void;
  tellInterest(interest: ChainInterest): void;
  listen(onBeat: (heartbeat: ShardHeartbeat) => void, onInterest: (interest: ChainInterest) => void): Ending;
}

/** One day's closing volatility of a chain. */
export interface DailyIv {
  readonly underlyingKey: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly expiryDate: string;
  readonly daysToExpiry: number;
  /** Per unit and year. */
  readonly atmIv: number;
  readonly spotPaise: number | undefined;
  readonly source: 'chain' | 'india-vix';
}

/** Straddle of one chain at one minute. */
export interface StraddleMinute extends StraddlePoint {
  readonly underlyingKey: string;
  readonly expiryDate: string;
}

/** Volatility by day and straddles by minute, kept for good and for days. */
export interface HistoryStore {
  /** Replaces the day's value of a chain; the last of the day stays. */
  writeDaily(rows: readonly DailyIv[]): Promise<void>;
  /** One value per day before `before`, of the tenor nearest to thirty days, oldest first. */
  readDaily(underlyingKey: string, before: string, days: number): Promise<readonly DailyIv[]>;
  writeMinutes(rows: readonly StraddleMinute[]): Promise<void>;
  /** The minutes of a chain from `fromMs` on, oldest first. */
  readMinutes(underlyingKey: string, expiryDate: string, fromMs: number): Promise<readonly StraddlePoint[]>;
  /** Drops minutes older than `beforeMs`. */
  dropMinutes(beforeMs: number): Promise<void>;
}

/** What the service counts. */
export interface OptionsMetrics {
  /** Seconds one expiry took to recompute. */
  recomputed(seconds: number): void;
  published(rows: number, bytes: number, full: boolean): void;
  /** Seconds from the newest tick's arrival at market-feed to the publication of the chain that holds it. */
  lag(seconds: number): void;
  tick(outcome: 'changed' | 'old' | 'gap'): void;
  failed(what: string): void;
}
