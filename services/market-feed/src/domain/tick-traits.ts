import type { SupportedSegment } from '@vega/kernel';

/** Which optional groups of a tick an instrument can have at all, whatever the feed's zeros look like. */
export interface TickTraits {
  /** Order book, volume, average price, totals: everything but an index. */
  readonly book: boolean;
  /** Open interest: derivatives. */
  readonly openInterest: boolean;
  /** The broker's implied volatility and Greeks: options, and derivatives whose type is not known. */
  readonly volatility: boolean;
}

const INDEX: TickTraits = { book: false, openInterest: false, volatility: false };
const EQUITY: TickTraits = { book: true, openInterest: false, volatility: false };
const FUTURE: TickTraits = { book: true, openInterest: true, volatility: false };
const OPTION: TickTraits = { book: true, openInterest: true, volatility: true };

/** The traits of an instrument; `instrumentType` as the master prints it, empty while the master does not hold it. */
export function traitsOf(segment: SupportedSegment, instrumentType: string): TickTraits {
  if (segment === 'NSE_INDEX' || segment === 'BSE_INDEX') return INDEX;
  if (segment === 'NSE_EQ' || segment === 'BSE_EQ') return EQUITY;
  return instrumentType === 'FUT' ? FUTURE : OPTION;
}
