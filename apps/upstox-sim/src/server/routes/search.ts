import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { parseExpiry } from '../expiry-keywords.ts';
import { instrumentView } from '../instrument-catalog.ts';
import { SEARCH_SEGMENTS, searchInstruments } from '../instrument-search.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

const EXCHANGES = ['ALL', 'NSE', 'BSE', 'MCX'];
const MAX_QUERY = 50;
const MAX_RECORDS = 30;
const DEFAULT_RECORDS = 10;

/** Instrument search. */
export function searchRoutes(context: SimContext): Route[] {
  return [
    { method: 'GET', path: '/v2/instruments/search', accepts: MARKET_TOKENS, handle: (call) => search(context, call) },
  ];
}

function search(context: SimContext, { query }: UserCall): unknown {
  const text = query.get('query')?.trim() ?? '';
  if (text === '') throw apiError('UDAPI1169');
  if (text.length > MAX_QUERY) throw apiError('UDAPI1170');
  const exchanges = listOf(query.get('exchanges'));
  if (exchanges?.some((name) => !EXCHANGES.includes(name))) throw apiError('UDAPI1171');
  const segments = listOf(query.get('segments'));
  if (segments?.some((name) => !Object.hasOwn(SEARCH_SEGMENTS, name))) throw apiError('UDAPI1172');
  const records = query.has('records') ? wholeNumber(query.get('records')) : DEFAULT_RECORDS;
  if (records === undefined || records < 1 || records > MAX_RECORDS) throw apiError('UDAPI1173');
  const pageNumber = query.has('page_number') ? wholeNumber(query.get('page_number')) : 1;
  if (pageNumber === undefined || pageNumber < 1) throw apiError('UDAPI1174');
  const expiry = query.get('expiry') ? parseExpiry(query.get('expiry')) : undefined;
  if (query.get('expiry') && expiry === undefined) throw apiError('UDAPI1175');
  const atmOffset = query.get('atm_offset') ? wholeNumber(query.get('atm_offset')) : undefined;
  if (query.get('atm_offset') && atmOffset === undefined) throw apiError('UDAPI100036', { property: 'atm_offset' });
  const found = searchInstruments(
    context.catalog,
    { query: text, exchanges, segments, instrumentTypes: listOf(query.get('instrument_types')), expiry, atmOffset },
    (key) => context.market.quote(key)?.ltp,
  );
  const rows = found.slice((pageNumber - 1) * records, pageNumber * records);
  const page = {
    page_number: pageNumber,
    total_pages: Math.ceil(found.length / records),
    records: rows.length,
    total_records: found.length,
  };
  return success(rows.map(instrumentView), { meta_data: { page } });
}

function listOf(text: string | null): readonly string[] | undefined {
  const items = (text ?? '').split(',').map((item) => item.trim().toUpperCase());
  const named = items.filter((item) => item !== '');
  return named.length === 0 ? undefined : named;
}

function wholeNumber(text: string | null): number | undefined {
  return /^[+-]?[0-9]{1,6}$/.test(text ?? '') ? Number(text) : undefined;
}
