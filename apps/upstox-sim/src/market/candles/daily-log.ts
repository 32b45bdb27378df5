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

const COLUMNS = 6;

/** One date's rows: thousands a date over a hundred dates, so they are numbers side by side rather than objects. */
interface PackedDay {
  /** Instruments by number, ascending. */
  readonly ids: Int32Array;
  /** Six numbers per instrument, as in {@link DayRow}. */
  readonly values: Float64Array;
}

/** The daily candles of the generated dates, in memory and, with a path, in a file of one JSON line per date. */
export class DailyLog {
  private readonly days = new Map<IstDate, PackedDay>();
  private readonly idOf = new Map<string, number>();
  private nextId = 0;
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
    this.forgetOldContracts(isContract);
  }

  /** Forgets contracts that are no longer listed and shortens the file once it holds much that is forgotten. */
  retain(isListed: (key: string) => boolean): void {
    const gone = [...this.idOf].filter(([key]) => !isListed(key));
    if (gone.length > 0) {
      for (const [key] of gone) this.idOf.delete(key);
      const kept = new Set(this.idOf.values());
      for (const [date, day] of this.days)
        this.days.set(
          date,
          only(day, (id) => kept.has(id)),
        );
    }
    if (this.path === undefined || this.dates.length % 40 !== 0) return;
    const keyOf = new Map([...this.idOf].map(([key, id]) => [id, key]));
    const lines = this.dates.map((date) => {
      const day = this.days.get(date);
      const rows = [...(day?.ids ?? [])].map((id, at) => [keyOf.get(id) ?? '', rowAt(day, at)] as const);
      return JSON.stringify({ date, rows: Object.fromEntries(rows) });
    });
    writeFileAtomically(this.path, lines.map((text) => `${text}\n`).join(''));
  }

  /** The generated dates that are finished, ascending. */
  finishedDates(): readonly IstDate[] {
    return this.dates;
  }

  /** An instrument's candle of a finished date; undefined when it did not trade. */
  barOf(key: string, date: IstDate): Bar | undefined {
    const id = this.idOf.get(key);
    const day = this.days.get(date);
    const at = id === undefined || day === undefined ? -1 : placeOf(day.ids, id);
    if (at < 0) return undefined;
    const [open, high, low, close, volume, oi] = rowAt(day, at);
    return { at: istInstant(date), open, high, low, close, volume, oi };
  }

  private remember(date: IstDate, rows: readonly (readonly [string, DayRow])[]): void {
    this.dates.push(date);
    while (this.dates.length > UNDERLYING_DATES) this.days.delete(this.dates.shift() ?? date);
    const numbered = rows.map(([key, row]) => [this.numberOf(key), row] as const).sort(([a], [b]) => a - b);
    const day = { ids: new Int32Array(numbered.length), values: new Float64Array(numbered.length * COLUMNS) };
    numbered.forEach(([id, row], at) => {
      day.ids[at] = id;
      day.values.set(row, at * COLUMNS);
    });
    this.days.set(date, day);
  }

  private numberOf(key: string): number {
    let id = this.idOf.get(key);
    if (id === undefined) this.idOf.set(key, (id = this.nextId++));
    return id;
  }

  private forgetOldContracts(isContract: (key: string) => boolean): void {
    const old = this.dates.slice(0, -CONTRACT_DATES);
    if (old.length === 0) return;
    const others = new Set([...this.idOf].flatMap(([key, id]) => (isContract(key) ? [] : [id])));
    for (const date of old) this.trim(date, (id) => others.has(id));
  }

  private trim(date: IstDate, isKept: (id: number) => boolean): void {
    const day = this.days.get(date);
    if (day !== undefined) this.days.set(date, only(day, isKept));
  }
}

function only(day: PackedDay, isKept: (id: number) => boolean): PackedDay {
  if (day.ids.every((id) => isKept(id))) return day;
  const places = [...day.ids.keys()].filter((at) => isKept(day.ids[at] ?? -1));
  const kept = { ids: new Int32Array(places.length), values: new Float64Array(places.length * COLUMNS) };
  places.forEach((from, to) => {
    kept.ids[to] = day.ids[from] ?? -1;
    kept.values.set(day.values.subarray(from * COLUMNS, (from + 1) * COLUMNS), to * COLUMNS);
  });
  return kept;
}

function rowAt(day: PackedDay | undefined, at: number): DayRow {
  const value = (column: number): number => day?.values[at * COLUMNS + column] ?? 0;
  return [value(0), value(1), value(2), value(3), value(4), value(5)];
}

function placeOf(ids: Int32Array, id: number): number {
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = ids[middle] ?? 0;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
