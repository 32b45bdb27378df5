import { type Clock, type InstrumentKey, invariant } from '@vega/kernel';
import type { TokenSource } from '../../wire/token-source.ts';
import type { FeedDialer } from './feed-dialer.ts';
import { type ConnectionState, FeedLane, type LaneContext, type LaneHost } from './feed-lane.ts';
import { type FeedLimits, ModeCounts } from './feed-limits.ts';
import type { FeedLink } from './feed-link.ts';
import { FEED_MODES, type FeedMode } from './feed-mode.ts';
import { type FeedSocketFactory, openFeedSocket } from './feed-socket.ts';
import { type ConnectionStats, connectionStats, type FeedStats } from './feed-stats.ts';
import { DEFAULT_FEED_TIMINGS, type FeedTimings } from './feed-timings.ts';
import { type FeedEntry, FrameIntake, type FrameKind } from './frame-intake.ts';
import { InstrumentTable } from './instrument-table.ts';
import type { MarketInfo } from './market-info.ts';
import { SessionBook, type SessionCalendar } from './session-book.ts';
import { type Placement, planShards, type Refusal } from './shard-plan.ts';
import type { SilenceState } from './silence.ts';

/** A connection has changed its state. */
export interface ConnectionChange {
  readonly connection: number;
  readonly state: ConnectionState;
  readonly previous: ConnectionState;
  /** Why the last link ended, where the new state follows from that. */
  readonly reason: string | null;
  readonly atMonotonicMs: number;
}

/** Who hears what the feed says. Called synchronously, in the order of the wire per instrument. */
export interface MarketFeedListener {
  /** A message that differs from its instrument's previous one. The entry is reused: copy what must outlive the call. */
  onEntry(entry: FeedEntry): void;
  onMarketInfo(info: MarketInfo): void;
  onConnection(change: ConnectionChange): void;
}

/** What a feed client is made of; all that it depends on from outside is here. */
export interface MarketFeedOptions {
  readonly limits: FeedLimits;
  readonly tokens: TokenSource;
  readonly dial: FeedDialer;
  readonly clock: Clock;
  /** Yields numbers in [0, 1). */
  readonly random: () => number;
  readonly listener: MarketFeedListener;
  readonly openSocket?: FeedSocketFactory;
  readonly timings?: Partial<FeedTimings>;
  /** Says which segments should be open, so that a connection that went mute before the open is found out. */
  readonly calendar?: SessionCalendar;
}

/** What became of a change of subscriptions. */
export interface SubscriptionOutcome {
  /** Instruments carried, in all. */
  readonly assigned: number;
  /** Desired instruments that are not carried as desired, of this call and of earlier ones. */
  readonly refused: readonly Refusal[];
}

/**
 * Upstox's market feed V3 as one stream: instruments in, their messages out, over as many connections as the plan
 * allows, kept up through token roll-over, faults and silence. It connects as soon as something is desired.
 */
export class MarketFeedClient implements LaneHost {
  private readonly desired = new Map<InstrumentKey, FeedMode>();
  private readonly table = new InstrumentTable();
  private readonly sessions: SessionBook;
  private readonly intake: FrameIntake;
  private readonly lanes: readonly FeedLane[];
  private readonly endTokenWatch: () => void;
  private placements: ReadonlyMap<InstrumentKey, Placement> = new Map();
  private refused: readonly Refusal[] = [];
  private generation = 0;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: MarketFeedOptions) {
    const { clock, random, limits, dial, tokens } = options;
    this.sessions = new SessionBook(options.calendar);
    this.intake = new FrameIntake(this.table, {
      onEntry: (entry) => options.listener.onEntry(entry),
      onMarketInfo: (info) => this.onMarketInfo(info),
    });
    const context: LaneContext = {
      clock,
      random,
      limits,
      dial,
      tokens,
      sessions: this.sessions,
      openSocket: options.openSocket ?? openFeedSocket,
      timings: { ...DEFAULT_FEED_TIMINGS, ...options.timings },
    };
    this.lanes = Array.from({ length: limits.connections }, (_, index) => new FeedLane(index, context, this));
    this.endTokenWatch = tokens.onChange(() => this.onTokenChange());
  }

  /** Makes the desired set exactly this one; when not all fit, earlier entries come first. */
  setDesired(desired: ReadonlyMap<InstrumentKey, FeedMode>): SubscriptionOutcome {
    this.desired.clear();
    for (const [key, mode] of desired) this.desired.set(key, mode);
    return this.replan();
  }

  /** Adds instruments, or changes the mode of those already desired. */
  subscribe(instruments: ReadonlyMap<InstrumentKey, FeedMode>): SubscriptionOutcome {
    for (const [key, mode] of instruments) this.desired.set(key, mode);
    return this.replan();
  }

  /** Removes instruments; what was refused for want of room takes theirs. */
  unsubscribe(keys: Iterable<InstrumentKey>): SubscriptionOutcome {
    for (const key of keys) this.desired.delete(key);
    return this.replan();
  }

  /** How mute a connection is, judged by its market; `down` for one that does not exist. */
  silenceState(connection: number): SilenceState {
    return this.lanes[connection]?.silenceState() ?? 'down';
  }

  /** The connection that carries an instrument; undefined when none does. */
  connectionOf(key: InstrumentKey): number | undefined {
    return this.placements.get(key)?.lane;
  }

  /** Whether an instrument's connection is open and has sent the instrument's state since it opened. */
  isShown(key: InstrumentKey): boolean {
    const active = this.lanes[this.placements.get(key)?.lane ?? -1]?.active;
    return active?.phase === 'open' && !active.awaited.has(key);
  }

  /** The feed's last word on a segment's session. */
  statusOf(segment: string): ReturnType<SessionBook['statusOf']> {
    return this.sessions.statusOf(segment);
  }

  /** Everything countable, JSON-safe. */
  stats(): FeedStats {
    const now = this.options.clock.monotonicMs();
    return {
      desired: this.desired.size,
      assigned: this.placements.size,
      refused: this.refused,
      sockets: this.socketCount(),
      maxConnections: this.options.limits.connections,
      connections: this.lanes.map((lane) => connectionStats(lane, this.modeUse(lane), now)),
    };
  }

  /** Closes every connection for good; resolves when no socket is left. */
  stop(): Promise<void> {
    this.stopping ??= (async (): Promise<void> => {
      this.endTokenWatch();
      await Promise.all(this.lanes.map((lane) => lane.stop()));
    })();
    return this.stopping;
  }

  nextGeneration(): number {
    this.generation += 1;
    return this.generation;
  }

  socketCount(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.links.size, 0);
  }

  onFrame(lane: FeedLane, link: FeedLink, data: Uint8Array, isBinary: boolean): FrameKind {
    return this.intake.handle(link, lane.counters, data, isBinary, this.options.clock.monotonicMs());
  }

  onState(lane: FeedLane, previous: ConnectionState): void {
    this.options.listener.onConnection({
      connection: lane.index,
      state: lane.state,
      previous,
      reason: lane.state === 'backing-off' || lane.state === 'waiting-token' ? (lane.lastEnd?.detail ?? null) : null,
      atMonotonicMs: this.options.clock.monotonicMs(),
    });
    this.onRollOverTurn();
  }

  /** Moves one lane at a time to the newest token, each after the one before has settled. */
  onRollOverTurn(): void {
    const token = this.options.tokens.current();
    if (!token || token.expiresAt <= this.options.clock.wallNow()) return;
    if (this.lanes.some((lane) => lane.isUnsettled)) return;
    this.lanes.find((lane) => lane.needsRollOver(token))?.rollOver(token);
  }

  onSocketGone(): void {
    for (const lane of this.lanes) lane.onSocketFree();
  }

  private onTokenChange(): void {
    for (const lane of this.lanes) lane.onTokenChange();
    this.onRollOverTurn();
  }

  private onMarketInfo(info: MarketInfo): void {
    this.sessions.learn(info.segmentStatus, this.options.clock.monotonicMs());
    this.options.listener.onMarketInfo(info);
  }

  private replan(): SubscriptionOutcome {
    invariant(this.stopping === undefined, 'a stopped feed client takes no subscriptions');
    const plan = planShards(this.desired, this.placements, this.options.limits);
    const changedLanes = this.applyPlacements(plan.placements);
    this.placements = plan.placements;
    this.refused = plan.refused;
    for (const lane of this.lanes) {
      if (changedLanes.has(lane.index)) lane.setWanted(this.wantedOf(lane.index));
    }
    return { assigned: plan.placements.size, refused: plan.refused };
  }

  /** Brings the instrument table in line with a plan; returns the lanes whose load differs. */
  private applyPlacements(next: ReadonlyMap<InstrumentKey, Placement>): ReadonlySet<number> {
    const changed = new Set<number>();
    for (const [key, { lane }] of this.placements) {
      if (next.has(key)) continue;
      this.table.delete(key);
      changed.add(lane);
    }
    for (const [key, { lane, mode }] of next) {
      const before = this.placements.get(key);
      if (before?.lane === lane && before.mode === mode) continue;
      changed.add(lane);
      if (before?.lane === lane) continue;
      const state = this.table.add(key);
      state.lane = lane;
      state.generation = 0;
      if (before) changed.add(before.lane);
    }
    return changed;
  }

  private wantedOf(lane: number): Map<InstrumentKey, FeedMode> {
    const wanted = new Map<InstrumentKey, FeedMode>();
    for (const [key, placement] of this.placements) {
      if (placement.lane === lane) wanted.set(key, placement.mode);
    }
    return wanted;
  }

  private modeUse(lane: FeedLane): ConnectionStats['modes'] {
    const counts = new ModeCounts();
    for (const mode of lane.wanted.values()) counts.add(mode);
    const { modes } = this.options.limits;
    const [ltpc, optionGreeks, full, fullD30] = FEED_MODES.map((mode) => ({ keys: counts.of(mode), ...modes[mode] }));
    invariant(ltpc && optionGreeks && full && fullD30, 'every mode has its limits');
    return { ltpc, option_greeks: optionGreeks, full, full_d30: fullD30 };
  }
}
