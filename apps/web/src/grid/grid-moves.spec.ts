import { moveInGrid } from './grid-moves.ts';

it.each([
  ['ArrowUp', false, 1, 2],
  ['ArrowDown', false, 3, 2],
  ['ArrowLeft', false, 2, 1],
  ['ArrowRight', false, 2, 3],
  ['Home', false, 2, 0],
  ['End', false, 2, 4],
  ['Home', true, 0, 0],
  ['End', true, 3, 4],
  ['PageUp', false, 0, 2],
  ['PageDown', false, 3, 2],
])('%s (ctrl %s) leads to row %s, column %s', (key, ctrlKey, row, column) => {
  expect(moveInGrid({ row: 2, column: 2 }, { key, ctrlKey }, 4, 5)).toEqual({ row, column });
});

it('stays inside and leaves other keys alone', () => {
  expect(moveInGrid({ row: 0, column: 0 }, { key: 'ArrowUp', ctrlKey: false }, 4, 5)).toEqual({ row: 0, column: 0 });
  expect(moveInGrid({ row: 3, column: 4 }, { key: 'ArrowRight', ctrlKey: false }, 4, 5)).toEqual({ row: 3, column: 4 });
  expect(moveInGrid({ row: 0, column: 0 }, { key: 'ArrowDown', ctrlKey: false }, 0, 5)).toEqual({ row: 0, column: 0 });
  expect(moveInGrid({ row: 0, column: 0 }, { key: 'x', ctrlKey: false }, 4, 5)).toBeUndefined();
});
