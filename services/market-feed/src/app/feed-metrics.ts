import { HealthState } from '@vega/contracts';
import type { Clock } from '@vega/kernel';
import type { Metrics } from '@vega/platform';
import type { TokenSource } from '@vega/upstox/market';
import type { FeedMonitor } from './feed-monitor.ts';
import type { FeedStreams } from './feed-streams.ts';
import type { InterestKeeper } from './interest-keeper.ts';
import type { LastValueWriter } from './last-value-writer.ts';
import type { MarketTime } from './market-time.ts';
import type { TickPipeline } from './tick-pipeline.ts';

/** Seconds; from a frame of one instrument to one of thousands. */
const FRAME_BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];

export interface FeedMetricsParts {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly pipeline: TickPipeline;
  readonly streams: FeedStreams;
  readonly interest: InterestKeeper;
  readonly monitor: FeedMonitor;
  readonly values: LastValueWriter;
  readonly time: MarketTime;
  readonly tokens: Pick<TokenSource, 'current'>;
}

/** A histogram of the time one frame takes from its bytes to its ticks on the bus, in seconds. */
export function frameTimer(metrics: Metrics): (seconds: number) => void {
  const histogram = metrics.histogram(
    'vega_feed_frame_seconds',
    'Time from the bytes of a frame to its ticks on the bus: split, compare, decode, encode, publish.',
    [],
    FRAME_BUCKETS,
  );
  return (seconds) => histogram.observe(seconds);
}

/** Registers the feed's figures; each is read when somebody scrapes, so that the hot path counts nothing twice. */
export function registerFeedMetrics({ metrics, ...parts }: FeedMetricsParts): void {
  const { pipeline, streams, monitor, interest, values, clock, time, tokens } = parts;
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.gauge(`vega_feed_${name}`, help, [], (one) => one.set(read()));
  };
  const total = (name: string, help: string, read: () => number): void => {
    metrics.total(`vega_feed_${name}_total`, help, read);
  };
  const sum = (read: (stats: ReturnType<FeedStreams['stats']>['connections'][number]) => number): number =>
    streams.stats().connections.reduce((all, stats) => all + read(stats), 0);

  total('ticks_published', 'Ticks handed to the bus.', () => pipeline.counts.published);
  total('ticks_lost', 'Ticks the bus would not take; each is a hole in seq.', () => pipeline.counts.lost);
  total('entries', 'Entries of readable frames.', () => sum((stats) => stats.entries));
  total('duplicates', 'Entries equal to the previous of their instrument.', () => sum((stats) => stats.duplicates));
  total('garbage', 'Frames and entries that are not the protocol.', () =>
    sum((stats) => stats.garbage + stats.malformed),
  );
  total('reconnects', 'Connections opened again.', () => sum((stats) => stats.reconnects));
  total('gaps', 'Times a connection was lost with instruments on it.', () => monitor.gaps);
  gauge('refused', 'Wanted instruments without a place on the feed.', () => interest.counts().refused);
  gauge('lightened', 'Instruments carried in a lighter mode than wanted.', () => interest.counts().lightened);
  gauge('holders', 'Holders of interest.', () => interest.counts().holders);
  gauge('age_seconds', 'Time since the last readable frame.', () => (streams.lastFrameAgeMs() ?? Number.NaN) / 1000);
  gauge('tick_age_seconds', 'Time since the last published tick.', () =>
    pipeline.lastPublishedMs === 0 ? Number.NaN : (clock.monotonicMs() - pipeline.lastPublishedMs) / 1000,
  );
  gauge('lag_seconds', 'How much later than usual frames arrive, worst of two seconds.', () => monitor.lagMs / 1000);
  gauge('state', '0 unknown, 1 green, 2 amber, 3 red.', () => monitor.state ?? HealthState.UNSPECIFIED);
  gauge('last_value_write_seconds', 'Duration of the last batch of last values.', () => values.lastWriteMs / 1000);
  gauge('last_value_failing', '1 while last values cannot be written.', () => (values.problem === undefined ? 0 : 1));
  gauge('last_value_wait_seconds', 'How long the oldest value that is not in Redis waits already.', () =>
    Math.max(0, values.oldestWaitMs / 1000),
  );
  gauge('market_open', '1 while any segment trades continuously.', () => (time.isOpen() ? 1 : 0));
  gauge(
    'token_expires_timestamp_seconds',
    'When the broker token dies, Unix time; 0 without a token.',
    () => (tokens.current()?.expiresAt ?? 0) / 1000,
  );
  gauge('connections_open', 'Open connections to the broker feed.', () =>
    sum(({ state }) => (state === 'open' ? 1 : 0)),
  );
  gauge('connections_mute', 'Open connections that are silent although a segment they carry is open.', () =>
    sum((stats) => (streams.isMute(stats) ? 1 : 0)),
  );
  metrics.gauge(
    'vega_feed_subscription_limit',
    'Instruments that the connections may carry by mode.',
    ['mode'],
    (one) => {
      const limits = new Map<string, number>();
      for (const { modes } of streams.stats().connections) {
        const uses = Object.entries(modes);
        const mixed = uses.filter(([, { keys }]) => keys > 0).length > 1;
        for (const [mode, limit] of uses) {
          limits.set(mode, (limits.get(mode) ?? 0) + (mixed ? limit.mixed : limit.alone));
        }
      }
      for (const [mode, limit] of limits) one.set({ mode }, limit);
    },
  );
  metrics.gauge('vega_feed_subscriptions', 'Instruments on the feed by mode.', ['mode'], (one) => {
    const modes = new Map<string, number>();
    for (const stats of streams.stats().connections) {
      for (const [mode, { keys }] of Object.entries(stats.modes)) modes.set(mode, (modes.get(mode) ?? 0) + keys);
    }
    for (const [mode, keys] of modes) one.set({ mode }, keys);
  });
}
