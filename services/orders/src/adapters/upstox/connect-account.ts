import { type BrokerAccount, BrokerEnvironment, type BrokerToken } from '@vega/contracts';
import { wallInstant, type Clock } from '@vega/kernel';
import type { BrokerTokens, Logger } from '@vega/platform';
import {
  createAgents,
  LIVE_TRADING,
  parseEgress,
  PortfolioStream,
  SANDBOX_TRADING,
  simulatorTrading,
  type TokenSource,
  TradingClient,
  type TradingEndpoints,
  TradingHttp,
} from '@vega/upstox/trading';
import type { BrokerConnection } from '../../app/writers.ts';
import { UpstoxBroker } from './upstox-broker.ts';

export interface ConnectOptions {
  readonly tokens: BrokerTokens;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly simulatorUrl: string | undefined;
  readonly orderTimeoutMs: number;
  readonly readTimeoutMs: number;
}

/** A broker connection with the raw client, for what goes beyond the writer's needs. */
export interface UpstoxConnection extends BrokerConnection {
  readonly client: TradingClient;
}

/** Opens an account's way to its broker: its own token, its own egress, hosts by its environment for good. */
export function connectAccount(account: BrokerAccount, options: ConnectOptions): UpstoxConnection {
  const { clock, logger } = options;
  const { accountId } = account;
  const endpoints = endpointsOf(account, options.simulatorUrl);
  const egress = parseEgress(account.egressAddress);
  if (egress === undefined)
    logger.error({ account: accountId }, 'the egress of the account cannot be read: it cannot trade');
  const agents = createAgents(egress ?? { kind: 'address', localAddress: '0.0.0.1' });
  const tokens = followToken(options.tokens, accountId);
  const http = new TradingHttp({ tokens, agents, clock });
  const client = new TradingClient(http, endpoints, { orderMs: options.orderTimeoutMs, readMs: options.readTimeoutMs });
  let stream: PortfolioStream | undefined;
  return {
    client,
    broker: new UpstoxBroker(client, tokens, clock, endpoints.hasBooks),
    listen(onChange) {
      if (!endpoints.hasBooks) return;
      stream = new PortfolioStream({
        client,
        clock,
        random: Math.random,
        listener: {
          onOpen: () => onChange(),
          onOrder: (order) => onChange(order),
          onUnreadable: () => onChange(),
          onEnd: () => logger.warn({ account: accountId }, 'the stream of order updates ended'),
        },
      });
      stream.start();
      // A new token is a new login: what happened in between is read from the books.
      tokens.onChange(() => onChange());
    },
    get isStreamOpen() {
      return stream?.isOpen === true;
    },
    close() {
      stream?.stop();
      tokens.stop();
      agents.close();
    },
  };
}

function endpointsOf(account: BrokerAccount, simulatorUrl: string | undefined): TradingEndpoints {
  switch (account.environment) {
    case BrokerEnvironment.LIVE:
      return LIVE_TRADING;
    case BrokerEnvironment.SANDBOX:
      return SANDBOX_TRADING;
    default:
      // Without a simulator its accounts have nowhere to go; an address that nobody listens on says so at each call.
      return simulatorTrading(simulatorUrl ?? 'http://127.0.0.1:9');
  }
}

function followToken(tokens: BrokerTokens, accountId: string): TokenSource & { stop(): void } {
  const listeners = new Set<() => void>();
  const followed = tokens.follow({ accountId }, () => {
    for (const listener of listeners) listener();
  });
  const read = (token: BrokerToken | undefined) =>
    token === undefined ? undefined : { token: token.accessToken, expiresAt: wallInstant(token.expiresAtMs) };
  return {
    current: () => read(followed.current()),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reportRejected: () => followed.reportRejected('refused on an order call'),
    stop: () => followed.stop(),
  };
}
