import type { Clock, Timer } from '@vega/kernel';
import { repeat } from '@vega/kernel';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { MarketSource, MarketStep } from '../market/market-source.ts';
import type { InstrumentCatalog } from '../server/instrument-catalog.ts';
import type { Grant, TokenVault } from '../server/auth/token-vault.ts';
import type { FeedMode } from './entry-encoder.ts';
import { FeedConnection, type ConnectionCounters } from './feed-connection.ts';
import { parseFeedRequest, type FeedRequest } from './feed-request.ts';
import { marketInfoFrame } from './frame-builder.ts';
import { SubscriberBoard } from './subscriber-board.ts';
import { CONNECTIONS_PER_USER, type Plan } from './subscription-limits.ts';

/** Settings of the feed. */
export interface FeedSettings {
  readonly plan: Plan;
  /** A client that owes more bytes than this is disconnected. */
  readonly maxBufferedBytes: number;
  /** Silence after which a connection is pinged. */
  readonly idlePingMs: number;
  /** A ping without a pong for so long ends the connection. */
  readonly pongTimeoutMs: number;
}

export const DEFAULT_FEED_SETTINGS = { maxBufferedBytes: 16 * 1024 * 1024, idlePingMs: 10_000, pongTimeoutMs: 30_000 };

const TICK_MS = 1000;
const GOING_AWAY = 1001;
const TOKEN_EXPIRED = 1008;
const CLOSE_GRACE_MS = 2000;

/** One connection as the status page shows it. */
export interface ConnectionStatus extends ConnectionCounters {
  readonly id: number;
  readonly user: string;
  readonly subscriptions: Readonly<Record<FeedMode, number>>;
  readonly owedBytes: number;
  readonly awaitsPong: boolean;
}

/** Totals since start. */
export interface FeedTotals {
  connectionsOpened: number;
  slowClientsDropped: number;
  frames: number;
  entries: number;
  bytes: number;
  badRequests: number;
  refusedKeys: number;
}

/** Carries market steps to the feed's clients: each changed instrument is encoded once per mode, then copied. */
export class FeedHub {
  private readonly connections = new Map<number, FeedConnection>();
  private readonly board: SubscriberBoard;
  private readonly touched: FeedConnection[] = [];
  private readonly closed: FeedTotals = {
    connectionsOpened: 0,
    slowClientsDropped: 0,
    frames: 0,
    entries: 0,
    bytes: 0,
    badRequests: 0,
    refusedKeys: 0,
  };
  private readonly unsubscribe: () => void;
  private readonly tick: Timer;
  private nextId = 1;

  constructor(
    private readonly settings: FeedSettings,
    private readonly market: MarketSource,
    private readonly catalog: InstrumentCatalog,
    private readonly tokens: TokenVault,
    private readonly faults: FaultBoard,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.board = new SubscriberBoard(market, catalog);
    this.unsubscribe = market.onStep((step) => this.onStep(step));
    this.tick = repeat(clock, TICK_MS, () => this.everySecond());
    tokens.onDeath(() => this.closeDead());
    faults.onInstant((fault) => (fault.kind === 'drop' ? this.drop(fault.connections ?? Infinity, fault.code) : 0));
  }

  /** Whether the user may open one more connection. */
  hasRoom(userId: string): boolean {
    let open = 0;
    for (const connection of this.connections.values()) if (connection.grant.userId === userId) open++;
    return open < CONNECTIONS_PER_USER[this.settings.plan];
  }

  /** Takes over a socket whose handshake has succeeded: market_info first, then what it asks for. */
  accept(socket: WebSocket, grant: Grant): void {
    const { plan, maxBufferedBytes } = this.settings;
    const connection = new FeedConnection(
      this.nextId++,
      grant,
      socket,
      plan,
      maxBufferedBytes,
      this.clock,
      this.faults,
      (slow) => this.dropSlow(slow),
    );
    this.connections.set(connection.id, connection);
    this.closed.connectionsOpened++;
    socket.on('message', (data: Buffer) => this.onMessage(connection, data));
    socket.on('ping', (data: Buffer) => connection.pong(data));
    socket.on('pong', () => (connection.unansweredPingMs = undefined));
    socket.on('error', (error) =>
      this.log.debug({ connection: connection.id, error: error.message }, 'feed socket error'),
    );
    socket.on('close', () => this.forget(connection));
    this.log.info({ connection: connection.id, user: grant.userId }, 'feed connected');
    connection.sendFrame(this.marketInfo(), 0);
  }

  /** Numbers for the status page. */
  status(): { connections: ConnectionStatus[]; totals: FeedTotals; subscribedKeys: number } {
    const totals = { ...this.closed };
    const connections = [...this.connections.values()].map((connection) => {
      addCounters(totals, connection);
      return {
        id: connection.id,
        user: connection.grant.userId,
        subscriptions: { ...connection.book.byMode },
        ...connection.counters,
        owedBytes: connection.owedBytes,
        awaitsPong: connection.unansweredPingMs !== undefined,
      };
    });
    return { connections, totals, subscribedKeys: this.board.size };
  }

  /** Says goodbye to every client and stops listening to the market. */
  close(): void {
    this.unsubscribe();
    this.tick.cancel();
    for (const connection of this.connections.values()) connection.socket.close(GOING_AWAY, 'simulator is stopping');
  }

  /** Ends what did not answer the goodbye. */
  terminate(): void {
    for (const connection of this.connections.values()) connection.socket.terminate();
  }

  private onStep(step: MarketStep): void {
    if (step.statusChanged) this.broadcastMarketInfo();
    const deliver = (connections: readonly FeedConnection[], entry: Buffer): void => {
      this.add(connections, entry, step.now);
    };
    for (const quote of step.changed) this.board.publish(quote, deliver);
    for (const connection of this.touched) {
      connection.pendingFlush = false;
      connection.flushLive(step.now);
    }
    this.touched.length = 0;
  }

  private add(connections: readonly FeedConnection[], entry: Buffer, now: number): void {
    for (const connection of connections) {
      connection.addLive(entry, now);
      if (connection.pendingFlush) continue;
      connection.pendingFlush = true;
      this.touched.push(connection);
    }
  }

  private onMessage(connection: FeedConnection, data: Buffer): void {
    const request = parseFeedRequest(data);
    if (request === undefined) {
      connection.counters.badRequests++;
      this.log.debug({ connection: connection.id }, 'feed request ignored: not understood');
    } else if (request.method === 'unsub') {
      for (const key of request.data.instrumentKeys) this.leave(connection, key);
    } else {
      this.subscribe(connection, request);
    }
  }

  private subscribe(connection: FeedConnection, request: Exclude<FeedRequest, { method: 'unsub' }>): void {
    const now = this.market.now();
    const type = this.faults.sabotaged('snapshot-as-live') ? 'live_feed' : 'initial_feed';
    for (const key of new Set(request.data.instrumentKeys)) {
      const before = connection.book.modeOf(key);
      if (before === undefined && (request.method === 'change_mode' || !this.catalog.has(key))) continue;
      const stuck = before !== undefined && this.faults.sabotaged('mode-stuck');
      const mode = stuck ? before : request.data.mode;
      if (!connection.book.put(key, mode)) {
        connection.counters.refusedKeys++;
        continue;
      }
      const entry = this.board.join(connection, key, mode, before);
      if (entry !== undefined) connection.addSnapshot(type, entry, now);
    }
    connection.flushSnapshot(now);
    // A recording may wait for its audience.
    this.market.release?.(this.board.subscribedKeys());
  }

  private leave(connection: FeedConnection, key: string): void {
    const mode = connection.book.remove(key);
    if (mode !== undefined) this.board.leave(connection, key, mode);
  }

  private forget(connection: FeedConnection): void {
    if (!this.connections.delete(connection.id)) return;
    for (const key of [...connection.book.keys()]) this.leave(connection, key);
    connection.dispose();
    addCounters(this.closed, connection);
    this.log.info(
      { connection: connection.id, user: connection.grant.userId, ...connection.counters },
      'feed disconnected',
    );
  }

  private dropSlow(connection: FeedConnection): void {
    if (connection.socket.readyState !== connection.socket.OPEN) return;
    this.closed.slowClientsDropped++;
    this.log.warn({ connection: connection.id, owedBytes: connection.owedBytes }, 'feed client too slow: disconnected');
    connection.dispose();
    connection.socket.terminate();
  }

  private drop(limit: number, code: number | undefined): number {
    const struck = [...this.connections.values()].slice(0, limit);
    for (const { socket } of struck) {
      if (code === undefined) socket.terminate();
      else socket.close(code);
    }
    return struck.length;
  }

  private marketInfo(): Buffer {
    const now = this.market.now();
    return marketInfoFrame(
      { segments: this.market.segmentStatus(), closingAuction: this.catalog.auctionSegments() },
      now,
    );
  }

  private broadcastMarketInfo(): void {
    if (this.connections.size === 0) return;
    const frame = this.marketInfo();
    for (const connection of this.connections.values()) connection.sendFrame(frame, 0);
  }

  private everySecond(): void {
    this.closeDead();
    const now = this.clock.monotonicMs();
    for (const connection of this.connections.values()) {
      const unanswered = connection.unansweredPingMs;
      if (unanswered !== undefined && now - unanswered >= this.settings.pongTimeoutMs) connection.socket.terminate();
      else if (now - connection.lastSentMs >= this.settings.idlePingMs) connection.ping();
    }
  }

  private closeDead(): void {
    for (const connection of this.connections.values()) {
      const { socket } = connection;
      if (socket.readyState !== socket.OPEN || this.tokens.isAlive(connection.grant)) continue;
      for (const key of [...connection.book.keys()]) this.leave(connection, key);
      socket.close(TOKEN_EXPIRED, 'token expired');
      this.clock.after(CLOSE_GRACE_MS, () => socket.terminate());
    }
  }
}

function addCounters(totals: FeedTotals, connection: FeedConnection): void {
  totals.frames += connection.counters.frames;
  totals.entries += connection.counters.entries;
  totals.bytes += connection.counters.bytes;
  totals.badRequests += connection.counters.badRequests;
  totals.refusedKeys += connection.counters.refusedKeys;
}
