import type { Clock, InstrumentKey } from '@vega/kernel';
import type { ConnectionStats, FeedStats, MarketFeedClient } from '@vega/upstox/market';
import type { InstrumentStream, StreamDirectory } from './feed-ports.ts';

/** Counting everything takes time in proportion to the subscriptions; a tenth of a second old is good enough. */
const STATS_FOR_MS = 100;

/** Silence of an open market that is a fault, milliseconds. */
export const MUTE_AFTER_MS = 5_000;

const NOT_SUBSCRIBED: InstrumentStream = {
  subscribed: false,
  connected: false,
  mute: false,
  lastFrameAgeMs: undefined,
};

/** The feed client's connections, as those who answer questions see them. */
export class FeedStreams implements StreamDirectory {
  /** Whether a market opened without a word of the feed: then silence is a fault although the feed calls it closed. */
  owesWord = false;
  private last: FeedStats | undefined;
  private lastAtMs = 0;

  constructor(
    private readonly feed: Pick<MarketFeedClient, 'connectionOf' | 'isShown' | 'stats'>,
    private readonly clock: Clock,
  ) {}

  /** The client's figures, at most a tenth of a second old. */
  stats(): FeedStats {
    const now = this.clock.monotonicMs();
    if (this.last === undefined || now - this.lastAtMs > STATS_FOR_MS) {
      this.last = this.feed.stats();
      this.lastAtMs = now;
    }
    return this.last;
  }

  /** Counts anew at the next question: something is known to have changed. */
  forget(): void {
    this.last = undefined;
  }

  streamOf(key: InstrumentKey): InstrumentStream {
    const connection = this.feed.connectionOf(key);
    if (connection === undefined) return NOT_SUBSCRIBED;
    const stats = this.stats().connections[connection];
    return {
      subscribed: true,
      connected: this.feed.isShown(key),
      mute: stats !== undefined && this.isMute(stats),
      lastFrameAgeMs: stats?.lastFrameAgeMs ?? undefined,
    };
  }

  /** Connections that carry something. */
  carrying(): readonly ConnectionStats[] {
    return this.stats().connections.filter(({ keys, state }) => keys > 0 || state === 'open');
  }

  /** Milliseconds since the last readable frame on any connection; undefined before the first. */
  lastFrameAgeMs(): number | undefined {
    const ages = this.stats().connections.flatMap(({ lastFrameAgeMs }) => lastFrameAgeMs ?? []);
    return ages.length === 0 ? undefined : Math.min(...ages);
  }

  /** Whether the feed is listened to: a connection is open and not mute. */
  isHeard(): boolean {
    return this.stats().connections.some((stats) => stats.state === 'open' && !this.isMute(stats));
  }

  /** Whether a connection is silent although its market is open. */
  isMute({ state, silence, lastFrameAgeMs }: ConnectionStats): boolean {
    if (state !== 'open') return false;
    return silence === 'red' || (this.owesWord && lastFrameAgeMs !== null && lastFrameAgeMs >= MUTE_AFTER_MS);
  }
}
