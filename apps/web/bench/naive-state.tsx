import { memo, useEffect, useState } from 'react';
import { COLUMNS, firstRows, formatOf, type BenchRow, type Change } from './bench-market.ts';
import type { BenchedTable } from './benched-table.ts';

/** A table as it is first written with React alone: one setState per tick, memoised rows. */
export function naiveState(): BenchedTable {
  let tick: (change: Change) => void = () => undefined;
  const Row = memo(({ row, values }: { row: number; values: BenchRow }) => (
    <tr data-row={row}>
      {Array.from({ length: COLUMNS }, (_, column) => (
        <td key={column} data-cell={column}>
          {formatOf(column)(values[column])}
        </td>
      ))}
    </tr>
  ));
  const Table = (): React.JSX.Element => {
    const [rows, setRows] = useState(firstRows);
    useEffect(() => {
      tick = ([row, column, value]) =>
        setRows((present) => present.map((values, n) => (n === row ? values.with(column, value) : values)));
    }, []);
    return (
      <table className="figures">
        <tbody>
          {rows.map((values, row) => (
            <Row key={row} row={row} values={values} />
          ))}
        </tbody>
      </table>
    );
  };
  return { view: <Table />, apply: (change) => tick(change) };
}
