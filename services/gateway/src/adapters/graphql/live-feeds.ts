import { OutcomeError } from '@vega/kernel';
import type { WebSocket } from 'ws';
import type { Batch, Resolved, StreamChannel } from '../../app/stream/channel.ts';
import { CLOSE_CODES, type StreamLimits } from '../../app/stream/limits.ts';
import type { StreamClient } from '../../app/stream/stream-client.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import { principalOfGraphql } from '../http/access.ts';
import type { GraphqlContext } from './graphql-errors.ts';
import { FrameFeed } from './frame-feed.ts';

/** Subscriptions that one connection may hold at once. */
const MAX_PER_CONNECTION = 20;

interface Endable {
  end(): void;
}

/** What a subscription's resolver is given. */
export interface LiveContext extends GraphqlContext {
  readonly socket: WebSocket;
}

/** Any channel of the stream as GraphQL subscriptions over graphql-transport-ws, from the same hub. */
export class LiveFeeds {
  private readonly open = new WeakMap<WebSocket, Set<Endable>>();

  constructor(
    private readonly hub: StreamHub,
    private readonly limits: Pick<StreamLimits, 'softBufferBytes'>,
  ) {}

  /**
   * Follows a channel: `asked` is what `subscribe` of the stream would carry, with `rate_hz`; `toItem` makes the message
   * that GraphQL resolves. Rejects with the `OutcomeError` of what is refused.
   */
  async follow<Request, Body, Item>(
    context: LiveContext,
    channel: StreamChannel<Request, Resolved, Body>,
    asked: Readonly<Record<string, unknown>>,
    toItem: (batch: Batch<Body>, timeMs: number) => Item,
  ): Promise<AsyncIterableIterator<Item>> {
    const { socket } = context;
    const feeds = this.feedsOf(socket);
    if (feeds.size >= MAX_PER_CONNECTION) {
      const facts = { max_subscriptions: MAX_PER_CONNECTION };
      throw new OutcomeError('STREAM_LIMIT', `a connection holds at most ${MAX_PER_CONNECTION} subscriptions`, facts);
    }
    let client: StreamClient | undefined;
    const feed: FrameFeed<Item> = new FrameFeed<Item>({
      softBufferBytes: this.limits.softBufferBytes,
      toItem: toItem as (batch: Batch, timeMs: number) => Item,
      onEnd: () => {
        feeds.delete(feed);
        if (client !== undefined) this.hub.leave(client);
      },
      onCut: () => socket.terminate(),
      // graphql-transport-ws has no message for another token: the client connects again with a newer one.
      onDismissed: () => socket.close(CLOSE_CODES.UNAUTHENTICATED, 'UNAUTHENTICATED'),
    });
    feeds.add(feed);
    try {
      const principal = principalOfGraphql(context);
      await this.hub.follow(feed, principal, channel, asked, (joined) => (client = joined));
    } catch (error) {
      feed.end();
      throw error;
    }
    if (socket.readyState !== socket.OPEN) feed.end();
    return feed;
  }

  /** The library forgets a subscription whose id is used twice; the connection's end reaches it all the same. */
  private feedsOf(socket: WebSocket): Set<Endable> {
    const present = this.open.get(socket);
    if (present !== undefined) return present;
    const feeds = new Set<Endable>();
    this.open.set(socket, feeds);
    socket.on('close', () => {
      for (const feed of feeds) feed.end();
    });
    return feeds;
  }
}
