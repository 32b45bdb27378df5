import {
  FIRST_LAYOUT,
  layoutReducer,
  loadLayout,
  MAX_WATCHED,
  saveLayout,
  themeToggled,
  unwatched,
  watched,
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

describe('layout', () => {
  it('is remembered', () => {
    const storage = memory();
    const changed = layoutReducer(layoutReducer(FIRST_LAYOUT, themeToggled()), watched('NSE_FO|1'));
    saveLayout(storage, changed);
    expect(loadLayout(storage)).toEqual(changed);
    expect(changed.theme).toBe('light');
  });

  it.each(['', 'null', '{', '[]', '{"theme":"pink","watchlist":7}', '{"watchlist":[1,{}]}'])(
    'starts afresh where %j is stored',
    (text) => {
      const layout = loadLayout(memory(text));
      expect(layout.theme).toBe('dark');
      expect(layout.watchlist.every((key) => typeof key === 'string')).toBe(true);
    },
  );

  it('watches an instrument once and no more than the limit', () => {
    let layout = FIRST_LAYOUT;
    for (let n = 0; n < MAX_WATCHED + 50; n += 1) layout = layoutReducer(layout, watched(`NSE_FO|${n}`));
    layout = layoutReducer(layout, watched('NSE_FO|0'));
    expect(layout.watchlist).toHaveLength(MAX_WATCHED);
    expect(layoutReducer(layout, unwatched('NSE_FO|0')).watchlist).toHaveLength(MAX_WATCHED - 1);
  });
});
