import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { istInstant, parseIstDate, type IstDate } from '@vega/kernel';
import { z } from 'zod';
import { writeFileAtomically } from '../atomic-file.ts';
import type { Bar } from './bar.ts';

/** Daily candles are kept for this many generated dates of contracts; underlyings keep ten years. */
const CONTRACT_DATES = 120;
const UNDERLYING_DATES = 2600;

type DayRow = readonly [open: number, high: number, low: number, close: number, volume: number, oi: number];

const line = z.object({
  date: z.custom<IstDate>((value) => typeof value === 'string' && parseIstDate(value) !== undefined),
  rows: z.record(z.string(), z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
});

interface KeptDay {
  readonly date: IstDate;
  readonly row: DayRow;
}

/** The daily candles of the generated dates, in memory and, with a path, in a file of one JSON line per date. */
export class DailyLog {
  private readonly days = new Map<string, KeptDay[]>();
  private dates: IstDate[] = [];
  private readonly path: string | undefined;

  private constructor(path: string | undefined) {
    this.path = path;
  }

  /** An empty log; a file at `path` is emptied. */
  static create(path: string | undefined): DailyLog {
    if (path !== undefined) writeFileAtomically(path, '');
    return new DailyLog(path);
  }

  /**
   * Reads the log and keeps the dates before `before`: a later line was written by a run whose state did not survive.
   * A torn last line is dropped. Throws when another line cannot be read.
   */
  static open(path: string, before: IstDate): DailyLog {
    const log = new DailyLog(path);
    if (!existsSync(path)) return log;
    const lines = readFileSync(path, 'utf8').split('\n');
    const kept: string[] = [];
    lines.forEach((text, index) => {
      if (text === '' || index === lines.length - 1) return;
      const parsed = line.safeParse(JSON.parse(text));
      if (!parsed.success) throw new Error(`${path}, line ${index + 1}: not a day of candles`);
      if (parsed.data.date >= before) return;
      log.remember(parsed.data.date, Object.entries(parsed.data.rows));
      kept.push(text);
    });
    if (kept.length < lines.length - 1) writeFileAtomically(path, kept.map((text) => `${text}\n`).join(''));
    return log;
  }

  /** Adds a finished date, durably. `isContract` says which keys are bounded like contracts. */
  append(
    date: IstDate,
    rows: readonly (readonly [key: string, row: DayRow])[],
    isContract: (key: string) => boolean,
  ): void {
    if (this.path !== undefined) {
      const descriptor = openSync(this.path, 'a');
      try {
        appendFileSync(descriptor, `${JSON.stringify({ date, rows: Object.fromEntries(rows) })}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
    this.remember(date, rows);
    for (const [key, days] of this.days) {
      const most = isContract(key) ? CONTRACT_DATES : UNDERLYING_DATES;
      if (days.length > most) days.splice(0, days.length - most);
    }
  }

  /** Forgets contracts that are no longer listed and shortens the file once it holds much that is forgotten. */
  retain(isListed: (key: string) => boolean): void {
    for (const key of this.days.keys()) if (!isListed(key)) this.days.delete(key);
    if (this.path === undefined || this.dates.length % 40 !== 0) return;
    const rows = new Map<IstDate, [string, DayRow][]>(this.dates.map((date) => [date, []]));
    for (const [key, days] of this.days) for (const day of days) rows.get(day.date)?.push([key, day.row]);
    const lines = [...rows].map(([date, entries]) => JSON.stringify({ date, rows: Object.fromEntries(entries) }));
    writeFileAtomically(this.path, lines.map((text) => `${text}\n`).join(''));
  }

  /** The generated dates that are finished, ascending. */
  finishedDates(): readonly IstDate[] {
    return this.dates;
  }

  /** An instrument's candle of a finished date; undefined when it did not trade. */
  barOf(key: string, date: IstDate): Bar | undefined {
    const day = this.days.get(key)?.findLast((kept) => kept.date === date);
    if (day === undefined) return undefined;
    const [open, high, low, close, volume, oi] = day.row;
    return { at: istInstant(date), open, high, low, close, volume, oi };
  }

  private remember(date: IstDate, rows: readonly (readonly [string, DayRow])[]): void {
    this.dates.push(date);
    if (this.dates.length > UNDERLYING_DATES) this.dates = this.dates.slice(-UNDERLYING_DATES);
    for (const [key, row] of rows) {
      const days = this.days.get(key);
      if (days === undefined) this.days.set(key, [{ date, row }]);
      else days.push({ date, row });
    }
  }
}
