/** How long waits between attempts may grow. */
export interface BackOffLimits {
  /** Upper bound of the first wait, doubled with every further one. */
  readonly baseMs: number;
  /** Upper bound of any wait. */
  readonly capMs: number;
  /** Lower bound of any wait, so that bad luck with the dice is not a hammer. */
  readonly floorMs: number;
}

/**
 * Exponential back-off with full jitter: the n-th wait is uniform between the floor and min(cap, base * 2^n).
 * Source: Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 */
export class BackOff {
  private failures = 0;
  private readonly limits: BackOffLimits;
  private readonly random: () => number;

  /** `random` yields numbers in [0, 1). */
  constructor(limits: BackOffLimits, random: () => number) {
    this.limits = limits;
    this.random = random;
  }

  /** Failures since the last reset. */
  get attempts(): number {
    return this.failures;
  }

  /** Milliseconds to wait after one more failure. */
  nextMs(): number {
    const { baseMs, capMs, floorMs } = this.limits;
    const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    return floorMs + this.random() * Math.max(0, ceiling - floorMs);
  }

  /** Forgets the failures. */
  reset(): void {
    this.failures = 0;
  }
}
