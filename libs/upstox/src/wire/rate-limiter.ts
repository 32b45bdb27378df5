/**
 * Goal: never send Upstox more than it allows, so that a 429 stays an exception.
 *
 * Method: a log of grants per API and sliding windows over it (at most `max` grants in any `windowMs`). Callers wait in
 * order of arrival, each up to its own deadline. A 429 that comes all the same closes the API for a while.
 *
 * Invariants: no window ever holds more than `max` grants; nobody overtakes within an API; the queue is bounded.
 */
import type { Clock, Timer } from '@vega/kernel';
import { BackOff } from './back-off.ts';
import { UpstoxError } from './upstox-error.ts';

/** At most `max` calls in any `windowMs`. */
export interface RateWindow {
  readonly max: number;
  readonly windowMs: number;
}

/** Upstox's limits per user and API, other than orders (developer documentation, 2026). */
export const DATA_RATE_WINDOWS: readonly RateWindow[] = [
  { max: 50, windowMs: 1_000 },
  { max: 500, windowMs: 60_000 },
  { max: 2_000, windowMs: 1_800_000 },
];

/** What a limiter is made of; the limits of Upstox's data calls unless others are given. */
export interface RateLimiterOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly windows?: readonly RateWindow[];
  /** Added to every window: what the network can squeeze two calls together. Default 50 ms. */
  readonly guardMs?: number;
  /** Callers that may wait per API; more are refused. Default 1,000. */
  readonly maxWaiting?: number;
}

/** How long a caller waits for its turn, and whether it may give up before. */
export interface RateWait {
  /** How long the caller will wait for its turn. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

interface Waiter {
  readonly grant: () => void;
  readonly cancel: () => void;
}

const BACK_OFF_AFTER_429 = { baseMs: 2_000, capMs: 60_000, floorMs: 1_000 };

/** The client-side rate limits of one user. */
export class RateLimiter {
  private readonly lanes = new Map<string, ApiLane>();
  private readonly windows: readonly RateWindow[];

  constructor(private readonly options: RateLimiterOptions) {
    const guardMs = options.guardMs ?? 50;
    this.windows = (options.windows ?? DATA_RATE_WINDOWS).map(({ max, windowMs }) => ({
      max,
      windowMs: windowMs + guardMs,
    }));
  }

  /**
   * Resolves when the call may be sent, counting it. Rejects with `UPSTOX_RATE_WAIT` (not sent) when the turn cannot
   * come within `waitMs`, with `UPSTOX_ABORTED` (not sent) when the caller gives up first.
   */
  acquire(api: string, wait: RateWait): Promise<void> {
    return this.lane(api).acquire(wait);
  }

  /** Upstox answered 429: the API stays closed for a while, longer with each further one in a row. */
  backOff(api: string): void {
    this.lane(api).backOff();
  }

  /** Upstox answered something else than 429: the next back-off starts small again. */
  succeeded(api: string): void {
    this.lane(api).succeeded();
  }

  private lane(api: string): ApiLane {
    let lane = this.lanes.get(api);
    if (!lane) {
      lane = new ApiLane(api, this.windows, this.options);
      this.lanes.set(api, lane);
    }
    return lane;
  }
}

/** One API's log of grants and its queue. */
class ApiLane {
  private readonly grants: Float64Array;
  private granted = 0;
  private closedUntil = 0;
  private readonly queue: Waiter[] = [];
  private pump: Timer | undefined;
  private readonly after429: BackOff;

  constructor(
    private readonly api: string,
    private readonly windows: readonly RateWindow[],
    private readonly options: RateLimiterOptions,
  ) {
    this.grants = new Float64Array(Math.max(...windows.map((window) => window.max)));
    this.after429 = new BackOff(BACK_OFF_AFTER_429, options.random);
  }

  acquire(wait: RateWait): Promise<void> {
    const now = this.options.clock.monotonicMs();
    if (wait.signal?.aborted) return Promise.reject(this.aborted());
    const free = this.freeAt(now);
    if (this.queue.length === 0 && free <= now) {
      this.record(now);
      return Promise.resolve();
    }
    if (free > now + wait.waitMs || this.queue.length >= (this.options.maxWaiting ?? 1_000)) {
      return Promise.reject(this.refused(wait.waitMs));
    }
    return this.enqueue(wait);
  }

  backOff(): void {
    this.closedUntil = this.options.clock.monotonicMs() + this.after429.nextMs();
    this.schedule();
  }

  succeeded(): void {
    this.after429.reset();
  }

  private enqueue({ waitMs, signal }: RateWait): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const leave = (error: UpstoxError): void => {
        const at = this.queue.indexOf(waiter);
        if (at >= 0) this.queue.splice(at, 1);
        waiter.cancel();
        reject(error);
        this.schedule();
      };
      const onAbort = (): void => leave(this.aborted());
      const deadline = this.options.clock.after(waitMs, () => {
        // A turn that comes at the deadline itself is in time.
        this.schedule();
        if (this.queue.includes(waiter)) leave(this.refused(waitMs));
      });
      const waiter: Waiter = {
        grant: resolve,
        cancel: () => {
          deadline.cancel();
          signal?.removeEventListener('abort', onAbort);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(waiter);
      this.schedule();
    });
  }

  /** Grants whoever may go now and wakes again for the next. */
  private schedule(): void {
    this.pump?.cancel();
    this.pump = undefined;
    for (;;) {
      const waiter = this.queue[0];
      if (!waiter) return;
      const now = this.options.clock.monotonicMs();
      const free = this.freeAt(now);
      if (free > now) {
        this.pump = this.options.clock.after(free - now, () => this.schedule());
        return;
      }
      this.queue.shift();
      waiter.cancel();
      this.record(now);
      waiter.grant();
    }
  }

  private record(now: number): void {
    this.grants[this.granted % this.grants.length] = now;
    this.granted += 1;
  }

  /** The earliest instant at which one more grant keeps every window. */
  private freeAt(now: number): number {
    let free = Math.max(now, this.closedUntil);
    for (const { max, windowMs } of this.windows) {
      if (this.granted < max) continue;
      const oldest = this.grants[(this.granted - max) % this.grants.length] as number;
      free = Math.max(free, oldest + windowMs);
    }
    return free;
  }

  private refused(waitMs: number): UpstoxError {
    const message = `the client-side rate limit allows no call within ${waitMs} ms`;
    return new UpstoxError('UPSTOX_RATE_WAIT', message, 'not-sent', { api: this.api });
  }

  private aborted(): UpstoxError {
    return new UpstoxError('UPSTOX_ABORTED', 'the caller gave up before its turn', 'not-sent', { api: this.api });
  }
}
