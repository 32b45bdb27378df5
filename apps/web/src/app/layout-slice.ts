import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

export const THEMES = ['dark', 'light'] as const;
export type Theme = (typeof THEMES)[number];

export const DENSITIES = ['compact', 'normal', 'roomy'] as const;
export type Density = (typeof DENSITIES)[number];

/** What the screen remembers from visit to visit. */
export interface LayoutState {
  theme: Theme;
  density: Density;
  /** Instrument keys, in the order shown. */
  watchlist: string[];
  /** The instrument whose depth and chart are open. */
  selected: string | null;
}

/** The most instruments a watchlist holds: one stream subscription carries no more. */
export const MAX_WATCHED = 200;

export const FIRST_LAYOUT: LayoutState = {
  theme: 'dark',
  density: 'normal',
  watchlist: ['NSE_INDEX|Nifty 50', 'NSE_INDEX|Nifty Bank', 'BSE_INDEX|SENSEX', 'NSE_INDEX|India VIX'],
  selected: 'NSE_INDEX|Nifty 50',
};

const slice = createSlice({
  name: 'layout',
  initialState: FIRST_LAYOUT,
  reducers: {
    themeToggled(state) {
      state.theme = state.theme === 'dark' ? 'light' : 'dark';
    },
    densityChanged(state, action: PayloadAction<Density>) {
      state.density = action.payload;
    },
    watched(state, action: PayloadAction<string>) {
      if (state.watchlist.includes(action.payload) || state.watchlist.length >= MAX_WATCHED) return;
      state.watchlist.push(action.payload);
    },
    unwatched(state, action: PayloadAction<string>) {
      state.watchlist = state.watchlist.filter((key) => key !== action.payload);
    },
    selected(state, action: PayloadAction<string>) {
      state.selected = action.payload;
    },
  },
});

export const { themeToggled, densityChanged, watched, unwatched, selected } = slice.actions;
export const layoutReducer = slice.reducer;

const STORAGE_KEY = 'vega.layout.v1';

/** The remembered layout, or the first one where nothing readable is remembered. */
export function loadLayout(storage: Pick<Storage, 'getItem'>): LayoutState {
  try {
    const stored = JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null') as Partial<LayoutState> | null;
    if (stored === null || typeof stored !== 'object') return FIRST_LAYOUT;
    const watchlist = Array.isArray(stored.watchlist)
      ? stored.watchlist.filter((key) => typeof key === 'string').slice(0, MAX_WATCHED)
      : FIRST_LAYOUT.watchlist;
    return {
      theme: THEMES.find((theme) => theme === stored.theme) ?? FIRST_LAYOUT.theme,
      density: DENSITIES.find((density) => density === stored.density) ?? FIRST_LAYOUT.density,
      watchlist,
      selected: typeof stored.selected === 'string' ? stored.selected : (watchlist[0] ?? null),
    };
  } catch {
    return FIRST_LAYOUT;
  }
}

/** Remembers the layout; a browser that refuses storage forgets it at the end of the visit. */
export function saveLayout(storage: Pick<Storage, 'setItem'>, layout: LayoutState): void {
  try {
    storage.setItem(STORAGE_KEY, JSON.stringify(layout));
  } catch {
    // Private windows may refuse.
  }
}
