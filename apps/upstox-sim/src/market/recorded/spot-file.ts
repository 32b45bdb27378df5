import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { istDateOf, istInstant, MINUTE_MS, type IstDate } from '@vega/kernel';
import type { Bar } from '../candles/bar.ts';
import { toGrid } from '../candles/minute-path.ts';
import { Lines } from './lines.ts';

const SPOT_FILE = /^nifty50_3min_.*\.csv(\.gz)?$/;
const BAR_MS = 3 * MINUTE_MS;
const ROW = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}),([\d.]+),([\d.]+),([\d.]+),([\d.]+),\d+$/;

/** The index as three-minute bars, of the dates up to a recorded one. */
export class SpotBars {
  /** Ascending. */
  readonly bars: readonly Bar[];
  private readonly date: IstDate;

  constructor(bars: readonly Bar[], date: IstDate) {
    this.bars = bars.filter((bar) => istDateOf(bar.at) <= date);
    this.date = date;
  }

  /** The bars of the recorded date that are over at an instant. */
  completedToday(now: number): Bar[] {
    const start = istInstant(this.date);
    return this.bars.filter((bar) => bar.at >= start && bar.at + BAR_MS <= now);
  }

  /** The bars before the recorded date. */
  past(): Bar[] {
    const start = istInstant(this.date);
    return this.bars.filter((bar) => bar.at < start);
  }

  /** The last close before the recorded date; 0 when the file has none. */
  previousClose(): number {
    return this.past().at(-1)?.close ?? 0;
  }

  /**
   * The index at an instant of the recorded date: between a bar's open and close, straight in time, since a snapshot of
   * the chain falls inside a bar. Before the first bar its open, after the last its close; undefined without bars.
   */
  valueAt(now: number): number | undefined {
    const start = istInstant(this.date);
    const today = this.bars.filter((bar) => bar.at >= start);
    const bar = today.findLast((one) => one.at <= now) ?? today[0];
    if (bar === undefined) return undefined;
    const passed = Math.min(1, Math.max(0, (now - bar.at) / BAR_MS));
    return toGrid(bar.open + (bar.close - bar.open) * passed, 0.05);
  }
}

/** Finds and reads the index file beside a recorded chain; undefined when there is none that covers the date. */
export function readSpotBars(chainPath: string, date: IstDate): SpotBars | undefined {
  const directory = dirname(chainPath);
  if (!existsSync(directory)) return undefined;
  for (const name of readdirSync(directory).sort()) {
    if (!SPOT_FILE.test(name)) continue;
    const spot = new SpotBars(parseBars(new Lines(join(directory, name))), date);
    if (spot.valueAt(istInstant(date, 12)) !== undefined) return spot;
  }
  return undefined;
}

function parseBars(lines: Lines): Bar[] {
  const bars: Bar[] = [];
  for (let line = 1; line < lines.count; line++) {
    const match = ROW.exec(lines.text(line));
    if (match === null) throw lines.fault(line, 'not "datetime,open,high,low,close,volume"');
    const [, date = '', time = '', open, high, low, close] = match;
    const at = Date.parse(`${date}T${time}+05:30`);
    if (Number.isNaN(at)) throw lines.fault(line, 'not a date and time');
    bars.push({ at, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: 0, oi: 0 });
  }
  return bars.sort((a, b) => a.at - b.at);
}
