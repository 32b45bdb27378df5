import { istDateOf, type IstDate } from '@vega/kernel';
import type { MasterRow } from '../market/market-source.ts';
import { resolveExpiry, type ExpiryKeyword } from './expiry-keywords.ts';
import type { InstrumentCatalog } from './instrument-catalog.ts';

/** What a search asks for. Lists that are absent do not filter. */
export interface SearchRequest {
  readonly query: string;
  readonly exchanges: readonly string[] | undefined;
  readonly segments: readonly string[] | undefined;
  readonly instrumentTypes: readonly string[] | undefined;
  readonly expiry: IstDate | ExpiryKeyword | undefined;
  /** Strikes away from the one nearest to the spot; keeps options only. */
  readonly atmOffset: number | undefined;
}

/** Segment names of the search API and what they cover. */
export const SEARCH_SEGMENTS: Readonly<Record<string, (row: MasterRow) => boolean>> = {
  ALL: () => true,
  EQ: (row) => row.segment.endsWith('_EQ'),
  FO: (row) => row.segment.endsWith('_FO'),
  INDEX: (row) => row.instrument_type === 'INDEX',
  OPT: (row) => row.instrument_type === 'CE' || row.instrument_type === 'PE',
  FUT: (row) => row.instrument_type === 'FUT',
  CURR: () => false,
  COMM: () => false,
};

/** Instruments that match, best first. `spotOf` gives an underlying's last price, for the at-the-money strike. */
export function searchInstruments(
  catalog: InstrumentCatalog,
  request: SearchRequest,
  spotOf: (underlyingKey: string) => number | undefined,
): readonly MasterRow[] {
  const words = request.query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: { row: MasterRow; rank: number }[] = [];
  for (const row of catalog.rows()) {
    if (!passesFilters(catalog, row, request)) continue;
    const rank = rankOf(row, words);
    if (rank !== undefined) found.push({ row, rank });
  }
  const rows = found.sort((a, b) => a.rank - b.rank || inOrder(a.row, b.row)).map(({ row }) => row);
  return request.atmOffset === undefined ? rows : atOffset(catalog, rows, request.atmOffset, spotOf);
}

function passesFilters(catalog: InstrumentCatalog, row: MasterRow, request: SearchRequest): boolean {
  const { exchanges, segments, instrumentTypes, expiry } = request;
  if (exchanges !== undefined && !exchanges.includes('ALL') && !exchanges.includes(row.exchange)) return false;
  if (segments !== undefined && !segments.some((name) => SEARCH_SEGMENTS[name]?.(row))) return false;
  if (instrumentTypes !== undefined && !instrumentTypes.includes(row.instrument_type)) return false;
  if (expiry === undefined) return true;
  if (row.expiry === undefined || row.underlying_key === undefined) return false;
  return istDateOf(row.expiry) === resolveExpiry(expiry, catalog.expiries(row.underlying_key));
}

/** Lower is better; undefined when a word is found nowhere. */
function rankOf(row: MasterRow, words: readonly string[]): number | undefined {
  const symbol = row.trading_symbol.toLowerCase();
  const texts = [row.name, row.short_name, row.isin, row.exchange_token, row.underlying_symbol, tokenOf(row)];
  const terms = `${symbol} ${texts.join(' ').toLowerCase()}`.split(/[\s&.-]+/);
  if (!words.every((word) => terms.some((term) => term.startsWith(word)))) return undefined;
  const query = words.join(' ');
  if (symbol === query || tokenOf(row).toLowerCase() === query) return row.expiry === undefined ? 0 : 1;
  if (symbol.startsWith(query)) return row.expiry === undefined ? 2 : 4;
  return row.expiry === undefined ? 3 : 5;
}

function tokenOf(row: MasterRow): string {
  return row.instrument_key.slice(row.instrument_key.indexOf('|') + 1);
}

function inOrder(a: MasterRow, b: MasterRow): number {
  return (
    (a.expiry ?? 0) - (b.expiry ?? 0) ||
    (a.strike_price ?? 0) - (b.strike_price ?? 0) ||
    (a.trading_symbol < b.trading_symbol ? -1 : a.trading_symbol > b.trading_symbol ? 1 : 0)
  );
}

function atOffset(
  catalog: InstrumentCatalog,
  rows: readonly MasterRow[],
  offset: number,
  spotOf: (underlyingKey: string) => number | undefined,
): readonly MasterRow[] {
  const wanted = new Map<string, number | undefined>();
  return rows.filter((row) => {
    if (row.underlying_key === undefined || row.expiry === undefined || row.instrument_type === 'FUT') return false;
    const series = `${row.underlying_key}@${row.expiry}`;
    if (!wanted.has(series))
      wanted.set(series, strikeAtOffset(catalog, row.underlying_key, row.expiry, offset, spotOf));
    return wanted.get(series) === row.strike_price;
  });
}

function strikeAtOffset(
  catalog: InstrumentCatalog,
  underlyingKey: string,
  expiry: number,
  offset: number,
  spotOf: (underlyingKey: string) => number | undefined,
): number | undefined {
  const spot = spotOf(underlyingKey);
  if (spot === undefined) return undefined;
  const strikes = catalog.chain(underlyingKey, istDateOf(expiry)).map(({ strike }) => strike);
  let nearest = 0;
  strikes.forEach((strike, at) => {
    if (Math.abs(strike - spot) < Math.abs((strikes[nearest] ?? Infinity) - spot)) nearest = at;
  });
  return strikes[nearest + offset];
}
