import type { Clock } from '@vega/kernel';

/** A token bucket: a lasting rate per second, and twice that in a burst. */
export class MessageBudget {
  private tokens: number;
  private atMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
  ) {
    this.tokens = perSecond * 2;
    this.atMs = clock.monotonicMs();
  }

  /** Whether one more message fits now. */
  take(): boolean {
    const now = this.clock.monotonicMs();
    this.tokens = Math.min(this.perSecond * 2, this.tokens + ((now - this.atMs) * this.perSecond) / 1000);
    this.atMs = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
