import { CellStore } from './cell-store.ts';

function store(): { cells: CellStore<number>; frame: () => void; frames: () => number } {
  const pending: (() => void)[] = [];
  let frames = 0;
  const cells = new CellStore<number>((flush) => void pending.push(flush));
  return {
    cells,
    frame: () => {
      const due = pending.splice(0);
      frames += due.length;
      for (const flush of due) flush();
    },
    frames: () => frames,
  };
}

describe('cell store', () => {
  it('wakes a listener once per frame with the newest value', () => {
    const { cells, frame, frames } = store();
    const seen: (number | undefined)[] = [];
    cells.subscribe('a', (value) => seen.push(value));
    for (let n = 1; n <= 100; n += 1) cells.set('a', n);
    expect(seen).toEqual([]);
    frame();
    expect(seen).toEqual([100]);
    frame();
    expect(seen).toEqual([100]);
    expect(frames()).toBe(1);
  });

  it('leaves other cells and equal values asleep', () => {
    const { cells, frame } = store();
    let woken = 0;
    cells.set('a', 1);
    cells.subscribe('a', () => (woken += 1));
    cells.subscribe('b', () => (woken += 1));
    cells.set('a', 1);
    cells.set('c', 5);
    frame();
    expect(woken).toBe(0);
  });

  it('forgets a listener that left, also within the frame', () => {
    const { cells, frame } = store();
    let woken = 0;
    const leave = cells.subscribe('a', () => (woken += 1));
    cells.set('a', 1);
    leave();
    frame();
    expect(woken).toBe(0);
  });

  it('a value set during the flush comes with the next frame', () => {
    const { cells, frame } = store();
    const seen: (number | undefined)[] = [];
    cells.subscribe('a', (value) => {
      seen.push(value);
      if (value === 1) cells.set('a', 2);
    });
    cells.set('a', 1);
    frame();
    expect(seen).toEqual([1]);
    frame();
    expect(seen).toEqual([1, 2]);
  });
});
