import { istDateOf, type IstDate } from '@vega/kernel';
import { z } from 'zod';
import { calendarStart, intervalMinutes, intradayStart, joinBars, toCandleRows } from '../candles/bar.ts';
import { tradingDay } from '../generated/trading-day.ts';
import type { CandleRow, CandleUnit, MasterRow, SimQuote } from '../market-source.ts';
import { captureMaster } from './capture-master.ts';
import type { Lines } from './lines.ts';
import { ObservedMinutes } from './observed-minutes.ts';
import type { RecordedStep, Recording } from './recording.ts';
import { marketTimeOf, quoteOf, tickMessage, type TickMessage } from './tick-message.ts';

/** A capture of the v3 feed: JSON lines, one message of one instrument each. */
export class TickCapture implements Recording {
  readonly format = 'ticks';
  readonly date: IstDate;
  readonly instruments: readonly MasterRow[];
  readonly keys: readonly string[];
  readonly totalMessages: number;
  readonly totalSteps: number;
  readonly firstAt: number;
  readonly lastAt: number;
  private readonly lines: Lines;
  /** Line of each message and its market time; messages `bounds[i]` to `bounds[i + 1]` make step i. */
  private readonly lineOf: Uint32Array;
  private readonly times: Float64Array;
  private readonly bounds: Uint32Array;
  private readonly quotes = new Map<string, SimQuote>();
  private readonly minutes = new ObservedMinutes();
  private step = 0;

  /** Reads and checks every line. Throws a RecordingError naming the first line that is not a message. */
  constructor(lines: Lines, path: string) {
    this.lines = lines;
    const index = indexMessages(lines);
    this.lineOf = Uint32Array.from(index.lineOf);
    this.times = Float64Array.from(index.times);
    this.bounds = Uint32Array.from(index.bounds);
    this.totalMessages = index.lineOf.length;
    this.totalSteps = index.bounds.length - 1;
    this.firstAt = index.times[0] ?? 0;
    this.lastAt = index.times.at(-1) ?? 0;
    this.date = istDateOf(this.firstAt);
    this.keys = [...index.first.keys()];
    this.instruments = captureMaster(path, this.date, index.first, index.ticks);
  }

  nextAt(): number | undefined {
    return this.step < this.totalSteps ? this.times[this.bounds[this.step] ?? 0] : undefined;
  }

  next(): RecordedStep | undefined {
    const now = this.nextAt();
    if (now === undefined) return undefined;
    const from = this.bounds[this.step] ?? 0;
    const to = this.bounds[this.step + 1] ?? from;
    this.step++;
    const changed: SimQuote[] = [];
    for (let message = from; message < to; message++) changed.push(this.take(message, now));
    return { now, messages: to - from, changed };
  }

  quote(key: string): SimQuote | undefined {
    return this.quotes.get(key);
  }

  /** Only the recorded date is known: its minutes as told or seen, its day as told. */
  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): CandleRow[] {
    if (range !== 'intraday') return [];
    const length = intervalMinutes(unit, interval);
    const quote = this.quotes.get(key);
    if (length !== undefined) {
      const { open } = tradingDay(this.date, 'recorded');
      return toCandleRows(
        joinBars(
          this.minutes.barsOf(key),
          intradayStart(length, () => open),
        ),
      );
    }
    if (quote?.day === undefined) return [];
    const { open, high, low, close, vol, ts } = quote.day;
    const start = calendarStart(unit === 'weeks' || unit === 'months' ? unit : 'days');
    return toCandleRows([{ at: start(ts), open, high, low, close, volume: vol, oi: quote.oi }]);
  }

  private take(message: number, now: number): SimQuote {
    const line = this.lineOf[message] ?? 0;
    const parsed = parseLine(this.lines, line);
    const before = this.quotes.get(parsed.instrumentKey);
    const quote = quoteOf(parsed, (before?.version ?? 0) + 1);
    this.quotes.set(quote.key, quote);
    if (quote.minute !== undefined && quote.minute.ts !== before?.minute?.ts) {
      this.minutes.complete(quote.key, quote.minute, quote.oi);
    }
    const traded = before === undefined ? 0 : Math.max(0, quote.vtt - before.vtt);
    if (traded > 0 || quote.vtt === 0)
      this.minutes.observe(quote.key, Math.min(now, quote.ltt), quote.ltp, traded, quote.oi);
    return quote;
  }
}

interface MessageIndex {
  readonly lineOf: number[];
  readonly times: number[];
  readonly bounds: number[];
  /** The first message of each instrument, in order of appearance. */
  readonly first: Map<string, TickMessage>;
  /** Greatest common divisor of each instrument's prices, paise. */
  readonly ticks: Map<string, number>;
}

function indexMessages(lines: Lines): MessageIndex {
  const index: MessageIndex = { lineOf: [], times: [], bounds: [], first: new Map(), ticks: new Map() };
  const inStep = new Set<string>();
  let latest = 0;
  for (let line = 0; line < lines.count; line++) {
    if (lines.text(line) === '') continue;
    const message = parseLine(lines, line);
    const key = message.instrumentKey;
    const at = Math.max(latest, marketTimeOf(message));
    if (!Number.isSafeInteger(at)) throw lines.fault(line, 'its time is not a date');
    if (at !== latest || inStep.has(key)) {
      index.bounds.push(index.times.length);
      inStep.clear();
    }
    inStep.add(key);
    latest = at;
    index.lineOf.push(line);
    index.times.push(at);
    if (!index.first.has(key)) index.first.set(key, message);
    index.ticks.set(key, pricesDivisor(message, index.ticks.get(key) ?? 0));
  }
  if (index.times.length === 0) throw lines.fault(0, 'the recording is empty');
  index.bounds.push(index.times.length);
  return index;
}

function parseLine(lines: Lines, line: number): TickMessage {
  let json: unknown;
  try {
    json = JSON.parse(lines.text(line));
  } catch {
    throw lines.fault(line, 'not JSON');
  }
  const parsed = tickMessage.safeParse(json);
  if (parsed.success) return parsed.data;
  throw lines.fault(line, `not a feed message (${z.prettifyError(parsed.error).split('\n').join(' ')})`);
}

function pricesDivisor(message: TickMessage, known: number): number {
  let divisor = known;
  const quote = quoteOf(message, 0);
  for (const { bidP, askP } of quote.depth) divisor = gcd(gcd(divisor, Math.round(bidP * 100)), Math.round(askP * 100));
  return divisor;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
