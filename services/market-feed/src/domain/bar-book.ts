import { DAY_MS, IST_OFFSET_MS, MINUTE_MS, segmentOf, type InstrumentKey } from '@vega/kernel';
import type { TickFacts } from './tick-facts.ts';

/** A bar as it is announced. Prices in paise, volume and open interest in units, times in epoch ms of market time. */
export interface BuiltBar {
  readonly key: InstrumentKey;
  readonly instrumentId: number;
  readonly startTimeMs: number;
  readonly openPaise: number;
  readonly highPaise: number;
  readonly lowPaise: number;
  readonly closePaise: number;
  readonly volume: number;
  readonly oi: number | undefined;
  /** Whether it is the broker's own candle. */
  readonly final: boolean;
  readonly tickCount: number;
  /** Units traded in the day up to the end of this bar; undefined where no tick told. */
  readonly endVolume: number | undefined;
}

/** The broker's own candle of one minute. */
export type MinuteCandle = NonNullable<TickFacts['minute']>;

/** One telling of a price, ordered by trade time, then units traded, then market time. */
interface Observation {
  pricePaise: number;
  timeMs: number;
  volume: number;
  marketTimeMs: number;
}

/** A bar that is still open for ticks. */
export interface OpenBar {
  readonly book: BarBook;
  readonly startMs: number;
  /** Observations of a trade; a bar without any stands on the broker's candle alone. */
  tickCount: number;
  readonly open: Observation;
  readonly close: Observation;
  highPaise: number;
  lowPaise: number;
  endVolume: number | undefined;
  oi: number | undefined;
  candle: MinuteCandle | undefined;
  /** As it was last announced. */
  said: BuiltBar | undefined;
  /** Whether it waits to be announced again. */
  changed: boolean;
}

/** What is remembered of one instrument while its bars are built. */
export interface BarBook {
  readonly key: InstrumentKey;
  readonly instrumentId: number;
  /** Whether it trades; an index does not. */
  readonly trades: boolean;
  /** Number of the IST calendar day of market time. */
  day: number;
  marketTimeMs: number;
  /** Whether any tick was seen before, so that a live first trade of the day is known to be the first. */
  watched: boolean;
  tradedToday: boolean;
  /** Units traded before the first of `bars`. */
  baseVolume: number | undefined;
  /** Bars that start then or earlier take no more ticks. */
  closedUpToMs: number;
  /** Ascending by start. */
  readonly bars: OpenBar[];
  lastCandle: MinuteCandle | undefined;
  /** The observation last counted in a bar's `tickCount`. */
  readonly counted: { timeMs: number; volume: number; pricePaise: number };
}

const NEVER = Number.NEGATIVE_INFINITY;

/** An empty book that starts with this tick's instrument and day. */
export function newBook(tick: TickFacts): BarBook {
  return {
    key: tick.key,
    instrumentId: tick.instrumentId,
    trades: !segmentOf(tick.key).endsWith('_INDEX'),
    day: istDayNumber(tick.marketTimeMs),
    marketTimeMs: tick.marketTimeMs,
    watched: false,
    tradedToday: false,
    baseVolume: undefined,
    closedUpToMs: NEVER,
    bars: [],
    lastCandle: undefined,
    counted: { timeMs: -1, volume: -1, pricePaise: -1 },
  };
}

/** A book whose bars are closed becomes one of the next day. */
export function startDay(book: BarBook, day: number): void {
  book.day = day;
  book.tradedToday = false;
  book.baseVolume = undefined;
  book.closedUpToMs = NEVER;
  book.lastCandle = undefined;
}

/** The bar that starts then, added in its place when it is new. */
export function barAt(book: BarBook, startMs: number): { bar: OpenBar; isNew: boolean } {
  let at = book.bars.length;
  while (at > 0 && (book.bars[at - 1] as OpenBar).startMs > startMs) at -= 1;
  const present = book.bars[at - 1];
  if (present?.startMs === startMs) return { bar: present, isNew: false };
  const bar: OpenBar = {
    book,
    startMs,
    tickCount: 0,
    open: { pricePaise: 0, timeMs: Number.POSITIVE_INFINITY, volume: 0, marketTimeMs: 0 },
    close: { pricePaise: 0, timeMs: NEVER, volume: 0, marketTimeMs: 0 },
    highPaise: NEVER,
    lowPaise: Number.POSITIVE_INFINITY,
    endVolume: undefined,
    oi: undefined,
    candle: undefined,
    said: undefined,
    changed: false,
  };
  book.bars.splice(at, 0, bar);
  return { bar, isNew: true };
}

/**
 * Adds the observation of a trade at `timeMs` to its bar; the same observation again changes nothing. Open interest is
 * taken from ticks of market time before `oiUntilMs` only, since later ticks repeat the trade with a later interest.
 */
export function addObservation(bar: OpenBar, tick: TickFacts, timeMs: number, oiUntilMs: number): void {
  const volume = tick.volume ?? 0;
  const pricePaise = tick.lastPricePaise;
  countOnce(bar, timeMs, volume, pricePaise);
  const { marketTimeMs } = tick;
  if (order(bar.open, timeMs, volume, marketTimeMs) > 0) set(bar.open, pricePaise, timeMs, volume, marketTimeMs);
  if (order(bar.close, timeMs, volume, marketTimeMs) <= 0) {
    set(bar.close, pricePaise, timeMs, volume, marketTimeMs);
    if (tick.oi !== undefined && (marketTimeMs < oiUntilMs || bar.oi === undefined)) bar.oi = tick.oi;
  }
  if (pricePaise > bar.highPaise) bar.highPaise = pricePaise;
  if (pricePaise < bar.lowPaise) bar.lowPaise = pricePaise;
  if (tick.volume !== undefined && tick.volume > (bar.endVolume ?? -1)) bar.endVolume = tick.volume;
}

function countOnce(bar: OpenBar, timeMs: number, volume: number, pricePaise: number): void {
  const { counted } = bar.book;
  const same = counted.timeMs === timeMs && counted.volume === volume && counted.pricePaise === pricePaise;
  if (same && bar.tickCount > 0) return;
  counted.timeMs = timeMs;
  counted.volume = volume;
  counted.pricePaise = pricePaise;
  bar.tickCount += 1;
}

function set(at: Observation, pricePaise: number, timeMs: number, volume: number, marketTimeMs: number): void {
  at.pricePaise = pricePaise;
  at.timeMs = timeMs;
  at.volume = volume;
  at.marketTimeMs = marketTimeMs;
}

function order(a: Observation, timeMs: number, volume: number, marketTimeMs: number): number {
  return a.timeMs - timeMs || a.volume - volume || a.marketTimeMs - marketTimeMs;
}

/** No more ticks for the bars that start up to then; what had traded by their end becomes the base. */
export function closeUpTo(book: BarBook, startMs: number): void {
  for (let bar = book.bars[0]; bar !== undefined && bar.startMs <= startMs; bar = book.bars[0]) {
    book.bars.shift();
    if (bar.endVolume !== undefined) book.baseVolume = Math.max(book.baseVolume ?? 0, bar.endVolume);
  }
  book.closedUpToMs = Math.max(book.closedUpToMs, startMs);
}

/** The bar as it stands now: the broker's candle where it has one, else what ticks told. */
export function builtBar(bar: OpenBar): BuiltBar {
  const { book } = bar;
  if (bar.candle !== undefined) return barOfCandle(book, bar.candle, bar);
  return {
    key: book.key,
    instrumentId: book.instrumentId,
    startTimeMs: bar.startMs,
    openPaise: bar.open.pricePaise,
    highPaise: bar.highPaise,
    lowPaise: bar.lowPaise,
    closePaise: bar.close.pricePaise,
    volume: bar.endVolume === undefined ? 0 : Math.max(0, bar.endVolume - volumeBefore(bar)),
    oi: bar.oi,
    final: false,
    tickCount: bar.tickCount,
    endVolume: bar.endVolume,
  };
}

/** The broker's candle as a bar, with what ticks told beside it. */
export function barOfCandle(book: BarBook, candle: MinuteCandle, bar?: OpenBar): BuiltBar {
  return {
    key: book.key,
    instrumentId: book.instrumentId,
    startTimeMs: candle.startTimeMs,
    openPaise: candle.openPaise,
    highPaise: candle.highPaise,
    lowPaise: candle.lowPaise,
    closePaise: candle.closePaise,
    volume: candle.volume,
    oi: bar?.oi,
    final: true,
    tickCount: bar?.tickCount ?? 0,
    endVolume: bar?.endVolume,
  };
}

/** Units that had traded when the bar's minute began, as far as ticks told. */
function volumeBefore(bar: OpenBar): number {
  let before = bar.book.baseVolume ?? 0;
  for (const other of bar.book.bars) {
    if (other === bar) break;
    if (other.endVolume !== undefined && other.endVolume > before) before = other.endVolume;
  }
  return before;
}

/** Whether two announcements tell the same. */
export function sameBar(a: BuiltBar, b: BuiltBar): boolean {
  return (
    a.final === b.final &&
    a.openPaise === b.openPaise &&
    a.highPaise === b.highPaise &&
    a.lowPaise === b.lowPaise &&
    a.closePaise === b.closePaise &&
    a.volume === b.volume &&
    a.oi === b.oi
  );
}

/** Whether two candles of the broker are the same. */
export function sameCandle(a: MinuteCandle, b: MinuteCandle): boolean {
  return (
    a.startTimeMs === b.startTimeMs &&
    a.openPaise === b.openPaise &&
    a.highPaise === b.highPaise &&
    a.lowPaise === b.lowPaise &&
    a.closePaise === b.closePaise &&
    a.volume === b.volume
  );
}

/** Whether a candle can be true: on a minute, prices ordered and positive. */
export function isPlausibleCandle(candle: MinuteCandle): boolean {
  const { openPaise, highPaise, lowPaise, closePaise, volume, startTimeMs } = candle;
  return (
    startTimeMs % MINUTE_MS === 0 &&
    lowPaise > 0 &&
    lowPaise <= Math.min(openPaise, closePaise) &&
    highPaise >= Math.max(openPaise, closePaise) &&
    volume >= 0
  );
}

/** Number of the IST calendar day of an instant. */
export function istDayNumber(epochMs: number): number {
  return Math.floor((epochMs + IST_OFFSET_MS) / DAY_MS);
}
