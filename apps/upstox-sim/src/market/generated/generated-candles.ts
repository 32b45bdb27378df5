import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addDays, istDate, MINUTE_MS, type IstDate } from '@vega/kernel';
import {
  calendarStart,
  intervalMinutes,
  intradayStart,
  joinBars,
  longestSpanDays,
  toCandleRows,
  type Bar,
} from '../candles/bar.ts';
import { DailyLog } from '../candles/daily-log.ts';
import { fileBytes, memoryBytes, MinuteLog, type MinuteRow } from '../candles/minute-log.ts';
import { minutesOfDay } from '../candles/minute-path.ts';
import type { CandleRow, CandleUnit } from '../market-source.ts';
import { hashOf, SeededRandom } from '../seeded-random.ts';
import type { HistoricCandles } from './historic-candles.ts';
import type { Instrument } from './instrument.ts';
import type { SyntheticHistory } from './synthetic-history.ts';
import { minutesOf, tradingDay } from './trading-day.ts';
import { intensity } from './variance-clock.ts';

/** Finished generated dates whose real minutes are kept in files, and in memory; earlier ones keep their day and get minutes that fit it. */
const KEPT_IN_FILES = 2;
const KEPT_IN_MEMORY = 1;
const MINUTE_FILE = /^minutes-(\d{4}-\d{2}-\d{2})\.bin$/;

/** All candles of a generated market: history before its first date, finished dates, and today as it happened. */
export class GeneratedCandles {
  private readonly seed: string;
  private readonly history: SyntheticHistory;
  private readonly historic: HistoricCandles;
  private readonly directory: string | undefined;
  private readonly daily: DailyLog;
  private readonly finished: Set<IstDate>;
  private minuteLogs: MinuteLog[] = [];

  /**
   * Opens what a state directory holds of the dates before `date` and of `date` itself up to `now`; anything later came
   * from a run whose state did not survive and is dropped. `continued` false: a new market, all of it is dropped.
   */
  constructor(
    seed: string,
    history: SyntheticHistory,
    historic: HistoricCandles,
    place: { directory: string | undefined; date: IstDate; now: number; continued: boolean },
  ) {
    this.seed = seed;
    this.history = history;
    this.historic = historic;
    this.directory = place.directory;
    if (place.directory === undefined) {
      this.daily = DailyLog.create(undefined);
    } else {
      mkdirSync(place.directory, { recursive: true });
      const path = join(place.directory, 'daily.jsonl');
      this.daily = place.continued ? DailyLog.open(path, place.date) : DailyLog.create(path);
      this.openMinutes(place.directory, place.continued ? place : undefined);
    }
    this.finished = new Set(this.daily.finishedDates());
  }

  /** Begins the minutes of a date, unless they were opened; `keys` by slot. */
  beginDate(date: IstDate, keys: readonly string[]): void {
    if (this.minuteLogs.at(-1)?.date === date) return;
    const bytes = this.directory === undefined ? memoryBytes() : fileBytes(minutePath(this.directory, date));
    this.minuteLogs.push(MinuteLog.create(date, keys, bytes));
    const kept = this.directory === undefined ? KEPT_IN_MEMORY : KEPT_IN_FILES;
    while (this.minuteLogs.length > kept + 1) {
      const oldest = this.minuteLogs.shift();
      oldest?.close();
      if (oldest !== undefined && this.directory !== undefined)
        rmSync(minutePath(this.directory, oldest.date), { force: true });
    }
  }

  /** Adds a finished minute; `rows` ascend by slot. */
  addMinute(at: number, rows: readonly MinuteRow[]): void {
    if (rows.length > 0) this.minuteLogs.at(-1)?.append(at, rows);
  }

  /** Adds the finished date's candles of all instruments that traded. */
  endDate(date: IstDate, instruments: readonly Instrument[]): void {
    const contracts = new Set(instruments.filter((one) => one.contract !== undefined).map((one) => one.key));
    const rows = instruments.flatMap(({ key, quote }) =>
      quote.day === undefined
        ? []
        : [[key, [quote.day.open, quote.day.high, quote.day.low, quote.day.close, quote.vtt, quote.oi]] as const],
    );
    this.daily.append(date, rows, (key) => contracts.has(key));
    this.finished.add(date);
  }

  /** Forgets what belongs to contracts that are no longer listed. */
  retain(isListed: (key: string) => boolean): void {
    this.daily.retain(isListed);
  }

  /** Candles of finished dates in a range, newest first. `today` is the market date, which is not among them. */
  past(
    instrument: Instrument,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string },
    today: IstDate,
  ): CandleRow[] {
    const to = istDate(range.to);
    const from = range.from === undefined ? addDays(to, -longestSpanDays(unit, interval)) : istDate(range.from);
    const length = intervalMinutes(unit, interval);
    const bars: Bar[] = [];
    for (let date = from; date <= to && date < today; date = addDays(date, 1)) {
      if (!this.traded(date)) continue;
      if (length !== undefined) bars.push(...this.minutes(instrument, date));
      else {
        const bar = this.day(instrument, date);
        if (bar !== undefined) bars.push(bar);
      }
    }
    return toCandleRows(joinBars(bars, this.startOf(unit, length)));
  }

  /** Candles of the market date as it stands, newest first; the forming one included. */
  today(instrument: Instrument, unit: CandleUnit, interval: number, today: IstDate): CandleRow[] {
    const bars = this.minuteLogs.at(-1)?.date === today ? (this.minuteLogs.at(-1)?.barsOf(instrument.key) ?? []) : [];
    if (instrument.minuteAt !== 0) bars.push(formingMinute(instrument));
    return toCandleRows(joinBars(bars, this.startOf(unit, intervalMinutes(unit, interval))));
  }

  /** Daily candle of a finished date. */
  day(instrument: Instrument, date: IstDate): Bar | undefined {
    return date < this.history.until ? this.historic.dayOf(instrument, date) : this.daily.barOf(instrument.key, date);
  }

  close(): void {
    for (const log of this.minuteLogs) log.close();
    this.minuteLogs = [];
  }

  private traded(date: IstDate): boolean {
    return date < this.history.until ? this.history.indexOf(date) !== undefined : this.finished.has(date);
  }

  private minutes(instrument: Instrument, date: IstDate): Bar[] {
    if (date < this.history.until) return this.historic.minutesOf(instrument, date);
    const log = this.minuteLogs.find((kept) => kept.date === date);
    if (log !== undefined) return log.barsOf(instrument.key);
    const bar = this.daily.barOf(instrument.key, date);
    if (bar === undefined) return [];
    const day = tradingDay(date, this.seed);
    const times = minutesOf(instrument.contract === undefined ? day.cash : day.derivatives);
    const random = new SeededRandom(hashOf(this.seed, 'refill', instrument.key, date));
    const unit = instrument.contract?.lot ?? 1;
    return minutesOfDay({ ...bar, previousOi: bar.oi }, times, random, instrument.tick / 100, unit, intensity);
  }

  private startOf(unit: CandleUnit, minutes: number | undefined): (at: number) => number {
    if (unit === 'days' || unit === 'weeks' || unit === 'months') return calendarStart(unit);
    const opens = new Map<IstDate, number>();
    return intradayStart(minutes ?? 1, (date) => {
      let open = opens.get(date);
      if (open === undefined) opens.set(date, (open = this.openOf(date)));
      return open;
    });
  }

  private openOf(date: IstDate): number {
    return tradingDay(date, this.seed).open;
  }

  private openMinutes(directory: string, place: { date: IstDate; now: number } | undefined): void {
    for (const name of readdirSync(directory).sort()) {
      const date = MINUTE_FILE.exec(name)?.[1];
      if (date === undefined) continue;
      const path = join(directory, name);
      if (place === undefined || date > place.date) {
        rmSync(path, { force: true });
        continue;
      }
      // A minute counts once the state knows that it is over.
      const log = MinuteLog.open(fileBytes(path), place.now - MINUTE_MS + 1);
      if (log !== undefined) this.minuteLogs.push(log);
    }
  }
}

function minutePath(directory: string, date: string): string {
  return join(directory, `minutes-${date}.bin`);
}

function formingMinute(instrument: Instrument): Bar {
  return {
    at: instrument.minuteAt,
    open: instrument.minuteOpen,
    high: instrument.minuteHigh,
    low: instrument.minuteLow,
    close: instrument.minuteClose,
    volume: instrument.minuteVolume,
    oi: instrument.quote.oi,
  };
}
