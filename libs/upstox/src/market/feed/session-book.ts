import { isSupportedSegment, type SupportedSegment } from '@vega/kernel';
import type { MarketStatus } from '../market-status.ts';

/** States in which a segment's instruments change every few seconds, so that silence means a fault. */
const FLOWING: Readonly<Record<'cash' | 'index' | 'derivatives', ReadonlySet<MarketStatus>>> = {
  /** Orders of the pre-open and of the closing session move indicative prices and depth. */
  cash: new Set<MarketStatus>(['PRE_OPEN_START', 'NORMAL_OPEN', 'CLOSING_START']),
  /** The index is frozen while its shares are in an auction. */
  index: new Set<MarketStatus>(['NORMAL_OPEN']),
  /** Only some futures have a pre-open, and none is watched closely enough to call its silence a fault. */
  derivatives: new Set<MarketStatus>(['NORMAL_OPEN']),
};

const GROUP_OF: Readonly<Record<SupportedSegment, keyof typeof FLOWING>> = {
  NSE_EQ: 'cash',
  BSE_EQ: 'cash',
  NSE_INDEX: 'index',
  BSE_INDEX: 'index',
  NSE_FO: 'derivatives',
  BSE_FO: 'derivatives',
};

/** A segment that the calendar opens says so on the feed within this time. */
const OPENING_GRACE_MS = 30_000;
/** How long the feed's word that a segment is closed, given while the calendar says open, is taken before asking again. */
const CLOSED_TRUST_MS = 15 * 60_000;

/** Says from outside the feed whether a segment should be trading now; undefined where it does not know. */
export type SessionCalendar = (segment: SupportedSegment) => boolean | undefined;

/**
 * What is known of each segment's session: the feed's market status, and beside it a calendar, since a mute connection
 * never tells that its market has opened.
 */
export class SessionBook {
  private readonly known = new Map<string, { status: MarketStatus; atMs: number }>();
  /** Since when the calendar has held a segment open, as far as this book has seen. */
  private readonly openSince = new Map<SupportedSegment, number>();

  constructor(private readonly calendar: SessionCalendar = () => undefined) {}

  /** Takes the statuses of a market info message received at a monotonic time. */
  learn(statuses: ReadonlyMap<string, MarketStatus>, atMs: number): void {
    for (const [segment, status] of statuses) {
      if (isSupportedSegment(segment)) this.consultCalendar(segment, atMs);
      this.known.set(segment, { status, atMs });
    }
  }

  /** The feed's last word on a segment. */
  statusOf(segment: string): MarketStatus | undefined {
    return this.known.get(segment)?.status;
  }

  /**
   * Whether messages of a segment are due every few seconds. Without any word of the feed the calendar decides, and
   * without a calendar they are due: a connection that never told the status of its market is suspect.
   */
  expectsFlow(segment: SupportedSegment, nowMs: number): boolean {
    const isOpen = this.consultCalendar(segment, nowMs);
    const known = this.known.get(segment);
    if (!known) return isOpen ?? true;
    if (known.status === 'UNKNOWN') return isOpen ?? false;
    if (FLOWING[GROUP_OF[segment]].has(known.status)) return true;
    const openSince = this.openSince.get(segment);
    if (openSince === undefined) return false;
    return known.atMs < openSince ? nowMs - openSince > OPENING_GRACE_MS : nowMs - known.atMs > CLOSED_TRUST_MS;
  }

  private consultCalendar(segment: SupportedSegment, nowMs: number): boolean | undefined {
    const isOpen = this.calendar(segment);
    if (isOpen !== true) this.openSince.delete(segment);
    else if (!this.openSince.has(segment)) this.openSince.set(segment, nowMs);
    return isOpen;
  }
}
