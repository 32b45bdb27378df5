import { columnsOf, fitColumns, templateOf, type GridColumn } from './grid-column.ts';
import { rowsWithin } from './visible-rows.ts';

const column = (id: string, widthRem: number, rank: number): GridColumn<number> => ({
  kind: 'figure',
  id,
  title: id,
  note: id,
  widthRem,
  rank,
  value: (row) => row,
  format: String,
});
const ids = (columns: readonly GridColumn<number>[]): string => columns.map(({ id }) => id).join('');

describe('columns of a grid', () => {
  const all = [column('a', 9, 0), column('b', 6, 2), column('c', 6, 1), column('d', 6, 2)];

  it.each([
    [100, 'abcd'],
    [27, 'abcd'],
    [26.9, 'ac'],
    [15, 'ac'],
    [14.9, 'a'],
    [9, 'a'],
    [1, 'a'],
  ])('in %s rem stand %s: the highest rank gives way first, and as a whole', (width, shown) =>
    expect(ids(fitColumns(all, width))).toBe(shown),
  );

  it('are the same list while all fit, so that rows are not drawn anew', () => expect(fitColumns(all, 27)).toBe(all));

  it('come in the order of their preset; an unknown one is an error', () => {
    expect(ids(columnsOf(all, { id: 'p', title: '', columns: ['d', 'a'] }))).toBe('da');
    expect(() => columnsOf(all, { id: 'p', title: '', columns: ['x'] })).toThrow('names no column x');
  });

  it('give the template of the rows', () =>
    expect(templateOf([{ ...column('a', 9, 0), grows: true }, column('b', 6, 0)])).toBe('minmax(9rem, 1fr) 6rem'));
});

describe('rows within a scroller', () => {
  it.each([
    [0, 260, 100, { from: 0, to: 14 }],
    [1_300, 260, 100, { from: 45, to: 64 }],
    [2_600, 260, 100, { from: 95, to: 100 }],
    [0, 260, 3, { from: 0, to: 3 }],
  ])('at %s px of %s px among %s rows', (scrollTop, clientHeight, count, span) =>
    expect(rowsWithin({ scrollTop, clientHeight }, 26, 26, count)).toEqual(span),
  );

  it('are all of them while the height is not known', () =>
    expect(rowsWithin({ scrollTop: 0, clientHeight: 100 }, 0, 0, 9)).toEqual({ from: 0, to: 9 }));
});
