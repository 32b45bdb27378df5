import { HealthState, SessionStatus, type FeedHealth, type MarketStatus } from '@vega/contracts';
import { repeat, toIstIso, type Clock, type Timer } from '@vega/kernel';
import { nonZero } from '../../quote-figures.ts';
import type { MarketData } from '../../ports.ts';
import type { Ending, FeedSource } from '../ports.ts';

export const FEED_STATES = ['GREEN', 'AMBER', 'RED'] as const;
export type FeedStateName = (typeof FEED_STATES)[number];

export const SESSION_NAMES = [
  'UNSPECIFIED',
  'PRE_OPEN_START',
  'PRE_OPEN_END',
  'NORMAL_OPEN',
  'NORMAL_CLOSE',
  'CLOSING_START',
  'CLOSING_END',
] as const;
export type SessionName = (typeof SESSION_NAMES)[number];

const SESSIONS: Record<SessionStatus, SessionName> = {
  [SessionStatus.UNSPECIFIED]: 'UNSPECIFIED',
  [SessionStatus.PRE_OPEN_START]: 'PRE_OPEN_START',
  [SessionStatus.PRE_OPEN_END]: 'PRE_OPEN_END',
  [SessionStatus.NORMAL_OPEN]: 'NORMAL_OPEN',
  [SessionStatus.NORMAL_CLOSE]: 'NORMAL_CLOSE',
  [SessionStatus.CLOSING_START]: 'CLOSING_START',
  [SessionStatus.CLOSING_END]: 'CLOSING_END',
};

/** The session status in words; null when nobody has announced one. */
export function toSessionName(status: SessionStatus): SessionName | null {
  const name = SESSIONS[status] ?? 'UNSPECIFIED';
  return name === 'UNSPECIFIED' ? null : name;
}

/** The colour of a health report; one that states none counts as red. */
export function toFeedState(state: HealthState): FeedStateName {
  if (state === HealthState.GREEN) return 'GREEN';
  return state === HealthState.AMBER ? 'AMBER' : 'RED';
}

/** A segment's session as it is shown. */
export interface SessionFigures {
  segment: string;
  status: SessionName | null;
  since: string | null;
  since_ms: number | null;
  source: string;
}

/** The session announcement of a segment in the words of the public interfaces. */
export function sessionFiguresOf(session: MarketStatus): SessionFigures {
  return {
    segment: session.segment,
    status: toSessionName(session.status),
    since: session.marketTimeMs === 0 ? null : toIstIso(session.marketTimeMs),
    since_ms: nonZero(session.marketTimeMs),
    source: session.source,
  };
}

/** How the feed is, over all replicas of market-feed: the worst of those that report. */
export interface FeedFigures {
  state: FeedStateName;
  reasons: string[];
  /** Milliseconds since the newest report; null before the first. */
  report_age_ms: number | null;
}

/** What clients of the status channel are shown. */
export interface StatusFigures {
  sessions: SessionFigures[];
  feed: FeedFigures;
}

/** What can be heard of the feed. */
export interface FeedListener {
  /** Sessions, state or reasons have changed. */
  readonly onChange?: () => void;
  /** Values may have become stale or fresh. */
  readonly onFeedState?: () => void;
  /** No replica reports any more. */
  readonly onSilence?: () => void;
}

interface Heard {
  readonly report: FeedHealth;
  readonly atMs: number;
}

/** market-feed reports each second; silence for this long means that it, or the way to it, is gone. */
const SILENT_MS = 5_000;
const CHECK_MS = 1_000;

/** Follows market status and feed health as they are published, and notices their absence. */
export class FeedWatch {
  private readonly sessions = new Map<string, MarketStatus>();
  private readonly reports = new Map<string, Heard>();
  private readonly ending: Ending;
  private readonly timer: Timer;
  private shown = '';
  private shownFeed = '';
  private silent = false;
  private asking = false;
  private readonly listeners: FeedListener[] = [];

  constructor(
    source: FeedSource,
    private readonly market: MarketData,
    private readonly clock: Clock,
  ) {
    this.ending = source.subscribeReports({
      onStatus: (status) => this.takeSession(status),
      onHealth: (health) => this.takeHealth(health),
    });
    this.timer = repeat(clock, CHECK_MS, () => this.check());
    void this.ask();
  }

  /** Tells the listener from now on. */
  listen(listener: FeedListener): void {
    this.listeners.push(listener);
  }

  /** What is known now. */
  figures(): StatusFigures {
    const sessions = [...this.sessions.values()]
      .map(sessionFiguresOf)
      .sort((a, b) => a.segment.localeCompare(b.segment));
    return { sessions, feed: this.feed() };
  }

  close(): void {
    this.ending();
    this.timer.cancel();
  }

  private feed(): FeedFigures {
    const living = this.living();
    const newest = Math.max(...[...this.reports.values()].map((heard) => heard.atMs));
    const age = Number.isFinite(newest) ? Math.max(0, Math.round(this.clock.monotonicMs() - newest)) : null;
    if (living.length === 0) return { state: 'RED', reasons: ['market-feed does not report'], report_age_ms: age };
    const states = living.map((heard) => toFeedState(heard.report.state));
    const state = states.includes('RED') ? 'RED' : states.includes('AMBER') ? 'AMBER' : 'GREEN';
    return { state, reasons: [...new Set(living.flatMap((heard) => heard.report.reasons))], report_age_ms: age };
  }

  private living(): Heard[] {
    const oldest = this.clock.monotonicMs() - SILENT_MS;
    return [...this.reports.values()].filter((heard) => heard.atMs >= oldest);
  }

  private takeSession(status: MarketStatus): void {
    if (status.segment === '') return;
    this.sessions.set(status.segment, status);
    this.compare();
  }

  private takeHealth(report: FeedHealth): void {
    this.reports.set(report.replica, { report, atMs: this.clock.monotonicMs() });
    if (this.silent) {
      this.silent = false;
      void this.ask();
    }
    this.compare();
  }

  private check(): void {
    if (!this.silent && this.living().length === 0) {
      this.silent = true;
      this.compare();
      this.tell('onSilence');
      return;
    }
    const living = this.living();
    // Replicas that are gone are forgotten as long as another one reports; the last report of all keeps its age.
    if (living.length > 0 && living.length < this.reports.size) {
      this.reports.clear();
      for (const heard of living) this.reports.set(heard.report.replica, heard);
      this.compare();
    }
    if (this.sessions.size === 0) void this.ask();
  }

  private tell(what: keyof FeedListener): void {
    for (const listener of this.listeners) listener[what]?.();
  }

  private compare(): void {
    const { sessions, feed } = this.figures();
    const now = JSON.stringify([sessions, feed.state, feed.reasons]);
    if (now === this.shown) return;
    this.shown = now;
    this.tell('onChange');
    // Reasons may count seconds; only another colour or another number of troubles can change what is stale.
    const feedNow = `${feed.state} ${feed.reasons.length}`;
    if (feedNow === this.shownFeed) return;
    this.shownFeed = feedNow;
    this.tell('onFeedState');
  }

  /** Sessions are announced at changes only, so a gateway that has just come asks for them. */
  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const { sessions, health } = await this.market.fetchFeedStatus();
      for (const session of sessions) {
        const present = this.sessions.get(session.segment);
        if (present === undefined || present.marketTimeMs <= session.marketTimeMs)
          this.sessions.set(session.segment, session);
      }
      if (health !== undefined) {
        this.reports.set(health.replica, { report: health, atMs: this.clock.monotonicMs() });
        this.silent = false;
      }
      this.compare();
    } catch {
      // It is asked again when a report is heard, or at the next check while no session is known.
    } finally {
      this.asking = false;
    }
  }
}
