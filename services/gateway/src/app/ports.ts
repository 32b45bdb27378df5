import type {
  GetCandlesResponse,
  GetFeedStatusResponse,
  GetInstrumentsResponse,
  GetOverviewResponse,
  GetQuotesResponse,
  Instrument,
  Interest,
  RenewInterestResponse,
  SearchInstrumentsRequest,
  SearchInstrumentsResponse,
  CandleSpan,
  Tick,
} from '@vega/contracts';

/**
 * What market-feed answers. Every method ends in an answer, in an `OutcomeError` (it says no) or in an
 * `OperationalError` (it could not be asked or did not answer in time).
 */
export interface MarketData {
  /** At most 500 instrument keys or trading symbols. */
  fetchQuotes(symbols: readonly string[]): Promise<GetQuotesResponse>;
  fetchOverview(): Promise<GetOverviewResponse>;
  fetchCandles(symbol: string, span: CandleSpan): Promise<GetCandlesResponse>;
  searchInstruments(request: SearchInstrumentsRequest): Promise<SearchInstrumentsResponse>;
  fetchInstruments(symbols: readonly string[]): Promise<GetInstrumentsResponse>;
  fetchFeedStatus(): Promise<GetFeedStatusResponse>;
  /** Replaces the whole interest of `holder` for the next 30 s. */
  renewInterest(holder: string, interests: readonly Interest[]): Promise<RenewInterestResponse>;
}

/** Something seen earlier and the milliseconds since. */
export interface Known<T> {
  readonly value: T;
  readonly ageMs: number;
}

/** The last tick of an instrument, with the instrument's description where this platform has shown it before. */
export interface KnownTick {
  readonly tick: Tick;
  readonly instrument: Instrument | undefined;
}

/** What was seen last, for the times when market-feed does not answer. It never throws: what cannot be read is not known. */
export interface LastKnown {
  /** By instrument key, or by a trading symbol that was answered within the last day. */
  fetchTick(symbol: string): Promise<Known<KnownTick> | undefined>;
  fetchOverview(): Promise<Known<GetOverviewResponse> | undefined>;
  fetchFeedStatus(): Promise<Known<GetFeedStatusResponse> | undefined>;
  /** Keeps what instruments are, so that their symbols resolve while market-feed is away. */
  rememberInstruments(instruments: readonly Instrument[]): void;
  rememberOverview(overview: GetOverviewResponse): void;
  rememberFeedStatus(status: GetFeedStatusResponse): void;
}
