// Goal: a row whose figures change many times a second costs only what changed.
// Method: the painter keeps the figure, text node and tone of each cell; a draw compares figures first and formats and
//   writes only those that differ. It never reads the layout, so that a frame lays out once.

import type { FigureColumn, GridColumn, Tone } from './grid-column.ts';

interface PaintedCell<Row> {
  column: FigureColumn<Row>;
  element: HTMLElement;
  text: Text;
  value: number | null | undefined;
  tone: Tone | undefined;
}

/** What a row says of itself besides its figures. */
export interface RowMarks<Row> {
  /** Why the row must not be taken for the present; '' while it may. */
  staleOf: (row: Row) => string;
  /** Sets the row's own attributes and classes; see FigureColumn.paint. */
  paintRow?: (row: Row, element: HTMLElement) => void;
}

/** Draws one row of a grid into its cells. */
export class RowPainter<Row> {
  private readonly element: HTMLElement;
  private readonly cells: PaintedCell<Row>[] = [];
  private readonly marks: RowMarks<Row>;
  private stale = '';

  /** `element` holds one child for each of the columns, in their order. */
  constructor(element: HTMLElement, columns: readonly GridColumn<Row>[], marks: RowMarks<Row>) {
    this.element = element;
    this.marks = marks;
    this.stale = element.dataset['stale'] ?? '';
    for (const [n, column] of columns.entries()) {
      const cell = element.children[n];
      if (column.kind !== 'figure' || !(cell instanceof HTMLElement)) continue;
      const text = cell.firstChild instanceof Text ? cell.firstChild : cell.appendChild(document.createTextNode(''));
      text.data = column.format(undefined);
      this.cells.push({ column, element: cell, text, value: undefined, tone: undefined });
    }
  }

  readonly draw = (row: Row | undefined): void => {
    this.drawStale(row === undefined ? '' : this.marks.staleOf(row));
    for (const cell of this.cells) {
      const { column } = cell;
      const value = row === undefined ? undefined : column.value(row);
      if (!Object.is(value, cell.value)) {
        cell.value = value;
        const text = column.format(value);
        if (text !== cell.text.data) cell.text.data = text;
      }
      const tone = row === undefined || column.tone === undefined ? 'flat' : column.tone(row);
      if (tone !== cell.tone) cell.element.dataset['tone'] = cell.tone = tone;
      if (row !== undefined) column.paint?.(row, cell.element);
    }
    if (row !== undefined) this.marks.paintRow?.(row, this.element);
  };

  private drawStale(why: string): void {
    if (why === this.stale) return;
    this.stale = why;
    if (why === '') delete this.element.dataset['stale'];
    else this.element.dataset['stale'] = why;
  }
}
