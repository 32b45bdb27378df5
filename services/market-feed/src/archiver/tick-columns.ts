import type { DepthLevel, Tick } from '@vega/contracts';
import { DAY_MS, IST_OFFSET_MS } from '@vega/kernel';

/** A tick with its place in the stream. */
export interface StreamedTick {
  readonly streamSeq: number;
  readonly tick: Tick;
}

/**
 * One column of the archive. Whole numbers are staged as doubles (all of ours are exact below 2^53, and a double costs
 * no object) and written as `type`; an absent value is null.
 */
export interface TickColumn {
  readonly name: string;
  /** Type in the Parquet file. */
  readonly type: 'BIGINT' | 'DOUBLE' | 'VARCHAR';
  readonly read: (row: StreamedTick) => number | string | null;
  /** Names of the values of an enumeration, by number. */
  readonly names?: readonly string[];
}

function whole(name: string, read: (tick: Tick) => number | undefined): TickColumn {
  return { name, type: 'BIGINT', read: ({ tick }) => read(tick) ?? null };
}

function real(name: string, read: (tick: Tick) => number | undefined): TickColumn {
  return { name, type: 'DOUBLE', read: ({ tick }) => read(tick) ?? null };
}

function candle(prefix: 'day' | 'minute'): TickColumn[] {
  return [
    whole(`${prefix}_open_paise`, (tick) => tick[prefix]?.openPaise),
    whole(`${prefix}_high_paise`, (tick) => tick[prefix]?.highPaise),
    whole(`${prefix}_low_paise`, (tick) => tick[prefix]?.lowPaise),
    whole(`${prefix}_close_paise`, (tick) => tick[prefix]?.closePaise),
    whole(`${prefix}_volume`, (tick) => tick[prefix]?.volume),
    whole(`${prefix}_start_time_ms`, (tick) => tick[prefix]?.startTimeMs),
  ];
}

/** The columns of the archive but for the depth, in order; names are those of the Tick message. New ones go to the end. */
export const TICK_COLUMNS: readonly TickColumn[] = [
  { name: 'stream_seq', type: 'BIGINT', read: ({ streamSeq }) => streamSeq },
  { name: 'instrument_key', type: 'VARCHAR', read: ({ tick }) => tick.instrumentKey },
  whole('instrument_id', (tick) => tick.instrumentId),
  whole('feed_epoch', (tick) => tick.feedEpoch),
  whole('seq', (tick) => tick.seq),
  {
    name: 'source',
    type: 'VARCHAR',
    read: ({ tick }) => tick.source,
    names: ['UNSPECIFIED', 'FEED_SNAPSHOT', 'FEED_LIVE', 'REST'],
  },
  {
    name: 'mode',
    type: 'VARCHAR',
    read: ({ tick }) => tick.mode,
    names: ['UNSPECIFIED', 'LTPC', 'GREEKS', 'FULL', 'FULL_D30'],
  },
  whole('market_time_ms', (tick) => tick.marketTimeMs),
  whole('received_time_us', (tick) => tick.receivedTimeUs),
  whole('last_price_paise', (tick) => tick.lastPricePaise),
  whole('last_trade_time_ms', (tick) => tick.lastTradeTimeMs),
  whole('last_qty', (tick) => tick.lastQty),
  whole('prev_close_paise', (tick) => tick.prevClosePaise),
  whole('avg_price_paise', (tick) => tick.avgPricePaise),
  whole('volume', (tick) => tick.volume),
  whole('oi', (tick) => tick.oi),
  whole('total_buy_qty', (tick) => tick.totalBuyQty),
  whole('total_sell_qty', (tick) => tick.totalSellQty),
  real('broker_iv', (tick) => tick.brokerIv),
  real('broker_delta', (tick) => tick.brokerGreeks?.delta),
  real('broker_theta', (tick) => tick.brokerGreeks?.theta),
  real('broker_gamma', (tick) => tick.brokerGreeks?.gamma),
  real('broker_vega', (tick) => tick.brokerGreeks?.vega),
  real('broker_rho', (tick) => tick.brokerGreeks?.rho),
  ...candle('day'),
  ...candle('minute'),
  whole('indicative_price_paise', (tick) => tick.indicativePricePaise),
  whole('reference_price_paise', (tick) => tick.referencePricePaise),
  whole('indicative_qty', (tick) => tick.indicativeQty),
  whole('imbalance_qty_total', (tick) => tick.imbalanceQtyTotal),
  whole('imbalance_qty_market', (tick) => tick.imbalanceQtyMarket),
];

/** The lists of the depth, best level first; their place within a level as it is staged. */
export const DEPTH_COLUMNS = ['bid_qty', 'bid_price_paise', 'ask_qty', 'ask_price_paise'] as const;

/** The levels of a book one after the other, each in the order of {@link DEPTH_COLUMNS}. */
export function flattenDepth(depth: readonly DepthLevel[]): number[] {
  const flat = new Array<number>(depth.length * DEPTH_COLUMNS.length);
  let at = 0;
  for (const level of depth) {
    flat[at] = level.bidQty;
    flat[at + 1] = level.bidPricePaise;
    flat[at + 2] = level.askQty;
    flat[at + 3] = level.askPricePaise;
    at += DEPTH_COLUMNS.length;
  }
  return flat;
}

/** Number of the IST calendar day of market time: the date the tick is filed under. */
export function marketDay(tick: Tick): number {
  return Math.floor((tick.marketTimeMs + IST_OFFSET_MS) / DAY_MS);
}

/** YYYY-MM-DD of a day number. */
export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
