import { type Clock, type InstrumentKey, repeat, segmentOf, type SupportedSegment, type Timer } from '@vega/kernel';
import { BackOff } from '../../wire/back-off.ts';
import type { BrokerToken, TokenSource } from '../../wire/token-source.ts';
import type { FeedDialer } from './feed-dialer.ts';
import type { FeedLimits } from './feed-limits.ts';
import { FeedLink, type LinkEnd, type LinkListener } from './feed-link.ts';
import type { FeedMode } from './feed-mode.ts';
import type { FeedSocketFactory } from './feed-socket.ts';
import type { FeedTimings } from './feed-timings.ts';
import { FrameCounters, type FrameKind } from './frame-intake.ts';
import type { SessionBook } from './session-book.ts';
import { type SilenceState, SilenceWatch } from './silence.ts';

/** Where a connection stands. */
export type ConnectionState =
  /** Nothing to carry. */
  | 'idle'
  /** No token, or only one that is expired or was refused. */
  | 'waiting-token'
  | 'authorizing'
  | 'connecting'
  | 'open'
  /** Waiting to try again, or for a predecessor's socket to close. */
  | 'backing-off'
  | 'stopped';

/** What the lanes of a client share. */
export interface LaneContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly timings: FeedTimings;
  readonly limits: FeedLimits;
  readonly dial: FeedDialer;
  readonly openSocket: FeedSocketFactory;
  readonly tokens: TokenSource;
  readonly sessions: SessionBook;
}

/** What a lane asks of and tells its client. */
export interface LaneHost {
  nextGeneration(): number;
  /** Sockets that the server may be counting, over all lanes. */
  socketCount(): number;
  onFrame(lane: FeedLane, link: FeedLink, data: Uint8Array, isBinary: boolean): FrameKind;
  onState(lane: FeedLane, previous: ConnectionState): void;
  /** The lane may take, or has ended, its turn in a roll-over. */
  onRollOverTurn(): void;
  onSocketGone(): void;
}

/**
 * One logical connection: it keeps its instruments subscribed through every failure, over one physical link after
 * another, and over two at once while a new token takes over.
 */
export class FeedLane implements LinkListener {
  state: ConnectionState = 'idle';
  stateSinceMs: number;
  wanted: ReadonlyMap<InstrumentKey, FeedMode> = new Map();
  active: FeedLink | undefined;
  incoming: FeedLink | undefined;
  lastEnd: LinkEnd | undefined;
  /** Links that opened after the first one. */
  reconnects = 0;
  readonly counters = new FrameCounters();
  /** Links whose socket may still exist. */
  readonly links = new Set<FeedLink>();
  private segments: readonly SupportedSegment[] = [];
  private rejectedToken: string | undefined;
  private hasOpened = false;
  private awaitsSocket = false;
  private silentReconnects = 0;
  private retryTimer: Timer | undefined;
  private flushTimer: Timer | undefined;
  private lingerTimer: Timer | undefined;
  private handoverTimer: Timer | undefined;
  private rollTimer: Timer | undefined;
  private readonly watchTimer: Timer;
  private readonly failure: BackOff;
  private readonly forbidden: BackOff;
  private readonly rateLimited: BackOff;
  private readonly tokenProbe: BackOff;
  private readonly silence: SilenceWatch;
  private onDrained: (() => void) | undefined;

  constructor(
    readonly index: number,
    private readonly context: LaneContext,
    private readonly host: LaneHost,
  ) {
    const { clock, random, timings } = context;
    this.stateSinceMs = clock.monotonicMs();
    this.failure = new BackOff(timings.failure, random);
    this.forbidden = new BackOff(timings.forbidden, random);
    this.rateLimited = new BackOff(timings.rateLimited, random);
    this.tokenProbe = new BackOff(timings.tokenProbe, random);
    this.silence = new SilenceWatch(timings);
    this.watchTimer = repeat(clock, timings.watchMs, () => this.watch());
  }

  /** Sets what the lane carries. Changes made close together travel together. */
  setWanted(wanted: ReadonlyMap<InstrumentKey, FeedMode>): void {
    const { clock, timings } = this.context;
    this.wanted = wanted;
    this.segments = [...new Set([...wanted.keys()].map(segmentOf))];
    this.flushTimer ??= clock.after(timings.coalesceMs, () => {
      this.flushTimer = undefined;
      this.active?.sync(this.wanted);
      this.incoming?.sync(this.wanted);
    });
    if (wanted.size > 0) {
      this.lingerTimer?.cancel();
      this.lingerTimer = undefined;
      if (this.state === 'idle') this.connect();
    } else this.lingerTimer ??= clock.after(timings.lingerMs, () => this.leave());
  }

  /** How mute the lane is, judged by its market. */
  silenceState(): SilenceState {
    const { active } = this;
    if (active?.phase !== 'open') return 'down';
    const now = this.context.clock.monotonicMs();
    return this.silence.state(now, active.lastFrameMs, this.isFlowExpected(now));
  }

  /** Takes notice of a changed token where no link runs; running ones are rolled over one lane at a time. */
  onTokenChange(): void {
    const isHeldUp =
      this.state === 'waiting-token' || (this.state === 'backing-off' && this.lastEnd?.kind === 'forbidden');
    if (isHeldUp) this.connect();
  }

  /** Whether the lane runs on another token than this one and could change over. */
  needsRollOver(token: BrokerToken): boolean {
    const { active } = this;
    if (active?.phase !== 'open' || this.incoming || this.rollTimer || this.state === 'stopped') return false;
    return active.token.token !== token.token && token.token !== this.rejectedToken;
  }

  /** Whether a roll-over is under way, or a link that will use the newest token anyway. */
  get isUnsettled(): boolean {
    return this.incoming !== undefined || (this.state !== 'open' && this.state !== 'idle' && this.state !== 'stopped');
  }

  /**
   * Changes to a new token: beside the running link when a connection is free. When none is, the running link is closed
   * only once the new token has brought an address.
   */
  rollOver(token: BrokerToken): void {
    const waitsForSlot = this.host.socketCount() >= this.context.limits.connections;
    this.incoming = this.newLink(token, waitsForSlot);
    this.incoming.isHandover = !waitsForSlot;
    this.incoming.start();
  }

  /** Ends for good; resolves when no socket is left. */
  stop(): Promise<void> {
    this.enter('stopped');
    this.watchTimer.cancel();
    for (const timer of [this.retryTimer, this.flushTimer, this.lingerTimer, this.handoverTimer, this.rollTimer]) {
      timer?.cancel();
    }
    if (this.links.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.onDrained = resolve;
      for (const link of this.links) link.end({ kind: 'stopped', detail: 'the client was stopped' });
    });
  }

  /** Tries to connect where a lane was waiting for another lane's socket to close. */
  onSocketFree(): void {
    if (this.awaitsSocket && this.state === 'backing-off') this.connect();
  }

  onDialled(link: FeedLink): void {
    if (this.active && this.active !== link) {
      this.active.end({ kind: 'superseded', detail: 'closed to connect anew with a newer token' });
    } else if (this.links.size === 1) link.proceed();
  }

  onPhase(link: FeedLink): void {
    if (link.phase === 'open') link.sync(this.wanted);
    if (link === this.incoming) {
      if (link.phase === 'open') this.watchHandover();
      return;
    }
    if (link !== this.active || link.phase === 'ended') return;
    if (link.phase === 'open') this.noteOpened();
    this.enter(link.phase);
  }

  onFrame(link: FeedLink, data: Uint8Array, isBinary: boolean): void {
    const kind = this.host.onFrame(this, link, data, isBinary);
    if (kind === 'live_feed') this.silentReconnects = 0;
    if (link === this.incoming && link.awaited.size === 0) this.completeHandover();
  }

  onEnd(link: FeedLink, end: LinkEnd): void {
    if (this.state === 'stopped') return;
    if (end.kind !== 'superseded') this.lastEnd = end;
    if (end.kind === 'token-rejected') this.rejectedToken = link.token.token;
    if (link === this.incoming) this.onHandoverFailed(end);
    else if (link === this.active) this.onActiveEnded(end);
  }

  onGone(link: FeedLink): void {
    this.links.delete(link);
    if (this.links.size === 0) this.onDrained?.();
    this.active?.proceed();
    this.host.onSocketGone();
  }

  private connect(): void {
    if (this.state === 'stopped' || this.active) return;
    this.retryTimer?.cancel();
    this.awaitsSocket = false;
    if (this.wanted.size === 0) return this.enter('idle');
    const token = this.usableToken();
    if (!token) return this.waitForToken();
    if (this.host.socketCount() >= this.context.limits.connections) {
      this.awaitsSocket = true;
      return this.enter('backing-off');
    }
    this.active = this.newLink(token, false);
    this.enter('authorizing');
    this.active.start();
  }

  private newLink(token: BrokerToken, waitsForSlot: boolean): FeedLink {
    const { index: lane, context, host } = this;
    const generation = host.nextGeneration();
    const link = new FeedLink({ ...context, lane, token, generation, waitsForSlot, listener: this });
    this.links.add(link);
    return link;
  }

  private usableToken(): BrokerToken | undefined {
    const token = this.context.tokens.current();
    if (!token || token.token === this.rejectedToken) return undefined;
    return token.expiresAt > this.context.clock.wallNow() ? token : undefined;
  }

  /** A refused token is tried again now and then, since a refusal can be the server's fault; nothing else is. */
  private waitForToken(): void {
    this.enter('waiting-token');
    if (this.rejectedToken === undefined) return;
    this.retryTimer = this.context.clock.after(this.tokenProbe.nextMs(), () => {
      this.rejectedToken = undefined;
      this.connect();
    });
  }

  private onActiveEnded(end: LinkEnd): void {
    this.active = undefined;
    this.silence.restart();
    if (this.incoming) return this.promote();
    if (end.kind === 'stopped') return this.connect();
    if (end.kind === 'superseded') {
      this.awaitsSocket = true;
      return this.enter('backing-off');
    }
    if (end.kind === 'token-rejected' && !this.usableToken()) return this.waitForToken();
    this.enter('backing-off');
    this.retryTimer = this.context.clock.after(this.backOffOf(end).nextMs(), () => this.connect());
  }

  private backOffOf(end: LinkEnd): BackOff {
    if (end.kind === 'forbidden') return this.forbidden;
    return end.kind === 'rate-limited' ? this.rateLimited : this.failure;
  }

  private onHandoverFailed(end: LinkEnd): void {
    this.incoming = undefined;
    this.handoverTimer?.cancel();
    const { active } = this;
    if (!active) return;
    active.generation = this.host.nextGeneration();
    if (end.kind === 'forbidden') {
      active.end({ kind: 'superseded', detail: 'closed, since the server allows no second connection' });
      return;
    }
    if (end.kind === 'token-rejected') return;
    this.rollTimer = this.context.clock.after(this.backOffOf(end).nextMs(), () => {
      this.rollTimer = undefined;
      this.host.onRollOverTurn();
    });
  }

  private watchHandover(): void {
    const { clock, timings } = this.context;
    if (this.incoming?.awaited.size === 0) return this.completeHandover();
    this.handoverTimer = clock.after(timings.handoverMs, () => this.completeHandover());
  }

  private completeHandover(): void {
    if (!this.incoming) return;
    const old = this.active;
    this.promote();
    old?.end({ kind: 'superseded', detail: 'replaced by a connection with a newer token' });
  }

  /** Makes the incoming link the lane's own, in whatever phase it is. */
  private promote(): void {
    this.handoverTimer?.cancel();
    const link = this.incoming;
    this.incoming = undefined;
    this.active = link;
    if (!link || link.phase === 'ended') return;
    link.isHandover = false;
    this.silence.restart();
    if (link.phase === 'open') this.noteOpened();
    this.enter(link.phase);
    this.host.onRollOverTurn();
  }

  private noteOpened(): void {
    if (this.hasOpened) this.reconnects += 1;
    this.hasOpened = true;
    this.silence.restart();
  }

  private leave(): void {
    this.lingerTimer = undefined;
    this.retryTimer?.cancel();
    for (const link of this.links) link.end({ kind: 'stopped', detail: 'nothing left to carry' });
    if (!this.active) this.enter('idle');
  }

  private watch(): void {
    const { clock, timings } = this.context;
    const now = clock.monotonicMs();
    for (const link of [this.active, this.incoming]) {
      if (link && link.checkPeer(now) > timings.deadPeerMs) {
        link.end({ kind: 'dead-peer', detail: `no sign of life for ${timings.deadPeerMs} ms` });
      }
    }
    if (this.state === 'waiting-token' && this.usableToken()) return this.connect();
    const { active } = this;
    if (active?.phase !== 'open') return;
    if (now - active.openedAtMs >= timings.stableMs && active.lastFrameMs > active.openedAtMs) this.forgetFailures();
    const overdue = this.silence.overdueMs(now, active.lastFrameMs, this.isFlowExpected(now));
    const patience = timings.silenceReconnectMs * 2 ** Math.min(this.silentReconnects, 20);
    if (overdue < Math.min(patience, timings.silenceReconnectCapMs)) return;
    this.silentReconnects += 1;
    active.end({ kind: 'silent', detail: `no frame for ${Math.round(overdue)} ms in an open market` });
  }

  private forgetFailures(): void {
    for (const backOff of [this.failure, this.forbidden, this.rateLimited, this.tokenProbe]) backOff.reset();
  }

  private isFlowExpected(nowMs: number): boolean {
    return this.segments.some((segment) => this.context.sessions.expectsFlow(segment, nowMs));
  }

  private enter(state: ConnectionState): void {
    const previous = this.state;
    if (previous === state) return;
    this.state = state;
    this.stateSinceMs = this.context.clock.monotonicMs();
    this.host.onState(this, previous);
  }
}
