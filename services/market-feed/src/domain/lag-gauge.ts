/** How long the smallest delay counts as the usual one, milliseconds. */
const MEMORY_MS = 120_000;
const BUCKETS = 12;
const BUCKET_MS = MEMORY_MS / BUCKETS;

/**
 * How much later than usual frames arrive. The difference between arrival (monotonic) and the frame's own clock has an
 * unknown constant in it; its minimum over the last two minutes is taken for "no delay". Right for any speed of the
 * feed's clock: where it runs faster than ours the difference only shrinks.
 */
export class LagGauge {
  private readonly minima: number[] = new Array<number>(BUCKETS).fill(Number.POSITIVE_INFINITY);
  private bucket = -1;
  private worst = 0;
  private lastTs = 0;

  /** Takes a frame's clock (epoch ms) and the time it came. Frames that tell no new time are no evidence. */
  observe(currentTs: number, monotonicMs: number): void {
    if (currentTs === this.lastTs) return;
    this.lastTs = currentTs;
    this.turnTo(Math.floor(monotonicMs / BUCKET_MS));
    const difference = monotonicMs - currentTs;
    const at = this.bucket % BUCKETS;
    if (difference < (this.minima[at] as number)) this.minima[at] = difference;
    this.worst = Math.max(this.worst, difference - Math.min(...this.minima));
  }

  /** The worst lag since the last call, milliseconds. */
  take(): number {
    const worst = this.worst;
    this.worst = 0;
    return worst;
  }

  /** Forgets what is usual: after a pause of the source its clock may stand elsewhere. */
  restart(): void {
    this.minima.fill(Number.POSITIVE_INFINITY);
    this.worst = 0;
  }

  private turnTo(bucket: number): void {
    if (this.bucket < 0) this.bucket = bucket;
    const steps = Math.min(bucket - this.bucket, BUCKETS);
    for (let step = 1; step <= steps; step += 1) this.minima[(this.bucket + step) % BUCKETS] = Number.POSITIVE_INFINITY;
    if (bucket > this.bucket) this.bucket = bucket;
  }
}
