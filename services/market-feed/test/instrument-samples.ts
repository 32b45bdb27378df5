import { instrumentKey, istDate, type SupportedSegment } from '@vega/kernel';
import type { InstrumentEntry } from '../src/domain/instrument-entry.ts';

const TERMS = { lotSize: 1, freezeQty: 100_000, tickSizePaise: 5, weekly: false } as const;
const NO_UNDERLYING = {
  underlyingKey: '',
  underlyingSymbol: '',
  underlyingType: '',
  strikePaise: 0,
  expiryDate: undefined,
};

/** An index, e.g. `index('NSE', 'Nifty 50', 'NIFTY')`. */
export function index(exchange: 'NSE' | 'BSE', token: string, symbol: string): InstrumentEntry {
  return {
    ...TERMS,
    ...NO_UNDERLYING,
    key: instrumentKey(`${exchange}_INDEX|${token}`),
    segment: `${exchange}_INDEX`,
    exchange,
    instrumentType: 'INDEX',
    tradingSymbol: symbol,
    name: token,
    isin: '',
  };
}

/** A share or other paper with an ISIN. */
export function equity(
  exchange: 'NSE' | 'BSE',
  isin: string,
  symbol: string,
  name: string,
  series = 'EQ',
): InstrumentEntry {
  return {
    ...TERMS,
    ...NO_UNDERLYING,
    key: instrumentKey(`${exchange}_EQ|${isin}`),
    segment: `${exchange}_EQ`,
    exchange,
    instrumentType: series,
    tradingSymbol: symbol,
    name,
    isin,
  };
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** A future (strike 0) or option on an instrument above. */
export function derivative(
  underlying: InstrumentEntry,
  token: number | string,
  expiry: string,
  type: 'FUT' | 'CE' | 'PE',
  strike = 0,
  more: Partial<InstrumentEntry> = {},
): InstrumentEntry {
  const [year = '', month = '', day = ''] = expiry.split('-');
  const when = `${day} ${MONTHS[Number(month) - 1] ?? ''} ${year.slice(2)}`;
  const segment: SupportedSegment = `${underlying.exchange as 'NSE' | 'BSE'}_FO`;
  return {
    ...TERMS,
    key: instrumentKey(`${segment}|${token}`),
    segment,
    exchange: underlying.exchange,
    instrumentType: type,
    tradingSymbol:
      type === 'FUT'
        ? `${underlying.tradingSymbol} FUT ${when}`
        : `${underlying.tradingSymbol} ${strike} ${type} ${when}`,
    name: underlying.tradingSymbol,
    isin: '',
    underlyingKey: underlying.key,
    underlyingSymbol: underlying.tradingSymbol,
    underlyingType: underlying.segment.endsWith('_INDEX') ? 'INDEX' : 'EQUITY',
    expiryDate: istDate(expiry),
    strikePaise: Math.round(strike * 100),
    lotSize: 65,
    freezeQty: 1_755,
    weekly: false,
    ...more,
  };
}

export const NIFTY = index('NSE', 'Nifty 50', 'NIFTY');
export const BANKNIFTY = index('NSE', 'Nifty Bank', 'BANKNIFTY');
export const RELIANCE = equity('NSE', 'INE002A01018', 'RELIANCE', 'RELIANCE INDUSTRIES LTD');

/** A small market with something of each kind. */
export const SAMPLE_MASTER: readonly InstrumentEntry[] = [
  NIFTY,
  BANKNIFTY,
  index('NSE', 'India VIX', 'INDIA VIX'),
  index('NSE', 'Nifty IT', 'NIFTY IT'),
  index('BSE', 'SENSEX', 'SENSEX'),
  RELIANCE,
  equity('BSE', 'INE002A01018', 'RELIANCE', 'RELIANCE INDUSTRIES LTD', 'A'),
  equity('NSE', 'INE614G01033', 'RPOWER', 'RELIANCE POWER LTD'),
  equity('NSE', 'INE101A01026', 'M&M', 'MAHINDRA & MAHINDRA LTD'),
  equity('NSE', 'INE585B01010', 'MARUTI', 'MARUTI SUZUKI INDIA LTD'),
  equity('NSE', 'INE121A01024', 'CHOLAFIN', 'CHOLAMANDALAM IN & FIN CO'),
  equity('NSE', 'INE121A08PJ0', 'CHOLAFIN', 'CHOLAMANDALAM 7.5% 2027', 'D1'),
  equity('NSE', 'INF204KB14I2', 'NIFTYBEES', 'NIP IND ETF NIFTY BEES'),
  ...['2026-07-28', '2026-08-25', '2026-09-29'].flatMap((expiry, month) => [
    derivative(NIFTY, 61_000 + month, expiry, 'FUT'),
    derivative(BANKNIFTY, 61_100 + month, expiry, 'FUT'),
    derivative(RELIANCE, 61_200 + month, expiry, 'FUT'),
  ]),
  ...['2026-07-21', '2026-07-28', '2026-08-25'].flatMap((expiry, at) =>
    [24_400, 24_450, 24_500, 24_550, 25_000].flatMap((strike, level) =>
      (['CE', 'PE'] as const).map((type, side) =>
        derivative(NIFTY, 50_000 + at * 100 + level * 10 + side, expiry, type, strike, { weekly: at === 0 }),
      ),
    ),
  ),
  derivative(RELIANCE, 70_001, '2026-07-28', 'CE', 1_400),
  derivative(RELIANCE, 70_002, '2026-07-28', 'CE', 1_412.5),
];
