import { useEffect, useState } from 'react';
import type { GridHandle } from './live-grid.tsx';

/** Rows beyond the edges that count as visible, so that a short scroll shows live figures. */
const MARGIN_ROWS = 5;
/** How long a scroll rests before what is visible is told. */
const REST_MS = 150;

/** The first row that a scroller shows and the one after its last, with a margin. */
export interface RowSpan {
  from: number;
  to: number;
}

/** The rows of equal height that lie within a scroller; `headPx` is covered at its top. */
export function rowsWithin(
  scroller: Pick<HTMLElement, 'scrollTop' | 'clientHeight'>,
  headPx: number,
  rowPx: number,
  count: number,
): RowSpan {
  if (rowPx <= 0) return { from: 0, to: count };
  const from = Math.floor(scroller.scrollTop / rowPx) - MARGIN_ROWS;
  const to = Math.ceil((scroller.scrollTop + scroller.clientHeight - headPx) / rowPx) + MARGIN_ROWS;
  return { from: Math.max(0, Math.min(from, count)), to: Math.max(0, Math.min(to, count)) };
}

/** Which of a grid's rows are on the screen, once a scroll or a change of size has come to rest. */
export function useVisibleRows(grid: React.RefObject<GridHandle | null>, count: number): RowSpan {
  const [span, setSpan] = useState<RowSpan>({ from: 0, to: Math.min(count, 60) });
  useEffect(() => {
    const scroller = grid.current?.element() ?? undefined;
    if (scroller === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const measure = (): void => {
      const [head, row] = ['.grid-head', '.grid-body .grid-row'].map(
        (selector) => scroller.querySelector<HTMLElement>(selector)?.offsetHeight ?? 0,
      );
      const next = rowsWithin(scroller, head ?? 0, row ?? 0, count);
      setSpan((present) => (present.from === next.from && present.to === next.to ? present : next));
    };
    const onScroll = (): void => {
      clearTimeout(timer);
      timer = setTimeout(measure, REST_MS);
    };
    measure();
    const observer = new ResizeObserver(onScroll);
    observer.observe(scroller);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
    };
  }, [grid, count]);
  return span;
}
