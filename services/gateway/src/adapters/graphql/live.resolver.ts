import { Inject } from '@nestjs/common';
import { Args, Context, Int, Resolver, Subscription } from '@nestjs/graphql';
import { OutcomeError } from '@vega/kernel';
import type { WebSocket } from 'ws';
import type { StreamLimits } from '../../app/stream/limits.ts';
import type { StreamMetrics } from '../../app/stream/ports.ts';
import { MAX_INSTRUMENTS_ASKED, RATES_HZ, type RateHz } from '../../app/stream/protocol.ts';
import type { StreamClient } from '../../app/stream/stream-client.ts';
import { StreamHub } from '../../app/stream/stream-hub.ts';
import { QuotesUpdateView, StatusUpdateView } from '../http/views/live.view.ts';
import { FrameFeed, type FeedItem } from './frame-feed.ts';

/** Subscriptions that one connection may hold at once. */
const MAX_PER_CONNECTION = 20;

/** What subscriptions stand on besides the hub. */
export interface LiveParts {
  readonly limits: StreamLimits;
  readonly metrics: StreamMetrics;
}

/** Injection token of the {@link LiveParts}. */
export const LIVE_PARTS = Symbol('LiveParts');

/** Live quotes and status over graphql-transport-ws, from the same hub as the stream. */
@Resolver()
export class LiveResolver {
  private readonly open = new WeakMap<WebSocket, Set<FrameFeed>>();

  constructor(
    @Inject(StreamHub) private readonly hub: StreamHub,
    @Inject(LIVE_PARTS) private readonly parts: LiveParts,
  ) {}

  @Subscription(() => QuotesUpdateView, { description: 'A snapshot, then what changes, conflated.' })
  async quotes(
    @Args('instruments', { type: () => [String], description: 'Instrument keys or trading symbols, 1 to 500.' })
    instruments: string[],
    @Args('rate_hz', { type: () => Int, defaultValue: RATES_HZ[0], description: 'Messages a second at most: 10 or 2.' })
    rateHz: number,
    @Context('socket') socket: WebSocket,
  ): Promise<AsyncIterableIterator<FeedItem>> {
    const rate = RATES_HZ.find((one) => one === rateHz);
    if (rate === undefined) throw new OutcomeError('BAD_REQUEST', `rate_hz is one of ${RATES_HZ.join(', ')}`);
    if (instruments.length === 0 || instruments.length > MAX_INSTRUMENTS_ASKED) {
      throw new OutcomeError('BAD_REQUEST', `instruments are 1 to ${MAX_INSTRUMENTS_ASKED}`);
    }
    return this.follow(socket, (client) => this.hub.subscribeQuotes(client, instruments, rate satisfies RateHz));
  }

  @Subscription(() => StatusUpdateView, { description: 'Sessions and health of the feed, then every change.' })
  async status(@Context('socket') socket: WebSocket): Promise<AsyncIterableIterator<FeedItem>> {
    return this.follow(socket, (client) => Promise.resolve(this.hub.subscribeStatus(client)));
  }

  private async follow(
    socket: WebSocket,
    subscribe: (client: StreamClient) => Promise<void>,
  ): Promise<AsyncIterableIterator<FeedItem>> {
    const feeds = this.feedsOf(socket);
    if (feeds.size >= MAX_PER_CONNECTION) {
      const context = { max_subscriptions: MAX_PER_CONNECTION };
      throw new OutcomeError('STREAM_LIMIT', `a connection holds at most ${MAX_PER_CONNECTION} subscriptions`, context);
    }
    const feed: FrameFeed = new FrameFeed({
      softBufferBytes: this.parts.limits.softBufferBytes,
      onFirst: (receivedMs, timeMs) => this.parts.metrics.tickLag(Math.max(0, timeMs - receivedMs) / 1000),
      onEnd: () => {
        feeds.delete(feed);
        this.hub.leave(client);
      },
      onCut: () => socket.terminate(),
    });
    const client = this.hub.follow(feed);
    feeds.add(feed);
    try {
      await subscribe(client);
    } catch (error) {
      feed.end();
      throw error;
    }
    if (socket.readyState !== socket.OPEN) feed.end();
    return feed;
  }

  /** The library forgets a subscription whose id is used twice; the connection's end reaches it all the same. */
  private feedsOf(socket: WebSocket): Set<FrameFeed> {
    const present = this.open.get(socket);
    if (present !== undefined) return present;
    const feeds = new Set<FrameFeed>();
    this.open.set(socket, feeds);
    socket.on('close', () => {
      for (const feed of feeds) feed.end();
    });
    return feeds;
  }
}
