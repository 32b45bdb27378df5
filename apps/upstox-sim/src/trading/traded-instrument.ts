import { isSupportedSegment, istDateOf, rupeesToPaise } from '@vega/kernel';
import type { TradedInstrument } from '@vega/exchange';
import type { MasterRow } from '../market/market-source.ts';

/** A row of the master as the exchange trades it; undefined for an index or another kind that cannot be traded. */
export function tradedInstrument(row: MasterRow): TradedInstrument | undefined {
  const { segment } = row;
  if (!isSupportedSegment(segment) || segment.endsWith('_INDEX')) return undefined;
  const common = {
    key: row.instrument_key,
    segment,
    symbol: row.trading_symbol,
    lot: Math.max(1, row.lot_size ?? 1),
    // The master publishes ticks in paise.
    tickPaise: Math.max(1, Math.round(row.tick_size ?? 5)),
    ...(row.freeze_quantity === undefined ? {} : { freezeQuantity: row.freeze_quantity }),
  };
  if (row.expiry === undefined) {
    return {
      ...common,
      kind: 'equity',
      name: row.name,
      closingAuction: row.cas_eligible === true,
      ...(row.isin === undefined ? {} : { isin: row.isin }),
    };
  }
  const derivative = {
    ...common,
    expiry: istDateOf(row.expiry),
    underlyingType: row.underlying_type === 'INDEX' ? 'INDEX' : 'EQUITY',
    ...(row.underlying_key === undefined ? {} : { underlyingKey: row.underlying_key }),
  } as const;
  if (row.instrument_type === 'FUT') return { ...derivative, kind: 'future' };
  const right = row.instrument_type === 'CE' ? 'CE' : 'PE';
  return { ...derivative, kind: 'option', right, strikePaise: rupeesToPaise(row.strike_price ?? 0) };
}
