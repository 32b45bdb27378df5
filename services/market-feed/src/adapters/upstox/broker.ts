import type { Clock } from '@vega/kernel';
import { invariant } from '@vega/kernel';
import type { BrokerTokens, Logger } from '@vega/platform';
import {
  LIVE_ENDPOINTS,
  MarketRestClient,
  RateLimiter,
  simulatorEndpoints,
  UpstoxHttp,
  type TokenSource,
  type UpstoxEndpoints,
} from '@vega/upstox/market';
import type { MarketFeedConfig } from '../../config.ts';
import { AuthTokenSource } from './auth-token-source.ts';
import { FileTokenSource } from './file-token-source.ts';

/** A token source that is started and stopped, and that can say why it has no token. */
export interface RunningTokenSource extends TokenSource {
  readonly problem: string | undefined;
  start(): Promise<void> | void;
  stop(): void;
}

/** The broker as this service reaches it: one account's token, its limits, its REST interface. */
export interface Broker {
  readonly source: 'live' | 'simulator';
  readonly tokens: RunningTokenSource;
  readonly rest: MarketRestClient;
}

type BrokerConfig = Pick<MarketFeedConfig, 'VEGA_UPSTOX_ENV' | 'VEGA_UPSTOX_SIM_URL' | 'VEGA_UPSTOX_TOKEN_FILE'>;

/** Builds the way to the broker that the configuration chose; nothing is sent yet. */
export function createBroker(config: BrokerConfig, clock: Clock, logger: Logger, fromAuth: BrokerTokens): Broker {
  const source = config.VEGA_UPSTOX_ENV;
  const endpoints = endpointsOf(config);
  const file = config.VEGA_UPSTOX_TOKEN_FILE;
  const tokens = file === undefined ? new AuthTokenSource(fromAuth, source) : new FileTokenSource(file, clock, logger);
  const random = Math.random;
  const http = new UpstoxHttp({ endpoints, tokens, clock, random, limiter: new RateLimiter({ clock, random }) });
  return { source, tokens, rest: new MarketRestClient(http, endpoints) };
}

function endpointsOf(config: BrokerConfig): UpstoxEndpoints {
  if (config.VEGA_UPSTOX_ENV === 'live') return LIVE_ENDPOINTS;
  invariant(config.VEGA_UPSTOX_SIM_URL !== undefined, 'a simulated feed has a simulator');
  return simulatorEndpoints(config.VEGA_UPSTOX_SIM_URL);
}
