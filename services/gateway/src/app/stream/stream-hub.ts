// Goal: serve live quotes to thousands of clients from one set of bus subscriptions, without growing for any of them.
// Method: the board keeps the newest state of every instrument that somebody holds; a change notes itself with those who
//   hold it, who are flushed at once or when their interval is over (flush-queue.ts); the JSON of a version is made once
//   and shared.
// Invariants: per client nothing is queued but what its socket has not sent, which is bounded; a subscription's `seq`
//   grows by one with every batch; after a snapshot no older state of an instrument follows.
import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { LastKnown, MarketData } from '../ports.ts';
import { FeedWatch, type StatusFigures } from './feed-watch.ts';
import { InstrumentBoard } from './instrument-board.ts';
import { InstrumentLookup } from './instrument-lookup.ts';
import type { InstrumentState } from './instrument-state.ts';
import { InterestLease } from './interest-lease.ts';
import { CLOSE_CODES, type StreamLimits } from './limits.ts';
import { FlushQueue } from './flush-queue.ts';
import { JsonFrames } from './json-frames.ts';
import type { ClientSocket, Ending, FeedSource, FrameSink, StreamMetrics } from './ports.ts';
import { CHANNELS, helloLimits, RATES_HZ, STREAM_PROTOCOL, type RateHz } from './protocol.ts';
import { StreamClient } from './stream-client.ts';
import { refusalFrame, streamFull } from './stream-errors.ts';
import { StreamRequests } from './stream-requests.ts';

/** Flushes are spread over this many beats, so that clients do not all want the processor at once. */
const BEATS_PER_FLUSH = 4;
const SWEEP_MS = 1_000;

/** What the hub stands on. */
export interface StreamHubParts {
  readonly market: MarketData;
  readonly lastKnown: LastKnown;
  readonly source: FeedSource;
  readonly metrics: StreamMetrics;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** Unique per process: the name of its lease. */
  readonly replica: string;
  readonly onFailure: (error: unknown, what: string) => void;
}

/** All stream clients of this process. */
export class StreamHub {
  private readonly clients = new Set<StreamClient>();
  private readonly board: InstrumentBoard;
  private readonly lease: InterestLease;
  private readonly watch: FeedWatch;
  private readonly requests: StreamRequests;
  private readonly timers: Timer[];
  private readonly queue: FlushQueue;
  private readonly endReconnect: Ending;
  private draining = false;

  constructor(private readonly parts: StreamHubParts) {
    const { market, lastKnown, source, clock, metrics, limits } = parts;
    this.board = new InstrumentBoard(source, market, lastKnown, clock, metrics, limits);
    this.lease = new InterestLease(
      market,
      this.board,
      parts.replica,
      clock,
      (state, code) => this.tellRefusal(state, code),
      (error) => parts.onFailure(error, 'renewing the interest in instruments'),
    );
    this.watch = new FeedWatch(source, market, clock, {
      onChange: () => this.sendStatus(),
      onFeedState: () => void this.board.refreshAll(),
      onSilence: () => this.board.markUnreachable(),
    });
    const { board, lease, watch } = this;
    const lookup = new InstrumentLookup(market, lastKnown, clock);
    this.requests = new StreamRequests({
      board,
      lookup,
      lease,
      watch,
      clock,
      limits,
      metrics,
      onFailure: parts.onFailure,
    });
    this.queue = new FlushQueue(clock, limits.flushMs / BEATS_PER_FLUSH);
    this.endReconnect = source.onReconnect(() => void this.board.refreshAll());
    this.timers = [repeat(clock, SWEEP_MS, () => this.board.sweep())];
  }

  get clientCount(): number {
    return this.clients.size;
  }

  /** Instruments subscribed on the bus. */
  get instrumentCount(): number {
    return this.board.size;
  }

  /** Instruments over the subscriptions of all clients. */
  get heldCount(): number {
    let count = 0;
    for (const client of this.clients) count += client.instrumentCount;
    return count;
  }

  /** Whether another client may come. */
  get hasRoom(): boolean {
    return !this.draining && this.clients.size < this.parts.limits.maxClients;
  }

  /** Sessions and health of the feed as the status channel tells them. */
  status(): StatusFigures {
    return this.watch.figures();
  }

  /** Takes a client of the stream protocol in and greets it. */
  join(socket: ClientSocket): StreamClient {
    const { clock, metrics, limits, replica } = this.parts;
    const client = this.admit(new JsonFrames(socket, clock, metrics));
    client.send({
      type: 'hello',
      protocol: STREAM_PROTOCOL,
      replica,
      time_ms: clock.wallNow(),
      channels: CHANNELS,
      rates_hz: RATES_HZ,
      heartbeat_ms: limits.heartbeatMs,
      limits: helloLimits(limits),
    });
    return client;
  }

  /** Takes in a reader of another protocol; it subscribes by {@link subscribeQuotes} and {@link subscribeStatus}. */
  follow(sink: FrameSink): StreamClient {
    if (!this.hasRoom) throw streamFull();
    return this.admit(sink);
  }

  /**
   * Subscribes a follower to quotes and sends it a snapshot. Throws the `OutcomeError` of the first symbol that is
   * refused, and what {@link StreamRequests} throws for limits.
   */
  subscribeQuotes(client: StreamClient, instruments: readonly string[], rateHz: RateHz): Promise<void> {
    return this.requests.follow(client, instruments, rateHz);
  }

  /** Subscribes a follower to status and sends it what is known. */
  subscribeStatus(client: StreamClient): void {
    this.requests.sendStatusTo(client, client.addStatus('status'), true);
  }

  /** Forgets a client whose connection has ended. */
  leave(client: StreamClient): void {
    client.closed = true;
    this.queue.forget(client);
    if (!this.clients.delete(client)) return;
    for (const subscription of client.subscriptions.values()) {
      if (subscription.channel === 'quotes') this.requests.releaseAll(subscription);
    }
    client.subscriptions.clear();
    client.instrumentCount = 0;
  }

  /** Handles one message of a client; undefined stands for a binary one. Never throws. */
  receive(client: StreamClient, text: string | undefined): Promise<void> {
    return this.requests.receive(client, text);
  }

  /** Says farewell to every client; resolves when the lease is given back. */
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    for (const timer of this.timers) timer.cancel();
    this.queue.close();
    const clients = [...this.clients];
    for (const [index, client] of clients.entries()) {
      client.close(CLOSE_CODES.GOING_AWAY, {
        type: 'bye',
        code: 'GOING_AWAY',
        detail: 'this gateway is shutting down',
        // Spread over five seconds, so that the next gateway is not met by all of them at once.
        reconnect_after_ms: Math.floor((index * 5_000) / clients.length),
      });
    }
    this.watch.close();
    this.endReconnect();
    await this.lease.close();
    this.board.close();
  }

  private admit(sink: FrameSink): StreamClient {
    const { clock, metrics, limits } = this.parts;
    const client = new StreamClient(sink, this.queue, clock, limits, metrics);
    this.clients.add(client);
    return client;
  }

  private sendStatus(): void {
    for (const client of this.clients) {
      for (const subscription of client.subscriptions.values()) {
        if (subscription.channel === 'status') this.requests.sendStatusTo(client, subscription, false);
      }
    }
  }

  private tellRefusal(state: InstrumentState, code: string): void {
    for (const client of this.clients) {
      for (const subscription of client.subscriptions.values()) {
        if (subscription.channel === 'quotes' && subscription.held.has(state.key)) {
          client.send(refusalFrame(subscription.name, state.key, code));
        }
      }
    }
  }
}
