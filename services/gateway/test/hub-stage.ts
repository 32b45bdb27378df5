// A hub over ports in memory and a clock that stands still, with the clients a spec wants.
import { FakeClock } from '@vega/testkit';
import { DEFAULT_STREAM_LIMITS, type StreamLimits } from '../src/app/stream/limits.ts';
import type { StreamClient } from '../src/app/stream/stream-client.ts';
import { StreamHub } from '../src/app/stream/stream-hub.ts';
import { CountingMetrics, InMemoryFeed, MemorySocket } from './in-memory-feed.ts';

export interface Stage {
  readonly feed: InMemoryFeed;
  readonly clock: FakeClock;
  readonly metrics: CountingMetrics;
  readonly hub: StreamHub;
  readonly failures: unknown[];
  join(): { socket: MemorySocket; client: StreamClient };
  say(client: StreamClient, message: object): void;
}

/** Sets the stage; limits not given are the usual ones. */
export function stage(limits: Partial<StreamLimits> = {}): Stage {
  const feed = new InMemoryFeed();
  const clock = new FakeClock();
  const metrics = new CountingMetrics();
  const failures: unknown[] = [];
  const hub = new StreamHub({
    market: feed.market,
    lastKnown: feed.lastKnown,
    source: feed.source,
    metrics,
    clock,
    limits: { ...DEFAULT_STREAM_LIMITS, ...limits },
    replica: 'one',
    onFailure: (error) => failures.push(error),
  });
  return {
    feed,
    clock,
    metrics,
    hub,
    failures,
    join() {
      const socket = new MemorySocket();
      return { socket, client: hub.join(socket) };
    },
    say: (client, message) => void hub.receive(client, JSON.stringify(message)),
  };
}
