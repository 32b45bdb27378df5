import { marketInstant, type MarketInstant } from '@vega/kernel';

/** Market time as this process knows it. */
export interface MarketReading {
  readonly at: MarketInstant;
  /** Whether it went on by itself because the feed is silent. */
  readonly extrapolated: boolean;
}

/** Silence after which market time goes on by itself where it may, milliseconds. */
export const EXTRAPOLATE_AFTER_MS = 2_000;

/**
 * The feed's clock. It never goes back: a frame older than what was already told leaves it where it is. While the feed
 * is silent and time goes on all the same it is the last `currentTs` plus the monotonic time since, so that deadlines
 * still fire.
 */
export class MarketClock {
  private lastTs = 0;
  private lastSeenMs = 0;
  private told = 0;

  /** Takes the `currentTs` of a frame (epoch ms) that came at `monotonicMs`. */
  observe(currentTs: number, monotonicMs: number): void {
    this.lastSeenMs = monotonicMs;
    if (currentTs > this.lastTs) this.lastTs = currentTs;
  }

  /** Takes a sign of life of the feed that carried no time of its own. */
  note(monotonicMs: number): void {
    if (monotonicMs > this.lastSeenMs) this.lastSeenMs = monotonicMs;
  }

  /**
   * Market time now; undefined before the first frame. `goesOn`: the market's clock runs although nothing is heard of it,
   * which is so in an open session and always so at a real exchange.
   */
  read(monotonicMs: number, goesOn: boolean): MarketReading | undefined {
    if (this.lastTs === 0) return undefined;
    const silentMs = monotonicMs - this.lastSeenMs;
    const extrapolated = goesOn && silentMs >= EXTRAPOLATE_AFTER_MS;
    const now = extrapolated ? this.lastTs + Math.floor(silentMs) : this.lastTs;
    if (now > this.told) this.told = now;
    return { at: marketInstant(this.told), extrapolated };
  }

  /** Milliseconds by which a frame's time lies behind what was already told; large values mean another source of market. */
  behind(currentTs: number): number {
    return Math.max(0, this.told - currentTs);
  }
}
