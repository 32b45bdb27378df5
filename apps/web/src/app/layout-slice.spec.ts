import {
  FIRST_LAYOUT,
  layerToggled,
  layoutReducer,
  loadLayout,
  MAX_WATCHED,
  moved,
  saveLayout,
  selected,
  themeToggled,
  unwatched,
  watched,
  type LayoutState,
} from './layout-slice.ts';

function memory(text?: string): {
  getItem: () => string | null;
  setItem: (key: string, value: string) => void;
  text: () => string;
} {
  let held = text ?? null;
  return {
    getItem: () => held,
    setItem: (_key, value) => {
      held = value;
    },
    text: () => held ?? '',
  };
}

const watch = (layout: LayoutState, key: string): LayoutState =>
  layoutReducer(layout, watched({ key, symbol: `S ${key}`, name: `N ${key}` }));

describe('layout', () => {
  it('is remembered', () => {
    const storage = memory();
    const changed = watch(layoutReducer(FIRST_LAYOUT, themeToggled()), 'NSE_FO|1');
    saveLayout(storage, changed);
    expect(loadLayout(storage)).toEqual(changed);
    expect(changed.theme).toBe('light');
    expect(changed.briefs['NSE_FO|1']).toEqual({ symbol: 'S NSE_FO|1', name: 'N NSE_FO|1' });
  });

  it.each([
    '',
    'null',
    '{',
    '[]',
    '{"theme":"pink","watchlist":7}',
    '{"watchlist":[1,{}]}',
    '{"briefs":{"a":null,"b":{"symbol":1}},"interval":"2m","layers":["moon"]}',
  ])('starts afresh where %j is stored', (text) => {
    const layout = loadLayout(memory(text));
    expect(layout.theme).toBe('dark');
    expect(layout.watchlist.every((key) => typeof key === 'string')).toBe(true);
    expect(layout.interval).toBe(FIRST_LAYOUT.interval);
    expect(layout.briefs['b']).toBeUndefined();
    expect(layout.layers).not.toContain('moon');
  });

  it('watches an instrument once and no more than the limit', () => {
    let layout = FIRST_LAYOUT;
    for (let n = 0; n < MAX_WATCHED + 50; n += 1) layout = watch(layout, `NSE_FO|${n}`);
    layout = watch(layout, 'NSE_FO|0');
    expect(layout.watchlist).toHaveLength(MAX_WATCHED);
    expect(layoutReducer(layout, unwatched('NSE_FO|0')).watchlist).toHaveLength(MAX_WATCHED - 1);
  });

  it('moves an instrument and keeps all others in order', () => {
    const list = { ...FIRST_LAYOUT, watchlist: ['a', 'b', 'c', 'd'] };
    const orderAfter = (key: string, to: number): string => layoutReducer(list, moved({ key, to })).watchlist.join('');
    expect(orderAfter('a', 2)).toBe('bcad');
    expect(orderAfter('d', -5)).toBe('dabc');
    expect(orderAfter('b', 99)).toBe('acdb');
    expect(orderAfter('x', 0)).toBe('abcd');
  });

  it('shows the neighbour of an instrument that is no longer watched', () => {
    const list = { ...FIRST_LAYOUT, watchlist: ['a', 'b', 'c'], selected: 'b' };
    expect(layoutReducer(list, unwatched('b')).selected).toBe('c');
    expect(layoutReducer({ ...list, selected: 'c' }, unwatched('c')).selected).toBe('b');
    expect(layoutReducer({ ...list, watchlist: ['b'] }, unwatched('b')).selected).toBeNull();
    expect(layoutReducer(list, unwatched('a')).selected).toBe('b');
  });

  it('remembers the name of what is shown and switches layers', () => {
    const shown = layoutReducer(FIRST_LAYOUT, selected({ key: 'k', symbol: 'K', name: 'Kay' }));
    expect([shown.selected, shown.briefs['k']?.symbol]).toEqual(['k', 'K']);
    const without = layoutReducer(FIRST_LAYOUT, layerToggled('ema'));
    expect(without.layers).not.toContain('ema');
    expect(layoutReducer(without, layerToggled('ema')).layers).toContain('ema');
  });
});
