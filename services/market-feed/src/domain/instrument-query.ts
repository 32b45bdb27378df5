import { parseInstrumentKey, parseIstDate, type IstDate } from '@vega/kernel';
import { searchWords } from './instrument-entry.ts';

/** Longer queries are refused. */
export const MAX_QUERY_LENGTH = 100;
/** Words beyond these are ignored: nothing has more. */
const MAX_WORDS = 10;

/** A search as it was understood. */
export interface InstrumentQuery {
  /** The query as one instrument key, when it is one. */
  readonly key: string | undefined;
  /** Capitals, digits and points. */
  readonly words: readonly string[];
  /** Those of `words` that may only tell contracts of one underlying apart: numbers, types, months. */
  readonly contractWords: readonly string[];
  /** An ISO date within the query names an expiry. */
  readonly expiry: IstDate | undefined;
}

const OPTION_CODE = /^([A-Z]{2,}?)(\d+(?:\.\d+)?)(CE|PE|CALL|PUT)$/;
const DAY_MONTH = /^(\d{1,2})(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(\d{2})?$/;
const MONTH_YEAR = /^(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(\d{2})$/;
const STRIKE_TYPE = /^(\d+(?:\.\d+)?)(CE|PE|CALL|PUT)$/;
const LONG_MONTH = /^(JAN|FEB|MAR|APR|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]+$/;
const MONTHS = new Set(
  'JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST SEPTEMBER SEPT OCTOBER NOVEMBER DECEMBER'.split(' '),
);

const CONTRACT_WORDS = new Set(
  'CE PE CALL PUT FUT FUTURE FUTURES WEEKLY MONTHLY JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
);

/**
 * Understands what a person types: `nifty 24500 ce`, `banknifty fut`, `NIFTY24500CE`, `reliance 28jul`, `2026-07-28
 * nifty put`, an ISIN, an instrument key. Undefined when nothing searchable is left.
 */
export function parseInstrumentQuery(text: string): InstrumentQuery | undefined {
  const trimmed = text.trim();
  const asKey = parseInstrumentKey(trimmed);
  let expiry: IstDate | undefined;
  const plain = trimmed.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) => {
    expiry ??= parseIstDate(date);
    return ' ';
  });
  const words = searchWords(plain)
    .split(' ')
    .map((word) => word.replace(/^\.+|\.+$/g, ''))
    .filter((word) => word !== '')
    .flatMap(partsOf)
    .slice(0, MAX_WORDS);
  if (words.length === 0 && expiry === undefined && !asKey.ok) return undefined;
  const contractWords = words.filter((word) => /^\d/.test(word) || CONTRACT_WORDS.has(word));
  return { key: asKey.ok ? trimmed : undefined, words, contractWords, expiry };
}

/** A word that people write without the spaces of the trading symbol, cut into them. */
function partsOf(word: string): string[] {
  for (const pattern of [OPTION_CODE, DAY_MONTH, MONTH_YEAR, STRIKE_TYPE]) {
    const match = pattern.exec(word);
    if (match !== null) return match.slice(1).filter((part) => part !== undefined);
  }
  return [LONG_MONTH.test(word) && MONTHS.has(word) ? word.slice(0, 3) : word];
}
