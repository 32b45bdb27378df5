/** The market door: Upstox's market data by REST and by feed. For services that observe; nothing here can trade. */
export { LIVE_ENDPOINTS, simulatorEndpoints, type UpstoxEndpoints } from '../wire/endpoints.ts';
export { type CallOptions, UpstoxHttp, type UpstoxHttpOptions } from '../wire/http-client.ts';
export { DATA_RATE_WINDOWS, RateLimiter, type RateLimiterOptions, type RateWindow } from '../wire/rate-limiter.ts';
export type { RetryPolicy } from '../wire/retry.ts';
export type { BrokerToken, TokenSource } from '../wire/token-source.ts';
export { UPSTOX_ERROR_CODES, UpstoxError, type UpstoxErrorCode } from '../wire/upstox-error.ts';
export { MARKET_STATUSES, type MarketStatus } from './market-status.ts';
export type { ExchangeHours, ExchangeStatus, Holiday, HolidayType } from './rest/calendar.ts';
export {
  CANDLE_SPANS,
  CANDLE_UNITS,
  type CandleRange,
  type CandleRangeProblem,
  candleSpan,
  type CandleSpan,
  type CandleUnit,
  checkCandleRange,
  INTRADAY_UNITS,
  splitCandleRange,
} from './rest/candle-spans.ts';
export type { Candle } from './rest/candles.ts';
export { INSTRUMENT_FILES, type InstrumentFile, type InstrumentMaster } from './rest/instrument-master.ts';
export type { DerivativeInstrument, EquityInstrument, IndexInstrument, Instrument } from './rest/instruments.ts';
export {
  type InstrumentPage,
  type InstrumentRows,
  type InstrumentSearch,
  MarketRestClient,
  type OhlcInterval,
} from './rest/market-rest-client.ts';
export {
  type DayPrices,
  type KeyedReply,
  type LastPrice,
  type LastPriceV3,
  MAX_QUOTE_KEYS,
  type OhlcBar,
  type OhlcQuote,
  type OhlcQuoteV3,
  type Quote,
  type QuoteLevel,
  type QuoteV3,
} from './rest/quotes.ts';
export type { RowFault, Rows } from './rest/wire-values.ts';
export { authorizedDialer, type FeedAddress, type FeedDialer, headerDialer } from './feed/feed-dialer.ts';
export type { ConnectionState } from './feed/feed-lane.ts';
export { type FeedLimits, type ModeLimit, NORMAL_FEED_LIMITS, PLUS_FEED_LIMITS } from './feed/feed-limits.ts';
export { FEED_MODES, type FeedMode } from './feed/feed-mode.ts';
export { type FeedKind, FeedSlot, MAX_DEPTH_LEVELS } from './feed/feed-slot.ts';
export {
  type FeedSocket,
  type FeedSocketFactory,
  type FeedSocketListener,
  openFeedSocket,
  type SocketEnd,
} from './feed/feed-socket.ts';
export type { ConnectionStats, FeedStats, ModeUse } from './feed/feed-stats.ts';
export { DEFAULT_FEED_TIMINGS, type FeedTimings } from './feed/feed-timings.ts';
export type { FeedType } from './feed/frame-index.ts';
export type { FeedEntry } from './feed/frame-intake.ts';
export {
  type ConnectionChange,
  MarketFeedClient,
  type MarketFeedListener,
  type MarketFeedOptions,
  type SubscriptionOutcome,
} from './feed/market-feed-client.ts';
export type { MarketInfo, StatusInfo } from './feed/market-info.ts';
export type { SessionCalendar } from './feed/session-book.ts';
export { type Placement, planShards, type Refusal, type RefusalReason, type ShardPlan } from './feed/shard-plan.ts';
export type { SilenceState } from './feed/silence.ts';
