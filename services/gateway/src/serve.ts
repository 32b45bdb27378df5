import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BrokerAccounts, ServiceContext } from '@vega/platform';
import { listenGrpc } from './adapters/grpc/grpc-server.ts';
import { ACCESS_POLICY, BROKER_ACCOUNTS, type AccessPolicy } from './adapters/http/access.ts';
import { checkAccess } from './app/access.ts';
import { MarketQueries } from './app/market-queries.ts';
import { OPTIONS_DATA, type OptionsData } from './app/options-data.ts';
import { OrderDesk } from './app/orders/order-desk.ts';
import { ORDERS_DATA, type OrdersData } from './app/orders/orders-data.ts';
import { RateLimiter } from './app/rate-limiter.ts';
import { ChainChannel } from './app/stream/chain/chain-channel.ts';
import { OrdersChannel } from './app/stream/orders/orders-channel.ts';
import { QuotesChannel } from './app/stream/quotes/quotes-channel.ts';
import { StreamHub } from './app/stream/stream-hub.ts';
import { RATE_WINDOW_MS, streamLimits, type GatewayConfig } from './config.ts';
import { serveHttp } from './http-server.ts';

/** Opens the gateway's doors: HTTP with everything on it, and gRPC beside it. They end in this order. */
export async function serve(
  root: DynamicModule,
  context: ServiceContext<GatewayConfig>,
): Promise<NestFastifyApplication> {
  const { config, logger, metrics, clock, health, onDefect } = context;
  const app = await serveHttp(root, context);
  try {
    const grpc = await listenGrpc(config.VEGA_HTTP_HOST, config.VEGA_GRPC_PORT, {
      market: app.get(MarketQueries, { strict: false }),
      hub: app.get(StreamHub, { strict: false }),
      quotes: app.get(QuotesChannel, { strict: false }),
      options: app.get<OptionsData>(OPTIONS_DATA, { strict: false }),
      chains: app.get(ChainChannel, { strict: false }),
      desk: app.get(OrderDesk, { strict: false }),
      orders: app.get<OrdersData>(ORDERS_DATA, { strict: false }),
      ordersChannel: app.get(OrdersChannel, { strict: false }),
      limiter: app.get(RateLimiter, { strict: false }),
      access: app.get<AccessPolicy>(ACCESS_POLICY, { strict: false }),
      checkAccess: (rule, principal, accountId) =>
        checkAccess(rule, principal, accountId, app.get<BrokerAccounts>(BROKER_ACCOUNTS, { strict: false })),
      rateWindowMs: RATE_WINDOW_MS,
      heartbeatMs: streamLimits(config).heartbeatMs,
      logger,
      metrics,
      clock,
      health,
      onDefect,
    });
    context.onDrain('grpc', () => grpc.close());
    logger.info({ port: grpc.port }, 'serving gRPC');
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
