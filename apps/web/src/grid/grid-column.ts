import type { ReactNode } from 'react';

/** Rising, falling or neither. */
export type Tone = 'gain' | 'loss' | 'flat';

interface ColumnFrame {
  /** Unique within the grid; also the `data-cell` of its cells. */
  id: string;
  title: string;
  /** What the title stands for, with the unit. */
  note: string;
  widthRem: number;
  /** Where the screen is too narrow, columns of a higher rank give way first; 0 never does. */
  rank: number;
  /** Takes the width that is left. */
  grows?: boolean;
  align?: 'left' | 'center';
}

/** A column of live figures: drawn from the row's value without React, at most once a frame. */
export interface FigureColumn<Row> extends ColumnFrame {
  kind: 'figure';
  /** The figure alone; must be cheap, since it is read whenever the row changes. */
  value: (row: Row) => number | null | undefined;
  /** Called when the figure changed; what is missing must become a dash. */
  format: (value: number | null | undefined) => string;
  tone?: (row: Row) => Tone;
  /** Draws more than text into the cell, such as a bar (`cell.style.setProperty('--share', …)`). Must not read the layout. */
  paint?: (row: Row, cell: HTMLElement) => void;
}

/** A column whose cells React places once per row, such as the row's name or a button. */
export interface PlacedColumn extends ColumnFrame {
  kind: 'placed';
  /** Whether it names the row for a screen reader. */
  isRowHeader?: boolean;
  render: (key: string) => ReactNode;
}

/** A column of a grid. Lists of columns must keep their identity between renders. */
export type GridColumn<Row> = FigureColumn<Row> | PlacedColumn;

/** A named set of columns. */
export interface ColumnPreset {
  id: string;
  title: string;
  columns: readonly string[];
}

/** The columns of a preset, in the preset's order. Throws a RangeError for a column that is not there. */
export function columnsOf<Row>(all: readonly GridColumn<Row>[], preset: ColumnPreset): GridColumn<Row>[] {
  return preset.columns.map((id) => {
    const found = all.find((column) => column.id === id);
    if (found === undefined) throw new RangeError(`preset ${preset.id} names no column ${id}`);
    return found;
  });
}

/** The columns that fit into a width: those of the highest rank give way first, all of a rank together. */
export function fitColumns<Row>(columns: readonly GridColumn<Row>[], widthRem: number): readonly GridColumn<Row>[] {
  let shown = columns;
  while (shown.reduce((sum, column) => sum + column.widthRem, 0) > widthRem) {
    const rank = Math.max(...shown.map((column) => column.rank));
    if (rank <= 0) break;
    shown = shown.filter((column) => column.rank < rank);
  }
  return shown;
}

/** The columns as a `grid-template-columns`. */
export function templateOf<Row>(columns: readonly GridColumn<Row>[]): string {
  return columns
    .map(({ grows, widthRem }) => (grows === true ? `minmax(${widthRem}rem, 1fr)` : `${widthRem}rem`))
    .join(' ');
}
