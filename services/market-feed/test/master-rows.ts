import { istDate, istInstant } from '@vega/kernel';

/** Rows as the broker's master has them: an index, a future and two options on it, a share, and what is not served. */
export function masterRows(optionToken = 51_420): unknown[] {
  const derivative = {
    segment: 'NSE_FO',
    exchange: 'NSE',
    name: 'NIFTY',
    underlying_symbol: 'NIFTY',
    asset_symbol: 'NIFTY',
    underlying_key: 'NSE_INDEX|Nifty 50',
    underlying_type: 'INDEX',
    weekly: false,
    lot_size: 65,
    minimum_lot: 65,
    freeze_quantity: 1755,
    tick_size: 5,
    qty_multiplier: 1,
    expiry: istInstant(istDate('2026-07-28'), 23, 59, 59),
  };
  return [
    {
      segment: 'NSE_INDEX',
      name: 'Nifty 50',
      exchange: 'NSE',
      instrument_type: 'INDEX',
      instrument_key: 'NSE_INDEX|Nifty 50',
      exchange_token: '26000',
      trading_symbol: 'NIFTY',
    },
    {
      segment: 'NSE_EQ',
      name: 'RELIANCE INDUSTRIES LTD',
      exchange: 'NSE',
      isin: 'INE002A01018',
      instrument_type: 'EQ',
      instrument_key: 'NSE_EQ|INE002A01018',
      lot_size: 1,
      freeze_quantity: 100000,
      exchange_token: '2885',
      tick_size: 10,
      trading_symbol: 'RELIANCE',
      short_name: 'RELIANCE',
      security_type: 'NORMAL',
    },
    {
      ...derivative,
      instrument_type: 'FUT',
      instrument_key: 'NSE_FO|61093',
      exchange_token: '61093',
      trading_symbol: 'NIFTY FUT 28 JUL 26',
      strike_price: 0,
    },
    ...(['CE', 'PE'] as const).map((type, at) => ({
      ...derivative,
      instrument_type: type,
      instrument_key: `NSE_FO|${optionToken + at}`,
      exchange_token: String(optionToken + at),
      trading_symbol: `NIFTY 24500 ${type} 28 JUL 26`,
      strike_price: 24500,
    })),
    {
      segment: 'MCX_FO',
      name: 'GOLD',
      exchange: 'MCX',
      instrument_type: 'FUT',
      instrument_key: 'MCX_FO|1',
      exchange_token: '1',
      trading_symbol: 'GOLD FUT',
    },
  ];
}
