import { HealthState, type ConnectionHealth, type FeedHealth } from '@vega/contracts';
import { repeat, SUPPORTED_SEGMENTS, type Clock, type Timer } from '@vega/kernel';
import type { Bus, Logger } from '@vega/platform';
import type { ConnectionChange, ConnectionState, ConnectionStats, TokenSource } from '@vega/upstox/market';
import { judgeHealth, type HealthFacts, type HealthVerdict } from '../domain/feed-health.ts';
import { RepeatShare } from '../domain/repeat-share.ts';
import type { FeedStreams } from './feed-streams.ts';
import type { InterestKeeper } from './interest-keeper.ts';
import type { LastValueWriter } from './last-value-writer.ts';
import type { MarketTime } from './market-time.ts';
import type { InstrumentDirectory } from './ports.ts';
import type { RestProbe } from './rest-probe.ts';
import type { StatusPublisher } from './status-publisher.ts';
import type { TickPipeline } from './tick-pipeline.ts';

/** How often the feed is judged, and how often its health is published although nothing changed. */
const LOOK_EVERY_MS = 500;
const PUBLISH_EVERY_MS = 1_000;

/** What REST has seen the feed must have said within this time. */
const ANNOUNCED_WITHIN_MS = 3_000;

/** Looks over which the worst lag counts. */
const LAG_LOOKS = 4;

/** A token source that can say why it has none. */
export interface ExplainedTokenSource extends TokenSource {
  readonly problem: string | undefined;
}

export interface FeedMonitorParts {
  readonly replica: string;
  readonly marketSource: 'live' | 'simulator';
  readonly feedEpoch: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bus: Pick<Bus, 'isConnected'>;
  readonly directory: InstrumentDirectory;
  readonly streams: FeedStreams;
  readonly time: MarketTime;
  readonly interest: InterestKeeper;
  readonly pipeline: TickPipeline;
  readonly values: LastValueWriter;
  readonly tokens: ExplainedTokenSource;
  readonly probe: RestProbe;
  readonly publisher: StatusPublisher;
}

const STATE_NAME: Readonly<Record<ConnectionState, string>> = {
  idle: 'closed',
  'waiting-token': 'waiting-for-token',
  authorizing: 'connecting',
  connecting: 'connecting',
  open: 'open',
  'backing-off': 'backing-off',
  stopped: 'closed',
};

/** Watches the feed: judges it twice a second, publishes its health and the sessions, and says it all when asked. */
export class FeedMonitor {
  private readonly repeats: RepeatShare[] = [];
  private readonly lags: number[] = [];
  private verdict: HealthVerdict = { state: HealthState.RED, reasons: ['the service is starting'] };
  private duplicateShare = 0;
  private garbageSeen = 0;
  private garbageAtMs: number | undefined;
  private gapCount = 0;
  private publishedAtMs = Number.NEGATIVE_INFINITY;
  private timer: Timer | undefined;

  constructor(private readonly parts: FeedMonitorParts) {}

  start(): void {
    this.timer = repeat(this.parts.clock, LOOK_EVERY_MS, () => this.look());
    this.judge();
  }

  /** Publishes the last word and stops. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.parts.publisher.settled();
  }

  /** Times a connection was lost with instruments on it. */
  get gaps(): number {
    return this.gapCount;
  }

  get state(): HealthState {
    return this.verdict.state;
  }

  /** The worst lag of the last two seconds, milliseconds. */
  get lagMs(): number {
    return Math.max(0, ...this.lags);
  }

  /** Hears of each change of a connection. */
  onConnection(change: ConnectionChange): void {
    const { streams, time, logger } = this.parts;
    logger.info({ ...change }, 'a feed connection changed');
    if (change.previous === 'open' && change.state !== 'open') this.gapCount += 1;
    const others = streams.stats().connections.filter(({ connection }) => connection !== change.connection);
    if (change.state === 'open' && others.every(({ state }) => state !== 'open')) time.restartLag();
    // A connection that comes and goes between two looks must be seen too; the client is still in the middle of it.
    if (change.state === 'open' || change.previous === 'open') queueMicrotask(() => this.judge());
  }

  /** Why the service cannot do its work as far as the feed goes; undefined when it can or knowingly waits. */
  notReady(): string | undefined {
    const { streams, time, tokens, directory, interest } = this.parts;
    if (directory.size === 0) return 'no instrument master is loaded';
    if (time.isClosed()) return undefined;
    if (tokens.current() === undefined) return `no broker token: ${tokens.problem ?? 'none was given'}`;
    if (interest.counts().wanted > 0 && !streams.stats().connections.some(({ state }) => state === 'open')) {
      return 'not connected to the broker feed';
    }
    return undefined;
  }

  /** The feed as it is now, judged at the last look. */
  health(): FeedHealth {
    const { parts, verdict } = this;
    const { clock, streams, time, pipeline, interest, tokens } = parts;
    const connections = streams.carrying();
    const counts = interest.counts();
    const reading = time.now();
    const nowMs = clock.monotonicMs();
    return {
      replica: parts.replica,
      feedEpoch: parts.feedEpoch,
      state: verdict.state,
      reasons: [...verdict.reasons],
      connections: connections.map((stats) => toConnectionHealth(stats, streams.isMute(stats))),
      subscribed: streams.stats().assigned,
      refused: counts.refused,
      lastTickAgeMs: pipeline.lastPublishedMs === 0 ? undefined : Math.round(nowMs - pipeline.lastPublishedMs),
      ticksPublished: pipeline.counts.published,
      duplicatesDropped: sum(streams.stats().connections, (stats) => stats.duplicates),
      gaps: this.gapCount,
      reconnects: sum(streams.stats().connections, (stats) => stats.reconnects),
      tokenExpiresMs: tokens.current()?.expiresAt,
      marketTimeMs: reading?.at ?? 0,
      marketTimeExtrapolated: reading?.extrapolated ?? false,
      clockSkewMs: this.skewMs(),
      marketSource: parts.marketSource,
      reportedAtMs: clock.wallNow(),
    };
  }

  private look(): void {
    const { clock, streams, time } = this.parts;
    const nowMs = clock.monotonicMs();
    const frameAgeMs = streams.lastFrameAgeMs();
    if (frameAgeMs !== undefined) time.noteFrame(nowMs - frameAgeMs);
    this.sample(nowMs);
    this.hearRest(nowMs);
    this.judge();
  }

  /** Judges the feed as it is now, and publishes what changed. */
  private judge(): void {
    const { clock, streams, time, publisher } = this.parts;
    if (this.timer === undefined) return;
    streams.forget();
    const nowMs = clock.monotonicMs();
    const changes = time.refresh(streams.isHeard());
    const before = this.verdict;
    this.verdict = judgeHealth(this.facts(nowMs));
    if (before.state !== this.verdict.state) this.announce();
    const due = nowMs - this.publishedAtMs >= PUBLISH_EVERY_MS || before.state !== this.verdict.state;
    if (due) this.publishedAtMs = nowMs;
    if (due || changes.length > 0) publisher.offer(changes, due ? this.health() : undefined);
  }

  private announce(): void {
    const { state, reasons } = this.verdict;
    const { logger } = this.parts;
    const name = Object.entries(HealthState).find(([, value]) => value === state)?.[0] ?? String(state);
    if (state === HealthState.GREEN) logger.info('the feed is green');
    else logger.warn({ state: name, reasons }, 'the feed is not green');
  }

  private sample(nowMs: number): void {
    const { connections } = this.parts.streams.stats();
    const shares = connections.map((stats) => (this.repeats[stats.connection] ??= new RepeatShare()).sample(stats));
    this.duplicateShare = Math.max(0, ...shares);
    const garbage = sum(connections, (stats) => stats.garbage + stats.malformed);
    if (garbage > this.garbageSeen) this.garbageAtMs = nowMs;
    this.garbageSeen = garbage;
    this.lags.push(this.parts.time.takeLag());
    if (this.lags.length > LAG_LOOKS) this.lags.shift();
  }

  private facts(nowMs: number): HealthFacts {
    const { bus, streams, time, interest, values, directory, probe } = this.parts;
    const counts = interest.counts();
    const sessionOpen = time.isOpen();
    return {
      sessionOpen,
      tokenProblem: this.tokenProblem(),
      connections: streams.carrying().map((stats) => ({
        connection: stats.connection,
        state: STATE_NAME[stats.state],
        keys: stats.keys,
        mute: streams.isMute(stats),
      })),
      wanted: counts.wanted,
      refused: counts.refused,
      busConnected: bus.isConnected(),
      storeProblem: values.problem,
      masterDate: directory.masterDate,
      marketDate: time.date(),
      duplicateShare: sessionOpen ? this.duplicateShare : 0,
      garbageAgeMs: this.garbageAtMs === undefined ? undefined : nowMs - this.garbageAtMs,
      lagMs: this.lagMs,
      clockSkewMs: this.skewMs(),
      clockBehindMs: time.clockBehindMs,
      rest: probe.last,
    };
  }

  /** Lets REST be heard on what the feed has had the time to say itself. */
  private hearRest(nowMs: number): void {
    const { probe, time, streams } = this.parts;
    for (const segment of SUPPORTED_SEGMENTS) {
      const seen = probe.sessionOf(segment);
      if (seen !== undefined && nowMs - seen.atMs >= ANNOUNCED_WITHIN_MS)
        time.hearRest(segment, seen.status, seen.atMs);
    }
    streams.owesWord = time.isOverruled();
  }

  private tokenProblem(): string | undefined {
    const { tokens, clock } = this.parts;
    const token = tokens.current();
    if (tokens.problem !== undefined) return tokens.problem;
    if (token === undefined) return 'none was given';
    return token.expiresAt <= clock.wallNow() ? 'it has expired' : undefined;
  }

  private skewMs(): number | undefined {
    return this.parts.marketSource === 'live' ? this.parts.time.skewMs() : undefined;
  }
}

function toConnectionHealth(stats: ConnectionStats, mute: boolean): ConnectionHealth {
  const modes = Object.entries(stats.modes);
  const mixed = modes.filter(([, { keys }]) => keys > 0).length > 1;
  return {
    connection: stats.connection,
    state: STATE_NAME[stats.state],
    lastFrameAgeMs: stats.lastFrameAgeMs === null ? undefined : Math.max(0, Math.round(stats.lastFrameAgeMs)),
    mute,
    frames: stats.frames,
    entries: stats.entries,
    duplicates: stats.duplicates,
    garbage: stats.garbage + stats.malformed,
    reconnects: stats.reconnects,
    keysByMode: Object.fromEntries(modes.map(([mode, { keys }]) => [mode, keys])),
    limitByMode: Object.fromEntries(modes.map(([mode, limit]) => [mode, mixed ? limit.mixed : limit.alone])),
  };
}

function sum(connections: readonly ConnectionStats[], count: (stats: ConnectionStats) => number): number {
  return connections.reduce((total, stats) => total + count(stats), 0);
}
