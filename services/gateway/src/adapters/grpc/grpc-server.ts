import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '@vega/kernel';
import type { Health } from '@vega/platform';
import type { MarketQueries } from '../../app/market-queries.ts';
import type { OptionsData } from '../../app/options-data.ts';
import type { ChainChannel } from '../../app/stream/chain/chain-channel.ts';
import type { OrderDesk } from '../../app/orders/order-desk.ts';
import type { OrdersData } from '../../app/orders/orders-data.ts';
import type { OrdersChannel } from '../../app/stream/orders/orders-channel.ts';
import type { QuotesChannel } from '../../app/stream/quotes/quotes-channel.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import { HEALTH, MARKET_DATA, OPTION_CHAINS, ORDERS, reflectionDefinition, SERVICE_NAMES } from './definitions.ts';
import { GrpcCalls, type GrpcCallParts } from './grpc-calls.ts';
import { GrpcHealth } from './health.ts';
import { OptionChainCalls } from './option-chains.ts';
import { MarketDataCalls } from './market-data.ts';
import { OrderCalls } from './orders.ts';
import { Reflection } from './reflection.ts';

/** Longest request; five hundred symbols need two thirds of it. */
const MAX_REQUEST_BYTES = 64 * 1024;

/** Milliseconds within which calls in hand must end when the server does. */
const GRACE_MS = 3_000;

/** What the server stands on. */
export interface GrpcServerParts extends GrpcCallParts {
  readonly market: MarketQueries;
  readonly hub: StreamHub;
  readonly quotes: QuotesChannel;
  readonly options: OptionsData;
  readonly chains: ChainChannel;
  readonly desk: OrderDesk;
  readonly orders: OrdersData;
  readonly ordersChannel: OrdersChannel;
  readonly health: Health;
  readonly clock: Clock;
  /** Milliseconds between pings to a client that is silent. */
  readonly heartbeatMs: number;
}

/** A listening server. */
export interface GrpcDoor {
  readonly port: number;
  /** Takes nothing new and finishes what is in hand, within bounds. */
  close(): Promise<void>;
}

/** Serves market data, chains, orders, health and reflection; TLS is the ingress's. Rejects when the address cannot be listened on. */
export async function listenGrpc(host: string, port: number, parts: GrpcServerParts): Promise<GrpcDoor> {
  const { market, hub, quotes, options, chains, health, clock, heartbeatMs } = parts;
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    'grpc.max_concurrent_streams': 100,
    'grpc.keepalive_time_ms': heartbeatMs,
    'grpc.keepalive_timeout_ms': heartbeatMs,
  });
  const calls = new GrpcCalls(parts);
  const optionChains = new OptionChainCalls(calls, options, hub, chains);
  server.addService(OPTION_CHAINS, {
    GetChain: optionChains.getChain.bind(optionChains),
    StreamChain: optionChains.streamChain.bind(optionChains),
  });
  const orderCalls = new OrderCalls(calls, parts.desk, parts.orders, hub, parts.ordersChannel);
  server.addService(ORDERS, {
    PlaceOrder: orderCalls.placeOrder,
    PreviewOrder: orderCalls.previewOrder,
    ModifyOrder: orderCalls.modifyOrder,
    CancelOrder: orderCalls.cancelOrder,
    CancelAllOrders: orderCalls.cancelAllOrders,
    GetOrder: orderCalls.getOrder,
    GetOrderBook: orderCalls.getOrderBook,
    GetTrades: orderCalls.getTrades,
    EngageKillSwitch: orderCalls.engageKillSwitch,
    StreamOrders: orderCalls.streamOrders.bind(orderCalls),
  });
  const marketData = new MarketDataCalls(calls, market, hub, quotes);
  server.addService(MARKET_DATA, {
    GetQuotes: marketData.getQuotes.bind(marketData),
    StreamQuotes: marketData.streamQuotes.bind(marketData),
  });
  const watched = new GrpcHealth(health, clock, [
    SERVICE_NAMES.marketData,
    SERVICE_NAMES.optionChains,
    SERVICE_NAMES.orders,
  ]);
  server.addService(HEALTH, { Check: watched.check.bind(watched), Watch: watched.watch.bind(watched) });
  const reflection = new Reflection(Object.values(SERVICE_NAMES));
  for (const name of [SERVICE_NAMES.reflection, SERVICE_NAMES.reflectionAlpha]) {
    server.addService(reflectionDefinition(name), { ServerReflectionInfo: reflection.serve.bind(reflection) });
  }
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, actual) => {
      if (error === null) resolve(actual);
      else reject(error);
    });
  });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        const force = clock.after(GRACE_MS, () => {
          server.forceShutdown();
          resolve();
        });
        server.tryShutdown(() => {
          force.cancel();
          resolve();
        });
      }),
  };
}
