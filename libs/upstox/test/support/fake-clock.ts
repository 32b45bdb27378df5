import { type Clock, type Timer, wallInstant, type WallInstant } from '@vega/kernel';

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is advanced; timers fire in order of time, then of registration. */
export class FakeClock implements Clock {
  private nowMs = 0;
  private order = 0;
  private readonly pending = new Set<Pending>();

  constructor(private readonly wallStart = Date.parse('2026-03-11T04:00:00Z')) {}

  wallNow(): WallInstant {
    return wallInstant(this.wallStart + this.nowMs);
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer: Pending = { atMs: this.nowMs + Math.max(0, delayMs), order: this.order, callback };
    this.order += 1;
    this.pending.add(timer);
    return { cancel: () => this.pending.delete(timer) };
  }

  /** Moves time on, firing what comes due; input and output of the process get their turn after each timer. */
  async advance(ms: number): Promise<void> {
    const target = this.nowMs + ms;
    await turn();
    for (let next = this.next(target); next; next = this.next(target)) {
      this.pending.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
      await turn();
    }
    this.nowMs = target;
    await turn();
  }

  /** Timers that have not fired. */
  get waiting(): number {
    return this.pending.size;
  }

  private next(target: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.pending) {
      if (timer.atMs > target) continue;
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for a condition, at most five seconds of real time; `between` runs after each look that found it false. */
export async function until(what: string, holds: () => boolean, between: () => Promise<void> = turn): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within five seconds: ${what}`);
    await between();
  }
}
