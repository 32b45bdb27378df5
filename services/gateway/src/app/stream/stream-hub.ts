// Goal: carry any channel to thousands of clients of any protocol, without growing for any of them.
// Method: a channel is one registered piece (channel.ts); a change notes itself with its subscription, whose client is
//   flushed at once or when its interval is over (flush-queue.ts) and takes the newest state of what changed.
// Invariants: per client nothing is queued but what its socket has not sent, which is bounded; a subscription's `seq`
//   grows by one with every batch; updates follow a snapshot.
import type { Clock } from '@vega/kernel';
import type { AccessRule } from '../access.ts';
import type { Principal } from '../principal.ts';
import type { StreamChannel } from './channel.ts';
import { CLOSE_CODES, type StreamLimits } from './limits.ts';
import { FlushQueue } from './flush-queue.ts';
import { JsonFrames } from './json-frames.ts';
import type { ClientSocket, FrameSink, StreamMetrics } from './ports.ts';
import { helloLimits, RATES_HZ, STREAM_PROTOCOL } from './protocol.ts';
import { StreamClient, type StreamClientParts } from './stream-client.ts';
import { streamFull } from './stream-errors.ts';
import { StreamRequests } from './stream-requests.ts';

/** Flushes are spread over this many beats, so that clients do not all want the processor at once. */
const BEATS_PER_FLUSH = 4;

/** What the hub stands on. */
export interface StreamHubParts {
  readonly channels: readonly StreamChannel[];
  readonly metrics: StreamMetrics;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** Told in the greeting, so that a client knows whom it speaks with. */
  readonly replica: string;
  readonly onFailure: (error: unknown, what: string) => void;
  /** Who a client is that says so by a token. Rejects with UNAUTHENTICATED. */
  readonly authenticate: (token: string, address: string) => Promise<Principal>;
  /** Throws `OutcomeError` unless a principal may follow what a rule is about. */
  readonly checkAccess: (rule: AccessRule, principal: Principal, accountId: string | undefined) => void;
}

/** All stream clients of this process. */
export class StreamHub {
  private readonly clients = new Set<StreamClient>();
  private readonly requests: StreamRequests;
  private readonly queue: FlushQueue;
  private readonly clientParts: StreamClientParts;
  private draining = false;

  constructor(private readonly parts: StreamHubParts) {
    const { clock, limits, metrics, onFailure } = parts;
    this.requests = new StreamRequests(parts);
    this.queue = new FlushQueue(clock, limits.flushMs / BEATS_PER_FLUSH);
    this.clientParts = {
      queue: this.queue,
      clock,
      limits,
      metrics,
      onFailure: (error) => onFailure(error, 'making a snapshot'),
    };
  }

  /** What can be followed. */
  get channels(): readonly StreamChannel[] {
    return this.parts.channels;
  }

  get clientCount(): number {
    return this.clients.size;
  }

  /** What is held, by channel: subscriptions, and the items in them. */
  held(): Map<string, { subscriptions: number; items: number }> {
    const held = new Map(this.parts.channels.map(({ name }) => [name, { subscriptions: 0, items: 0 }]));
    for (const client of this.clients) {
      for (const { channel, content } of client.subscriptions.values()) {
        const sum = held.get(channel.name);
        if (sum === undefined) continue;
        sum.subscriptions += 1;
        sum.items += content.itemCount;
      }
    }
    return held;
  }

  /** Whether another client may come. */
  get hasRoom(): boolean {
    return !this.draining && this.clients.size < this.parts.limits.maxClients;
  }

  /**
   * Takes a client of the stream protocol in and greets it. One that comes without a principal must say who it is by its
   * first message, and is not kept waiting for it.
   */
  join(socket: ClientSocket, principal?: Principal, address = ''): StreamClient {
    const { channels, clock, limits, replica } = this.parts;
    const client = this.admit(new JsonFrames(socket), principal, address);
    clock.after(limits.authenticateMs, () => {
      if (!client.isAuthenticated) this.dismissOne(client, 'nobody said who opened this connection');
    });
    client.send({
      type: 'hello',
      protocol: STREAM_PROTOCOL,
      replica,
      time_ms: clock.wallNow(),
      channels: channels.map(({ name }) => name),
      authenticated: principal !== undefined,
      rates_hz: RATES_HZ,
      heartbeat_ms: limits.heartbeatMs,
      limits: helloLimits(limits),
    });
    return client;
  }

  /**
   * Takes in a reader of another protocol that follows one channel: it is sent a snapshot, then what changes. `asked` is
   * what `subscribe` would carry for the channel, with `rate_hz`. Rejects with the `OutcomeError` of the first thing that
   * is refused.
   */
  async follow<Request>(
    sink: FrameSink,
    principal: Principal,
    channel: StreamChannel<Request>,
    asked: Readonly<Record<string, unknown>>,
    onJoined: (client: StreamClient) => void,
  ): Promise<void> {
    if (!this.hasRoom) throw streamFull();
    const client = this.admit(sink, principal, '');
    onJoined(client);
    try {
      await this.requests.follow(client, channel, asked);
    } catch (error) {
      this.leave(client);
      throw error;
    }
  }

  /** Forgets a client whose connection has ended. */
  leave(client: StreamClient): void {
    client.end();
    this.clients.delete(client);
  }

  /** Ends the connections of those who are no longer let in, such as after a sign-out. */
  dismiss(isGone: (principal: Principal) => boolean): void {
    for (const client of this.clients) {
      if (client.isAuthenticated && isGone(client.principal)) {
        this.dismissOne(client, 'who opened this connection is no longer let in');
      }
    }
  }

  /** Handles one message of a client; undefined stands for a binary one. Never throws. */
  receive(client: StreamClient, text: string | undefined): Promise<void> {
    return this.requests.receive(client, text);
  }

  /** Says farewell to every client; resolves when the channels have ended what they began. */
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
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
    await Promise.all(this.parts.channels.map((channel) => channel.close()));
  }

  private dismissOne(client: StreamClient, detail: string): void {
    const bye = { type: 'bye', code: 'UNAUTHENTICATED', detail, reconnect_after_ms: null } as const;
    client.close(CLOSE_CODES.UNAUTHENTICATED, bye);
  }

  private admit(sink: FrameSink, principal: Principal | undefined, address: string): StreamClient {
    const client = new StreamClient(sink, principal, this.clientParts, address);
    this.clients.add(client);
    return client;
  }
}
