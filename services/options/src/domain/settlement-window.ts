import { endOfTrading, finalSettlement, type FinalSettlement, type TradingCalendar } from '@vega/rulebook';
import { istDateOf } from '@vega/kernel';
import type { AveragingWindow } from '@vega/pricing';
import type { ChainContracts } from './chain-contracts.ts';

/** When a chain ends and how it settles, by the rulebook of its expiry date. */
export interface ExpiryTerms {
  readonly endsAtMs: number;
  readonly settlement: FinalSettlement;
}

/** The terms of a chain. */
export function expiryTerms(contracts: ChainContracts, calendar: TradingCalendar): ExpiryTerms {
  const { segment, kind, expiryDate } = contracts;
  const contract = { segment, underlyingType: kind, expiry: expiryDate } as const;
  return { endsAtMs: endOfTrading(calendar, contract), settlement: finalSettlement(contract) };
}

/** The average of an underlying over a window, as far as it was watched; weighted by time. */
export class RunningAverage {
  private weighted = 0;
  private watchedMs = 0;
  private lastAtMs: number | undefined;
  private lastValue = 0;

  constructor(
    private readonly startMs: number,
    private readonly endMs: number,
  ) {}

  /** Takes a value that holds from `atMs` on. Times that go back are ignored. */
  observe(value: number, atMs: number): void {
    if (this.lastAtMs !== undefined && atMs < this.lastAtMs) return;
    this.advance(atMs);
    this.lastAtMs = atMs;
    this.lastValue = value;
  }

  /** Counts a stretch that was not watched, from a candle: its mean value over `spanMs`. */
  fill(value: number, spanMs: number): void {
    this.weighted += value * spanMs;
    this.watchedMs += spanMs;
  }

  /** The average up to `atMs`; undefined before anything of the window was seen. */
  at(atMs: number): number | undefined {
    this.advance(atMs);
    return this.watchedMs > 0 ? this.weighted / this.watchedMs : undefined;
  }

  /** Milliseconds of the window that the average rests on. */
  get coveredMs(): number {
    return this.watchedMs;
  }

  private advance(atMs: number): void {
    if (this.lastAtMs === undefined) return;
    const [from, to] = [Math.max(this.lastAtMs, this.startMs), Math.min(atMs, this.endMs)];
    if (to > from) this.fill(this.lastValue, to - from);
    if (atMs > this.lastAtMs) this.lastAtMs = atMs;
  }
}

/**
 * The window as the pricing library wants it when market time is inside it: an index contract's average on its last day. Undefined on
 * other days and for other contracts. `average` is in rupees; a chain whose average is not known has no settlement numbers.
 */
export function averagingWindow(
  contracts: ChainContracts,
  { settlement }: ExpiryTerms,
  nowMs: number,
  average: number | undefined,
): AveragingWindow | undefined {
  if (contracts.kind !== 'INDEX' || settlement.method !== 'half-hour-average') return undefined;
  if (istDateOf(nowMs) !== contracts.expiryDate || nowMs < settlement.start || average === undefined) return undefined;
  const lengthSeconds = (settlement.end - settlement.start) / 1000;
  return {
    secondsToStart: 0,
    secondsToEnd: Math.max(0, (settlement.end - nowMs) / 1000),
    lengthSeconds,
    runningAverage: average,
  };
}
