import type { Clock } from '@vega/kernel';

/**
 * Wall time in whole microseconds. A clock's wall time has milliseconds only; its monotonic time has more: the offset
 * between them is kept at the largest value seen (the truest, since wall time is cut off) and given up when it steps.
 */
export class WallMicros {
  private offsetMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Epoch microseconds now, within a millisecond of the wall clock. */
  now(): number {
    return this.at(this.clock.monotonicMs());
  }

  /** Epoch microseconds of a monotonic instant of a moment ago. */
  at(monotonicMs: number): number {
    const seen = this.clock.wallNow() - this.clock.monotonicMs();
    if (seen > this.offsetMs || this.offsetMs - seen > 1) this.offsetMs = seen;
    return Math.round((this.offsetMs + monotonicMs) * 1000);
  }
}
