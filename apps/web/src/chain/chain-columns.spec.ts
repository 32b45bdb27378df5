import { columnsOf } from '../grid/grid-column.ts';
import { CHAIN_COLUMNS, CHAIN_PRESETS, PHONE_FIGURES, phonePreset, sideOfColumn } from './chain-columns.ts';
import { formatShort, formatTimeLeft } from './chain-words.ts';

describe('columns of the chain', () => {
  it('stand mirrored about the strike in every set', () => {
    const sets = [...CHAIN_PRESETS, ...PHONE_FIGURES.map(({ id }) => phonePreset(id))];
    for (const preset of sets) {
      const ids = columnsOf(CHAIN_COLUMNS, preset).map(({ id }) => id);
      const at = ids.indexOf('strike');
      const figures = (list: readonly string[]): string[] => list.map((id) => id.slice(id.indexOf('.') + 1));
      expect(figures(ids.slice(0, at)).toReversed()).toEqual(figures(ids.slice(at + 1)));
      expect(ids.slice(0, at).every((id) => sideOfColumn(id) === 'call')).toBe(true);
      expect(ids.slice(at + 1).every((id) => sideOfColumn(id) === 'put')).toBe(true);
    }
    expect(sideOfColumn('strike')).toBeUndefined();
  });

  it('show every figure in one set or another', () => {
    const shown = new Set(CHAIN_PRESETS.flatMap(({ columns }) => columns));
    expect(CHAIN_COLUMNS.filter(({ id }) => !shown.has(id))).toEqual([]);
  });
});

it.each([
  [90_061, '1 d 1 h'],
  [11_100, '3 h 05 min'],
  [59.9, '59 s'],
  [0, 'over'],
  [null, '–'],
  [400_000, '4 d'],
])('%s seconds left are %s', (seconds, words) => expect(formatTimeLeft(seconds)).toBe(words));

it.each([
  [120_000, '+1.20 L'],
  [-45_000, '−45,000'],
  [0, '0'],
  [undefined, '–'],
])('%s as a change is %s', (value, words) => expect(formatShort(value)).toBe(words));
