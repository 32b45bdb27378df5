// Goal: a chain of eighty strikes that changes ten times a second, drawn at the screen's pace.
// Method: each frame of the stream holds the strikes that changed; they go into a cell store, with what the chain as a whole
//   says of a row (at the money, in the money, bar scale, support). Rows of which that changed are set anew, no others.
// Invariants: a chain of an older epoch or number never replaces a newer one; nothing per tick reaches Redux or React state.

import type { ChainRowView, ChainSideView, ChainView } from '@vega/client';
import { CellStore, type Schedule } from '../live/cell-store.ts';
import type { Monotonic } from '../live/market-clock.ts';
import { Observed } from '../live/observed.ts';

export type Side = 'call' | 'put';

/** What the chain as a whole says of one strike. */
export interface RowPlace {
  isAtm: boolean;
  /** Whether the strike's call, and its put, is in the money by the forward. */
  callItm: boolean;
  putItm: boolean;
  /** Open interest that fills a cell. */
  oiScale: number;
  /** Place among the strikes with the most open interest, from 1; 0 elsewhere. */
  support: number;
  resistance: number;
}

/** One strike as the screen holds it. */
export interface LiveChainRow extends RowPlace {
  view: ChainRowView;
  /** On the page's monotonic clock: when `age_ms` of its sides was true. */
  at: number;
}

/** The chain without its strikes. */
export type ChainHead = Omit<ChainView, 'rows'>;

/** The key of a strike's row. */
export const rowKey = (strike: number): string => strike.toFixed(2);

/** One expiry, live. */
export class ChainData {
  readonly rows: CellStore<LiveChainRow>;
  readonly head = new Observed<ChainHead | undefined>(undefined);
  /** Keys of the strikes, ascending; a new list only when strikes come or go. */
  readonly strikes = new Observed<readonly string[]>([]);
  private readonly now: Monotonic;
  private visible: readonly string[] = [];

  constructor(now: Monotonic, schedule?: Schedule) {
    this.now = now;
    this.rows = schedule === undefined ? new CellStore() : new CellStore(schedule);
  }

  /** Takes a chain, or with `isWhole` false the strikes of it that changed. */
  take(chain: ChainView, isWhole: boolean): void {
    const held = this.head.get();
    if (held !== undefined && isOlder(chain, held)) return;
    const { rows, ...head } = chain;
    const at = this.now();
    const fresh = new Map(rows.flatMap((view) => (view.strike === null ? [] : [[rowKey(view.strike), view] as const])));
    if (isWhole) this.keep(fresh);
    const places = this.placesOf(head, fresh);
    for (const [key, view] of fresh) this.rows.set(key, { ...places(view), view, at });
    if (placeBasis(head) !== (held === undefined ? '' : placeBasis(held))) this.replace(head, fresh);
    this.head.set(head);
  }

  /** Tells which rows are on the screen: bars of open interest are as long as their share of the largest among them. */
  show(keys: readonly string[]): void {
    this.visible = keys;
    const head = this.head.get();
    if (head !== undefined) this.replace(head, new Map());
  }

  private keep(rows: ReadonlyMap<string, ChainRowView>): void {
    const keys = [...rows.keys()];
    const before = this.strikes.get();
    for (const gone of before.filter((key) => !rows.has(key))) this.rows.delete(gone);
    if (keys.length !== before.length || keys.some((key, n) => key !== before[n])) this.strikes.set(keys);
  }

  /** Sets anew the rows of which the chain as a whole says something else than before. */
  private replace(head: ChainHead, except: ReadonlyMap<string, ChainRowView>): void {
    const places = this.placesOf(head, except);
    for (const key of this.rows.keys()) {
      const row = this.rows.get(key);
      if (row === undefined || except.has(key)) continue;
      const place = places(row.view);
      if (!isSamePlace(row, place)) this.rows.set(key, { ...row, ...place });
    }
  }

  private placesOf(head: ChainHead, fresh: ReadonlyMap<string, ChainRowView>): (view: ChainRowView) => RowPlace {
    const oiScale = this.oiScale(fresh);
    const level = head.forward?.price ?? head.spot;
    const rankIn = (list: readonly { strike: number | null }[] | undefined, strike: number | null): number =>
      (list ?? []).findIndex((one) => one.strike === strike) + 1;
    return ({ strike }) => ({
      isAtm: strike !== null && strike === head.atm_strike,
      callItm: strike !== null && level !== null && strike < level,
      putItm: strike !== null && level !== null && strike > level,
      oiScale,
      support: rankIn(head.analytics?.support, strike),
      resistance: rankIn(head.analytics?.resistance, strike),
    });
  }

  private oiScale(fresh: ReadonlyMap<string, ChainRowView>): number {
    const keys = this.visible.length === 0 ? new Set([...this.rows.keys(), ...fresh.keys()]) : this.visible;
    let most = 1;
    for (const key of keys) {
      const view = fresh.get(key) ?? this.rows.get(key)?.view;
      most = Math.max(most, view?.call?.oi ?? 0, view?.put?.oi ?? 0);
    }
    return most;
  }
}

/** The call or the put of a row. */
export function sideOf(row: LiveChainRow, side: Side): ChainSideView | null {
  return side === 'call' ? row.view.call : row.view.put;
}

function isOlder(chain: ChainView, held: ChainHead): boolean {
  return chain.epoch === held.epoch ? chain.seq < held.seq : chain.epoch < held.epoch;
}

/** What of the head decides about rows; the forward moves always, the strikes that it lies between seldom. */
function placeBasis({ forward, spot, atm_strike: atm, analytics }: ChainHead): string {
  const levels = [...(analytics?.support ?? []), ...(analytics?.resistance ?? [])].map(({ strike }) => strike);
  return [atm, (forward?.price ?? spot ?? 0) > (atm ?? 0), ...levels].join(' ');
}

function isSamePlace(row: RowPlace, place: RowPlace): boolean {
  return (
    row.isAtm === place.isAtm &&
    row.callItm === place.callItm &&
    row.putItm === place.putItm &&
    row.oiScale === place.oiScale &&
    row.support === place.support &&
    row.resistance === place.resistance
  );
}
