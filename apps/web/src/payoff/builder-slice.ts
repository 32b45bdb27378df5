import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

export const LEG_KINDS = ['CALL', 'PUT', 'FUTURE'] as const;
export type LegKind = (typeof LEG_KINDS)[number];
export type LegSide = 'BUY' | 'SELL';

/** A leg as the trader wrote it down. */
export interface BuilderLeg {
  /** Unique within the position. */
  id: number;
  kind: LegKind;
  side: LegSide;
  lots: number;
  /** YYYY-MM-DD. */
  expiry: string;
  /** Rupees; null for a future. */
  strike: number | null;
  /** Paid or received per unit, rupees; null = what the market asks now. */
  price: number | null;
  /** Per cent a year; null = that of the chain. */
  iv: number | null;
  /** Whether it counts. */
  isIncluded: boolean;
}

export type NewLeg = Omit<BuilderLeg, 'id' | 'isIncluded' | 'price' | 'iv'> & Partial<Pick<BuilderLeg, 'price'>>;

/** The moment and the market at which the position is looked at. */
export interface WhatIf {
  /** Per cent of the price of the underlying. */
  spotShift: number;
  /** Volatility points. */
  ivShift: number;
  /** Calendar days from now. */
  days: number;
}

/** A position under a name. */
export interface SavedPosition {
  name: string;
  underlying: string;
  legs: readonly BuilderLeg[];
}

/** The position that is being put together. */
export interface BuilderState {
  /** Key of the underlying; null before the first leg. */
  underlying: string | null;
  legs: BuilderLeg[];
  whatIf: WhatIf;
  saved: SavedPosition[];
}

/** The most legs a position holds: the gateway computes no more. */
export const MAX_LEGS = 50;
const MAX_SAVED = 50;
export const AS_IT_IS: WhatIf = { spotShift: 0, ivShift: 0, days: 0 };
export const FIRST_BUILDER: BuilderState = { underlying: null, legs: [], whatIf: AS_IT_IS, saved: [] };

const nextId = (legs: readonly BuilderLeg[]): number => Math.max(0, ...legs.map(({ id }) => id)) + 1;

function withIds(legs: readonly NewLeg[]): BuilderLeg[] {
  return legs
    .slice(0, MAX_LEGS)
    .map((leg, n) => ({ ...leg, id: n + 1, price: leg.price ?? null, iv: null, isIncluded: true }));
}

const slice = createSlice({
  name: 'builder',
  initialState: FIRST_BUILDER,
  reducers: {
    /** Adds a leg; one of another underlying begins a new position. The same contract on the same side grows by its lots. */
    legAdded(state, { payload }: PayloadAction<{ underlying: string; leg: NewLeg }>) {
      const { underlying, leg } = payload;
      if (state.underlying !== underlying) {
        state.underlying = underlying;
        state.legs = [];
        state.whatIf = AS_IT_IS;
      }
      const same = state.legs.find(
        (one) =>
          one.kind === leg.kind && one.side === leg.side && one.expiry === leg.expiry && one.strike === leg.strike,
      );
      if (same !== undefined) same.lots += leg.lots;
      else if (state.legs.length < MAX_LEGS) {
        state.legs.push({ ...leg, id: nextId(state.legs), price: null, iv: null, isIncluded: true });
      }
    },
    /** Puts a whole position in the place of what was there. */
    legsReplaced(state, { payload }: PayloadAction<{ underlying: string; legs: readonly NewLeg[] }>) {
      state.underlying = payload.underlying;
      state.legs = withIds(payload.legs);
      state.whatIf = AS_IT_IS;
    },
    legChanged(state, { payload }: PayloadAction<{ id: number; change: Partial<Omit<BuilderLeg, 'id'>> }>) {
      const leg = state.legs.find(({ id }) => id === payload.id);
      if (leg !== undefined) Object.assign(leg, payload.change);
    },
    legRemoved(state, { payload }: PayloadAction<number>) {
      state.legs = state.legs.filter(({ id }) => id !== payload);
    },
    legsCleared(state) {
      state.legs = [];
      state.whatIf = AS_IT_IS;
    },
    /** Moves every strike by steps of a ladder; a strike at its end stays, and with it all. */
    strikesShifted(state, { payload }: PayloadAction<{ ladder: readonly number[]; steps: number }>) {
      const { ladder, steps } = payload;
      const moved = state.legs.map((leg) => (leg.strike === null ? null : ladder[ladder.indexOf(leg.strike) + steps]));
      const isPossible = state.legs.every((leg, n) => {
        const at = leg.strike === null ? 0 : ladder.indexOf(leg.strike);
        return leg.strike === null || (at >= 0 && at + steps >= 0 && moved[n] !== undefined);
      });
      if (!isPossible) return;
      for (const [n, leg] of state.legs.entries()) {
        const strike = moved[n];
        if (leg.strike !== null && strike !== undefined && strike !== null) Object.assign(leg, { strike, price: null });
      }
    },
    /** Bought legs first: the broker then asks for less margin on the way. */
    buysFirst(state) {
      state.legs.sort((left, right) => Number(left.side === 'SELL') - Number(right.side === 'SELL'));
    },
    whatIfChanged(state, { payload }: PayloadAction<Partial<WhatIf>>) {
      Object.assign(state.whatIf, payload);
    },
    positionSaved(state, { payload: name }: PayloadAction<string>) {
      if (state.underlying === null || state.legs.length === 0) return;
      const others = state.saved.filter((one) => one.name !== name);
      state.saved = [{ name, underlying: state.underlying, legs: [...state.legs] }, ...others].slice(0, MAX_SAVED);
    },
    positionLoaded(state, { payload: name }: PayloadAction<string>) {
      const found = state.saved.find((one) => one.name === name);
      if (found === undefined) return;
      state.underlying = found.underlying;
      state.legs = found.legs.map((leg) => ({ ...leg }));
      state.whatIf = AS_IT_IS;
    },
    positionForgotten(state, { payload: name }: PayloadAction<string>) {
      state.saved = state.saved.filter((one) => one.name !== name);
    },
  },
});

export const {
  legAdded,
  legsReplaced,
  legChanged,
  legRemoved,
  legsCleared,
  strikesShifted,
  buysFirst,
  whatIfChanged,
  positionSaved,
  positionLoaded,
  positionForgotten,
} = slice.actions;
export const builderReducer = slice.reducer;

const STORAGE_KEY = 'vega.builder.v1';

/** The remembered position, or an empty one where nothing readable is remembered. */
export function loadBuilder(storage: Pick<Storage, 'getItem'>): BuilderState {
  try {
    const stored = JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null') as Partial<BuilderState> | null;
    if (stored === null || typeof stored !== 'object') return FIRST_BUILDER;
    const saved = Array.isArray(stored.saved) ? stored.saved : [];
    return {
      underlying: typeof stored.underlying === 'string' ? stored.underlying : null,
      legs: readLegs(stored.legs),
      whatIf: AS_IT_IS,
      saved: saved.slice(0, MAX_SAVED).flatMap((one) => {
        const { name, underlying, legs } = (one ?? {}) as Partial<SavedPosition>;
        return typeof name === 'string' && typeof underlying === 'string'
          ? [{ name, underlying, legs: readLegs(legs) }]
          : [];
      }),
    };
  } catch {
    return FIRST_BUILDER;
  }
}

function readLegs(stored: unknown): BuilderLeg[] {
  if (!Array.isArray(stored)) return [];
  return (stored as Partial<BuilderLeg>[]).filter(isLeg).slice(0, MAX_LEGS);
}

function isLeg(leg: Partial<BuilderLeg> | null): leg is BuilderLeg {
  return (
    leg !== null &&
    typeof leg === 'object' &&
    Number.isInteger(leg.id) &&
    LEG_KINDS.some((kind) => kind === leg.kind) &&
    (leg.side === 'BUY' || leg.side === 'SELL') &&
    Number.isInteger(leg.lots) &&
    typeof leg.expiry === 'string' &&
    (leg.strike === null || typeof leg.strike === 'number') &&
    (leg.price === null || typeof leg.price === 'number') &&
    (leg.iv === null || typeof leg.iv === 'number') &&
    typeof leg.isIncluded === 'boolean'
  );
}

/** Remembers the position; a browser that refuses storage forgets it at the end of the visit. */
export function saveBuilder(storage: Pick<Storage, 'setItem'>, { underlying, legs, saved }: BuilderState): void {
  try {
    storage.setItem(STORAGE_KEY, JSON.stringify({ underlying, legs, saved }));
  } catch {
    // Private windows may refuse.
  }
}
