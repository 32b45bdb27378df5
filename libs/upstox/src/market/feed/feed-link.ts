import type { Clock, InstrumentKey, Timer } from '@vega/kernel';
import type { BrokerToken } from '../../wire/token-source.ts';
import { UpstoxError } from '../../wire/upstox-error.ts';
import type { FeedAddress, FeedDialer } from './feed-dialer.ts';
import type { FeedLimits } from './feed-limits.ts';
import type { FeedMode } from './feed-mode.ts';
import type { FeedSocket, FeedSocketFactory, FeedSocketListener, SocketEnd } from './feed-socket.ts';
import type { FeedTimings } from './feed-timings.ts';
import { commandsBetween, encodeCommand } from './subscribe-commands.ts';

/** Why a link ended, sorted by what to do about it. */
export type LinkEndKind =
  /** 401: the token is dead. */
  | 'token-rejected'
  /** 403: over the limit of connections, or barred. */
  | 'forbidden'
  | 'rate-limited'
  /** Everything that may pass by itself: network, 5xx, timeouts, closes by the server. */
  | 'failed'
  /** Nothing came from the peer, not even pongs. */
  | 'dead-peer'
  /** Mute in an open market. */
  | 'silent'
  /** Replaced by a link with a newer token. */
  | 'superseded'
  /** No longer wanted. */
  | 'stopped';

/** How a link ended. */
export interface LinkEnd {
  readonly kind: LinkEndKind;
  /** One line for people; holds no secret. */
  readonly detail: string;
}

/** What a link tells its lane. `onEnd` and then `onGone` come exactly once each, never from inside a call to the link. */
export interface LinkListener {
  /** A link that waits for a slot has its address and may {@link FeedLink.proceed} when the slot is free. */
  onDialled(link: FeedLink): void;
  onPhase(link: FeedLink): void;
  onFrame(link: FeedLink, data: Uint8Array, isBinary: boolean): void;
  onEnd(link: FeedLink, end: LinkEnd): void;
  /** The socket is closed: the server no longer counts the connection. */
  onGone(link: FeedLink): void;
}

/** What a link is made of. */
export interface LinkOptions {
  readonly lane: number;
  readonly generation: number;
  readonly token: BrokerToken;
  /** Dials, but opens no socket before it is told to {@link FeedLink.proceed}. */
  readonly waitsForSlot: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timings: FeedTimings;
  readonly limits: FeedLimits;
  readonly dial: FeedDialer;
  readonly openSocket: FeedSocketFactory;
  readonly listener: LinkListener;
}

/** One physical connection from dialling to its end; it never reconnects. */
export class FeedLink {
  readonly lane: number;
  readonly token: BrokerToken;
  /** Rises from link to link of the whole client: of two links that carry an instrument, the higher one counts. */
  generation: number;
  phase: 'authorizing' | 'connecting' | 'open' | 'ended' = 'authorizing';
  openedAtMs = 0;
  /** The last readable frame. */
  lastFrameMs = 0;
  /** The last sign of life of any kind. */
  lastSignMs = 0;
  /** Subscribed instruments that have not shown themselves on this link. */
  readonly awaited = new Set<InstrumentKey>();
  private subscribed: ReadonlyMap<InstrumentKey, FeedMode> = new Map();
  private lastPingMs = 0;
  private socket: FeedSocket | undefined;
  private connectTimer: Timer | undefined;
  private readonly dialling = new AbortController();
  /** Opened to take over from a link that still runs. */
  isHandover = false;
  private address: FeedAddress | undefined;
  private socketEnded = false;
  private gone = false;

  constructor(private readonly options: LinkOptions) {
    this.lane = options.lane;
    this.token = options.token;
    this.generation = options.generation;
  }

  /** Dials. */
  start(): void {
    const { clock, timings, dial, token } = this.options;
    this.connectTimer = clock.after(timings.connectMs, () =>
      this.end({ kind: 'failed', detail: `not open within ${timings.connectMs} ms` }),
    );
    dial(token, this.dialling.signal).then(
      (address) => this.onAddress(address),
      (error: unknown) => this.end(endOfDial(error)),
    );
  }

  /** Makes the server's subscriptions those of `wanted`; before the link is open it does nothing. */
  sync(wanted: ReadonlyMap<InstrumentKey, FeedMode>): void {
    if (this.phase !== 'open') return;
    for (const command of commandsBetween(this.subscribed, wanted, this.options.limits)) {
      this.socket?.send(encodeCommand(command, this.options.random));
      for (const key of command.keys) {
        if (command.method === 'unsub') this.awaited.delete(key);
        else if (command.method === 'sub') this.awaited.add(key);
      }
    }
    this.subscribed = new Map(wanted);
  }

  /** Pings when it is time; says for how long the peer has given no sign of life. */
  checkPeer(nowMs: number): number {
    if (this.phase !== 'open') return 0;
    if (nowMs - this.lastPingMs >= this.options.timings.pingEveryMs) {
      this.lastPingMs = nowMs;
      this.socket?.ping();
    }
    return nowMs - this.lastSignMs;
  }

  /** Ends the link: closes the socket in order, or cuts it when the peer may be gone. */
  end(end: LinkEnd): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.connectTimer?.cancel();
    this.dialling.abort();
    const { clock, timings, listener } = this.options;
    const { socket } = this;
    const isPeerThere = end.kind === 'superseded' || end.kind === 'stopped' || end.kind === 'silent';
    queueMicrotask(() => {
      listener.onEnd(this, end);
      if (!socket || this.socketEnded) return this.announceGone();
      if (!isPeerThere) return socket.terminate();
      socket.close();
      this.connectTimer = clock.after(timings.closeMs, () => socket.terminate());
    });
  }

  /** Opens the socket of a link that waited for a slot. */
  proceed(): void {
    const { address } = this;
    if (!address || this.phase !== 'authorizing') return;
    this.address = undefined;
    this.connect(address);
  }

  private onAddress(address: FeedAddress): void {
    if (this.phase !== 'authorizing') return;
    if (!this.options.waitsForSlot) return this.connect(address);
    this.address = address;
    this.options.listener.onDialled(this);
  }

  private connect({ url, headers }: FeedAddress): void {
    this.phase = 'connecting';
    try {
      this.socket = this.options.openSocket(url, headers, this.socketListener());
    } catch {
      // The exception quotes the URL, which is a secret.
      this.end({ kind: 'failed', detail: 'the address of the feed is not one a WebSocket can open' });
      return;
    }
    this.options.listener.onPhase(this);
  }

  private socketListener(): FeedSocketListener {
    return {
      onOpen: () => this.onOpen(),
      onMessage: (data, isBinary) => {
        this.lastSignMs = this.options.clock.monotonicMs();
        if (this.phase === 'open') this.options.listener.onFrame(this, data, isBinary);
      },
      onSign: () => {
        this.lastSignMs = this.options.clock.monotonicMs();
      },
      onEnd: (end) => this.onSocketEnd(end),
    };
  }

  private onOpen(): void {
    if (this.phase !== 'connecting') return;
    this.connectTimer?.cancel();
    const now = this.options.clock.monotonicMs();
    this.phase = 'open';
    this.openedAtMs = now;
    this.lastFrameMs = now;
    this.lastSignMs = now;
    this.lastPingMs = now;
    this.options.listener.onPhase(this);
  }

  private onSocketEnd(end: SocketEnd): void {
    this.socketEnded = true;
    if (this.phase !== 'ended') return this.end(endOfSocket(end));
    this.connectTimer?.cancel();
    queueMicrotask(() => this.announceGone());
  }

  private announceGone(): void {
    if (this.gone) return;
    this.gone = true;
    this.options.listener.onGone(this);
  }
}

function endOfDial(error: unknown): LinkEnd {
  if (!(error instanceof UpstoxError)) throw error;
  const detail = error.message;
  switch (error.code) {
    case 'UPSTOX_TOKEN_INVALID':
    case 'UPSTOX_TOKEN_MISSING':
      return { kind: 'token-rejected', detail };
    case 'UPSTOX_FORBIDDEN':
    case 'UPSTOX_BLOCKED_BY_PROXY':
      return { kind: 'forbidden', detail };
    case 'UPSTOX_RATE_LIMITED':
    case 'UPSTOX_RATE_WAIT':
      return { kind: 'rate-limited', detail };
    default:
      return { kind: 'failed', detail };
  }
}

function endOfSocket(end: SocketEnd): LinkEnd {
  if (end.kind === 'closed') return { kind: 'failed', detail: `closed by the server with code ${end.code}` };
  if (end.kind === 'failed') return { kind: 'failed', detail: `the connection failed (${end.code})` };
  const detail = `the handshake was answered with HTTP ${end.httpStatus}`;
  if (end.httpStatus === 401) return { kind: 'token-rejected', detail };
  if (end.httpStatus === 403) return { kind: 'forbidden', detail };
  return { kind: end.httpStatus === 429 ? 'rate-limited' : 'failed', detail };
}
