/**
 * Two clocks that cannot be mixed. `MarketInstant` is the exchange's time as the feed tells it: sessions, bars,
 * expiry and strategy time hang on it. `WallInstant` is this machine's time: tokens, leases, timeouts, HTTP.
 * Both are milliseconds since the Unix epoch, UTC.
 */
export type MarketInstant = number & { readonly __clock: 'market' };
export type WallInstant = number & { readonly __clock: 'wall' };

/** Brands epoch milliseconds as market time. */
export function marketInstant(epochMs: number): MarketInstant {
  return epochMs as MarketInstant;
}

/** Brands epoch milliseconds as wall time. */
export function wallInstant(epochMs: number): WallInstant {
  return epochMs as WallInstant;
}

/** A cancellable timer. */
export interface Timer {
  cancel(): void;
}

/** The port through which all code reads time and waits, so that tests and replays own it. */
export interface Clock {
  /** Wall time now. May step. */
  wallNow(): WallInstant;
  /** Milliseconds that only ever grow; for ages and durations. */
  monotonicMs(): number;
  /** Runs `callback` once, at least `delayMs` from now; with 0 in the next turn of the loop. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The machine's own clock. Timers do not keep the process alive, but for the one turn of a delay of 0. */
export const systemClock: Clock = {
  wallNow: () => Date.now() as WallInstant,
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    // A timer waits a millisecond at least, which is long where a client waits for a price.
    if (delayMs <= 0) {
      const turn = setImmediate(callback);
      return { cancel: () => clearImmediate(turn) };
    }
    const handle = setTimeout(callback, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Repeats `task` every `intervalMs` after the previous run has ended; a slow run delays the next instead of overlapping it. */
export function repeat(clock: Clock, intervalMs: number, task: () => void | Promise<void>): Timer {
  let cancelled = false;
  let timer: Timer;
  const schedule = (): void => {
    timer = clock.after(intervalMs, () => {
      void Promise.resolve(task()).finally(() => {
        if (!cancelled) schedule();
      });
    });
  };
  schedule();
  return {
    cancel() {
      cancelled = true;
      timer.cancel();
    },
  };
}
