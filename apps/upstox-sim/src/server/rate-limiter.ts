import type { Clock } from '@vega/kernel';

/** Calls allowed per user and API, for every API that places no orders. Source: Upstox's rate limits. */
export const STANDARD_LIMITS = [
  { windowMs: 1_000, calls: 50 },
  { windowMs: 60_000, calls: 500 },
  { windowMs: 1_800_000, calls: 2_000 },
] as const;

/** Calls of all APIs that place, change or cancel orders together, per user, for an algorithm that is not registered. */
export const ORDER_LIMITS = [
  { windowMs: 1_000, calls: 10 },
  { windowMs: 60_000, calls: 500 },
  { windowMs: 1_800_000, calls: 2_000 },
] as const;

type Limits = readonly { readonly windowMs: number; readonly calls: number }[];

/** The calls of one user to one API, as a log with a moving start per window. */
class CallLog {
  private times: number[] = [];
  private readonly starts: number[];

  constructor(private readonly limits: Limits) {
    this.starts = limits.map(() => 0);
  }

  /** Records a call at `now` unless a window is full. */
  admit(now: number): boolean {
    const full = this.limits.some(({ windowMs, calls }, index) => {
      let start = this.starts[index] ?? 0;
      while (start < this.times.length && (this.times[start] ?? 0) <= now - windowMs) start++;
      this.starts[index] = start;
      return this.times.length - start >= calls;
    });
    if (full) return false;
    this.times.push(now);
    this.compact();
    return true;
  }

  /** Whether no window remembers anything. */
  isIdle(now: number): boolean {
    const longest = this.limits.at(-1)?.windowMs ?? 0;
    return (this.times.at(-1) ?? -Infinity) <= now - longest;
  }

  private compact(): void {
    const dead = Math.min(...this.starts);
    if (dead < 1024) return;
    this.times = this.times.slice(dead);
    for (let index = 0; index < this.starts.length; index++) this.starts[index] = (this.starts[index] ?? 0) - dead;
  }
}

const SWEEP_AT = 5_000;

/** Upstox's inbound limits: exact sliding windows per user and API. Refused calls do not count. */
export class RateLimiter {
  private readonly logs = new Map<string, CallLog>();
  private readonly limits: { readonly standard: Limits; readonly orders: Limits };

  /** @param factor Multiplies every limit, for accelerated tests. */
  constructor(
    private readonly clock: Clock,
    factor: number,
  ) {
    const scaled = (limits: Limits): Limits =>
      limits.map(({ windowMs, calls }) => ({ windowMs, calls: Math.max(1, Math.floor(calls * factor)) }));
    this.limits = { standard: scaled(STANDARD_LIMITS), orders: scaled(ORDER_LIMITS) };
  }

  /** Whether `who` may call `api` now; a granted call is counted. */
  admit(who: string, api: string, limits: 'standard' | 'orders' = 'standard'): boolean {
    const now = this.clock.monotonicMs();
    const name = `${who} ${api}`;
    let log = this.logs.get(name);
    if (log === undefined) {
      if (this.logs.size >= SWEEP_AT) this.forgetIdle(now);
      log = new CallLog(this.limits[limits]);
      this.logs.set(name, log);
    }
    return log.admit(now);
  }

  private forgetIdle(now: number): void {
    for (const [name, log] of this.logs) if (log.isIdle(now)) this.logs.delete(name);
  }
}
