import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { ServiceContext } from '@vega/platform';
import { ACCESS_POLICY, AccessGuard, simulatorOnly, type AccessPolicy } from './adapters/http/access.ts';
import { HealthController } from './adapters/http/health.controller.ts';
import { MarketController } from './adapters/http/market.controller.ts';
import { NatsFeedSource } from './adapters/nats-feed-source.ts';
import { connectRedis } from './adapters/redis-connection.ts';
import { RedisLastKnown } from './adapters/redis-last-known.ts';
import { RpcMarketData } from './adapters/rpc-market-data.ts';
import { prometheusStreamMetrics, registerStreamSizes } from './adapters/stream/prometheus-stream-metrics.ts';
import { MarketQueries } from './app/market-queries.ts';
import { StreamHub } from './app/stream/stream-hub.ts';
import { streamLimits, type GatewayConfig } from './config.ts';

/** The gateway's rooms, wired. */
@Module({ controllers: [MarketController, HealthController] })
export class GatewayModule {
  /** Connects to Redis and makes the hub; what it opens ends with the service. */
  static async of(context: ServiceContext<GatewayConfig>): Promise<DynamicModule> {
    const { config, clock, logger, health, metrics, bus, rpc, replica } = context;
    const redis = await connectRedis(config.VEGA_REDIS_URL, health, logger);
    context.onDrain('redis', () => redis.disconnect());
    const market = new RpcMarketData(rpc);
    const lastKnown = new RedisLastKnown(redis, clock, logger);
    const hub = new StreamHub({
      market,
      lastKnown,
      source: new NatsFeedSource(bus, logger),
      metrics: prometheusStreamMetrics(metrics),
      clock,
      limits: streamLimits(config),
      replica,
      onFailure: (error, what) => logger.warn({ err: error }, `${what} failed`),
    });
    registerStreamSizes(metrics, hub);
    context.onDrain('stream', () => hub.drain());
    const access = simulatorOnly(config.VEGA_UPSTOX_ENV === 'simulator');
    return {
      module: GatewayModule,
      providers: [
        { provide: MarketQueries, useValue: new MarketQueries(market, lastKnown) },
        { provide: StreamHub, useValue: hub },
        { provide: ACCESS_POLICY, useValue: access },
        {
          provide: APP_GUARD,
          inject: [ACCESS_POLICY, Reflector],
          useFactory: (policy: AccessPolicy, reflector: Reflector) => new AccessGuard(policy, reflector),
        },
      ],
      exports: [StreamHub, ACCESS_POLICY],
    };
  }
}
