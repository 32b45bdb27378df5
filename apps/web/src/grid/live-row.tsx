import { memo, useLayoutEffect, useRef } from 'react';
import type { CellStore } from '../live/cell-store.ts';
import type { GridColumn } from './grid-column.ts';
import { RowPainter, type RowMarks } from './row-painter.ts';

interface LiveRowProps<Row> {
  store: CellStore<Row>;
  rowKey: string;
  /** Counted from 0. */
  index: number;
  columns: readonly GridColumn<Row>[];
  marks: RowMarks<Row>;
  isCurrent: boolean;
  /** The column that the tab key reaches; undefined in all rows but one. */
  tabColumn: number | undefined;
  isDraggable: boolean;
}

/** The style that puts a cell into its track. The end is named, since a cell out of the flow would reach to the row's end. */
const trackOf = (n: number): { gridColumn: string } => ({ gridColumn: `${n + 1} / ${n + 2}` });
const TRACKS = Array.from({ length: 40 }, (_, n) => trackOf(n));

/** One row of a grid: React places it, the store's frames write into it. */
export const LiveRow = memo(LiveRowView) as typeof LiveRowView;

function LiveRowView<Row>(props: LiveRowProps<Row>): React.JSX.Element {
  const { store, rowKey, index, columns, marks, isCurrent, tabColumn, isDraggable } = props;
  const node = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (node.current === null) return undefined;
    const painter = new RowPainter(node.current, columns, marks);
    painter.draw(store.get(rowKey));
    return store.subscribe(rowKey, painter.draw);
  }, [store, rowKey, columns, marks]);
  return (
    <div
      ref={node}
      role="row"
      // The header is row 1.
      aria-rowindex={index + 2}
      aria-selected={isCurrent}
      data-row={rowKey}
      draggable={isDraggable}
      className="grid-row"
    >
      {columns.map((column, n) => (
        <span
          key={column.id}
          role={column.kind === 'placed' && column.isRowHeader === true ? 'rowheader' : 'gridcell'}
          aria-colindex={n + 1}
          tabIndex={tabColumn === n ? 0 : -1}
          style={TRACKS[n] ?? trackOf(n)}
          data-cell={column.id}
          data-align={column.align}
          className={column.kind === 'figure' ? 'grid-figure toned' : 'grid-placed'}
        >
          {column.kind === 'placed' ? column.render(rowKey) : null}
        </span>
      ))}
    </div>
  );
}
