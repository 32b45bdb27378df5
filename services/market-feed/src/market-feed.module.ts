import { Module, type DynamicModule } from '@nestjs/common';
import { STREAMS } from '@vega/contracts';
import { createBrokerTokens, ensureStreams, watchStreams, type ServiceContext } from '@vega/platform';
import { FeedController } from './adapters/rpc/feed.controller.ts';
import { openRedis } from './adapters/redis/open-redis.ts';
import { createBroker } from './adapters/upstox/broker.ts';
import { CalendarKeeper } from './app/calendar-keeper.ts';
import { FEED_QUESTIONS } from './app/feed-questions.ts';
import { MarketTime } from './app/market-time.ts';
import type { MarketFeedConfig } from './config.ts';
import { createDataHalf } from './data-half.ts';
import { openFeed } from './feed-half.ts';

/** The service as one Nest module; the only file that knows every room of it. */
@Module({})
export class MarketFeedModule {
  /**
   * Opens everything in the order in which it leans on each other, and registers the endings in the reverse one: first
   * the broker falls silent, then what its last ticks left is written. Rejects when PostgreSQL or the bus cannot be used.
   */
  static async open(context: ServiceContext<MarketFeedConfig>): Promise<DynamicModule> {
    const { config, clock, logger, bus } = context;
    await ensureStreams(bus, [STREAMS.ticks, STREAMS.bars, STREAMS.status], { replicas: config.VEGA_NATS_REPLICAS });
    await watchStreams(context);
    const broker = createBroker(config, clock, logger, createBrokerTokens(context));
    const live = broker.source === 'live';
    const calendar = new CalendarKeeper(broker.rest, clock, logger);
    const time = new MarketTime({ clock, calendar: () => calendar.current(), live });
    context.onDrain('broker token', () => broker.tokens.stop());
    await broker.tokens.start();
    context.onDrain('calendar', () => calendar.stop());
    calendar.start();
    const redis = openRedis(config.VEGA_REDIS_URL, context);
    context.onDrain('redis', () => redis.disconnect());
    const data = await createDataHalf(context, {
      postgresUrl: config.VEGA_POSTGRES_URL,
      rest: broker.rest,
      live,
      marketNow: () => time.now(),
      calendar: () => calendar.current(),
    });
    context.onDrain('instruments, bars, history', () => data.close());
    const feed = await openFeed({
      context,
      broker,
      time,
      redis,
      pool: data.pool,
      directory: data.directory,
      listeners: [data.tickListener],
    });
    context.onDrain('feed', () => feed.stop());
    feed.start();
    return {
      module: MarketFeedModule,
      controllers: [FeedController, ...data.controllers],
      providers: [{ provide: FEED_QUESTIONS, useValue: feed.questions }, ...data.providers],
    };
  }
}
