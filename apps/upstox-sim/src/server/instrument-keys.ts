import { parseInstrumentKey } from '@vega/kernel';
import type { MasterRow } from '../market/market-source.ts';
import { apiError, type ErrorCode } from './error-codes.ts';
import type { InstrumentCatalog } from './instrument-catalog.ts';

/** Codes an endpoint answers for a missing and for a malformed key. */
interface KeyCodes {
  readonly missing: ErrorCode;
  readonly malformed: ErrorCode;
}

const QUOTE_CODES: KeyCodes = { missing: 'UDAPI1009', malformed: 'UDAPI1011' };

/**
 * The instruments of a comma list in `instrument_key` or, as the SDK names it, `symbol`. One bad key voids the request:
 * UDAPI1011 malformed, UDAPI100011 unknown when it is the only one, UDAPI1087 unknown among others or too many.
 */
export function requireInstruments(
  query: URLSearchParams,
  catalog: InstrumentCatalog,
  max: number,
): readonly MasterRow[] {
  const text = [...query.getAll('instrument_key'), ...query.getAll('symbol')].join(',');
  const keys = [...new Set(text.split(',').map((key) => key.trim()))].filter((key) => key !== '');
  if (keys.length === 0) throw apiError('UDAPI1009');
  if (keys.length > max) throw apiError('UDAPI1087', { message: `At most ${max} instrument keys are allowed` });
  return keys.map((key) => {
    checkForm(key, QUOTE_CODES);
    const row = catalog.row(key);
    if (row !== undefined) return row;
    throw keys.length === 1
      ? apiError('UDAPI100011')
      : apiError('UDAPI1087', { property: 'instrument_key', value: key });
  });
}

/** The one instrument that a parameter names. */
export function requireInstrument(
  key: string | null | undefined,
  catalog: InstrumentCatalog,
  codes: KeyCodes = QUOTE_CODES,
): MasterRow {
  if (key === null || key === undefined || key === '') throw apiError(codes.missing);
  checkForm(key, codes);
  const row = catalog.row(key);
  if (row === undefined) throw apiError('UDAPI100011');
  return row;
}

function checkForm(key: string, codes: KeyCodes): void {
  const parsed = parseInstrumentKey(key);
  // A segment that exists and is not simulated is an unknown instrument, not a malformed one.
  if (!parsed.ok && parsed.error.code === 'INSTRUMENT_KEY_INVALID') throw apiError(codes.malformed);
}
