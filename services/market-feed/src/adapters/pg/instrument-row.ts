import type { Instrument } from '@vega/contracts';

/** The columns of an instrument, with the last master it was in: of an active one that is the current master. */
export const INSTRUMENT_COLUMNS = `
  instrument_id, instrument_key, segment, exchange, instrument_type, trading_symbol, name, isin, underlying_key,
  underlying_symbol, underlying_type, expiry_date, strike_paise, lot_size, freeze_qty, tick_size_paise, weekly, first_seen,
  CASE WHEN active THEN greatest(last_seen, (SELECT master_date FROM current_master)) ELSE last_seen END AS last_seen`;

/** A row of {@link INSTRUMENT_COLUMNS}. */
export interface InstrumentRow {
  readonly instrument_id: number;
  readonly instrument_key: string;
  readonly segment: string;
  readonly exchange: string;
  readonly instrument_type: string;
  readonly trading_symbol: string;
  readonly name: string;
  readonly isin: string;
  readonly underlying_key: string;
  readonly underlying_symbol: string;
  readonly underlying_type: string;
  readonly expiry_date: string | null;
  readonly strike_paise: number;
  readonly lot_size: number;
  readonly freeze_qty: number;
  readonly tick_size_paise: number;
  readonly weekly: boolean;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** A stored instrument as the contract's message. */
export function toInstrument(row: InstrumentRow): Instrument {
  return {
    instrumentId: row.instrument_id,
    instrumentKey: row.instrument_key,
    segment: row.segment,
    exchange: row.exchange,
    instrumentType: row.instrument_type,
    tradingSymbol: row.trading_symbol,
    name: row.name,
    isin: row.isin,
    underlyingKey: row.underlying_key,
    underlyingSymbol: row.underlying_symbol,
    underlyingType: row.underlying_type,
    expiryDate: row.expiry_date ?? '',
    strikePaise: row.strike_paise,
    lotSize: row.lot_size,
    freezeQty: row.freeze_qty,
    tickSizePaise: row.tick_size_paise,
    weekly: row.weekly,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  };
}
