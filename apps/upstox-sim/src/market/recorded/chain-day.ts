import { basename } from 'node:path';
import { istInstant, MINUTE_MS, parseIstDate, type IstDate } from '@vega/kernel';
import { indexContractTerms } from '@vega/rulebook';
import { calendarStart, intervalMinutes, intradayStart, joinBars, toCandleRows, type Bar } from '../candles/bar.ts';
import { tradingDay } from '../generated/trading-day.ts';
import type { CandleRow, CandleUnit, DepthLevel, MasterRow, SimQuote } from '../market-source.ts';
import { INDEX_KEYS, indexRow, optionRow } from './capture-master.ts';
import type { Lines } from './lines.ts';
import { ObservedMinutes } from './observed-minutes.ts';
import { RecordingError, type RecordedStep, type Recording } from './recording.ts';
import { readSpotBars, type SpotBars } from './spot-file.ts';

const { max, min, round } = Math;
const { isFinite } = Number;

/** Columns of a recorded chain; the first line of the file. */
export const CHAIN_HEADER =
  'fetch_time,expiry,strike,ce_oi,ce_doi,ce_vol,ce_iv,ce_ltp,ce_bidq,ce_bid,ce_ask,ce_askq,pe_oi,pe_doi,pe_vol,pe_iv,pe_ltp,pe_bidq,pe_bid,pe_ask,pe_askq';
const COLUMNS = CHAIN_HEADER.split(',').length;
const SPOT_KEY = INDEX_KEYS.NIFTY;
/** Synthetic exchange tokens count from here. */
const FIRST_TOKEN = 40_000;
const DATE_IN_NAME = /(\d{4})(\d{2})(\d{2})/;

interface Snapshot {
  readonly at: number;
  /** Lines from `from` to `to` (excluded). */
  readonly from: number;
  readonly to: number;
}

interface Side {
  readonly key: string;
  readonly lot: number;
}

/**
 * A day of the NIFTY chain in snapshots, as NSE's website prints it: open interest and volume in lots of 75 units or
 * their fractions, volatility in percent. Each snapshot is a step; the index comes from the three-minute file beside it.
 */
export class ChainDay implements Recording {
  readonly format = 'chain';
  readonly date: IstDate;
  readonly instruments: readonly MasterRow[];
  readonly keys: readonly string[];
  readonly totalMessages: number;
  readonly totalSteps: number;
  readonly firstAt: number;
  readonly lastAt: number;
  private readonly lines: Lines;
  private readonly dateStart: number;
  private readonly snapshots: readonly Snapshot[];
  private readonly sides = new Map<string, readonly [Side, Side]>();
  private readonly spot: SpotBars | undefined;
  private readonly quotes = new Map<string, SimQuote>();
  private readonly minutes = new ObservedMinutes();
  private step = 0;

  /** Reads and checks every line. Throws a RecordingError naming the first line that is not a row of the chain. */
  constructor(lines: Lines, path: string) {
    this.lines = lines;
    this.date = dateOf(path);
    this.dateStart = istInstant(this.date);
    const index = indexSnapshots(lines, this.date);
    this.snapshots = index.snapshots;
    this.spot = readSpotBars(path, this.date);
    const rows = this.buildMaster(index.contracts);
    this.instruments = this.spot === undefined ? rows : [indexRow('NIFTY'), ...rows];
    this.keys = this.instruments.map((row) => row.instrument_key);
    this.totalMessages = index.rows;
    this.totalSteps = index.snapshots.length;
    this.firstAt = index.snapshots[0]?.at ?? 0;
    this.lastAt = index.snapshots.at(-1)?.at ?? 0;
  }

  nextAt(): number | undefined {
    return this.snapshots[this.step]?.at;
  }

  next(): RecordedStep | undefined {
    const snapshot = this.snapshots[this.step];
    if (snapshot === undefined) return undefined;
    this.step++;
    const changed: SimQuote[] = [];
    this.takeSpot(snapshot.at, changed);
    for (let line = snapshot.from; line < snapshot.to; line++) this.takeRow(line, snapshot.at, changed);
    return { now: snapshot.at, messages: snapshot.to - snapshot.from, changed };
  }

  quote(key: string): SimQuote | undefined {
    return this.quotes.get(key);
  }

  /** Options have the recorded date as seen in the snapshots; the index also the dates before, from its file. */
  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): CandleRow[] {
    const bars = key === SPOT_KEY ? this.spotCandles(range) : range === 'intraday' ? this.minutes.barsOf(key) : [];
    const length = intervalMinutes(unit, interval);
    if (length !== undefined) {
      return toCandleRows(
        joinBars(
          bars,
          intradayStart(length, (date) => tradingDay(date, 'recorded').open),
        ),
      );
    }
    return toCandleRows(joinBars(bars, calendarStart(unit === 'weeks' || unit === 'months' ? unit : 'days')));
  }

  private spotCandles(range: { from?: string; to: string } | 'intraday'): Bar[] {
    if (range === 'intraday') return this.spot?.completedToday(this.snapshots[this.step - 1]?.at ?? 0) ?? [];
    const from = range.from === undefined ? 0 : istInstant(range.from as IstDate);
    const until = istInstant(range.to as IstDate, 24);
    return (this.spot?.past() ?? []).filter((bar) => bar.at >= from && bar.at < until);
  }

  private takeSpot(at: number, changed: SimQuote[]): void {
    const ltp = this.spot?.valueAt(at);
    const before = this.quotes.get(SPOT_KEY);
    if (ltp === undefined || ltp === before?.ltp) return;
    const quote: SimQuote = {
      ...emptyQuote(SPOT_KEY, (before?.version ?? 0) + 1),
      ltp,
      ltt: at,
      cp: this.spot?.previousClose() ?? 0,
      day: stretch(before?.day, ltp, 0, this.dateStart),
    };
    this.quotes.set(SPOT_KEY, quote);
    changed.push(quote);
  }

  private takeRow(line: number, at: number, changed: SimQuote[]): void {
    const cells = this.lines.text(line).split(',');
    const sides = this.sides.get(`${cells[1] ?? ''}|${Number(cells[2])}`);
    if (sides === undefined) throw this.lines.fault(line, 'a contract that the index of the file did not hold');
    sides.forEach((side, i) => {
      const figures = cells.slice(3 + i * 9, 12 + i * 9).map(Number);
      const quote = this.quoteOf(side, figures, at);
      if (quote !== undefined) changed.push(quote);
    });
  }

  /** The quote after a row, undefined when the row says nothing new. Zero prices are absent ones. */
  private quoteOf(side: Side, figures: readonly number[], at: number): SimQuote | undefined {
    const [oiLots = 0, oiChange = 0, volumeLots = 0, ivPercent = 0, ltp = 0, bidQ = 0, bidP = 0, askP = 0, askQ = 0] =
      figures;
    const before = this.quotes.get(side.key);
    const vtt = round(volumeLots * side.lot);
    const oi = round(oiLots * side.lot);
    const iv = fraction(ivPercent);
    const depth: DepthLevel[] = bidP > 0 || askP > 0 ? [{ bidQ, bidP, askQ, askP }] : [];
    if (before !== undefined && sameFigures(before, { ltp, vtt, oi, iv, depth: depth[0] })) return undefined;
    if (before === undefined && figures.every((figure) => figure === 0)) return undefined;
    const traded = before === undefined ? 0 : max(0, vtt - before.vtt);
    const moved = before === undefined || traded > 0 || ltp !== before.ltp;
    const quote: SimQuote = {
      ...emptyQuote(side.key, (before?.version ?? 0) + 1),
      ltp,
      ltt: ltp === 0 ? 0 : moved ? at : (before?.ltt ?? at),
      depth,
      iv,
      vtt,
      oi,
      previousOi: round((oiLots - oiChange) * side.lot),
      oiDayHigh: max(oi, before?.oiDayHigh ?? oi),
      oiDayLow: min(oi, before?.oiDayLow ?? oi),
      day: ltp > 0 && vtt > 0 ? stretch(before?.day, ltp, vtt, this.dateStart) : before?.day,
    };
    this.quotes.set(side.key, quote);
    if (ltp > 0 && moved) this.minutes.observe(side.key, at, ltp, traded, oi);
    return quote;
  }

  private buildMaster(contracts: ReadonlyMap<string, { expiry: IstDate; strike: number }>): MasterRow[] {
    const sorted = [...contracts].sort(([, a], [, b]) =>
      a.expiry < b.expiry ? -1 : a.expiry > b.expiry ? 1 : a.strike - b.strike,
    );
    const expiries = [...new Set(sorted.map(([, contract]) => contract.expiry))];
    const rows: MasterRow[] = [];
    // What trades today has today's lot, whatever the lot of its expiry will be.
    const lot: number = indexContractTerms('NIFTY', this.date, this.date).lot ?? 75;
    for (const [identity, { expiry, strike }] of sorted) {
      // The last expiry of a month is the monthly one.
      const weekly = expiries.some((other) => other > expiry && other.slice(0, 7) === expiry.slice(0, 7));
      const pair = (['CE', 'PE'] as const).map((type) => {
        const token = String(FIRST_TOKEN + rows.length);
        const key = `NSE_FO|${token}`;
        const of = { underlying: 'NIFTY' as const, expiry, weekly, lot_size_seen: lot };
        rows.push(optionRow(key, 'NSE_FO', token, this.date, of, { type, strike }));
        return { key, lot };
      });
      const [call, put] = pair;
      if (call !== undefined && put !== undefined) this.sides.set(identity, [call, put]);
    }
    return rows;
  }
}

/** Percent with at most four decimals to a fraction, exactly. */
function fraction(percent: number): number {
  return round(percent * 1e4) / 1e6;
}

function emptyQuote(key: string, version: number): SimQuote {
  return { key, version, ltp: 0, ltt: 0, ltq: 0, cp: 0, depth: [], atp: 0, vtt: 0, oi: 0, tbq: 0, tsq: 0 };
}

function sameFigures(
  before: SimQuote,
  now: { ltp: number; vtt: number; oi: number; iv: number; depth: DepthLevel | undefined },
): boolean {
  const level = before.depth[0];
  return (
    before.ltp === now.ltp &&
    before.vtt === now.vtt &&
    before.oi === now.oi &&
    before.iv === now.iv &&
    level?.bidP === now.depth?.bidP &&
    level?.bidQ === now.depth?.bidQ &&
    level?.askP === now.depth?.askP &&
    level?.askQ === now.depth?.askQ
  );
}

/** The day's candle as far as the snapshots show it. */
function stretch(day: SimQuote['day'], price: number, vol: number, ts: number): NonNullable<SimQuote['day']> {
  if (day === undefined) return { open: price, high: price, low: price, close: price, vol, ts };
  return { ...day, high: max(day.high, price), low: min(day.low, price), close: price, vol };
}

function dateOf(path: string): IstDate {
  const match = DATE_IN_NAME.exec(basename(path));
  const date = match === null ? undefined : parseIstDate(`${match[1]}-${match[2]}-${match[3]}`);
  if (date === undefined) {
    throw new RecordingError(
      `${basename(path)} holds times without a date, and its name has none of the form YYYYMMDD`,
    );
  }
  return date;
}

function indexSnapshots(
  lines: Lines,
  date: IstDate,
): { snapshots: Snapshot[]; contracts: Map<string, { expiry: IstDate; strike: number }>; rows: number } {
  const snapshots: { at: number; from: number; to: number }[] = [];
  const contracts = new Map<string, { expiry: IstDate; strike: number }>();
  // A time and an expiry stand in hundreds of rows each.
  const times = new Known((text) => timeOf(text, date));
  const expiries = new Known(parseIstDate);
  for (let line = 1; line < lines.count; line++) {
    const cells = lines.text(line).split(',');
    const at = times.get(cells[0] ?? '');
    const expiry = expiries.get(cells[1] ?? '');
    const figures = cells.slice(2).map((cell) => (cell === '' ? NaN : +cell));
    if (cells.length !== COLUMNS) throw lines.fault(line, `${cells.length} columns instead of ${COLUMNS}`);
    if (at === undefined) throw lines.fault(line, `"${cells[0]}" is not a time of the day`);
    if (expiry === undefined) throw lines.fault(line, `"${cells[1]}" is not a date`);
    const wrong = figures.findIndex((figure) => !isFinite(figure));
    if (wrong >= 0) throw lines.fault(line, `"${cells[wrong + 2]}" is not a number`);
    const last = snapshots.at(-1);
    if (last === undefined || at > last.at) snapshots.push({ at, from: line, to: line + 1 });
    else if (at === last.at) last.to = line + 1;
    else throw lines.fault(line, 'earlier than the snapshot before it');
    contracts.set(`${expiry}|${figures[0]}`, { expiry, strike: figures[0] ?? 0 });
  }
  if (snapshots.length === 0) throw lines.fault(0, 'the recording is empty');
  return { snapshots, contracts, rows: lines.count - 1 };
}

/** Remembers what texts mean. */
class Known<T> {
  private readonly meanings = new Map<string, T | undefined>();
  private readonly parse: (text: string) => T | undefined;

  constructor(parse: (text: string) => T | undefined) {
    this.parse = parse;
  }

  get(text: string): T | undefined {
    if (!this.meanings.has(text)) this.meanings.set(text, this.parse(text));
    return this.meanings.get(text);
  }
}

function timeOf(text: string, date: IstDate): number | undefined {
  const match = /^(\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [hour, minute, second] = match.slice(1).map(Number);
  if (hour === undefined || minute === undefined || second === undefined || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  return istInstant(date, hour) + minute * MINUTE_MS + second * 1000;
}
