import type { Schedule } from './cell-store.ts';

let due: (() => void)[] = [];

function run(): void {
  const flushes = due;
  due = [];
  for (const flush of flushes) flush();
}

/** Runs a flush in the next animation frame; all that are due share one. */
export const onNextFrame: Schedule = (flush) => {
  due.push(flush);
  if (due.length === 1) requestAnimationFrame(run);
};
