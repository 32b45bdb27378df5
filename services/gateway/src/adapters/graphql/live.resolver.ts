import { Inject } from '@nestjs/common';
import { Args, Context, Int, Resolver, Subscription } from '@nestjs/graphql';
import { RATES_HZ } from '../../app/stream/protocol.ts';
import { QuotesChannel } from '../../app/stream/quotes/quotes-channel.ts';
import { StatusChannel } from '../../app/stream/status/status-channel.ts';
import { Access } from '../http/access.ts';
import { QuotesUpdateView, StatusUpdateView } from '../http/views/live.view.ts';
import { LiveFeeds, type LiveContext } from './live-feeds.ts';

/** Live quotes and status. */
@Access({ scope: 'read' })
@Resolver()
export class LiveResolver {
  constructor(
    @Inject(LiveFeeds) private readonly feeds: LiveFeeds,
    @Inject(QuotesChannel) private readonly quotesChannel: QuotesChannel,
    @Inject(StatusChannel) private readonly statusChannel: StatusChannel,
  ) {}

  @Subscription(() => QuotesUpdateView, { description: 'A snapshot, then what changes, conflated.' })
  quotes(
    @Args('instruments', { type: () => [String], description: 'Instrument keys or trading symbols, 1 to 500.' })
    instruments: string[],
    @Args('rate_hz', { type: () => Int, defaultValue: RATES_HZ[0], description: 'Messages a second at most: 10 or 2.' })
    rate_hz: number,
    @Args('depth', { type: () => Boolean, defaultValue: false, description: 'Whether the order book comes with them.' })
    depth: boolean,
    @Context() context: LiveContext,
  ): Promise<AsyncIterableIterator<{ readonly quotes: QuotesUpdateView }>> {
    const asked = { instruments, rate_hz, depth };
    return this.feeds.follow(context, this.quotesChannel, asked, ({ seq, snapshot, body }, time_ms) => {
      const quotes = this.quotesChannel.toQuotes(body, time_ms);
      return { quotes: { seq, snapshot, time_ms, quotes, unavailable: [...body.unavailable] } };
    });
  }

  @Subscription(() => StatusUpdateView, { description: 'Sessions and health of the feed, then every change.' })
  status(@Context() context: LiveContext): Promise<AsyncIterableIterator<{ readonly status: StatusUpdateView }>> {
    return this.feeds.follow(context, this.statusChannel, {}, ({ seq, snapshot, body }, time_ms) => ({
      status: { seq, snapshot, time_ms, ...body },
    }));
  }
}
