const PART_MS = 5;

/** Lets the feed and other requests run between the parts of a long computation: call `pause` after each part. */
export class Breather {
  private since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.since < PART_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.since = performance.now();
  }
}
