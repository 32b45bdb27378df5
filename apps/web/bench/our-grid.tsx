import type { GridColumn } from '../src/grid/grid-column.ts';
import { LiveGrid } from '../src/grid/live-grid.tsx';
import type { RowMarks } from '../src/grid/row-painter.ts';
import { CellStore } from '../src/live/cell-store.ts';
import { COLUMNS, firstRows, formatOf, ROWS, rowKey, type BenchRow } from './bench-market.ts';
import type { BenchedTable } from './benched-table.ts';

const MARKS: RowMarks<BenchRow> = { staleOf: () => '' };
const KEYS = Array.from({ length: ROWS }, (_, row) => rowKey(row));
const GRID_COLUMNS: readonly GridColumn<BenchRow>[] = Array.from({ length: COLUMNS }, (_, column) => ({
  kind: 'figure',
  id: String(column),
  title: String(column),
  note: '',
  widthRem: 5,
  rank: 0,
  value: (row) => row[column],
  format: formatOf(column),
}));

/** The application's own cell store and grid. */
export function ourGrid(): BenchedTable {
  const store = new CellStore<BenchRow>();
  for (const [row, values] of firstRows().entries()) store.set(rowKey(row), values);
  return {
    view: <LiveGrid label="bench" store={store} rows={KEYS} columns={GRID_COLUMNS} marks={MARKS} current={null} />,
    apply: ([row, column, value]) => {
      const key = rowKey(row);
      const values = store.get(key);
      if (values !== undefined) store.set(key, values.with(column, value));
    },
  };
}
