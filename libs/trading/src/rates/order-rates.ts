/**
 * Goal: never make more order calls than the broker and the exchanges take from one user, and keep a fifth for exits.
 *
 * Method: a log of the calls of the last half hour and sliding windows over it. An opening call must leave a fifth of each
 * of the user's windows free; an exit may use all of it. Each segment has a window of its own.
 *
 * Invariants: no window ever holds more than its limit; what openings use never passes four fifths. The log is what
 * PostgreSQL tells at take-over, so that a new writer counts what the old one did.
 * Source: Upstox rate limits (place, modify and cancel combined, 2026); SEBI's ten orders per second and segment.
 */
import { invariant } from '@vega/kernel';

/** At most `max` calls in any `windowMs`. */
export interface CallWindow {
  readonly max: number;
  readonly windowMs: number;
}

export interface OrderRateLimits {
  readonly user: readonly CallWindow[];
  readonly segment: CallWindow;
  /** Share of the user's windows that only exits may use. */
  readonly exitShare: number;
  /** Added to every window: what the way to the broker can squeeze two calls together, milliseconds. */
  readonly guardMs: number;
}

/** An unregistered algorithm's limits. */
export const UPSTOX_ORDER_RATES: OrderRateLimits = {
  user: [
    { max: 10, windowMs: 1_000 },
    { max: 500, windowMs: 60_000 },
    { max: 2_000, windowMs: 1_800_000 },
  ],
  segment: { max: 10, windowMs: 1_000 },
  exitShare: 0.2,
  guardMs: 50,
};

/** What a call is for; a cancel is an exit. */
export type CallKind = 'opening' | 'exit';

/** One account's log of order calls. Times are epoch milliseconds, as they are recorded. */
export class OrderRates {
  private readonly userLog: number[] = [];
  private readonly segmentLogs = new Map<string, number[]>();
  private readonly keptMs: number;

  private readonly limits: OrderRateLimits;

  constructor(limits: OrderRateLimits = UPSTOX_ORDER_RATES) {
    this.limits = limits;
    invariant(limits.user.length > 0 && limits.exitShare >= 0 && limits.exitShare < 1, 'order rates need windows');
    this.keptMs = Math.max(...limits.user.map(({ windowMs }) => windowMs)) + limits.guardMs;
  }

  /** Counts a call. Calls are counted in order of time. */
  record(segment: string, atMs: number): void {
    const last = this.userLog.at(-1) ?? Number.NEGATIVE_INFINITY;
    const at = Math.max(atMs, last);
    this.userLog.push(at);
    let log = this.segmentLogs.get(segment);
    if (log === undefined) this.segmentLogs.set(segment, (log = []));
    log.push(at);
    forget(this.userLog, at - this.keptMs);
    forget(log, at - this.limits.segment.windowMs - this.limits.guardMs);
  }

  /** The earliest instant, from `nowMs` on, at which a call keeps every window. */
  freeAt(segment: string, kind: CallKind, nowMs: number): number {
    let free = nowMs;
    for (const window of this.limits.user)
      free = Math.max(free, this.freeIn(this.userLog, window, this.allowed(window, kind)));
    const log = this.segmentLogs.get(segment);
    if (log !== undefined) free = Math.max(free, this.freeIn(log, this.limits.segment, this.limits.segment.max));
    return free;
  }

  /** Calls of a kind that could be made now. */
  freeCalls(kind: CallKind, nowMs: number): number {
    return Math.max(
      0,
      Math.min(
        ...this.limits.user.map((window) => {
          const from = nowMs - window.windowMs - this.limits.guardMs;
          return this.allowed(window, kind) - countAfter(this.userLog, from);
        }),
      ),
    );
  }

  private allowed({ max }: CallWindow, kind: CallKind): number {
    return kind === 'exit' ? max : Math.max(1, Math.floor(max * (1 - this.limits.exitShare)));
  }

  private freeIn(log: readonly number[], { windowMs }: CallWindow, allowed: number): number {
    const oldest = log[log.length - allowed];
    // A call at exactly the end of the window is outside of it.
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + windowMs + this.limits.guardMs;
  }
}

function countAfter(log: readonly number[], fromMs: number): number {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((log[middle] as number) > fromMs) high = middle;
    else low = middle + 1;
  }
  return log.length - low;
}

/** Drops what is older, in bulk, so that a log never grows beyond twice what it must hold. */
function forget(log: number[], olderThanMs: number): void {
  if ((log[0] ?? Number.POSITIVE_INFINITY) >= olderThanMs || log.length < 64) return;
  const kept = countAfter(log, olderThanMs);
  if (log.length >= 2 * kept) log.splice(0, log.length - kept);
}
