/**
 * Goal: one-minute bars of every instrument from its ticks, right although ticks sample the trades, come late, twice or
 * not at all, and although the broker's own candle of the minute may or may not follow.
 *
 * Method: a tick says "the last trade was at t, at price p, and v units had traded by then". Each bar keeps the first,
 * last, highest and lowest price said of its minute and the greatest v (`endVolume`). Its volume is `endVolume` minus
 * that of the bars before it (or the base), so that volumes telescope to the span of v however ticks are ordered. An
 * instrument that does not trade itself (an index) is placed by the time of its last change, or by market time where it
 * has none. A bar is announced `graceMs` of market time after its minute ended, again when a late tick changed it, and
 * as final when the broker's own candle of that minute comes; `windowMs` after its minute it is closed for ticks.
 *
 * Invariants: low <= open, close <= high; volumes are never negative; the volumes of the bars of a day as built from
 * ticks sum to the span of v seen; an equal tick changes nothing; within the window the order of ticks changes nothing
 * but `tickCount`; a final bar is changed by a final candle only.
 *
 * What is not known is not invented: a minute without a trade has no bar; volume traded while nobody watched (before a
 * day's first tick, when that is a snapshot) belongs to no bar; volume traded during a gap goes to the minute of the
 * last trade, where the broker's candle corrects it.
 */
import { MINUTE_MS, type InstrumentKey } from '@vega/kernel';
import type { TickFacts } from './tick-facts.ts';
import {
  addObservation,
  barAt,
  barOfCandle,
  builtBar,
  closeUpTo,
  isPlausibleCandle,
  istDayNumber,
  newBook,
  sameBar,
  sameCandle,
  startDay,
  type BarBook,
  type BuiltBar,
  type MinuteCandle,
  type OpenBar,
} from './bar-book.ts';

/** Where the bars of an instrument ended before this process started. */
export interface RestoredBar {
  readonly instrumentId: number;
  readonly startTimeMs: number;
  readonly endVolume: number | undefined;
}

export interface BarBuilderOptions {
  /** Market time between the end of a minute and the announcement of its bar: trades are told up to seconds late. */
  readonly graceMs: number;
  /** Market time after the end of a minute during which a late tick may still change its bar. More than `graceMs`. */
  readonly windowMs: number;
  /** Whether bars are built of the minute that starts then; auctions before the open and trades after the close have none. */
  readonly isBarMinute: (key: InstrumentKey, startTimeMs: number) => boolean;
  readonly announce: (bar: BuiltBar) => void;
}

/** What the builder has met since its start, for metrics. */
export interface BarBuilderCounts {
  /** Ticks that told new volume of a minute that takes no more ticks. */
  late: number;
  /** Ticks whose trade lies outside the hours of bars. */
  outsideSession: number;
  /** Ticks or candles that cannot be true. */
  implausible: number;
  /** Provisional bars announced again because a late tick changed them. */
  revisedByTick: number;
}

/** Builds the bars of many instruments. See the head of this file. */
export class BarBuilder {
  readonly counts: BarBuilderCounts = { late: 0, outsideSession: 0, implausible: 0, revisedByTick: 0 };
  private readonly options: BarBuilderOptions;
  private readonly books = new Map<number, BarBook>();
  /** Bars that are still open for ticks, by the start of their minute. */
  private readonly live = new Map<number, Set<OpenBar>>();
  private changed: OpenBar[] = [];
  private readonly restored = new Map<number, RestoredBar>();

  constructor(options: BarBuilderOptions) {
    this.options = options;
  }

  /** Bars still open for ticks. */
  get openBars(): number {
    let count = 0;
    for (const bars of this.live.values()) count += bars.size;
    return count;
  }

  /** Instruments remembered. */
  get instruments(): number {
    return this.books.size;
  }

  /** Continues after bars that another life of this process has announced. Before the first tick only. */
  restore(bars: Iterable<RestoredBar>): void {
    for (const bar of bars) this.restored.set(bar.instrumentId, bar);
  }

  /** Forgets the instruments that `keep` refuses, announcing what they still have. */
  retain(keep: (instrumentId: number) => boolean): void {
    for (const id of this.restored.keys()) if (!keep(id)) this.restored.delete(id);
    for (const [id, book] of this.books) {
      if (keep(id)) continue;
      this.closeAll(book);
      this.books.delete(id);
    }
  }

  /** Takes one tick. Synchronous; announces at most the final bar that the tick carries. */
  onTick(tick: TickFacts): void {
    const book = this.bookOf(tick);
    const day = istDayNumber(tick.marketTimeMs);
    if (day > book.day) {
      this.closeAll(book);
      startDay(book, day);
    }
    this.observe(book, tick);
    book.watched = true;
    book.marketTimeMs = Math.max(book.marketTimeMs, tick.marketTimeMs);
    if (tick.minute !== undefined) this.takeCandle(book, tick.minute, tick.marketTimeMs);
  }

  /** Market time has come this far: announces bars whose grace is over or that changed since, closes those whose window is. */
  advance(marketTimeMs: number): void {
    const { changed } = this;
    this.changed = [];
    for (const bar of changed) if (bar.changed) this.announceAgain(bar);
    for (const [startMs, bars] of [...this.live].sort((a, b) => a[0] - b[0])) {
      const endMs = startMs + MINUTE_MS;
      if (marketTimeMs < endMs + this.options.graceMs) continue;
      for (const bar of bars) if (bar.said === undefined) this.announce(bar);
      if (marketTimeMs < endMs + this.options.windowMs) continue;
      this.live.delete(startMs);
      for (const bar of bars) closeUpTo(bar.book, startMs);
    }
  }

  private bookOf(tick: TickFacts): BarBook {
    const known = this.books.get(tick.instrumentId);
    if (known !== undefined) {
      // A source of market that begins again: a recorded day played a second time.
      const restarted = tick.snapshot && tick.marketTimeMs < known.marketTimeMs - this.options.windowMs - MINUTE_MS;
      if (!restarted) return known;
      this.closeAll(known);
    }
    const book = newBook(tick);
    const before = known === undefined ? this.restored.get(tick.instrumentId) : undefined;
    this.restored.delete(tick.instrumentId);
    if (
      before !== undefined &&
      istDayNumber(before.startTimeMs) === book.day &&
      before.startTimeMs <= tick.marketTimeMs
    ) {
      book.tradedToday = true;
      book.baseVolume = before.endVolume;
      book.closedUpToMs = before.startTimeMs;
    }
    this.books.set(tick.instrumentId, book);
    return book;
  }

  private observe(book: BarBook, tick: TickFacts): void {
    const timeMs = tick.lastTradeTimeMs > 0 ? tick.lastTradeTimeMs : book.trades ? 0 : tick.marketTimeMs;
    if (timeMs === 0 || istDayNumber(timeMs) < book.day) return;
    if (timeMs > tick.marketTimeMs + MINUTE_MS || !(tick.lastPricePaise > 0)) {
      this.counts.implausible += 1;
      return;
    }
    const startMs = timeMs - (timeMs % MINUTE_MS);
    beginDay(book, tick, startMs);
    if (!this.options.isBarMinute(book.key, startMs)) {
      if (book.bars.length === 0 && tick.volume !== undefined) {
        book.baseVolume = Math.max(book.baseVolume ?? 0, tick.volume);
      }
      this.counts.outsideSession += 1;
      return;
    }
    if (startMs <= book.closedUpToMs) {
      if (tick.volume !== undefined && tick.volume > (book.baseVolume ?? 0)) this.counts.late += 1;
      return;
    }
    const bar = this.openBarAt(book, startMs);
    addObservation(bar, tick, timeMs, startMs + MINUTE_MS + this.options.graceMs);
    if (bar.said !== undefined || book.bars.at(-1) !== bar) this.markChangedFrom(bar);
  }

  private openBarAt(book: BarBook, startMs: number): OpenBar {
    const { bar, isNew } = barAt(book, startMs);
    if (isNew) {
      const live = this.live.get(startMs);
      if (live === undefined) this.live.set(startMs, new Set([bar]));
      else live.add(bar);
    }
    return bar;
  }

  /** The bar, and those after it whose volume hangs on its end, may no longer be what was said of them. */
  private markChangedFrom(bar: OpenBar): void {
    for (const later of bar.book.bars) {
      if (later.startMs < bar.startMs || later.changed || later.said === undefined || later.candle !== undefined)
        continue;
      later.changed = true;
      this.changed.push(later);
    }
  }

  private takeCandle(book: BarBook, candle: MinuteCandle, marketTimeMs: number): void {
    const startMs = candle.startTimeMs;
    const known = book.lastCandle;
    if (known !== undefined && (startMs < known.startTimeMs || sameCandle(known, candle))) return;
    if (startMs + MINUTE_MS > marketTimeMs || istDayNumber(startMs) !== book.day) return;
    book.lastCandle = { ...candle };
    if (!isPlausibleCandle(candle)) {
      this.counts.implausible += 1;
      return;
    }
    if (!this.options.isBarMinute(book.key, startMs)) return;
    if (startMs <= book.closedUpToMs || startMs + MINUTE_MS + this.options.windowMs <= marketTimeMs) {
      this.options.announce(barOfCandle(book, candle));
      return;
    }
    const bar = this.openBarAt(book, startMs);
    bar.candle = book.lastCandle;
    this.announce(bar);
  }

  private announce(bar: OpenBar): void {
    bar.said = builtBar(bar);
    bar.changed = false;
    this.options.announce(bar.said);
  }

  private announceAgain(bar: OpenBar): void {
    bar.changed = false;
    const now = builtBar(bar);
    if (bar.said !== undefined && sameBar(bar.said, now)) return;
    bar.said = now;
    this.counts.revisedByTick += 1;
    this.options.announce(now);
  }

  /** Announces what is not yet announced and closes every bar of the book. */
  private closeAll(book: BarBook): void {
    for (const bar of book.bars) {
      if (bar.said === undefined) this.announce(bar);
      else if (bar.changed) this.announceAgain(bar);
      const live = this.live.get(bar.startMs);
      live?.delete(bar);
      if (live?.size === 0) this.live.delete(bar.startMs);
    }
    const last = book.bars.at(-1);
    if (last !== undefined) closeUpTo(book, last.startMs);
  }
}

/** Settles, with a tick of today, how much had traded before the first bar and from when on bars can be built. */
function beginDay(book: BarBook, tick: TickFacts, startMs: number): void {
  const seenFromTheFirst = !book.tradedToday && book.watched && !tick.snapshot;
  if (tick.volume !== undefined && book.baseVolume === undefined) {
    book.baseVolume = seenFromTheFirst ? 0 : tick.volume;
  }
  const firstUnseen = !book.tradedToday && !seenFromTheFirst;
  if (firstUnseen && startMs + MINUTE_MS <= tick.marketTimeMs) book.closedUpToMs = startMs;
  book.tradedToday = true;
}
