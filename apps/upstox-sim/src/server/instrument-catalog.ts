import { istDateOf, type IstDate } from '@vega/kernel';
import type { MarketSource, MasterRow } from '../market/market-source.ts';

/** The calls and puts of one expiry, by strike. */
export interface StrikePair {
  readonly strike: number;
  call?: MasterRow;
  put?: MasterRow;
}

interface CatalogIndex {
  readonly rows: readonly MasterRow[];
  readonly byKey: ReadonlyMap<string, MasterRow>;
  /** Derivatives by underlying key, then by expiry date ascending. */
  readonly derivatives: ReadonlyMap<string, ReadonlyMap<IstDate, readonly MasterRow[]>>;
}

const CLOSING_AUCTION_SINCE = '2026-08-03';
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKLY_MONTHS = '123456789OND';

/** The instruments of the current market date, indexed; follows the market when its master is replaced. */
export class InstrumentCatalog {
  private index: CatalogIndex | undefined;
  private readonly listeners: ((before: readonly MasterRow[], after: readonly MasterRow[]) => void)[] = [];

  constructor(private readonly market: MarketSource) {}

  /** Registers who wants to see a master go: called with the old rows and the new ones. */
  onReplaced(listener: (before: readonly MasterRow[], after: readonly MasterRow[]) => void): void {
    this.listeners.push(listener);
  }

  rows(): readonly MasterRow[] {
    return this.current().rows;
  }

  row(key: string): MasterRow | undefined {
    return this.current().byKey.get(key);
  }

  has(key: string): boolean {
    return this.current().byKey.has(key);
  }

  /** Expiries of an underlying's derivatives, ascending. */
  expiries(underlyingKey: string): readonly IstDate[] {
    return [...(this.current().derivatives.get(underlyingKey)?.keys() ?? [])];
  }

  /** Expiries of an underlying's futures, ascending. */
  futureExpiries(underlyingKey: string): readonly IstDate[] {
    const byExpiry = this.current().derivatives.get(underlyingKey) ?? new Map<IstDate, readonly MasterRow[]>();
    return [...byExpiry].filter(([, rows]) => rows.some((row) => row.instrument_type === 'FUT')).map(([date]) => date);
  }

  /** Options of an underlying, of one expiry or of all. */
  options(underlyingKey: string, expiry?: string): readonly MasterRow[] {
    const byExpiry = this.current().derivatives.get(underlyingKey) ?? new Map<IstDate, readonly MasterRow[]>();
    const lists = [...byExpiry].filter(([date]) => expiry === undefined || date === expiry).map(([, rows]) => rows);
    return lists.flat().filter((row) => row.instrument_type !== 'FUT');
  }

  /** The option chain of an expiry, strikes ascending. */
  chain(underlyingKey: string, expiry: string): readonly StrikePair[] {
    const pairs = new Map<number, StrikePair>();
    for (const row of this.options(underlyingKey, expiry)) {
      const strike = row.strike_price ?? 0;
      const pair = pairs.get(strike) ?? { strike };
      pair[row.instrument_type === 'CE' ? 'call' : 'put'] = row;
      pairs.set(strike, pair);
    }
    return [...pairs.values()].sort((a, b) => a.strike - b.strike);
  }

  /** Segments that run a closing auction on the market's date. */
  auctionSegments(): readonly string[] {
    if (istDateOf(this.market.now()) < CLOSING_AUCTION_SINCE) return [];
    return ['NSE_EQ', 'BSE_EQ'].filter((segment) => this.market.segmentStatus().has(segment));
  }

  private current(): CatalogIndex {
    const rows = this.market.instruments();
    if (this.index?.rows !== rows) {
      const before = this.index?.rows;
      this.index = buildIndex(rows);
      if (before !== undefined) for (const listener of this.listeners) listener(before, rows);
    }
    return this.index;
  }
}

function buildIndex(rows: readonly MasterRow[]): CatalogIndex {
  const derivatives = new Map<string, Map<IstDate, MasterRow[]>>();
  for (const row of rows) {
    if (row.underlying_key === undefined || row.expiry === undefined) continue;
    const byExpiry = derivatives.get(row.underlying_key) ?? new Map<IstDate, MasterRow[]>();
    derivatives.set(row.underlying_key, byExpiry);
    const date = istDateOf(row.expiry);
    const list = byExpiry.get(date) ?? [];
    byExpiry.set(date, list);
    list.push(row);
  }
  for (const [underlying, byExpiry] of derivatives) {
    derivatives.set(underlying, new Map([...byExpiry].sort(([a], [b]) => (a < b ? -1 : 1))));
  }
  return { rows, byKey: new Map(rows.map((row) => [row.instrument_key, row])), derivatives };
}

/**
 * The compact symbol of Upstox's quote answers: `NHPC`, `NIFTY2543021600PE` (weekly), `NIFTY25APR21600PE` (monthly),
 * `NIFTY25APRFUT`; an index goes by the token of its key (`Nifty 50`).
 */
export function compactSymbol(row: MasterRow): string {
  if (row.instrument_type === 'INDEX') return row.instrument_key.slice(row.instrument_key.indexOf('|') + 1);
  if (row.expiry === undefined) return row.trading_symbol;
  const [year = '', month = '', day = ''] = istDateOf(row.expiry).split('-');
  const monthIndex = Number(month) - 1;
  const date = row.weekly === true ? `${WEEKLY_MONTHS[monthIndex]}${day}` : MONTHS[monthIndex];
  const stem = `${row.underlying_symbol ?? row.name}${year.slice(2)}${date}`;
  return row.instrument_type === 'FUT' ? `${stem}FUT` : `${stem}${row.strike_price ?? 0}${row.instrument_type}`;
}

/** The key under which an instrument appears in the maps of quote answers: `SEGMENT:SYMBOL`. */
export function answerKey(row: MasterRow): string {
  return `${row.segment}:${compactSymbol(row)}`;
}

/** An instrument as the API answers it: the master's row with the expiry as a date. */
export function instrumentView(row: MasterRow): Record<string, unknown> {
  return row.expiry === undefined ? { ...row } : { ...row, expiry: istDateOf(row.expiry) };
}
