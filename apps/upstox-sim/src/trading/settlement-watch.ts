import { istDateOf, rupeesToPaise, type IstDate } from '@vega/kernel';
import type { TradedInstrument } from '@vega/exchange';
import { finalSettlement } from '@vega/rulebook';
import type { MarketSource, MarketStep } from '../market/market-source.ts';

/**
 * What held instruments and their underlyings end a day with: their last prices, and, where contracts settle on an
 * average, the mean of the underlying's price over the settlement window (each step counts alike; an index has no
 * volume of its own).
 */
export class SettlementWatch {
  private readonly last = new Map<string, number>();
  private readonly averages = new Map<string, { sum: number; count: number }>();

  constructor(private readonly source: MarketSource) {}

  /** Notes the prices of a step. */
  note(step: MarketStep, held: ReadonlyMap<string, TradedInstrument | undefined>): void {
    for (const [key, instrument] of held) {
      const ltp = this.source.quote(key)?.ltp;
      if (ltp === undefined) continue;
      this.last.set(key, rupeesToPaise(ltp));
      if (instrument !== undefined) this.average(instrument, step.now);
    }
  }

  /** The day's prices by key; afterwards nothing of the day is left. */
  close(): { marks: Record<string, number>; finals: Record<string, number> } {
    const marks = Object.fromEntries(this.last);
    const finals = { ...marks };
    for (const [key, { sum, count }] of this.averages) finals[key] = Math.round(sum / count);
    this.last.clear();
    this.averages.clear();
    return { marks, finals };
  }

  private average(instrument: TradedInstrument, now: number): void {
    const { segment, expiry, underlyingKey, underlyingType } = instrument;
    if ((segment !== 'NSE_FO' && segment !== 'BSE_FO') || expiry !== (istDateOf(now) as IstDate)) return;
    if (underlyingKey === undefined || underlyingType === undefined) return;
    const { method, start, end } = finalSettlement({ segment, underlyingType, expiry });
    const price = this.source.quote(underlyingKey)?.ltp;
    if (method !== 'half-hour-average' || now < start || now >= end || price === undefined) return;
    const known = this.averages.get(underlyingKey) ?? { sum: 0, count: 0 };
    known.sum += rupeesToPaise(price);
    known.count++;
    this.averages.set(underlyingKey, known);
  }
}
