import { SessionStatus, type MarketStatus } from '@vega/contracts';
import { isSupportedSegment, SUPPORTED_SEGMENTS, type MarketInstant, type SupportedSegment } from '@vega/kernel';
import { feedStatusAt, type FeedStatus, type TradingCalendar } from '@vega/rulebook';

const STATUS: Readonly<Record<FeedStatus, SessionStatus>> = {
  PRE_OPEN_START: SessionStatus.PRE_OPEN_START,
  PRE_OPEN_END: SessionStatus.PRE_OPEN_END,
  NORMAL_OPEN: SessionStatus.NORMAL_OPEN,
  NORMAL_CLOSE: SessionStatus.NORMAL_CLOSE,
  CLOSING_START: SessionStatus.CLOSING_START,
  CLOSING_END: SessionStatus.CLOSING_END,
};

interface Announcement {
  readonly status: FeedStatus;
  readonly marketTimeMs: number;
  /** Who said so; REST is taken for it where the feed missed an open. */
  readonly source: 'feed' | 'rest';
}

/**
 * The session of each segment: as the feed announces it while it is heard, else as the rulebook has it for that
 * market time, marked so. A segment the feed does not name is the rulebook's too.
 */
export class SessionBoard {
  private readonly board = new Map<SupportedSegment, MarketStatus>();
  private readonly announced = new Map<SupportedSegment, Announcement>();

  constructor(private readonly calendar: () => TradingCalendar) {}

  /** Takes a market_info of the feed, sent at `marketTimeMs`. Segments the platform does not serve are ignored. */
  announce(statuses: Iterable<readonly [string, FeedStatus]>, marketTimeMs: number): void {
    for (const [segment, status] of statuses) {
      if (!isSupportedSegment(segment)) continue;
      const before = this.announced.get(segment);
      if (before?.status === status && before.source === 'feed') continue;
      this.announced.set(segment, { status, marketTimeMs, source: 'feed' });
    }
  }

  /**
   * Takes what REST says of a segment later than the feed's last word: it is believed when it opens what the feed calls
   * closed, and from then on until the feed speaks again.
   */
  overrule(segment: SupportedSegment, status: FeedStatus, marketTimeMs: number): void {
    const before = this.announced.get(segment);
    if (before === undefined || before.status === status) return;
    const missedOpen = before.status !== 'NORMAL_OPEN' && status === 'NORMAL_OPEN';
    if (missedOpen || before.source === 'rest') this.announced.set(segment, { status, marketTimeMs, source: 'rest' });
  }

  /** Whether the feed owes its word on a segment that REST has seen open. */
  isOverruled(): boolean {
    return [...this.announced.values()].some(({ source }) => source === 'rest');
  }

  /**
   * Brings the board up to date and returns what changed since the last call. `heard` tells whether the feed can be
   * trusted to have announced every change until now.
   */
  refresh(at: MarketInstant, heard: boolean): readonly MarketStatus[] {
    const changes: MarketStatus[] = [];
    for (const segment of SUPPORTED_SEGMENTS) {
      const before = this.board.get(segment);
      const now = this.statusOf(segment, at, heard);
      if (now === undefined || (before?.status === now.status && before.source === now.source)) continue;
      this.board.set(segment, now);
      changes.push(now);
    }
    return changes;
  }

  /** What is known of every segment, in the platform's order. */
  all(): readonly MarketStatus[] {
    return [...this.board.values()];
  }

  get(segment: SupportedSegment): SessionStatus {
    return this.board.get(segment)?.status ?? SessionStatus.UNSPECIFIED;
  }

  /**
   * Whether any of the segments trades continuously, so that silence of the feed is a fault. While the feed tells of some
   * segments only those count: it may carry no others.
   */
  isOpen(segments: readonly SupportedSegment[] = SUPPORTED_SEGMENTS): boolean {
    const known = segments.flatMap((segment) => this.board.get(segment) ?? []);
    const told = known.filter(({ source }) => source !== 'rulebook');
    return (told.length > 0 ? told : known).some(({ status }) => status === SessionStatus.NORMAL_OPEN);
  }

  private statusOf(segment: SupportedSegment, at: MarketInstant, heard: boolean): MarketStatus | undefined {
    const announced = this.announced.get(segment);
    if (heard && announced !== undefined) {
      return {
        segment,
        status: STATUS[announced.status],
        marketTimeMs: announced.marketTimeMs,
        source: announced.source,
      };
    }
    const status = STATUS[feedStatusAt(this.calendar(), segment, at)];
    return { segment, status, marketTimeMs: at, source: 'rulebook' };
  }
}
