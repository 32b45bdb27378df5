import type { Instrument } from '@vega/contracts';
import type { InstrumentKey, IstDate } from '@vega/kernel';
import type { BuiltBar } from '../domain/bar-book.ts';
import type { BarMessage, StoredBar } from '../domain/bar-message.ts';
import type { RestoredBar } from '../domain/bar-builder.ts';
import type { Candle, CandleUnit, SpanLimit } from '../domain/candle.ts';
import type { InstrumentEntry } from '../domain/instrument-entry.ts';

export type { BarMessage, StoredBar } from '../domain/bar-message.ts';

/** The broker's instrument master as it was read. */
export interface MasterReading {
  readonly entries: readonly InstrumentEntry[];
  /** Rows of segments that are not served, and rows that could not be read. */
  readonly unsupported: number;
  readonly invalid: number;
  /** The first unreadable row and why; undefined when there is none. */
  readonly firstInvalid: string | undefined;
}

/** Where the instrument master comes from. Rejects when it cannot be had whole. */
export interface MasterSource {
  fetchMaster(): Promise<MasterReading>;
  /** Date of the market behind the source, for a simulator that lives on a date of its own; undefined when it cannot say. */
  fetchMarketDate(): Promise<IstDate | undefined>;
}

/** What a master changed. */
export interface MasterChange {
  readonly added: number;
  readonly changed: number;
  /** In the previous master and not in this one. */
  readonly removed: number;
}

/** Keeps the instrument master of every date. */
export interface InstrumentStore {
  /** Makes `entries` the current master, as of `date`: all of it or nothing. */
  saveMaster(date: IstDate, entries: readonly InstrumentEntry[]): Promise<MasterChange>;
  /** Date and size of the current master; undefined before the first. */
  fetchCurrent(): Promise<{ readonly date: string; readonly rowCount: number } | undefined>;
  /** The current master in pieces. */
  fetchActive(): AsyncIterable<readonly Instrument[]>;
}

/** Keeps one-minute bars. */
export interface BarStore {
  /**
   * Writes bars and the messages that tell them in one transaction. A bar that says nothing new, and a provisional one
   * where a final one stands, change nothing and have no message. At most one bar per instrument and minute.
   */
  save(
    bars: readonly BuiltBar[],
    toMessage: (stored: StoredBar) => Omit<BarMessage, 'id'>,
  ): Promise<readonly BarMessage[]>;
  /** Forgets messages that the bus has acknowledged. */
  forgetMessages(ids: readonly number[]): Promise<void>;
  /** Messages left by a process that ended between commit and acknowledgement, oldest first. */
  fetchLeftMessages(olderThanMs: number, limit: number): Promise<readonly BarMessage[]>;
  /** Where the bars of each instrument ended on the newest date that has any. */
  fetchLast(): Promise<readonly RestoredBar[]>;
  /** Bars of one instrument that start in [fromMs, toMs), oldest first. */
  fetchRange(instrumentId: number, fromMs: number, toMs: number): Promise<readonly StoredCandle[]>;
  /** Makes room for the bars of a date and the two after it, and drops what is older than the retention. */
  maintain(date: IstDate): Promise<void>;
}

/** A bar as history shows it. */
export interface StoredCandle extends Candle {
  readonly final: boolean;
}

/** Puts bars on the bus. Rejects when the bus did not acknowledge all of them. */
export interface BarPublisher {
  publish(messages: readonly BarMessage[]): Promise<void>;
}

/** Candles of one period that is over: a date, a week or a month, named by its first day. */
export interface CandlePeriod {
  readonly period: IstDate;
  readonly candles: readonly Candle[];
}

/** Keeps the broker's candles of periods that are over. */
export interface CandleStore {
  /** The periods of [from, to] that are kept. */
  fetch(series: CandleSeries, from: IstDate, to: IstDate): Promise<readonly CandlePeriod[]>;
  save(series: CandleSeries, periods: readonly CandlePeriod[]): Promise<void>;
  /** Drops what was fetched too long ago to be trusted. */
  dropStale(): Promise<number>;
}

/** Candles of one instrument and one width. */
export interface CandleSeries {
  readonly instrumentId: number;
  readonly unit: CandleUnit;
  readonly interval: number;
}

/** The broker's candles. Throws the broker's own errors. */
export interface CandleSource {
  /** What the broker serves, by unit and width. */
  readonly limits: readonly SpanLimit[];
  /** Candles of past dates, oldest first, both dates included; a span within the limits. */
  fetchPast(
    key: InstrumentKey,
    range: { readonly unit: CandleUnit; readonly interval: number; readonly from: IstDate; readonly to: IstDate },
    deadlineMs: number,
  ): Promise<readonly Candle[]>;
  /** Today's minutes so far, oldest first, or the day as one candle; the last may still form. */
  fetchToday(key: InstrumentKey, unit: 'minutes' | 'days', deadlineMs: number): Promise<readonly Candle[]>;
}
