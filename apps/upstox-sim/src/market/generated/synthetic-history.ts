/**
 * What the market did before its first generated date. Deterministic in the seed and independent of the order of
 * questions: each date's randomness is drawn from the seed and the date alone. Closes are walked backwards from the
 * spots the market starts with, so that the last close of history is the first date's previous close; options and
 * futures are priced from the underlying's minutes by the same model that prices them live.
 */
import type { IstDate } from '@vega/kernel';
import type { Bar } from '../candles/bar.ts';
import { minutesOfDay, toGrid, type DayShape } from '../candles/minute-path.ts';
import { hashOf, SeededRandom } from '../seeded-random.ts';
import { minutesOf, previousMarketDate, tradingDay } from './trading-day.ts';
import type { Underlying } from './underlyings.ts';
import { DAYS_PER_YEAR, intensity, OVERNIGHT_SHARE } from './variance-clock.ts';

/** Ten years of trading dates. */
const MOST_DATES = 2600;
/** Average log growth per trading date. */
const GROWTH = 0.0004;

/** An underlying's day before the market began: unrounded prices in rupees. */
export interface HistoricDay {
  readonly date: IstDate;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Log ratio of the market's volatility to its anchor at the close. */
  readonly level: number;
}

export class SyntheticHistory {
  /** The first date that is not history. */
  readonly until: IstDate;
  private readonly seed: string | number;
  private readonly underlyings: readonly Underlying[];
  private readonly closes: readonly number[];
  private readonly dates: IstDate[] = [];
  private readonly levels: number[] = [];
  private readonly days = new Map<number, HistoricDay[]>();

  /** @param closes Spots at the close before `until`, in rupees, one per underlying. */
  constructor(seed: string | number, underlyings: readonly Underlying[], closes: readonly number[], until: IstDate) {
    this.seed = seed;
    this.underlyings = underlyings;
    this.closes = closes;
    this.until = until;
  }

  /** The `index`-th trading date before the market began, 0 the last; undefined beyond ten years. */
  dateAt(index: number): IstDate | undefined {
    if (index >= MOST_DATES) return undefined;
    while (this.dates.length <= index) this.dates.push(previousMarketDate(this.dates.at(-1) ?? this.until));
    return this.dates[index];
  }

  /** Position of a date before the beginning; undefined when it is none of the trading dates. */
  indexOf(date: IstDate): number | undefined {
    if (date >= this.until) return undefined;
    for (let index = this.dates.length; (this.dates.at(-1) ?? this.until) > date; index++) {
      if (this.dateAt(index) === undefined) return undefined;
    }
    let low = 0;
    let high = this.dates.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.dates[middle];
      if (found === undefined || found === date) return found === undefined ? undefined : middle;
      if (found > date) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** Log ratio of the market's volatility to its anchor at the close of the `index`-th date back; 0 at the last. */
  levelAt(index: number): number {
    while (this.levels.length <= index) {
      const date = this.dateAt(this.levels.length) ?? this.until;
      const shock = new SeededRandom(hashOf(this.seed, 'level', date)).normal();
      const later = this.levels.at(-1);
      this.levels.push(later === undefined ? 0 : 0.97 * later + 0.05 * shock);
    }
    return this.levels[index] ?? 0;
  }

  /** An underlying's `index`-th day back. */
  dayAt(underlyingIndex: number, index: number): HistoricDay | undefined {
    let days = this.days.get(underlyingIndex);
    if (days === undefined) this.days.set(underlyingIndex, (days = []));
    while (days.length <= index) {
      const day = this.drawDay(underlyingIndex, days.length, days.at(-1));
      if (day === undefined) return undefined;
      days.push(day);
    }
    return days[index];
  }

  /** Shares traded on the `index`-th day back; 0 for an index. */
  volumeAt(underlyingIndex: number, index: number): number {
    const underlying = this.underlyings[underlyingIndex];
    const date = this.dateAt(index);
    if (underlying?.kind !== 'share' || date === undefined) return 0;
    const random = new SeededRandom(hashOf(this.seed, 'volume', underlying.symbol, date));
    return Math.round(underlying.sharesPerDay * Math.exp(0.3 * random.normal()));
  }

  /** The underlying's minutes over the derivatives session of its `index`-th day back. */
  minutesAt(underlyingIndex: number, index: number): Bar[] {
    const underlying = this.underlyings[underlyingIndex];
    const day = this.dayAt(underlyingIndex, index);
    if (underlying === undefined || day === undefined) return [];
    const random = new SeededRandom(hashOf(this.seed, 'minutes', underlying.symbol, day.date));
    const tick = priceTick(underlying);
    const shape: DayShape = {
      open: toGrid(day.open, tick),
      high: toGrid(day.high, tick),
      low: toGrid(day.low, tick),
      close: toGrid(day.close, tick),
      volume: this.volumeAt(underlyingIndex, index),
      oi: 0,
      previousOi: 0,
    };
    const times = minutesOf(tradingDay(day.date, this.seed).derivatives);
    return minutesOfDay(shape, times, random, tick, 1, intensity);
  }

  /** Prices are walked backwards: this day's open follows from its close, the close before from its open. */
  private drawDay(underlyingIndex: number, index: number, later: HistoricDay | undefined): HistoricDay | undefined {
    const underlying = this.underlyings[underlyingIndex];
    const date = this.dateAt(index);
    if (underlying === undefined || date === undefined) return undefined;
    const close =
      later === undefined
        ? (this.closes[underlyingIndex] ?? underlying.price)
        : this.closeBefore(underlyingIndex, index - 1, later);
    const daily = (underlying.volatility * Math.exp(this.levelAt(index))) / Math.sqrt(DAYS_PER_YEAR);
    const session = daily * Math.sqrt(1 - OVERNIGHT_SHARE);
    const random = new SeededRandom(hashOf(this.seed, 'day', underlying.symbol, date));
    const change = GROWTH + session * this.shared(underlying, date, 'session', random);
    const open = close / Math.exp(change);
    // Extremes of a Brownian bridge: exact distribution given both ends.
    const spread = (draw: number): number => Math.sqrt(change * change - 2 * session * session * Math.log(draw));
    const high = open * Math.exp((change + spread(1 - random.unit())) / 2);
    const low = open * Math.exp((change - spread(1 - random.unit())) / 2);
    return { date, open, high, low, close, level: this.levelAt(index) };
  }

  private closeBefore(underlyingIndex: number, index: number, day: HistoricDay): number {
    const underlying = this.underlyings[underlyingIndex];
    if (underlying === undefined) return day.open;
    const daily = (underlying.volatility * Math.exp(this.levelAt(index))) / Math.sqrt(DAYS_PER_YEAR);
    const random = new SeededRandom(hashOf(this.seed, 'night', underlying.symbol, day.date));
    const night = daily * Math.sqrt(OVERNIGHT_SHARE) * this.shared(underlying, day.date, 'night', random);
    return day.open / Math.exp(night);
  }

  private shared(underlying: Underlying, date: IstDate, part: string, own: SeededRandom): number {
    const market = new SeededRandom(hashOf(this.seed, 'market', part, date)).normal();
    return underlying.correlation * market + Math.sqrt(1 - underlying.correlation ** 2) * own.normal();
  }
}

/** Price grid of an underlying's own quotes, rupees. */
export function priceTick(underlying: Underlying): number {
  return underlying.kind === 'share' ? underlying.tick / 100 : 0.05;
}
