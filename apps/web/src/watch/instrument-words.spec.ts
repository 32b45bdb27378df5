import type { InstrumentView } from '@vega/client';
import { describeInstrument, splitSymbol } from './instrument-words.ts';

it.each([
  ['NIFTY 26100 CE 24 NOV 26', 'NIFTY', ['NIFTY 26100 CE', '24 NOV 26']],
  ['NIFTY FUT 24 NOV 26', 'NIFTY', ['NIFTY FUT', '24 NOV 26']],
  ['RELIANCE', 'Reliance Industries', ['RELIANCE', 'Reliance Industries']],
  ['INDIA VIX', 'INDIA VIX', ['INDIA VIX', '']],
])('%s is split', (symbol, name, parts) => expect(splitSymbol(symbol, name)).toEqual(parts));

const option: InstrumentView = {
  instrument_key: 'NSE_FO|1',
  instrument_id: 1,
  segment: 'NSE_FO',
  exchange: 'NSE',
  instrument_type: 'CE',
  trading_symbol: 'NIFTY 26100 CE 24 NOV 26',
  name: 'NIFTY',
  isin: null,
  underlying_key: 'NSE_INDEX|Nifty 50',
  underlying_symbol: 'NIFTY',
  expiry_date: '2026-11-24',
  strike: 26_100,
  lot_size: 65,
  freeze_qty: 1_800,
  tick_size: 0.05,
};

it('describes a contract and a share', () => {
  expect(describeInstrument(option)).toBe('NSE · Call · 24 Nov 2026 · lot 65');
  expect(describeInstrument({ ...option, instrument_type: 'EQ', expiry_date: null, lot_size: 1 })).toBe('NSE · Equity');
  expect(describeInstrument({ ...option, instrument_type: 'BE', expiry_date: null, exchange: null })).toBe(
    'NSE_FO · BE',
  );
});
