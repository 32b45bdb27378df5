import { TickMode, TickSource, StaleReason, type Tick } from '@vega/contracts';
import { paiseToRupees } from '@vega/kernel';

/** Why a value must not be taken for the present. The first four are market-feed's words, the last is the gateway's own. */
export const STALE_REASONS = [
  'UNKNOWN',
  'CONNECTION_MUTE',
  'CONNECTION_DOWN',
  'NOT_SUBSCRIBED',
  'SOURCE_UNREACHABLE',
] as const;
export type StaleReasonName = (typeof STALE_REASONS)[number];

const STALE_NAMES: Record<StaleReason, StaleReasonName | null> = {
  [StaleReason.UNSPECIFIED]: 'UNKNOWN',
  [StaleReason.NONE]: null,
  [StaleReason.CONNECTION_MUTE]: 'CONNECTION_MUTE',
  [StaleReason.CONNECTION_DOWN]: 'CONNECTION_DOWN',
  [StaleReason.NOT_SUBSCRIBED]: 'NOT_SUBSCRIBED',
};

/** The reason as it is shown; null when the value may be taken for the present. A reason nobody stated counts as stale. */
export function toStaleReason(reason: StaleReason): StaleReasonName | null {
  return Object.hasOwn(STALE_NAMES, reason) ? STALE_NAMES[reason] : 'UNKNOWN';
}

export const TICK_SOURCES = ['UNSPECIFIED', 'FEED_SNAPSHOT', 'FEED_LIVE', 'REST'] as const;
export const TICK_MODES = ['UNSPECIFIED', 'LTPC', 'GREEKS', 'FULL', 'FULL_D30'] as const;

const SOURCE_NAMES: Record<TickSource, (typeof TICK_SOURCES)[number]> = {
  [TickSource.UNSPECIFIED]: 'UNSPECIFIED',
  [TickSource.FEED_SNAPSHOT]: 'FEED_SNAPSHOT',
  [TickSource.FEED_LIVE]: 'FEED_LIVE',
  [TickSource.REST]: 'REST',
};

const MODE_NAMES: Record<TickMode, (typeof TICK_MODES)[number]> = {
  [TickMode.UNSPECIFIED]: 'UNSPECIFIED',
  [TickMode.LTPC]: 'LTPC',
  [TickMode.GREEKS]: 'GREEKS',
  [TickMode.FULL]: 'FULL',
  [TickMode.FULL_D30]: 'FULL_D30',
};

/** The word of a mode. */
export function modeName(mode: TickMode): (typeof TICK_MODES)[number] {
  return MODE_NAMES[mode] ?? 'UNSPECIFIED';
}

/** Prices of the day in rupees; null where the feed gave none. */
export interface OhlcFigures {
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
}

/** What a tick says, in the words of the public interfaces: rupees, units, epoch milliseconds; null where it says nothing. */
export interface QuoteFigures {
  last_price: number | null;
  last_qty: number | null;
  change: number | null;
  change_percent: number | null;
  prev_close: number | null;
  avg_price: number | null;
  ohlc: OhlcFigures | null;
  volume: number | null;
  oi: number | null;
  bid_price: number | null;
  bid_qty: number | null;
  ask_price: number | null;
  ask_qty: number | null;
  total_buy_qty: number | null;
  total_sell_qty: number | null;
  feed_epoch: number;
  seq: number;
  source: (typeof TICK_SOURCES)[number];
  mode: (typeof TICK_MODES)[number];
}

/** Rupees of a price in paise; null for zero, which no exchange prints as a price, and for absent. */
export function toRupees(pricePaise: number | undefined): number | null {
  return pricePaise === undefined || pricePaise === 0 ? null : paiseToRupees(pricePaise);
}

/** A count or instant where zero stands for "none yet". */
export function nonZero(value: number | undefined): number | null {
  return value === undefined || value === 0 ? null : value;
}

/** Whole epoch milliseconds of epoch microseconds; null for zero, which stands for "none". */
export function toWholeMs(epochUs: number): number | null {
  return epochUs === 0 ? null : Math.floor(epochUs / 1000);
}

/** Percent of `fromPaise`, rounded to two decimals half away from zero. */
export function percentOf(changePaise: number, fromPaise: number): number {
  const hundredths = Math.round((Math.abs(changePaise) * 10_000) / fromPaise);
  return hundredths === 0 ? 0 : (Math.sign(changePaise) * hundredths) / 100;
}

/** The figures of a tick. */
export function figuresOf(tick: Tick): QuoteFigures {
  const best = tick.depth[0];
  const bid = toRupees(best?.bidPricePaise);
  const ask = toRupees(best?.askPricePaise);
  const comparable = tick.lastPricePaise !== 0 && tick.prevClosePaise !== 0;
  const changePaise = tick.lastPricePaise - tick.prevClosePaise;
  return {
    last_price: toRupees(tick.lastPricePaise),
    last_qty: nonZero(tick.lastQty),
    change: comparable ? paiseToRupees(changePaise) : null,
    change_percent: comparable ? percentOf(changePaise, tick.prevClosePaise) : null,
    prev_close: toRupees(tick.prevClosePaise),
    avg_price: toRupees(tick.avgPricePaise),
    ohlc: tick.day === undefined ? null : toOhlcFigures(tick.day),
    volume: tick.volume ?? null,
    oi: tick.oi ?? null,
    bid_price: bid,
    bid_qty: bid === null ? null : (best?.bidQty ?? null),
    ask_price: ask,
    ask_qty: ask === null ? null : (best?.askQty ?? null),
    total_buy_qty: tick.totalBuyQty ?? null,
    total_sell_qty: tick.totalSellQty ?? null,
    feed_epoch: tick.feedEpoch,
    seq: tick.seq,
    source: SOURCE_NAMES[tick.source] ?? 'UNSPECIFIED',
    mode: modeName(tick.mode),
  };
}

function toOhlcFigures(day: NonNullable<Tick['day']>): OhlcFigures {
  return {
    open: toRupees(day.openPaise),
    high: toRupees(day.highPaise),
    low: toRupees(day.lowPaise),
    close: toRupees(day.closePaise),
  };
}

/** One price of the order book and the quantity at it. */
export interface LevelFigures {
  price: number | null;
  qty: number | null;
}

/** The order book's best prices, best first. */
export interface BookFigures {
  bids: LevelFigures[];
  asks: LevelFigures[];
}

const DEPTH_LEVELS = 5;

/** The best five levels of each side; levels without a price are left out. */
export function bookOf({ depth }: Tick): BookFigures {
  return {
    bids: toLevels(depth.map((level) => [level.bidPricePaise, level.bidQty])),
    asks: toLevels(depth.map((level) => [level.askPricePaise, level.askQty])),
  };
}

function toLevels(levels: readonly (readonly [number, number])[]): LevelFigures[] {
  return levels
    .slice(0, DEPTH_LEVELS)
    .filter(([pricePaise]) => pricePaise !== 0)
    .map(([pricePaise, qty]) => ({ price: paiseToRupees(pricePaise), qty }));
}
