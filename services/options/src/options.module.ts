import { Module, type DynamicModule } from '@nestjs/common';
import { repeat } from '@vega/kernel';
import type { ServiceContext } from '@vega/platform';
import { SEED_HOLIDAYS, tradingCalendar } from '@vega/rulebook';
import { NatsChainSink, NatsFeedSubjects, NatsShardBus } from './adapters/nats/nats-bus.ts';
import { PgHistoryStore } from './adapters/pg/pg-history-store.ts';
import { createPool } from './adapters/pg/pool.ts';
import { prometheusMetrics, registerStates } from './adapters/prometheus-metrics.ts';
import { openRedis } from './adapters/redis/open-redis.ts';
import { RedisLastChains } from './adapters/redis/redis-last-chains.ts';
import { OptionsController } from './adapters/rpc/options.controller.ts';
import { RpcMarketData } from './adapters/rpc/rpc-market-data.ts';
import { openShardDoor } from './adapters/rpc/shard-door.ts';
import { ChainKeeper } from './app/chain-keeper.ts';
import { FeedInterest } from './app/feed-interest.ts';
import { IvArchive } from './app/iv-archive.ts';
import { MarketTime } from './app/market-time.ts';
import { Questions } from './app/questions.ts';
import { ShardRing } from './app/shard-ring.ts';
import { TickRouter } from './app/tick-router.ts';
import { UnderlyingDirectory } from './app/underlying-directory.ts';
import type { OptionsConfig } from './config.ts';

/** What the feed refused is read by REST this often. */
const READ_REFUSED_MS = 15_000;
/** How long a new replica listens for others: each of them beats at once when it hears of a new one. */
const LISTEN_SHARE = 0.5;

/** The service as one Nest module; the only file that knows every room of it. */
@Module({})
export class OptionsModule {
  /** Opens everything in the order in which it leans on each other; endings run in the reverse one. */
  static async open(context: ServiceContext<OptionsConfig>): Promise<DynamicModule> {
    const { config, clock, logger, bus, rpc, replica, health } = context;
    const metrics = prometheusMetrics(context.metrics);
    const onFailure = (error: unknown, what: string): void => {
      metrics.failed(what);
      logger.warn({ err: error }, `${what} failed`);
    };
    const calendar = tradingCalendar(SEED_HOLIDAYS, { beyondCoverage: 'weekdays' });
    const pool = createPool({ url: config.VEGA_POSTGRES_URL, name: replica, logger });
    context.onDrain('postgres', () => pool.end());
    health.register({ name: 'postgres', check: () => pool.query('SELECT 1').then(() => undefined) });
    const redis = openRedis(config.VEGA_REDIS_URL, context);
    context.onDrain('redis', () => redis.disconnect());
    const market = new RpcMarketData(rpc, replica);
    const feed = new NatsFeedSubjects(bus, logger);
    const time = new MarketTime(clock);
    context.onDrain('market reports', await followReports(feed, market, time, onFailure));
    const directory = new UnderlyingDirectory({ market, time, calendar, clock, onFailure });
    context.onDrain('underlyings', () => directory.stop());
    health.register({ name: 'underlyings', check: () => directory.problem() });
    const router = new TickRouter(feed, (tick) => time.observe(tick.marketTimeMs));
    const feedInterest = new FeedInterest(market, clock, onFailure);
    context.onDrain('interest', () => feedInterest.stop());
    const archive = new IvArchive({ store: new PgHistoryStore(pool), market, time, clock, onFailure });
    const shardBus = new NatsShardBus(bus, logger);
    const ring = new ShardRing(shardBus, clock, {
      replica,
      beatMs: config.VEGA_OPTIONS_BEAT_MS,
      timeoutMs: config.VEGA_OPTIONS_DEAD_MS,
      listenMs: config.VEGA_OPTIONS_BEAT_MS * LISTEN_SHARE,
    });
    const keeper = new ChainKeeper({
      market,
      directory,
      router,
      ring,
      time,
      calendar,
      clock,
      settings: { conflateMs: config.VEGA_OPTIONS_CONFLATE_MS, rate: config.VEGA_OPTIONS_RATE, replica },
      sink: new NatsChainSink(bus, metrics),
      lastChains: new RedisLastChains(redis, clock),
      feedInterest,
      archive,
      metrics,
      always: config.VEGA_OPTIONS_ALWAYS,
      onFailure,
    });
    context.onDrain('chains', () => keeper.stop());
    context.onDrain('history of volatility', () => archive.stop(keeper.open));
    context.onDrain('shard', () => ring.stop());
    registerStates(context.metrics, { keeper, ring, router, interest: feedInterest });
    const reading = repeat(clock, READ_REFUSED_MS, () => keeper.readRefused(feedInterest.refused));
    context.onDrain('reading', () => reading.cancel());
    context.onDrain(
      'reconnects',
      feed.onReconnect(() => void keeper.refetchAll()),
    );
    const brokeragePaise = config.VEGA_OPTIONS_BROKERAGE_PAISE;
    const parts = { directory, keeper, ring, shardBus, archive, time, rpc, clock, replica, brokeragePaise };
    const questions = new Questions(parts);
    const door = { bus, metrics: context.metrics, log: logger, onDefect: context.onDefect };
    context.onDrain('shard door', openShardDoor(door, replica, questions));
    await directory.start();
    feedInterest.start();
    keeper.start();
    ring.start(keeper);
    archive.start(() => keeper.open);
    return {
      module: OptionsModule,
      controllers: [OptionsController],
      providers: [{ provide: Questions, useValue: questions }],
    };
  }
}

/** Follows market time, sessions and the feed's health, which are asked for once at the start. */
async function followReports(
  feed: NatsFeedSubjects,
  market: RpcMarketData,
  time: MarketTime,
  onFailure: (error: unknown, what: string) => void,
): Promise<() => void> {
  const end = feed.subscribeReports(
    (status) => time.takeStatus(status),
    (health) => time.takeHealth(health),
  );
  try {
    const { health, sessions } = await market.fetchFeedStatus();
    for (const session of sessions) time.takeStatus(session);
    if (health !== undefined) time.takeHealth(health);
  } catch (error) {
    onFailure(error, 'asking for the state of the market');
  }
  return end;
}
