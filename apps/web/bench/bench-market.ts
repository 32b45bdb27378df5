import { formatChange, formatCompact, formatCount, formatPercent, formatPrice } from '../src/format/numbers.ts';

/** The grid of the comparison: 80 strikes of 22 figures. */
export const ROWS = 80;
export const COLUMNS = 22;

/** One change of one figure. */
export type Change = readonly [row: number, column: number, value: number];

/** The figures of a row; replaced as a whole when one changes, as a quote is. */
export type BenchRow = readonly number[];

const FORMATS = [formatPrice, formatChange, formatPercent, formatCompact, formatCount];

export const formatOf = (column: number): ((value: number | null | undefined) => string) =>
  FORMATS[column % FORMATS.length] ?? formatPrice;

export const rowKey = (row: number): string => `row-${row}`;

/** What every table starts from. */
export function firstRows(): BenchRow[] {
  return Array.from({ length: ROWS }, (_, row) => Array.from({ length: COLUMNS }, (__, column) => 100 + row + column));
}

/** Changes in an order that follows from the seed; each differs from what the figure was. */
export class ChangeSource {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  take(count: number): Change[] {
    return Array.from({ length: count }, () => [
      Math.floor(this.random() * ROWS),
      Math.floor(this.random() * COLUMNS),
      Math.round(this.random() * 9_000_000) / 20,
    ]);
  }

  /** Park and Miller's generator. */
  private random(): number {
    this.state = (this.state * 16_807) % 2_147_483_647;
    return this.state / 2_147_483_647;
  }
}
