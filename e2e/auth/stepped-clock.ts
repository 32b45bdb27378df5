import { systemClock, wallInstant, type Clock } from '@vega/kernel';

/** The machine's clock with a wall that a test sets: it goes on from there, and timers keep their pace. */
export class SteppedClock implements Clock {
  private offsetMs: number;
  readonly monotonicMs = systemClock.monotonicMs;
  readonly after = systemClock.after;

  constructor(startMs: number) {
    this.offsetMs = startMs - systemClock.wallNow();
  }

  wallNow(): ReturnType<Clock['wallNow']> {
    return wallInstant(systemClock.wallNow() + this.offsetMs);
  }

  /** Sets the wall; returns how far it is from the machine's own. */
  moveTo(epochMs: number): number {
    this.offsetMs = epochMs - systemClock.wallNow();
    return this.offsetMs;
  }
}
