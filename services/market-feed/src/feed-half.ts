import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { ServiceContext } from '@vega/platform';
import {
  authorizedDialer,
  MarketFeedClient,
  NORMAL_FEED_LIMITS,
  PLUS_FEED_LIMITS,
  type FeedTimings,
} from '@vega/upstox/market';
import { NatsStatusSink } from './adapters/nats/nats-status-sink.ts';
import { NatsTickSink } from './adapters/nats/nats-tick-sink.ts';
import { TracedTickSink } from './adapters/nats/traced-tick-sink.ts';
import { PgFeedEpoch } from './adapters/pg/pg-feed-epoch.ts';
import { RedisLastValues } from './adapters/redis/redis-last-values.ts';
import type { Broker } from './adapters/upstox/broker.ts';
import { timedFeedSocket } from './adapters/upstox/timed-socket.ts';
import { CircuitLimits } from './app/circuit-limits.ts';
import { frameTimer, registerFeedMetrics } from './app/feed-metrics.ts';
import { FeedMonitor } from './app/feed-monitor.ts';
import type { FeedQuestions } from './app/feed-questions.ts';
import { FeedStreams, MUTE_AFTER_MS } from './app/feed-streams.ts';
import { GetOverview } from './app/get-overview.ts';
import { GetQuotes } from './app/get-quotes.ts';
import { InterestKeeper } from './app/interest-keeper.ts';
import { LastValueWriter } from './app/last-value-writer.ts';
import type { MarketTime } from './app/market-time.ts';
import type { InstrumentDirectory, TickListener } from './app/ports.ts';
import { QuoteView } from './app/quote-view.ts';
import { RestProbe } from './app/rest-probe.ts';
import { RestQuotes } from './app/rest-quotes.ts';
import { StatusPublisher } from './app/status-publisher.ts';
import { TickPipeline } from './app/tick-pipeline.ts';
import type { MarketFeedConfig } from './config.ts';

/** A mute socket in an open market must turn the page red within seconds: indices alone change several times a second. */
const TIMINGS: Partial<FeedTimings> = { amberMs: MUTE_AFTER_MS / 2, redMs: MUTE_AFTER_MS };

export interface FeedHalfParts {
  readonly context: ServiceContext<MarketFeedConfig>;
  readonly broker: Broker;
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly directory: InstrumentDirectory;
  readonly time: MarketTime;
  /** Who reacts to every tick inside the process. */
  readonly listeners: readonly TickListener[];
}

/** The running feed: what it answers and how it begins and ends. */
export interface FeedHalf {
  readonly questions: FeedQuestions;
  /** Connects and begins to publish. */
  start(): void;
  /** Takes nothing more from the broker, writes what is in hand. */
  stop(): Promise<void>;
}

/** Builds the feed from the broker's connections to the bus. The streams must stand and the schema be up to date. */
export async function openFeed(parts: FeedHalfParts): Promise<FeedHalf> {
  const { context, broker, directory, time } = parts;
  const { clock, logger, bus, config, metrics } = context;
  const feedEpoch = await new PgFeedEpoch(parts.pool).next();
  const limits = config.VEGA_UPSTOX_PLAN === 'plus' ? PLUS_FEED_LIMITS : NORMAL_FEED_LIMITS;
  const values = new LastValueWriter(new RedisLastValues(parts.redis), clock);
  const pipeline = new TickPipeline({
    feedEpoch,
    directory,
    sink:
      config.VEGA_TRACE_TICK_EVERY === 0
        ? new NatsTickSink(bus)
        : new TracedTickSink(bus, clock, config.VEGA_TRACE_TICK_EVERY),
    clock,
    onChanged: (instrument) => values.mark(instrument),
    listeners: parts.listeners,
  });
  const probe = new RestProbe(broker.rest, clock);
  const feed = new MarketFeedClient({
    limits,
    tokens: broker.tokens,
    dial: authorizedDialer(broker.rest),
    clock,
    random: Math.random,
    timings: TIMINGS,
    calendar(segment) {
      const seen = probe.sessionOf(segment);
      return seen === undefined ? time.isOpenByRulebook(segment) : seen.status === 'NORMAL_OPEN';
    },
    openSocket: timedFeedSocket(() => clock.monotonicMs(), frameTimer(metrics)),
    listener: {
      onEntry(entry) {
        time.observe(entry.currentTs, entry.receivedAtMonotonicMs);
        pipeline.onEntry(entry);
      },
      onMarketInfo: (info) => time.announce(info.segmentStatus, info.currentTs),
      onConnection: (change) => monitor.onConnection(change),
    },
  });
  const streams = new FeedStreams(feed, clock);
  const rest = new RestQuotes(broker.rest, clock);
  const circuits = new CircuitLimits(rest, clock, () => time.date());
  const underlyings = config.VEGA_FEED_UNDERLYINGS;
  const interest = new InterestKeeper({ feed, directory, circuits, limits, underlyings, clock, logger });
  const monitor = new FeedMonitor({
    replica: context.replica,
    marketSource: broker.source,
    feedEpoch,
    clock,
    logger,
    bus,
    directory,
    streams,
    time,
    interest,
    pipeline,
    values,
    tokens: broker.tokens,
    probe,
    publisher: new StatusPublisher(new NatsStatusSink(bus), logger),
  });
  const view = new QuoteView({ directory, streams, time, circuits, clock });
  const overview = new GetOverview({ directory, pipeline, interest, time, view, monitor });
  const quotes = new GetQuotes({ directory, pipeline, streams, interest, rest, circuits, view, clock, feedEpoch });
  registerFeedMetrics({ metrics, clock, pipeline, streams, interest, monitor, values, time, tokens: broker.tokens });
  context.health.register({ name: 'feed', check: () => monitor.notReady() });
  logger.info({ feedEpoch, plan: config.VEGA_UPSTOX_PLAN, source: broker.source }, 'the feed is built');
  return {
    questions: {
      getQuotes: ({ symbols }, deadlineMs) => quotes.execute(symbols, deadlineMs),
      getOverview: () => overview.execute(),
      renewInterest: (request) => interest.renew(request),
      getFeedStatus: () => ({
        health: monitor.health(),
        sessions: [...time.sessions()],
        masterDate: directory.masterDate,
        masterRows: directory.size,
      }),
    },
    start() {
      values.start();
      circuits.start();
      interest.start();
      probe.start();
      monitor.start();
    },
    async stop() {
      interest.stop();
      probe.stop();
      circuits.stop();
      await feed.stop();
      await monitor.stop();
      await values.stop();
    },
  };
}
