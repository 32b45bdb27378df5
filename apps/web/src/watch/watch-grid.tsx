import { useMemo, useRef, type KeyboardEvent } from 'react';
import { useNavigate } from 'react-router';
import { briefOf, moved, selected, unwatched } from '../app/layout-slice.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { columnsOf, type ColumnPreset } from '../grid/grid-column.ts';
import { LiveGrid, type GridHandle, type GridPlace } from '../grid/live-grid.tsx';
import { useVisibleRows } from '../grid/visible-rows.ts';
import { useFollow, useLive } from '../live/live-context.tsx';
import { useQuoteMarks } from '../live/stale-mark.tsx';
import { ticketOpened } from '../ticket/ticket-slice.ts';
import { WATCH_COLUMNS } from './watch-columns.tsx';

const SIDES: Readonly<Record<string, 'BUY' | 'SELL'>> = { b: 'BUY', s: 'SELL' };

interface WatchGridProps {
  preset: ColumnPreset;
  /** Told when a row is chosen by pointer, so that a phone can open its sheet. */
  onOpen: () => void;
}

/** The watchlist. What is on the screen is followed at the stream's full rate, the rest at its slow one. */
export function WatchGrid({ preset, onOpen }: WatchGridProps): React.JSX.Element {
  const live = useLive();
  const keys = useAppSelector((state) => state.layout.watchlist);
  const briefs = useAppSelector((state) => state.layout.briefs);
  const chosen = useAppSelector((state) => state.layout.selected);
  const dispatch = useAppDispatch();
  const navigate = useNavigate();
  const grid = useRef<GridHandle>(null);
  const marks = useQuoteMarks();
  const columns = useMemo(() => columnsOf(WATCH_COLUMNS, preset), [preset]);
  const { from, to } = useVisibleRows(grid, keys.length);
  useFollow(keys.slice(from, to), 10);
  useFollow([...keys.slice(0, from), ...keys.slice(to)], 2);

  const remove = (key: string): void => {
    const next = keys[keys.indexOf(key) + 1] ?? keys[keys.indexOf(key) - 1];
    dispatch(unwatched(key));
    if (next !== undefined) requestAnimationFrame(() => grid.current?.focus(next));
  };
  const onKey = (event: KeyboardEvent, { row, column }: GridPlace): boolean => {
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const at = keys.indexOf(row) + (event.key === 'ArrowUp' ? -1 : 1);
      dispatch(moved({ key: row, to: Math.max(0, Math.min(keys.length - 1, at)) }));
      return true;
    }
    if (event.key === 'Delete' || (event.key === 'Enter' && column === 'remove')) {
      remove(row);
      return true;
    }
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    const side = SIDES[event.key.toLowerCase()];
    if (isPlain && !event.shiftKey && !event.repeat && side !== undefined && !row.includes('_INDEX|')) {
      dispatch(ticketOpened({ instrument: row, symbol: briefOf({ briefs }, row).symbol, side }));
      return true;
    }
    if (!isPlain || (event.key !== 'Enter' && event.key.toLowerCase() !== 'c')) return false;
    dispatch(selected(row));
    void navigate('/chart');
    return true;
  };

  return (
    <LiveGrid
      ref={grid}
      label="Watchlist"
      store={live.quotes}
      rows={keys}
      columns={columns}
      marks={marks}
      current={chosen}
      onCurrent={(key) => dispatch(selected(key))}
      onKey={onKey}
      onPress={({ row, column }) => {
        if (column === 'remove') remove(row);
        else onOpen();
        return column === 'remove';
      }}
      onDrop={(dragged, onto) => dispatch(moved({ key: dragged, to: keys.indexOf(onto) }))}
    />
  );
}
