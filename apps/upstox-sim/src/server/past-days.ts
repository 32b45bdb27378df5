import { addDays, type IstDate } from '@vega/kernel';
import type { CandleRow, MarketSource } from '../market/market-source.ts';

const REMEMBERED = 20_000;
const REACH_DAYS = 7;

/** Daily candles of days that are over: they never change, so each is asked for once. */
export class PastDays {
  private readonly rows = new Map<string, CandleRow | undefined>();

  constructor(private readonly market: MarketSource) {}

  /** The last daily candle at or before a past date, a week back at most: a date without trading shows the day before. */
  at(key: string, date: IstDate): CandleRow | undefined {
    const name = `${key}@${date}`;
    if (this.rows.has(name)) return this.rows.get(name);
    const row = this.market.candles(key, 'days', 1, { from: addDays(date, -REACH_DAYS), to: date })[0];
    if (this.rows.size >= REMEMBERED) this.rows.clear();
    this.rows.set(name, row);
    return row;
  }
}
