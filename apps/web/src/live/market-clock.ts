/** A monotonic clock in milliseconds; the page's `performance.now` or a test's own. */
export type Monotonic = () => number;

/**
 * The exchange's time as the feed tells it, going on by itself between ticks. It never goes back; before the first tick
 * it is the computer's own time.
 */
export class MarketClock {
  private marketMs: number | undefined;
  private atMs = 0;
  private readonly now: Monotonic;
  private readonly wall: () => number;

  constructor(now: Monotonic, wall: () => number) {
    this.now = now;
    this.wall = wall;
  }

  /** Whether the feed has told the time. */
  get isKnown(): boolean {
    return this.marketMs !== undefined;
  }

  /** Learns a time of the exchange, epoch ms; one that is older than what is known is ignored. */
  learn(exchangeTimeMs: number): void {
    if (this.marketMs !== undefined && exchangeTimeMs <= this.marketMs) return;
    this.marketMs = exchangeTimeMs;
    this.atMs = this.now();
  }

  /** Epoch ms. */
  read(): number {
    return this.marketMs === undefined ? this.wall() : this.marketMs + this.now() - this.atMs;
  }
}
