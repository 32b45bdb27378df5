// Goal: serve live quotes to thousands of clients from one set of bus subscriptions, without growing for any of them.
// Method: the board keeps the newest state of every instrument that somebody holds; a change notes itself with those who
//   hold it; the JSON of a version is made once and shared by all who are sent it.
// Invariants: one bus subscription and one place in the lease per instrument, however many clients hold it; after a
//   snapshot no older state of an instrument follows.
import { repeat, type Clock, type Timer } from '@vega/kernel';
import { z } from 'zod';
import type { LastKnown, MarketData } from '../../ports.ts';
import type { Batch, StreamChannel, SubscriptionHandle } from '../channel.ts';
import type { StreamLimits } from '../limits.ts';
import type { Ending, FeedSource, SharedFrame, StreamMetrics } from '../ports.ts';
import { symbols } from '../protocol.ts';
import type { FeedWatch } from '../status/feed-watch.ts';
import { InstrumentBoard } from './instrument-board.ts';
import { InstrumentLookup } from './instrument-lookup.ts';
import type { LiveQuote } from './instrument-state.ts';
import { InterestLease } from './interest-lease.ts';
import { QuotesFrames } from './quotes-frames.ts';
import { QuotesSubscription, type QuotesBody, type WantedQuotes } from './quotes-subscription.ts';

const SWEEP_MS = 1_000;

/** What a client asks for. */
export interface QuotesRequest {
  readonly instruments: readonly string[];
  readonly depth?: boolean | undefined;
}

/** What the channel stands on. */
export interface QuotesChannelParts {
  readonly market: MarketData;
  readonly lastKnown: LastKnown;
  readonly source: FeedSource;
  readonly watch: FeedWatch;
  readonly metrics: StreamMetrics;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** Unique per process: the name of its lease. */
  readonly replica: string;
  readonly onFailure: (error: unknown, what: string) => void;
}

/** Quotes of instruments, conflated, with the order book where it is asked for. */
export class QuotesChannel implements StreamChannel<QuotesRequest, WantedQuotes, QuotesBody> {
  readonly access = { scope: 'read' } as const;
  readonly name = 'quotes';
  readonly request = { instruments: symbols, depth: z.boolean().optional() };
  private readonly board: InstrumentBoard;
  private readonly lookup: InstrumentLookup;
  private readonly lease: InterestLease;
  private readonly subscriptions = new Set<QuotesSubscription>();
  private readonly frames = new QuotesFrames();
  private readonly sweeps: Timer;
  private readonly endReconnect: Ending;

  constructor(private readonly parts: QuotesChannelParts) {
    const { market, lastKnown, source, watch, clock, metrics, limits, replica } = parts;
    this.board = new InstrumentBoard(source, market, lastKnown, clock, metrics, limits);
    this.lookup = new InstrumentLookup(market, lastKnown, clock);
    this.lease = new InterestLease(
      market,
      this.board,
      replica,
      clock,
      (state, code) => {
        for (const subscription of this.subscriptions) subscription.tellRefusal(state.key, code);
      },
      (error) => parts.onFailure(error, 'renewing the interest in instruments'),
    );
    watch.listen({
      onFeedState: () => void this.board.refreshAll(),
      onSilence: () => this.board.markUnreachable(),
    });
    this.endReconnect = source.onReconnect(() => void this.board.refreshAll());
    this.sweeps = repeat(clock, SWEEP_MS, () => this.board.sweep());
  }

  /** Instruments subscribed on the bus. */
  get instrumentCount(): number {
    return this.board.size;
  }

  async resolve({ instruments, depth }: QuotesRequest): Promise<WantedQuotes> {
    return { ...(await this.lookup.find(instruments)), depth };
  }

  open(handle: SubscriptionHandle): QuotesSubscription {
    const { board, lease } = this;
    const { maxInstruments } = this.parts.limits;
    const onRelease = (one: QuotesSubscription): void => void this.subscriptions.delete(one);
    const subscription = new QuotesSubscription(handle, { board, lease, maxInstruments, onRelease });
    this.subscriptions.add(subscription);
    return subscription;
  }

  /** The quotes of a body as they are shown to one reader. */
  toQuotes({ states, depth }: QuotesBody, timeMs: number): LiveQuote[] {
    return states.map((state) => state.toQuote(timeMs, this.onFirst, depth));
  }

  toJson(body: QuotesBody, timeMs: number): string {
    const unavailable = body.unavailable.length === 0 ? {} : { unavailable: body.unavailable };
    return JSON.stringify({ ...unavailable, quotes: this.toQuotes(body, timeMs) });
  }

  toFrame(timeMs: number, batches: readonly Batch<QuotesBody>[]): SharedFrame {
    const nowMs = this.parts.clock.monotonicMs();
    const parts = batches.map(({ subscription, seq, snapshot, body: { states, unavailable, depth } }) => ({
      subscription,
      seq,
      snapshot,
      unavailable,
      fragments: states.map((state) => state.toFragment(nowMs, timeMs, this.onFirst, depth)),
    }));
    return this.frames.compose(timeMs, parts);
  }

  async close(): Promise<void> {
    this.sweeps.cancel();
    this.endReconnect();
    await this.lease.close();
    this.board.close();
  }

  /** Notes how long a value took from market-feed to the first client. */
  private readonly onFirst = (receivedMs: number, timeMs: number): void => {
    this.parts.metrics.tickLag(Math.max(0, timeMs - receivedMs) / 1000);
  };
}
