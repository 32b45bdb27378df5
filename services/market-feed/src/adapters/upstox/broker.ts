import type { Clock } from '@vega/kernel';
import { invariant } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import {
  LIVE_ENDPOINTS,
  MarketRestClient,
  RateLimiter,
  simulatorEndpoints,
  UpstoxHttp,
  type TokenSource,
} from '@vega/upstox/market';
import type { MarketFeedConfig } from '../../config.ts';
import { FileTokenSource } from './file-token-source.ts';
import { SimulatorTokenSource } from './simulator-token-source.ts';

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
export function createBroker(config: BrokerConfig, clock: Clock, logger: Logger): Broker {
  const source = config.VEGA_UPSTOX_ENV;
  const { endpoints, tokens } = source === 'live' ? live(config, clock, logger) : simulator(config, clock, logger);
  const random = Math.random;
  const http = new UpstoxHttp({ endpoints, tokens, clock, random, limiter: new RateLimiter({ clock, random }) });
  return { source, tokens, rest: new MarketRestClient(http, endpoints) };
}

function live(config: BrokerConfig, clock: Clock, logger: Logger) {
  invariant(config.VEGA_UPSTOX_TOKEN_FILE !== undefined, 'a live feed has a token file');
  return { endpoints: LIVE_ENDPOINTS, tokens: new FileTokenSource(config.VEGA_UPSTOX_TOKEN_FILE, clock, logger) };
}

function simulator(config: BrokerConfig, clock: Clock, logger: Logger) {
  invariant(config.VEGA_UPSTOX_SIM_URL !== undefined, 'a simulated feed has a simulator');
  return {
    endpoints: simulatorEndpoints(config.VEGA_UPSTOX_SIM_URL),
    tokens: new SimulatorTokenSource(config.VEGA_UPSTOX_SIM_URL, clock, logger),
  };
}
