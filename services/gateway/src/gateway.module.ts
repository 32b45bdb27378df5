import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { repeat } from '@vega/kernel';
import { createBrokerAccounts, createPrincipalVerifier, type ServiceContext } from '@vega/platform';
import { AuthCalls } from './adapters/auth/auth-calls.ts';
import { AUTH_COOKIES, AuthCookies } from './adapters/auth/auth-cookies.ts';
import { AUTH_CONTROLLERS } from './adapters/auth/auth-controllers.ts';
import { AuthResolver } from './adapters/auth/auth.resolver.ts';
import { TokenPolicy } from './adapters/auth/token-policy.ts';
import { ACCESS_POLICY, AccessGuard, BROKER_ACCOUNTS } from './adapters/http/access.ts';
import { graphqlModule } from './adapters/graphql/graphql.module.ts';
import { LiveFeeds } from './adapters/graphql/live-feeds.ts';
import { LiveResolver } from './adapters/graphql/live.resolver.ts';
import { MarketResolver } from './adapters/graphql/market.resolver.ts';
import { OptionsResolver } from './adapters/graphql/options.resolver.ts';
import { HealthController } from './adapters/http/health.controller.ts';
import { MarketViews } from './adapters/http/market-views.ts';
import { MarketController } from './adapters/http/market.controller.ts';
import { OptionsController } from './adapters/http/options.controller.ts';
import { OptionsViews } from './adapters/http/options-views.ts';
import { chainFigures } from './adapters/http/to-chain-views.ts';
import { NatsChainSource } from './adapters/nats-chain-source.ts';
import { NatsFeedSource } from './adapters/nats-feed-source.ts';
import { NatsOrderSource } from './adapters/nats-order-source.ts';
import { ORDER_CONTROLLERS } from './adapters/orders/order-controllers.ts';
import { OrderViews } from './adapters/orders/order-views.ts';
import { OrdersResolver } from './adapters/orders/orders.resolver.ts';
import { RiskResolver } from './adapters/orders/risk.resolver.ts';
import { RiskViews } from './adapters/orders/risk-views.ts';
import { toStreamedOrders } from './adapters/orders/to-order-views.ts';
import { connectRedis } from './adapters/redis-connection.ts';
import { RedisLastChains } from './adapters/redis-last-chains.ts';
import { RedisLastKnown } from './adapters/redis-last-known.ts';
import { RpcOptionsData } from './adapters/rpc-options-data.ts';
import { RpcOrdersData } from './adapters/rpc-orders-data.ts';
import { RpcMarketData } from './adapters/rpc-market-data.ts';
import { prometheusStreamMetrics, registerStreamSizes } from './adapters/stream/prometheus-stream-metrics.ts';
import { RedisRateCount } from './adapters/limits/redis-rate-count.ts';
import { checkAccess, type AccessPolicy } from './app/access.ts';
import { OPTIONS_DATA } from './app/options-data.ts';
import { MarketQueries } from './app/market-queries.ts';
import { OrderDesk } from './app/orders/order-desk.ts';
import { ORDERS_DATA } from './app/orders/orders-data.ts';
import { AccountsChannel } from './app/stream/accounts/accounts-channel.ts';
import { RateLimiter } from './app/rate-limiter.ts';
import { ChainBoard } from './app/stream/chain/chain-board.ts';
import { ChainChannel } from './app/stream/chain/chain-channel.ts';
import { OrdersBoard } from './app/stream/orders/orders-board.ts';
import { OrdersChannel } from './app/stream/orders/orders-channel.ts';
import { QuotesChannel } from './app/stream/quotes/quotes-channel.ts';
import { FeedWatch } from './app/stream/status/feed-watch.ts';
import { StatusChannel } from './app/stream/status/status-channel.ts';
import { StreamHub } from './app/stream/stream-hub.ts';
import { isDevelopment, RATE_WINDOW_MS, streamLimits, type GatewayConfig } from './config.ts';

/** How often the ends of tokens behind open connections are looked at, milliseconds. */
const DISMISS_MS = 1_000;

/** The gateway's rooms, wired. */
@Module({
  controllers: [MarketController, OptionsController, HealthController, ...AUTH_CONTROLLERS, ...ORDER_CONTROLLERS],
})
export class GatewayModule {
  /** Connects to Redis and makes the hub; what it opens ends with the service. */
  static async of(context: ServiceContext<GatewayConfig>, given?: AccessPolicy): Promise<DynamicModule> {
    const { config, clock, logger, health, metrics, bus, rpc, replica } = context;
    const redis = await connectRedis(config.VEGA_REDIS_URL, health, logger);
    context.onDrain('redis', () => redis.disconnect());
    const accounts = createBrokerAccounts(context);
    const access = given ?? new TokenPolicy(await createPrincipalVerifier(context), rpc, clock);
    const market = new RpcMarketData(rpc);
    const lastKnown = new RedisLastKnown(redis, clock, logger);
    const queries = new MarketQueries(market, lastKnown, clock);
    const options = new RpcOptionsData(rpc);
    const optionsViews = new OptionsViews(options, new RedisLastChains(redis, logger), clock);
    const limits = streamLimits(config);
    const streamMetrics = prometheusStreamMetrics(metrics);
    const onFailure = (error: unknown, what: string): void => logger.warn({ err: error }, `${what} failed`);
    const source = new NatsFeedSource(bus, logger);
    const watch = new FeedWatch(source, market, clock);
    const core = { metrics: streamMetrics, clock, limits, replica, onFailure };
    const own = new AccountsChannel(accounts);
    const quotes = new QuotesChannel({ market, lastKnown, source, watch, ...core });
    const status = new StatusChannel(watch);
    const chainSource = new NatsChainSource(bus, source, logger);
    const board = new ChainBoard({ options, source: chainSource, clock, replica, onFailure });
    const chains = new ChainChannel(board, options, (chain, nowMs) => chainFigures(chain, nowMs));
    const orders = new RpcOrdersData(rpc);
    const desk = new OrderDesk(orders);
    const orderSource = new NatsOrderSource(bus, source, logger);
    const ordersBoard = new OrdersBoard({ orders, source: orderSource, clock, onFailure });
    const ordersChannel = new OrdersChannel(ordersBoard, toStreamedOrders);
    // A further channel of the stream is registered here.
    const hub = new StreamHub({
      channels: [quotes, status, chains, own, ordersChannel],
      ...core,
      authenticate: (token, address) => access.verify(token, address),
      checkAccess: (rule, principal, accountId) => checkAccess(rule, principal, accountId, accounts),
    });
    dismissWhoIsGone(context, hub, access);
    registerStreamSizes(metrics, hub, quotes);
    context.onDrain('stream', () => hub.drain());
    const limiter = new RateLimiter(
      new RedisRateCount(redis, RATE_WINDOW_MS),
      clock,
      { requests: config.VEGA_RATE_LIMIT_PER_MINUTE, windowMs: RATE_WINDOW_MS },
      (error) => logger.warn({ err: error }, 'requests are counted by this replica alone'),
    );
    return {
      module: GatewayModule,
      imports: [
        graphqlModule({
          logger,
          allowedOrigins: config.VEGA_HTTP_CORS_ORIGINS ?? [],
          isDevelopment: isDevelopment(config),
          access,
        }),
      ],
      providers: [
        { provide: MarketQueries, useValue: queries },
        { provide: OptionsViews, useValue: optionsViews },
        { provide: OPTIONS_DATA, useValue: options },
        { provide: ChainChannel, useValue: chains },
        { provide: MarketViews, useValue: new MarketViews(queries) },
        { provide: FeedWatch, useValue: watch },
        { provide: QuotesChannel, useValue: quotes },
        { provide: StatusChannel, useValue: status },
        { provide: LiveFeeds, useValue: new LiveFeeds(hub, limits) },
        MarketResolver,
        LiveResolver,
        OptionsResolver,
        { provide: ORDERS_DATA, useValue: orders },
        { provide: OrderDesk, useValue: desk },
        { provide: OrderViews, useValue: new OrderViews(desk, orders) },
        { provide: RiskViews, useValue: new RiskViews(orders) },
        { provide: OrdersChannel, useValue: ordersChannel },
        OrdersResolver,
        RiskResolver,
        { provide: StreamHub, useValue: hub },
        { provide: RateLimiter, useValue: limiter },
        { provide: ACCESS_POLICY, useValue: access },
        { provide: BROKER_ACCOUNTS, useValue: accounts },
        { provide: AccountsChannel, useValue: own },
        { provide: AuthCalls, useValue: new AuthCalls(rpc) },
        { provide: AUTH_COOKIES, useValue: new AuthCookies(config.VEGA_HTTP_CORS_ORIGINS ?? []) },
        AuthResolver,
        {
          provide: APP_GUARD,
          inject: [Reflector],
          useFactory: (reflector: Reflector) => new AccessGuard(access, accounts, reflector),
        },
      ],
      exports: [
        MarketQueries,
        StreamHub,
        QuotesChannel,
        ChainChannel,
        OPTIONS_DATA,
        ORDERS_DATA,
        OrderDesk,
        OrdersChannel,
        RateLimiter,
        ACCESS_POLICY,
        BROKER_ACCOUNTS,
      ],
    };
  }
}

/** Connections end with the token that opened them, and at once when it is revoked. */
function dismissWhoIsGone(context: ServiceContext, hub: StreamHub, access: AccessPolicy): void {
  const dismiss = (): void => hub.dismiss((principal) => !access.isCurrent(principal));
  const timer = repeat(context.clock, DISMISS_MS, dismiss);
  const ending = access.onRevocation(dismiss);
  context.onDrain('ends of tokens', () => {
    timer.cancel();
    ending();
  });
}
