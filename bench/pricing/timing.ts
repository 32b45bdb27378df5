// A pass is timed slice by slice and each slice counts with its median over the passes. On a shared machine a slice of a tenth of a
// millisecond is rarely interrupted, a whole pass of the slower side would be, and the ratio would measure the neighbours.

import { median } from '../measure.ts';

/** One thing that is timed: its slices run in order, once per pass. */
export interface Timed {
  readonly slices: readonly (() => void)[];
  readonly items: number;
}

/** Nanoseconds per item of each of the interleaved sides: the sum over slices of the median over `passes`, divided by the items. */
export function interleave(passes: number, sides: readonly Timed[]): number[] {
  const seen = sides.map(({ slices }) => slices.map(() => [] as number[]));
  const most = Math.max(...sides.map(({ slices }) => slices.length));
  for (let pass = 0; pass < passes; pass += 1) {
    for (let slice = 0; slice < most; slice += 1) {
      sides.forEach((timed, side) => {
        const run = timed.slices[slice];
        if (run === undefined) return;
        const start = performance.now();
        run();
        seen[side]?.[slice]?.push(performance.now() - start);
      });
    }
  }
  return sides.map(
    (timed, side) => ((seen[side] ?? []).reduce((sum, times) => sum + median(times), 0) / timed.items) * 1e6,
  );
}
