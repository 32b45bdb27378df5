import { useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useNavigate } from 'react-router';
import { moved, selected, unwatched } from '../app/layout-slice.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { moveInGrid, type GridCell } from './grid-moves.ts';
import { WATCH_COLUMNS } from './watch-columns.ts';
import { WatchRow } from './watch-row.tsx';

/** Instrument, figures, age, removal. */
const COLUMNS = WATCH_COLUMNS.length + 3;

interface WatchGridProps {
  /** Told when a row is chosen by pointer, so that a phone can open its sheet. */
  onOpen: () => void;
}

/** The watchlist: a grid with one tab stop, moved through by arrows. */
export function WatchGrid({ onOpen }: WatchGridProps): React.JSX.Element {
  const keys = useAppSelector((state) => state.layout.watchlist);
  const chosen = useAppSelector((state) => state.layout.selected);
  const dispatch = useAppDispatch();
  const navigate = useNavigate();
  const body = useRef<HTMLDivElement>(null);
  const [cell, setCell] = useState<GridCell>({ row: Math.max(0, keys.indexOf(chosen ?? '')), column: 0 });
  const [dragged, setDragged] = useState<string>();
  const at: GridCell = { row: Math.min(cell.row, Math.max(0, keys.length - 1)), column: cell.column };

  const focusCell = (to: GridCell): void => {
    const key = keys[to.row];
    if (key === undefined) return;
    setCell(to);
    dispatch(selected(key));
    focusGridCell(body.current, to);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const key = keys[at.row];
    if (key === undefined || event.metaKey) return;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const row = Math.max(0, Math.min(keys.length - 1, at.row + (event.key === 'ArrowUp' ? -1 : 1)));
      dispatch(moved({ key, to: row }));
      setCell({ row, column: at.column });
      // The row keeps its element and so the focus; only its place changed.
    } else if (event.key === 'Delete') {
      removeAndKeepFocus(key);
    } else if (event.key === 'Enter' || event.key.toLowerCase() === 'c') {
      if (event.target instanceof HTMLButtonElement) return;
      dispatch(selected(key));
      void navigate('/chart');
    } else {
      const to = moveInGrid(at, event, keys.length, COLUMNS);
      if (to === undefined || event.altKey) return;
      focusCell(visible(body.current, to, at));
    }
    event.preventDefault();
  };

  const onClick = ({ target }: MouseEvent): void => {
    const key = instrumentAt(target);
    if (key === undefined || !(target instanceof Element)) return;
    if (target.closest('[data-remove]') !== null) {
      removeAndKeepFocus(key);
      return;
    }
    focusCell({ row: keys.indexOf(key), column: columnAt(target) });
    onOpen();
  };

  const removeAndKeepFocus = (key: string): void => {
    dispatch(unwatched(key));
    const row = Math.min(keys.indexOf(key), keys.length - 2);
    if (row < 0) return;
    setCell({ row, column: 0 });
    requestAnimationFrame(() => focusGridCell(body.current, { row, column: 0 }));
  };

  return (
    <div
      role="grid"
      aria-label="Watchlist"
      aria-rowcount={keys.length + 1}
      aria-colcount={COLUMNS}
      className="watch-grid"
    >
      <div role="row" aria-rowindex={1} className="watch-row watch-head">
        <span role="columnheader" className="text-left">
          Instrument
        </span>
        {WATCH_COLUMNS.map(({ id, title, note, from }) => (
          <span key={id} role="columnheader" title={note} data-from={from}>
            {title}
          </span>
        ))}
        <span role="columnheader" title="Age of the value" data-from="phone">
          Age
        </span>
        <span role="columnheader" data-from="tablet">
          <span className="sr-only">Remove</span>
        </span>
      </div>
      <div
        ref={body}
        role="rowgroup"
        className="watch-body"
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = 'move';
          setDragged(instrumentAt(event.target));
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          const to = keys.indexOf(instrumentAt(event.target) ?? '');
          if (dragged !== undefined && to >= 0) dispatch(moved({ key: dragged, to }));
          setDragged(undefined);
        }}
      >
        {keys.map((key, row) => (
          <WatchRow
            key={key}
            instrument={key}
            row={row}
            isSelected={key === chosen}
            tabColumn={row === at.row ? at.column : undefined}
          />
        ))}
      </div>
    </div>
  );
}

/** The instrument of the row that an element is in. */
function instrumentAt(target: EventTarget): string | undefined {
  const row = target instanceof Element ? target.closest('[data-instrument]') : null;
  return row instanceof HTMLElement ? row.dataset['instrument'] : undefined;
}

function columnAt(target: Element): number {
  const cell = target.closest('[role=gridcell],[role=rowheader]');
  return cell?.parentElement === null || cell === null ? 0 : [...cell.parentElement.children].indexOf(cell);
}

function cellAt(body: HTMLElement | null, { row, column }: GridCell): HTMLElement | undefined {
  const cell = body?.children[row]?.children[column];
  return cell instanceof HTMLElement ? cell : undefined;
}

function focusGridCell(body: HTMLElement | null, at: GridCell): void {
  const cell = cellAt(body, at);
  const target = cell?.querySelector('button') ?? cell;
  target?.focus({ preventScroll: true });
  cell?.scrollIntoView({ block: 'nearest' });
}

/** The cell itself, or the next one in the same direction that this width of screen shows. */
function visible(body: HTMLElement | null, to: GridCell, from: GridCell): GridCell {
  const step = to.column < from.column ? -1 : 1;
  const ends = to.column === 0 || to.column === COLUMNS - 1;
  for (let { column } = to; column >= 0 && column < COLUMNS; column += step) {
    if ((cellAt(body, { row: to.row, column })?.offsetWidth ?? 0) > 0) return { row: to.row, column };
  }
  return ends && to.row === from.row ? from : { row: to.row, column: from.column };
}
