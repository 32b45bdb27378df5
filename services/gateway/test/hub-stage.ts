// A hub over ports in memory and a clock that stands still, with the clients a spec wants.
import { FakeClock } from '@vega/testkit';
import { DEFAULT_STREAM_LIMITS, type StreamLimits } from '../src/app/stream/limits.ts';
import type { StreamClient } from '../src/app/stream/stream-client.ts';
import type { StreamChannel } from '../src/app/stream/channel.ts';
import { QuotesChannel } from '../src/app/stream/quotes/quotes-channel.ts';
import { FeedWatch } from '../src/app/stream/status/feed-watch.ts';
import { StatusChannel } from '../src/app/stream/status/status-channel.ts';
import { StreamHub, type StreamHubParts } from '../src/app/stream/stream-hub.ts';
import { principal } from './principals.ts';
import { CountingMetrics, InMemoryFeed, MemorySocket } from './in-memory-feed.ts';

export interface Stage {
  readonly feed: InMemoryFeed;
  readonly clock: FakeClock;
  readonly metrics: CountingMetrics;
  readonly hub: StreamHub;
  readonly channels: readonly StreamChannel[];
  readonly quotes: QuotesChannel;
  readonly watch: FeedWatch;
  readonly failures: unknown[];
  join(): { socket: MemorySocket; client: StreamClient };
  say(client: StreamClient, message: object): void;
}

/** Sets the stage; limits not given are the usual ones, channels are the usual ones and `more`; any token is anybody's. */
export function stage(
  limits: Partial<StreamLimits> = {},
  more: readonly StreamChannel[] = [],
  authenticate: StreamHubParts['authenticate'] = () => Promise.resolve(principal()),
): Stage {
  const feed = new InMemoryFeed();
  const clock = new FakeClock();
  const metrics = new CountingMetrics();
  const failures: unknown[] = [];
  const core = {
    metrics,
    clock,
    limits: { ...DEFAULT_STREAM_LIMITS, ...limits },
    replica: 'one',
    onFailure: (error: unknown) => failures.push(error),
  };
  const { market, lastKnown, source } = feed;
  const watch = new FeedWatch(source, market, clock);
  const quotes = new QuotesChannel({ market, lastKnown, source, watch, ...core });
  const channels = [quotes, new StatusChannel(watch), ...more];
  const hub = new StreamHub({
    channels,
    ...core,
    authenticate,
    checkAccess: () => undefined,
  });
  return {
    feed,
    clock,
    metrics,
    hub,
    channels,
    quotes,
    watch,
    failures,
    join() {
      const socket = new MemorySocket();
      return { socket, client: hub.join(socket, principal()) };
    },
    say: (client, message) => void hub.receive(client, JSON.stringify(message)),
  };
}
