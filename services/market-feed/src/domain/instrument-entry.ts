import { tokenOf, type InstrumentKey, type IstDate, type SupportedSegment } from '@vega/kernel';

/** A row of the broker's instrument master, as this service keeps it. Amounts in paise, quantities in units. */
export interface InstrumentEntry {
  readonly key: InstrumentKey;
  readonly segment: SupportedSegment;
  readonly exchange: string;
  /** EQ, INDEX, FUT, CE, PE, or the exchange's series. */
  readonly instrumentType: string;
  readonly tradingSymbol: string;
  readonly name: string;
  /** Empty where there is none. */
  readonly isin: string;
  readonly underlyingKey: string;
  readonly underlyingSymbol: string;
  readonly underlyingType: string;
  readonly expiryDate: IstDate | undefined;
  /** 0 where there is none. */
  readonly strikePaise: number;
  readonly lotSize: number;
  readonly freezeQty: number;
  readonly tickSizePaise: number;
  readonly weekly: boolean;
}

/** What an instrument is to somebody who searches, in the order in which equally good hits are shown. */
export const INSTRUMENT_KINDS = { index: 0, share: 1, fund: 2, future: 3, option: 4, other: 5 } as const;

/** Issuer type `E` (company) with security type `01` (equity shares), by the Indian ISIN scheme (SEBI, NSDL). */
const SHARE_ISIN = /^INE[A-Z0-9]{4}01/;
const FUND_ISIN = /^INF/;

/** The kind of an instrument; bonds, warrants, debentures and other series are `other`. */
export function kindOf(entry: InstrumentEntry): number {
  if (entry.segment.endsWith('_INDEX')) return INSTRUMENT_KINDS.index;
  if (entry.expiryDate !== undefined) {
    return entry.instrumentType === 'FUT' ? INSTRUMENT_KINDS.future : INSTRUMENT_KINDS.option;
  }
  if (SHARE_ISIN.test(entry.isin)) return INSTRUMENT_KINDS.share;
  return FUND_ISIN.test(entry.isin) ? INSTRUMENT_KINDS.fund : INSTRUMENT_KINDS.other;
}

/**
 * What tells two contracts apart that share a key and an expiry because the exchange gave the token away again within
 * the series: type, strike and underlying of a derivative. Empty for the others, whose key is an ISIN or a name.
 */
export function identityOf(entry: InstrumentEntry): string {
  if (entry.expiryDate === undefined) return '';
  return `${entry.instrumentType}|${entry.strikePaise}|${entry.underlyingSymbol}`;
}

/** The symbol under which people look for it: the underlying's for a derivative, else its own. */
export function rootOf(entry: InstrumentEntry): string {
  return searchWords(entry.underlyingSymbol || entry.tradingSymbol);
}

const TYPE_WORDS: Readonly<Record<string, string>> = { CE: 'CE CALL', PE: 'PE PUT', FUT: 'FUT FUTURES' };

/**
 * The text that a search looks into: fields in capitals, each before a bar, every word after a space, the trading symbol
 * first: ` NIFTY | NIFTY 50 |`, ` NIFTY 27000 CE 30 JUN 26 | CE CALL | WEEKLY |`.
 */
export function searchTextOf(entry: InstrumentEntry): string {
  const type = TYPE_WORDS[entry.instrumentType] ?? '';
  const fields =
    entry.expiryDate === undefined
      ? [entry.tradingSymbol, entry.name, entry.isin, tokenOf(entry.key)]
      : [entry.tradingSymbol, type, entry.weekly ? 'WEEKLY' : 'MONTHLY'];
  const said = new Set(fields.map(searchWords).filter((field) => field !== ''));
  return ` ${[...said].join(' | ')} |`;
}

/** Text as the search compares it: capitals, digits and decimal points; everything else parts words. */
export function searchWords(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9.]+/g, ' ')
    .trim();
}
