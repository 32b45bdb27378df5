import type { InstrumentView } from '@vega/client';
import { formatExpiry } from '../format/ist.ts';
import { formatCount } from '../format/numbers.ts';

const KINDS: Readonly<Record<string, string>> = {
  INDEX: 'Index',
  EQ: 'Equity',
  FUT: 'Future',
  CE: 'Call',
  PE: 'Put',
};

/** Exchange, kind and, of a derivative, expiry and lot: `NSE · Call · 24 Nov 2026 · lot 65`. */
export function describeInstrument(instrument: InstrumentView): string {
  const { exchange, segment, instrument_type: type, expiry_date: expiry, lot_size: lot } = instrument;
  const parts = [
    exchange ?? segment ?? '',
    type === null ? '' : (KINDS[type] ?? type),
    expiry === null ? '' : formatExpiry(expiry),
    expiry === null || lot === null ? '' : `lot ${formatCount(lot)}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

const DATED = /^(.+?) (\d{1,2} [A-Z]{3} \d{2,4})$/;

/** A trading symbol in two parts, the second less telling: the date of a contract, else the name where it says more. */
export function splitSymbol(symbol: string, name: string): [head: string, tail: string] {
  const [, contract, date] = DATED.exec(symbol) ?? [];
  if (contract !== undefined && date !== undefined) return [contract, date];
  return [symbol, name === symbol ? '' : name];
}
