import type { StraddlePoint } from '@vega/contracts';
import {
  addDays,
  DAY_MS,
  daysBetween,
  istDateOf,
  istInstant,
  repeat,
  type Clock,
  type IstDate,
  type Timer,
} from '@vega/kernel';
import { YEAR_OF_SESSIONS } from '../domain/iv-rank.ts';
import type { LiveChain } from './live-chain.ts';
import type { MarketTime } from './market-time.ts';
import type { DailyIv, HistoryStore, MarketData, StraddleMinute } from './ports.ts';

const MINUTE_MS = 60_000;
/** Straddles by the minute are kept this long. */
const MINUTES_KEPT_MS = 7 * DAY_MS;
/** An exchange's index of the thirty-day volatility of an underlying, for days on which we kept none of our own. */
const VOLATILITY_INDEX: Readonly<Record<string, string>> = { 'NSE_INDEX|Nifty 50': 'NSE_INDEX|India VIX' };
const INDEX_TENOR_DAYS = 30;

interface Remembered {
  readonly asOf: string;
  readonly closings: readonly number[];
}

/** Keeps each day's closing ATM volatility and each minute's straddle of the open chains, and knows their past. */
export class IvArchive {
  private readonly remembered = new Map<string, Remembered>();
  private readonly seeded = new Set<string>();
  private timer: Timer | undefined;

  constructor(
    private readonly parts: {
      readonly store: HistoryStore;
      readonly market: MarketData;
      readonly time: MarketTime;
      readonly clock: Clock;
      readonly onFailure: (error: unknown, what: string) => void;
    },
  ) {}

  /** Writes once a minute what the chains say. */
  start(chains: () => readonly LiveChain[]): void {
    this.timer = repeat(this.parts.clock, MINUTE_MS, () => this.write(chains()));
  }

  /** Writes what the last chains say. */
  async stop(chains: readonly LiveChain[]): Promise<void> {
    this.timer?.cancel();
    await this.write(chains);
  }

  /** A reader of the closing volatilities of an underlying before the present day, oldest first; it follows the days. */
  async closings(underlyingKey: string): Promise<() => readonly number[]> {
    await this.refresh(underlyingKey);
    return () => {
      const present = this.remembered.get(underlyingKey);
      if (present !== undefined && present.asOf !== this.today()) void this.refresh(underlyingKey);
      return present?.closings ?? [];
    };
  }

  /** One value per day before today, oldest first; empty while the store is away. */
  async history(underlyingKey: string, days: number): Promise<readonly DailyIv[]> {
    await this.seed(underlyingKey);
    return this.parts.store.readDaily(underlyingKey, this.today(), days);
  }

  /** The day's straddles of a chain. */
  async straddles(underlyingKey: string, expiryDate: string): Promise<readonly StraddlePoint[]> {
    return this.parts.store.readMinutes(underlyingKey, expiryDate, istInstant(this.today()));
  }

  private today(): IstDate {
    return istDateOf(this.parts.time.now() ?? this.parts.clock.wallNow());
  }

  private async refresh(underlyingKey: string): Promise<void> {
    const asOf = this.today();
    // At once, so that only one of those who notice the new day reads.
    this.remembered.set(underlyingKey, { asOf, closings: this.remembered.get(underlyingKey)?.closings ?? [] });
    try {
      const days = await this.history(underlyingKey, YEAR_OF_SESSIONS);
      this.remembered.set(underlyingKey, { asOf, closings: days.map(({ atmIv }) => atmIv) });
    } catch (error) {
      this.parts.onFailure(error, 'reading the history of volatility');
      this.remembered.delete(underlyingKey);
    }
  }

  /** Fills the past from the exchange's own volatility index where there is one and our own days are few. */
  private async seed(underlyingKey: string): Promise<void> {
    const indexKey = VOLATILITY_INDEX[underlyingKey];
    if (indexKey === undefined || this.seeded.has(underlyingKey)) return;
    this.seeded.add(underlyingKey);
    const { store, market, onFailure } = this.parts;
    try {
      const today = this.today();
      if ((await store.readDaily(underlyingKey, today, YEAR_OF_SESSIONS)).length >= YEAR_OF_SESSIONS - 10) return;
      const { candles } = await market.fetchCandles(indexKey, 'days', 1, addDays(today, -370), addDays(today, -1));
      await store.writeDaily(
        candles.map(({ startTimeMs, closePaise }) => ({
          underlyingKey,
          date: istDateOf(startTimeMs),
          expiryDate: addDays(istDateOf(startTimeMs), INDEX_TENOR_DAYS),
          daysToExpiry: INDEX_TENOR_DAYS,
          atmIv: closePaise / 10_000,
          spotPaise: undefined,
          source: 'india-vix' as const,
        })),
      );
    } catch (error) {
      this.seeded.delete(underlyingKey);
      onFailure(error, 'filling the history of volatility');
    }
  }

  private async write(chains: readonly LiveChain[]): Promise<void> {
    const { store, clock, onFailure, time } = this.parts;
    const now = time.now();
    if (now === undefined) return;
    const daily: DailyIv[] = [];
    const minutes: StraddleMinute[] = [];
    for (const chain of chains) {
      const { snapshot, contracts } = chain;
      const { head } = snapshot ?? {};
      if (head?.analytics?.atmIv === undefined || time.isOpen(contracts.segment) === false) continue;
      const { underlying, expiryDate } = contracts;
      const { atmIv, straddlePremiumPaise } = head.analytics;
      const date = istDateOf(head.marketTimeMs);
      const common = { underlyingKey: underlying.instrumentKey, expiryDate, spotPaise: head.spotPaise };
      // The last day of a contract says more about its last minutes than about volatility.
      if (date < expiryDate) {
        daily.push({ ...common, date, daysToExpiry: daysBetween(date, expiryDate), atmIv, source: 'chain' });
      }
      if (straddlePremiumPaise === undefined || head.atmStrikePaise === undefined) continue;
      const timeMs = Math.floor(head.marketTimeMs / MINUTE_MS) * MINUTE_MS;
      minutes.push({ ...common, timeMs, strikePaise: head.atmStrikePaise, premiumPaise: straddlePremiumPaise, atmIv });
    }
    try {
      if (daily.length > 0) await store.writeDaily(daily);
      if (minutes.length > 0) await store.writeMinutes(minutes);
      await store.dropMinutes(Math.min(now, clock.wallNow()) - MINUTES_KEPT_MS);
    } catch (error) {
      onFailure(error, 'keeping the history of volatility');
    }
  }
}
