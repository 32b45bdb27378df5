import { SessionStatus, type FeedHealth, type MarketStatus } from '@vega/contracts';
import { marketInstant, type Clock, type MarketInstant } from '@vega/kernel';

/** A feed that says nothing for this long is mute: then market time goes on by itself, and a silent report counts as none. */
const MUTE_MS = 2_000;
const REPORT_MS = 5_000;
/** How far market time goes on without the feed's word; a market that has stopped stays where it is after this. */
const LONGEST_EXTRAPOLATION_MS = 60_000;

/** Market time, sessions and the feed's health, as market-feed tells them. */
export class MarketTime {
  private newestMs = 0;
  private heardAtMs = Number.NEGATIVE_INFINITY;
  private reportAtMs = Number.NEGATIVE_INFINITY;
  private isSound = false;
  private readonly sessions = new Map<string, SessionStatus>();

  constructor(private readonly clock: Clock) {}

  /** Takes the market time of a tick or a report. */
  observe(marketTimeMs: number): void {
    if (marketTimeMs < this.newestMs) return;
    this.newestMs = marketTimeMs;
    this.heardAtMs = this.clock.monotonicMs();
  }

  takeStatus({ segment, status, marketTimeMs }: MarketStatus): void {
    this.sessions.set(segment, status);
    if (marketTimeMs > 0) this.observe(marketTimeMs);
  }

  takeHealth({ marketTimeMs, connections }: FeedHealth): void {
    this.reportAtMs = this.clock.monotonicMs();
    this.isSound = connections.every(({ mute, state }) => !mute && state === 'open');
    if (marketTimeMs > 0) this.observe(marketTimeMs);
  }

  /** Undefined while nothing was heard. Goes on by itself when an open market's feed is mute. */
  now(): MarketInstant | undefined {
    if (this.newestMs === 0) return undefined;
    const silentMs = this.clock.monotonicMs() - this.heardAtMs;
    const extra = silentMs > MUTE_MS && this.isAnyOpen() ? Math.min(silentMs, LONGEST_EXTRAPOLATION_MS) : 0;
    return marketInstant(this.newestMs + Math.floor(extra));
  }

  /** Whether a segment trades continuously; undefined where nobody has said. */
  isOpen(segment: string): boolean | undefined {
    const status = this.sessions.get(segment);
    return status === undefined ? undefined : status === SessionStatus.NORMAL_OPEN;
  }

  /** Whether every connection of the feed was sound in a report that is not old. */
  isFeedSound(): boolean {
    return this.isSound && this.clock.monotonicMs() - this.reportAtMs <= REPORT_MS;
  }

  private isAnyOpen(): boolean {
    for (const status of this.sessions.values()) if (status === SessionStatus.NORMAL_OPEN) return true;
    return false;
  }
}
