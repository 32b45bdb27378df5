import { useLayoutEffect, useMemo, useState } from 'react';
import { fitColumns, type GridColumn } from './grid-column.ts';

/** The columns that the element is wide enough for; they follow its width. */
export function useFittingColumns<Row>(
  node: React.RefObject<HTMLElement | null>,
  columns: readonly GridColumn<Row>[],
): readonly GridColumn<Row>[] {
  const [widthRem, setWidthRem] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const element = node.current;
    if (element === null) return undefined;
    const measure = (): void => setWidthRem(Math.floor(element.clientWidth / remPx()));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [node]);
  return useMemo(() => fitColumns(columns, widthRem), [columns, widthRem]);
}

function remPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
