import type { Clock, Timer, WallInstant } from '@vega/kernel';

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to move. Timers fire in order of their due time, then of their making. */
export class FakeClock implements Clock {
  private wallMs: number;
  private elapsedMs = 0;
  private made = 0;
  private pending: Pending[] = [];

  /** Starts at the given epoch milliseconds. */
  constructor(startMs: number = Date.UTC(2026, 0, 1, 4, 0, 0)) {
    this.wallMs = startMs;
  }

  wallNow(): WallInstant {
    return this.wallMs as WallInstant;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    this.made += 1;
    const entry: Pending = { dueMs: this.elapsedMs + Math.max(0, delayMs), order: this.made, callback };
    this.pending.push(entry);
    return {
      cancel: () => {
        this.pending = this.pending.filter((other) => other !== entry);
      },
    };
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.pending.length;
  }

  /** Milliseconds until the next timer; undefined when none waits. */
  get nextInMs(): number | undefined {
    const next = this.earliest();
    return next === undefined ? undefined : next.dueMs - this.elapsedMs;
  }

  /**
   * Moves time on by `ms`, firing each timer at its own moment, those that fired ones make included, without letting promises run
   * in between. For code whose timers start asynchronous work use {@link advance}.
   */
  advanceSync(ms: number): void {
    const end = this.elapsedMs + ms;
    for (let next = this.earliest(); next !== undefined && next.dueMs <= end; next = this.earliest()) this.fire(next);
    this.moveTo(end);
  }

  /** Moves time on by `ms`; after each timer everything that promises and immediates have ready runs before time moves again. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsedMs + ms;
    await settle();
    for (let next = this.earliest(); next !== undefined && next.dueMs <= end; next = this.earliest()) {
      this.fire(next);
      await settle();
    }
    this.moveTo(end);
    await settle();
  }

  /** Steps the wall clock, as an operator or NTP does, without moving monotonic time or firing timers. */
  stepWall(byMs: number): void {
    this.wallMs += byMs;
  }

  private earliest(): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.pending) {
      if (
        first === undefined ||
        entry.dueMs < first.dueMs ||
        (entry.dueMs === first.dueMs && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }

  private fire(entry: Pending): void {
    this.pending = this.pending.filter((other) => other !== entry);
    this.moveTo(entry.dueMs);
    entry.callback();
  }

  private moveTo(elapsedMs: number): void {
    const step = elapsedMs - this.elapsedMs;
    if (step <= 0) return;
    this.wallMs += step;
    this.elapsedMs = elapsedMs;
  }
}

/** Lets promise callbacks and immediates that are ready run, a few rounds deep, as a chain of awaits needs. */
export async function settle(rounds = 3): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise((resume) => setImmediate(resume));
}
