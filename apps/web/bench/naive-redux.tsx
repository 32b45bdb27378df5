import { configureStore, createSlice, type PayloadAction } from '@reduxjs/toolkit';
import { memo } from 'react';
import { Provider, useSelector } from 'react-redux';
import { COLUMNS, firstRows, formatOf, ROWS, type BenchRow, type Change } from './bench-market.ts';
import type { BenchedTable } from './benched-table.ts';

type Rows = readonly BenchRow[];

/** A table as it is first written with Redux: one dispatch per tick, one memoised row per selector. */
export function naiveRedux(): BenchedTable {
  const slice = createSlice({
    name: 'rows',
    initialState: firstRows() as number[][],
    reducers: {
      ticked(state, { payload: [row, column, value] }: PayloadAction<Change>) {
        const found = state[row];
        if (found !== undefined) found[column] = value;
      },
    },
  });
  const store = configureStore({ reducer: slice.reducer, devTools: false });
  const Row = memo(({ row }: { row: number }) => {
    const values = useSelector((state: Rows) => state[row]);
    return (
      <tr data-row={row}>
        {Array.from({ length: COLUMNS }, (_, column) => (
          <td key={column} data-cell={column}>
            {formatOf(column)(values?.[column])}
          </td>
        ))}
      </tr>
    );
  });
  return {
    view: (
      <Provider store={store}>
        <table className="figures">
          <tbody>
            {Array.from({ length: ROWS }, (_, row) => (
              <Row key={row} row={row} />
            ))}
          </tbody>
        </table>
      </Provider>
    ),
    apply: (change) => void store.dispatch(slice.actions.ticked(change)),
  };
}
