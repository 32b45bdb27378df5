// Goal: thousands of live cells in one accessible grid, the same for every page.
// Method: rows of one height with columns of fixed width, so that a cell that changes lays out nothing but itself; React
//   places rows and moves the cursor, the cell store's frames write the figures. One tab stop, moved by arrows.
// Reference: WAI-ARIA Authoring Practices, grid pattern.

import {
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
} from 'react';
import type { CellStore } from '../live/cell-store.ts';
import { useFittingColumns } from './fitting-columns.ts';
import { templateOf, type GridColumn } from './grid-column.ts';
import { moveInGrid } from './grid-moves.ts';
import { LiveRow } from './live-row.tsx';
import type { RowMarks } from './row-painter.ts';

/** A place in a grid by its names, which stay true while rows come, go and move. */
export interface GridPlace {
  /** Key of the row. */
  row: string;
  /** Id of the column. */
  column: string;
}

/** What a page can ask a grid to do. */
export interface GridHandle {
  /** Puts the cursor on a row and gives it the focus; in its present column unless one is named. */
  focus: (row: string, column?: string) => void;
  /** Scrolls a row into view without moving the cursor. */
  reveal: (row: string, block: 'nearest' | 'center') => void;
  /** The element that scrolls. */
  element: () => HTMLElement | null;
}

export interface LiveGridProps<Row> {
  ref?: Ref<GridHandle>;
  label: string;
  store: CellStore<Row>;
  /** Keys of the rows, in the order shown. */
  rows: readonly string[];
  /** Must keep its identity between renders. */
  columns: readonly GridColumn<Row>[];
  /** Must keep its identity between renders. */
  marks: RowMarks<Row>;
  /** The row that is shown as chosen. */
  current: string | null;
  /** The cursor came to a row by key or pointer. */
  onCurrent?: (row: string) => void;
  /** A key in a cell, before the grid's own; return true when it was answered. */
  onKey?: (event: KeyboardEvent, place: GridPlace) => boolean;
  /** A click in a cell; return true when the cursor must not go there. */
  onPress?: (place: GridPlace, target: Element) => boolean;
  /** Rows may be dragged; told where one was dropped. */
  onDrop?: (dragged: string, onto: string) => void;
}

/** A grid of live figures. */
export function LiveGrid<Row>(props: LiveGridProps<Row>): React.JSX.Element {
  const { ref, label, store, rows, marks, current, onCurrent, onKey, onPress, onDrop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const columns = useFittingColumns(scroller, props.columns);
  const [cursor, setCursor] = useState<Partial<GridPlace>>({});
  const dragged = useRef<string>(undefined);
  // The cursor's own row may be gone, and its column hidden.
  const at = {
    row: Math.max(0, rows.indexOf(cursor.row ?? current ?? '')),
    column: Math.max(
      0,
      columns.findIndex(({ id }) => id === cursor.column),
    ),
  };
  const placeAt = (row: number, column: number): GridPlace | undefined => {
    const place = { row: rows[row], column: columns[column]?.id };
    return place.row === undefined || place.column === undefined ? undefined : (place as GridPlace);
  };
  const goTo = (place: GridPlace | undefined): void => {
    if (place === undefined) return;
    setCursor(place);
    if (place.row !== current) onCurrent?.(place.row);
    focusCell(body.current, place);
  };

  useImperativeHandle(ref, () => ({
    focus: (row, column) => goTo({ row, column: column ?? columns[at.column]?.id ?? '' }),
    reveal: (row, block) => findRow(body.current, row)?.scrollIntoView({ block }),
    element: () => scroller.current,
  }));

  const onKeyDown = (event: KeyboardEvent): void => {
    const place = placeAt(at.row, at.column);
    if (place === undefined) return;
    if (onKey?.(event, place) === true || pressControl(event)) {
      event.preventDefault();
      return;
    }
    if (event.altKey || event.metaKey) return;
    const to = moveInGrid(at, event, rows.length, columns.length);
    if (to === undefined) return;
    event.preventDefault();
    goTo(placeAt(to.row, to.column));
  };
  const onClick = ({ target }: MouseEvent): void => {
    const place = placeOf(target);
    if (place === undefined || !(target instanceof Element)) return;
    if (onPress?.(place, target) !== true) goTo(place);
  };
  const dragging =
    onDrop === undefined
      ? {}
      : {
          onDragStart: (event: DragEvent) => {
            event.dataTransfer.effectAllowed = 'move';
            dragged.current = placeOf(event.target)?.row;
          },
          onDragOver: (event: DragEvent) => event.preventDefault(),
          onDrop: (event: DragEvent) => {
            const onto = placeOf(event.target)?.row;
            if (dragged.current !== undefined && onto !== undefined) onDrop(dragged.current, onto);
            dragged.current = undefined;
          },
        };
  const style = useMemo(() => ({ '--columns': templateOf(columns) }) as CSSProperties, [columns]);

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      className="live-grid"
      style={style}
    >
      <GridHead columns={columns} />
      <div ref={body} role="rowgroup" className="grid-body" onKeyDown={onKeyDown} onClick={onClick} {...dragging}>
        {rows.map((row, n) => (
          <LiveRow
            key={row}
            store={store}
            rowKey={row}
            index={n}
            columns={columns}
            marks={marks}
            isCurrent={row === current}
            tabColumn={n === at.row ? at.column : undefined}
            isDraggable={onDrop !== undefined}
          />
        ))}
      </div>
    </div>
  );
}

function GridHead<Row>({ columns }: { columns: readonly GridColumn<Row>[] }): React.JSX.Element {
  return (
    <div role="row" aria-rowindex={1} className="grid-row grid-head">
      {columns.map(({ id, title, note, align }, n) => (
        <span key={id} role="columnheader" aria-colindex={n + 1} title={note} data-align={align}>
          {title === '' ? <span className="sr-only">{note}</span> : title}
        </span>
      ))}
    </div>
  );
}

/** Enter on a cell presses the button or link in it, as if it had the focus itself. */
function pressControl({ key, target }: KeyboardEvent): boolean {
  if (key !== 'Enter' || !(target instanceof HTMLElement) || target.matches('button, a')) return false;
  const control = target.querySelector<HTMLElement>('button, a');
  control?.click();
  return control !== null;
}

/** The row and column that an element is in. */
function placeOf(target: EventTarget): GridPlace | undefined {
  if (!(target instanceof Element)) return undefined;
  const row = target.closest<HTMLElement>('[data-row]');
  if (row === null) return undefined;
  const cell = target.closest<HTMLElement>('[data-cell]');
  return { row: row.dataset['row'] ?? '', column: cell?.dataset['cell'] ?? '' };
}

function findRow(body: HTMLElement | null, row: string): Element | undefined {
  return [...(body?.children ?? [])].find((one) => one instanceof HTMLElement && one.dataset['row'] === row);
}

/** Focuses the control in a cell, else the cell. */
function focusCell(body: HTMLElement | null, { row, column }: GridPlace): void {
  const cell = findRow(body, row)?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(column)}"]`);
  const target = cell?.querySelector<HTMLElement>('button, a') ?? cell;
  target?.focus({ preventScroll: true });
  cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
