/** Type of a column in the Parquet files. */
export type ColumnType = 'BIGINT' | 'DOUBLE' | 'VARCHAR';

/**
 * One numeric column of the archive: where it stands in the Tick message and how it is written. Numbers are staged as
 * doubles (all of ours are exact below 2^53, and a double costs no object); what a message leaves out is null, or 0 where
 * the message knows no absence.
 */
export interface TickColumn {
  /** The field's name in the message; a field of a part has the part's name before it. */
  readonly name: string;
  readonly type: ColumnType;
  /** Field number within the message, or within its part. */
  readonly field: number;
  /** Field number of the part (Greeks, candle) the field is in. */
  readonly part?: number;
  /** Whether the message can leave it out; fields of a part are absent with it. */
  readonly optional: boolean;
  /** Names of the values of an enumeration, by number. */
  readonly names?: readonly string[];
}

const DAY = 21;
const MINUTE = 22;
const GREEKS = 20;

function required(name: string, field: number): TickColumn {
  return { name, type: 'BIGINT', field, optional: false };
}

function optional(name: string, field: number): TickColumn {
  return { name, type: 'BIGINT', field, optional: true };
}

function named(name: string, field: number, names: readonly string[]): TickColumn {
  return { name, type: 'VARCHAR', field, optional: false, names };
}

function candle(prefix: string, part: number): TickColumn[] {
  const fields = ['open_paise', 'high_paise', 'low_paise', 'close_paise', 'volume', 'start_time_ms'];
  return fields.map((name, at) => ({ name: `${prefix}_${name}`, type: 'BIGINT', field: at + 1, part, optional: true }));
}

/** The numeric columns in the order of the files. New ones go to the end. */
export const TICK_COLUMNS: readonly TickColumn[] = [
  required('instrument_id', 2),
  required('feed_epoch', 3),
  required('seq', 4),
  named('source', 5, ['UNSPECIFIED', 'FEED_SNAPSHOT', 'FEED_LIVE', 'REST']),
  named('mode', 6, ['UNSPECIFIED', 'LTPC', 'GREEKS', 'FULL', 'FULL_D30']),
  required('market_time_ms', 7),
  required('received_time_us', 8),
  required('last_price_paise', 9),
  required('last_trade_time_ms', 10),
  required('last_qty', 11),
  required('prev_close_paise', 12),
  optional('avg_price_paise', 14),
  optional('volume', 15),
  optional('oi', 16),
  optional('total_buy_qty', 17),
  optional('total_sell_qty', 18),
  { name: 'broker_iv', type: 'DOUBLE', field: 19, optional: true },
  ...['delta', 'theta', 'gamma', 'vega', 'rho'].map((name, at): TickColumn => ({
    name: `broker_${name}`,
    type: 'DOUBLE',
    field: at + 1,
    part: GREEKS,
    optional: true,
  })),
  ...candle('day', DAY),
  ...candle('minute', MINUTE),
  optional('indicative_price_paise', 23),
  optional('reference_price_paise', 24),
  optional('indicative_qty', 25),
  optional('imbalance_qty_total', 26),
  optional('imbalance_qty_market', 27),
];

/** Field numbers that are not numeric columns. */
export const KEY_FIELD = 1;
export const DEPTH_FIELD = 13;

/** The lists of the depth, best level first, in the order of the fields of a level. */
export const DEPTH_COLUMNS = ['bid_qty', 'bid_price_paise', 'ask_qty', 'ask_price_paise'] as const;

/** The place of a column in {@link TICK_COLUMNS}. */
export function columnIndex(name: string): number {
  return TICK_COLUMNS.findIndex((column) => column.name === name);
}
