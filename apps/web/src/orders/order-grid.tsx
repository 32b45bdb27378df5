import type { OrderView } from '@vega/client';
import { X } from 'lucide-react';
import { useMemo, useRef, type KeyboardEvent } from 'react';
import { LiveGrid, type GridHandle, type GridPlace } from '../grid/live-grid.tsx';
import type { RowMarks } from '../grid/row-painter.ts';
import { useIsLinkLost } from '../live/live-context.tsx';
import { CONNECTION_LOST } from '../live/stale-mark.tsx';
import { orderColumns } from './order-columns.ts';
import { isChangeable } from './order-words.ts';
import type { OrdersBook } from './orders-book.ts';
import { useOrder } from './use-orders.ts';

interface OrderGridProps {
  book: OrdersBook;
  /** Ids of the orders shown. */
  rows: readonly string[];
  current: string | null;
  onCurrent: (id: string) => void;
  onOpen: (id: string) => void;
  onCancel: (order: OrderView) => void;
}

const PRESENT: RowMarks<OrderView> = { staleOf: () => '' };
const LOST: RowMarks<OrderView> = { staleOf: () => CONNECTION_LOST };

/** The book: an order a row, its state as it is now. */
export function OrderGrid({ book, rows, current, onCurrent, onOpen, onCancel }: OrderGridProps): React.JSX.Element {
  const grid = useRef<GridHandle>(null);
  const marks = useIsLinkLost() ? LOST : PRESENT;
  const columns = useMemo(
    () =>
      orderColumns(
        {
          kind: 'placed',
          id: 'symbol',
          title: 'Instrument',
          note: 'What is traded',
          widthRem: 10,
          rank: 0,
          grows: true,
          align: 'left',
          isRowHeader: true,
          render: (id) => <OrderName book={book} id={id} />,
        },
        {
          kind: 'placed',
          id: 'cancel',
          title: '',
          note: 'Cancel',
          widthRem: 2.75,
          rank: 0,
          align: 'center',
          render: (id) => <CancelButton book={book} id={id} />,
        },
      ),
    [book],
  );
  const cancel = (id: string): boolean => {
    const order = book.rows.get(id);
    if (order === undefined || !isChangeable(order)) return false;
    onCancel(order);
    return true;
  };
  const onKey = (event: KeyboardEvent, { row, column }: GridPlace): boolean => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return false;
    const key = event.key.toLowerCase();
    if (key === 'x' && !event.shiftKey) return cancel(row);
    if (key === 'enter' && column === 'cancel') return cancel(row);
    if (key !== ' ' && key !== 'enter' && key !== 'm') return false;
    onOpen(row);
    return true;
  };
  return (
    <LiveGrid
      ref={grid}
      label="Orders"
      store={book.rows}
      rows={rows}
      columns={columns}
      marks={marks}
      current={current}
      onCurrent={onCurrent}
      onKey={onKey}
      onPress={({ row, column }) => {
        if (column === 'cancel' && cancel(row)) return true;
        onOpen(row);
        return false;
      }}
    />
  );
}

function OrderName({ book, id }: { book: OrdersBook; id: string }): React.JSX.Element | null {
  const order = useOrder(book, id);
  if (order === undefined) return null;
  return (
    <span className="flex h-full items-center gap-2">
      <span className="truncate font-semibold">{order.trading_symbol ?? order.instrument_key}</span>
      {order.foreign ? <span className="text-dim text-xs">elsewhere</span> : null}
      {order.strategy === null ? null : <span className="truncate text-dim text-xs">{order.strategy}</span>}
    </span>
  );
}

function CancelButton({ book, id }: { book: OrdersBook; id: string }): React.JSX.Element | null {
  const order = useOrder(book, id);
  if (order === undefined || !isChangeable(order)) return null;
  return (
    <button type="button" tabIndex={-1} className="order-cancel" title="Cancel (X)">
      <X aria-hidden className="size-3.5" />
      <span className="sr-only">Cancel {order.trading_symbol ?? order.instrument_key}</span>
    </button>
  );
}
