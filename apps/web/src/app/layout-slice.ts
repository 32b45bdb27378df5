import { createSlice, type Draft, type PayloadAction } from '@reduxjs/toolkit';
import { isIntervalId, type IntervalId } from '../chart/intervals.ts';

export const THEMES = ['dark', 'light'] as const;
export type Theme = (typeof THEMES)[number];

export const DENSITIES = ['compact', 'normal', 'roomy'] as const;
export type Density = (typeof DENSITIES)[number];

/** What is remembered of an instrument, so that its row has a name before its first quote. */
export interface InstrumentBrief {
  symbol: string;
  name: string;
}

export const CHART_LAYERS = ['volume', 'oi', 'ema', 'vwap', 'rsi', 'supertrend'] as const;
export type ChartLayer = (typeof CHART_LAYERS)[number];

/** What the screen remembers from visit to visit. */
export interface LayoutState {
  theme: Theme;
  density: Density;
  /** Instrument keys, in the order shown. */
  watchlist: string[];
  /** By instrument key. */
  briefs: Record<string, InstrumentBrief>;
  /** The instrument whose depth and chart are open. */
  selected: string | null;
  interval: IntervalId;
  layers: ChartLayer[];
  /** Choices of pages by `<page>.<choice>`; see useRemembered. */
  choices: Record<string, RememberedValue>;
}

/** What a page may have remembered. */
export type RememberedValue = string | number | boolean | readonly string[] | readonly number[];

/** The most instruments a watchlist holds: one stream subscription carries no more. */
export const MAX_WATCHED = 200;

const INDICES: Readonly<Record<string, InstrumentBrief>> = {
  'NSE_INDEX|Nifty 50': { symbol: 'NIFTY', name: 'Nifty 50' },
  'NSE_INDEX|Nifty Bank': { symbol: 'BANKNIFTY', name: 'Nifty Bank' },
  'BSE_INDEX|SENSEX': { symbol: 'SENSEX', name: 'BSE Sensex' },
  'NSE_INDEX|India VIX': { symbol: 'INDIA VIX', name: 'India VIX' },
};

export const FIRST_LAYOUT: LayoutState = {
  theme: 'dark',
  density: 'normal',
  watchlist: Object.keys(INDICES),
  briefs: { ...INDICES },
  selected: 'NSE_INDEX|Nifty 50',
  interval: '5m',
  layers: ['volume', 'ema', 'vwap'],
  choices: {},
};

/** An instrument to watch. */
export interface WatchedInstrument extends InstrumentBrief {
  key: string;
}

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
    watched(state, action: PayloadAction<WatchedInstrument>) {
      const { key, symbol, name } = action.payload;
      if (state.watchlist.includes(key) || state.watchlist.length >= MAX_WATCHED) return;
      state.watchlist.push(key);
      state.briefs[key] = { symbol, name };
    },
    unwatched(state, action: PayloadAction<string>) {
      const at = state.watchlist.indexOf(action.payload);
      if (at < 0) return;
      state.watchlist.splice(at, 1);
      if (state.selected === action.payload) {
        state.selected = state.watchlist[Math.min(at, state.watchlist.length - 1)] ?? null;
      }
    },
    /** Moves an instrument to a place in the list; a place beyond its ends means the nearest end. */
    moved(state, action: PayloadAction<{ key: string; to: number }>) {
      const { key, to } = action.payload;
      const from = state.watchlist.indexOf(key);
      if (from < 0) return;
      state.watchlist.splice(from, 1);
      state.watchlist.splice(Math.max(0, Math.min(to, state.watchlist.length)), 0, key);
    },
    /** Shows an instrument; one that is not watched is remembered by its name. */
    selected(state, action: PayloadAction<string | WatchedInstrument>) {
      const chosen = action.payload;
      if (typeof chosen === 'string') {
        state.selected = chosen;
        return;
      }
      state.selected = chosen.key;
      state.briefs[chosen.key] = { symbol: chosen.symbol, name: chosen.name };
    },
    intervalChosen(state, action: PayloadAction<IntervalId>) {
      state.interval = action.payload;
    },
    layerToggled(state, action: PayloadAction<ChartLayer>) {
      const without = state.layers.filter((layer) => layer !== action.payload);
      state.layers = without.length === state.layers.length ? [...without, action.payload] : without;
    },
    remembered(state, action: PayloadAction<{ name: string; value: RememberedValue }>) {
      const { name, value } = action.payload;
      state.choices[name] = value as Draft<RememberedValue>;
    },
  },
});

export const {
  themeToggled,
  densityChanged,
  watched,
  unwatched,
  moved,
  selected,
  intervalChosen,
  layerToggled,
  remembered,
} = slice.actions;
export const layoutReducer = slice.reducer;

/** The name of an instrument: as remembered, else the part of its key that people read. */
export function briefOf(layout: Pick<LayoutState, 'briefs'>, key: string): InstrumentBrief {
  return layout.briefs[key] ?? { symbol: key.slice(key.indexOf('|') + 1), name: key };
}

const STORAGE_KEY = 'vega.layout.v1';

/** The remembered layout, or the first one where nothing readable is remembered. */
export function loadLayout(storage: Pick<Storage, 'getItem'>): LayoutState {
  try {
    const stored = JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null') as Partial<LayoutState> | null;
    if (stored === null || typeof stored !== 'object') return FIRST_LAYOUT;
    const watchlist = Array.isArray(stored.watchlist)
      ? [...new Set(stored.watchlist.filter((key) => typeof key === 'string'))].slice(0, MAX_WATCHED)
      : FIRST_LAYOUT.watchlist;
    const layers = Array.isArray(stored.layers) ? stored.layers : FIRST_LAYOUT.layers;
    return {
      theme: THEMES.find((theme) => theme === stored.theme) ?? FIRST_LAYOUT.theme,
      density: DENSITIES.find((density) => density === stored.density) ?? FIRST_LAYOUT.density,
      watchlist,
      briefs: { ...FIRST_LAYOUT.briefs, ...readBriefs(stored.briefs) },
      selected: typeof stored.selected === 'string' ? stored.selected : (watchlist[0] ?? null),
      interval: isIntervalId(stored.interval) ? stored.interval : FIRST_LAYOUT.interval,
      layers: CHART_LAYERS.filter((layer) => layers.includes(layer)),
      choices: readChoices(stored.choices),
    };
  } catch {
    return FIRST_LAYOUT;
  }
}

function readBriefs(stored: unknown): Record<string, InstrumentBrief> {
  const briefs: Record<string, InstrumentBrief> = {};
  if (typeof stored !== 'object' || stored === null) return briefs;
  for (const [key, brief] of Object.entries(stored as Record<string, Partial<InstrumentBrief> | null>)) {
    if (typeof brief?.symbol === 'string' && typeof brief.name === 'string') {
      briefs[key] = { symbol: brief.symbol, name: brief.name };
    }
  }
  return briefs;
}

/** Pages check their own choices; here only the shape is checked. */
function readChoices(stored: unknown): Record<string, RememberedValue> {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return {};
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => isRememberedValue(value)));
}

function isRememberedValue(value: unknown): value is RememberedValue {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string' || typeof one === 'number');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Remembers the layout; a browser that refuses storage forgets it at the end of the visit. */
export function saveLayout(storage: Pick<Storage, 'setItem'>, layout: LayoutState): void {
  const named = new Set([...layout.watchlist, layout.selected]);
  const briefs = Object.fromEntries(Object.entries(layout.briefs).filter(([key]) => named.has(key)));
  try {
    storage.setItem(STORAGE_KEY, JSON.stringify({ ...layout, briefs }));
  } catch {
    // Private windows may refuse.
  }
}
