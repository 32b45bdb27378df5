import type { Schedule } from './cell-store.ts';

let due: (() => void)[] = [];
let isRequested = false;
/** Whether the last frame drew figures: the one after it is left to input, to scrolling and to painting what has changed. */
let isRest = false;

function request(): void {
  if (isRequested) return;
  isRequested = true;
  requestAnimationFrame(step);
}

function step(): void {
  isRequested = false;
  if (isRest) isRest = false;
  else {
    const flushes = due;
    due = [];
    isRest = flushes.length > 0;
    for (const flush of flushes) flush();
  }
  if (isRest || due.length > 0) request();
}

/**
 * Runs a flush in the next animation frame, or in the one after it when the last one ran some: thirty times a second is
 * more than an eye can read, and painting a table of figures at each frame makes every one of them late. All that are due
 * share a frame.
 */
export const onNextFrame: Schedule = (flush) => {
  due.push(flush);
  request();
};
