// How every bench measures: ours and a bare baseline alternate within one run, and the median of the per-round ratios counts.

/** What a bench says last, as one JSON line. */
export interface BenchResult {
  name: string;
  /** Absolute figures with their unit in the name. */
  figures: Record<string, number | string>;
  /** Median over rounds of ours to bare. */
  ratio: number;
  /** The bound in words, e.g. ">= 0.8". */
  aim: string;
  holds: boolean;
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value below which a share `p` (0 to 1) of the values lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

/** Rounds of one comparison: `ours` and `bare` return the same kind of figure; they alternate in order to share the machine's moods. */
export async function alternate(
  rounds: number,
  ours: () => number | Promise<number>,
  bare: () => number | Promise<number>,
): Promise<{ ours: number[]; bare: number[]; ratio: number }> {
  const seen = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      seen.ours.push(await ours());
      seen.bare.push(await bare());
    } else {
      seen.bare.push(await bare());
      seen.ours.push(await ours());
    }
  }
  return { ...seen, ratio: median(seen.ours.map((value, n) => value / (seen.bare[n] ?? Number.NaN))) };
}

/** A baseline that is 1.5 times slower than the figure it is known to reach says nothing about us. */
export function warnIfUnfit(name: string, reached: number, known: number): void {
  if (reached * 1.5 < known) process.stderr.write(`baseline unfit: ${name} reached ${reached}, ${known} is known\n`);
}

/** Prints the result as the bench's last line. */
export function finish(results: readonly BenchResult[]): void {
  for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
}
