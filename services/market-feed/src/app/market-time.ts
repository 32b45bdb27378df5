import type { MarketStatus, SessionStatus } from '@vega/contracts';
import { istDateOf, marketInstant, SUPPORTED_SEGMENTS, type Clock, type SupportedSegment } from '@vega/kernel';
import type { FeedStatus, TradingCalendar } from '@vega/rulebook';
import { FEED_STATUSES, isContinuous } from '@vega/rulebook';
import { LagGauge } from '../domain/lag-gauge.ts';
import { MarketClock, type MarketReading } from '../domain/market-clock.ts';
import { SessionBoard } from '../domain/session-board.ts';

export interface MarketTimeOptions {
  readonly clock: Clock;
  readonly calendar: () => TradingCalendar;
  /** Whether the source is the real market, whose time goes on whatever is heard of it and is the wall's before anything is. */
  readonly live: boolean;
}

const OVERTAKING_MS = 1_000;

const feedStatuses = new Set<string>(FEED_STATUSES);

/** Market time and the sessions that hang on it, as the feed tells them or as they go on without it. */
export class MarketTime {
  private readonly marketClock = new MarketClock();
  private readonly board: SessionBoard;
  private readonly lag = new LagGauge();
  private readonly wordAtMs = new Map<string, number>();
  private frameTs = 0;
  private frameAtMs = Number.NaN;
  private behindMs = 0;

  constructor(private readonly options: MarketTimeOptions) {
    this.board = new SessionBoard(options.calendar);
  }

  /** Takes the `currentTs` of a frame and its arrival (monotonic ms). Called for every entry: cheap for the same frame again. */
  observe(currentTs: number, receivedMs: number): void {
    if (receivedMs === this.frameAtMs && currentTs === this.frameTs) return;
    this.frameAtMs = receivedMs;
    this.frameTs = currentTs;
    this.behindMs = this.marketClock.behind(currentTs);
    this.marketClock.observe(currentTs, receivedMs);
    this.lag.observe(currentTs, receivedMs);
  }

  /** Takes note of a frame that told nothing new, so that its silence is not taken for the feed's. */
  noteFrame(receivedMs: number): void {
    this.marketClock.note(receivedMs);
  }

  /** Takes the feed's word on the sessions; words that are not known are ignored. */
  announce(statuses: Iterable<readonly [string, string]>, currentTs: number): void {
    this.observe(currentTs, this.options.clock.monotonicMs());
    const known = [...statuses].filter((entry): entry is [string, FeedStatus] => feedStatuses.has(entry[1]));
    this.board.announce(known, currentTs);
    for (const [segment] of known) this.wordAtMs.set(segment, this.options.clock.monotonicMs());
  }

  /** Market time now; undefined while nothing is known of it. */
  now(): MarketReading | undefined {
    const { clock, live } = this.options;
    const reading = this.marketClock.read(clock.monotonicMs(), live || this.board.isOpen());
    if (reading !== undefined || !live) return reading;
    return { at: marketInstant(clock.wallNow()), extrapolated: true };
  }

  /** YYYY-MM-DD of market time; empty while nothing is known of it. */
  date(): string {
    const reading = this.now();
    return reading === undefined ? '' : istDateOf(reading.at);
  }

  /** Brings the sessions up to date; returns what changed. `heard`: the feed has been listened to without a break. */
  refresh(heard: boolean): readonly MarketStatus[] {
    const reading = this.now();
    return reading === undefined ? [] : this.board.refresh(reading.at, heard);
  }

  sessions(): readonly MarketStatus[] {
    return this.board.all();
  }

  session(segment: SupportedSegment): SessionStatus {
    return this.board.get(segment);
  }

  /** Whether any segment trades continuously. */
  isOpen(): boolean {
    return this.board.isOpen();
  }

  /**
   * Whether the rulebook has a segment trading now; undefined for a simulator, whose market may keep other hours, stop or
   * be a recording.
   */
  isOpenByRulebook(segment: SupportedSegment): boolean | undefined {
    const reading = this.now();
    if (reading === undefined || !this.options.live) return undefined;
    return isContinuous(this.options.calendar(), segment, reading.at);
  }

  /** Whether it is known that no segment trades: waiting is all there is to do. */
  isClosed(): boolean {
    const sessions = this.board.all();
    return (
      sessions.length > 0 && !this.isOpen() && SUPPORTED_SEGMENTS.every((one) => this.isOpenByRulebook(one) !== true)
    );
  }

  /**
   * Takes what REST said of a segment at `seenMs` (monotonic). It counts only when the feed has not spoken since, beyond
   * what two messages may overtake each other.
   */
  hearRest(segment: SupportedSegment, status: string, seenMs: number): void {
    const wordAtMs = this.wordAtMs.get(segment);
    const reading = this.now();
    if (wordAtMs === undefined || reading === undefined || seenMs <= wordAtMs + OVERTAKING_MS) return;
    if (feedStatuses.has(status)) this.board.overrule(segment, status as FeedStatus, reading.at);
  }

  /** Whether the feed owes its word on a segment that REST has seen open. */
  isOverruled(): boolean {
    return this.board.isOverruled();
  }

  /** The worst lag of frames since the last call, milliseconds. */
  takeLag(): number {
    return this.lag.take();
  }

  /** Forgets what delay is usual, for a feed that starts anew. */
  restartLag(): void {
    this.lag.restart();
  }

  /** By how much the last frame's clock lay behind market time already told, milliseconds. */
  get clockBehindMs(): number {
    return this.behindMs;
  }

  /** Local wall clock minus the newest frame's clock when it came, milliseconds; undefined before the first frame. */
  skewMs(): number | undefined {
    const { clock } = this.options;
    if (this.frameTs === 0) return undefined;
    return Math.round(clock.wallNow() - (clock.monotonicMs() - this.frameAtMs) - this.frameTs);
  }
}
