/** A cell of a grid, counted from 0. */
export interface GridCell {
  row: number;
  column: number;
}

const PAGE_ROWS = 10;

/**
 * Where a key leads from a cell of a grid of `rows` by `columns`; undefined for keys that do not move.
 * Source: WAI-ARIA Authoring Practices, grid pattern.
 */
export function moveInGrid(
  { row, column }: GridCell,
  event: { key: string; ctrlKey: boolean },
  rows: number,
  columns: number,
): GridCell | undefined {
  const last = Math.max(0, rows - 1);
  switch (event.key) {
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(last, row + 1), column };
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(columns - 1, column + 1) };
    case 'PageUp':
      return { row: Math.max(0, row - PAGE_ROWS), column };
    case 'PageDown':
      return { row: Math.min(last, row + PAGE_ROWS), column };
    case 'Home':
      return event.ctrlKey ? { row: 0, column: 0 } : { row, column: 0 };
    case 'End':
      return event.ctrlKey ? { row: last, column: columns - 1 } : { row, column: columns - 1 };
    default:
      return undefined;
  }
}
