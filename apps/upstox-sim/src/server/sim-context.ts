import type { Clock } from '@vega/kernel';
import type { Logger } from 'pino';
import type { SimulatorConfig } from '../config.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { FeedHub } from '../feed/feed-hub.ts';
import type { OneTimeCodes } from '../feed/one-time-codes.ts';
import type { MarketSource } from '../market/market-source.ts';
import type { StaticIps } from '../trading/static-ips.ts';
import type { PortfolioHub } from '../trading/stream/portfolio-hub.ts';
import type { Postbacks } from '../trading/stream/postbacks.ts';
import type { TradingHall } from '../trading/trading-hall.ts';
import type { AppDirectory } from './auth/app-directory.ts';
import type { AuthCodes } from './auth/auth-codes.ts';
import type { TokenRequests } from './auth/token-requests.ts';
import type { TokenVault } from './auth/token-vault.ts';
import type { ExpiredInstruments } from './expired-instruments.ts';
import type { InstrumentCatalog } from './instrument-catalog.ts';
import type { MarketCalendar } from './market-calendar.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { RequestCensus } from './request-census.ts';
import type { Route } from './route.ts';

/** What the routes stand on. */
export interface SimContext {
  readonly config: SimulatorConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly market: MarketSource;
  readonly calendar: MarketCalendar;
  readonly catalog: InstrumentCatalog;
  readonly expired: ExpiredInstruments;
  readonly directory: AppDirectory;
  readonly tokens: TokenVault;
  readonly authCodes: AuthCodes;
  readonly tokenRequests: TokenRequests;
  readonly limiter: RateLimiter;
  readonly census: RequestCensus;
  readonly faults: FaultBoard;
  readonly hub: FeedHub;
  readonly feedCodes: OneTimeCodes;
  readonly hall: TradingHall;
  readonly portfolio: PortfolioHub;
  readonly postbacks: Postbacks;
  readonly staticIps: StaticIps;
  readonly startedAtMs: number;
  /** False until the market runs and again while the process drains. */
  isReady(): boolean;
}

/** A group of endpoints. */
export type RouteModule = (context: SimContext) => readonly Route[];
