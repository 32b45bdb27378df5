import { black76, type OptionRight } from './black76.ts';
import type { LatentState } from './latent-market.ts';
import { atmVolatility, smileRatio } from './smile.ts';
import type { TradingDay } from './trading-day.ts';
import { varianceYears, type ExpiryHorizon } from './variance-clock.ts';
import type { Underlying } from './underlyings.ts';

const { exp, log, max, min, sqrt } = Math;

const YEAR_MS = 365 * 86_400_000;

/** Annual rate at which forwards stand above spot. */
export function carryRate(underlying: Underlying): number {
  return underlying.kind === 'index' ? 0.058 : 0.064;
}

/** What of an expiry cannot be computed anew after a restart. */
export interface SurfaceMemory {
  /** Sum of spot times milliseconds within the averaging window, and the milliseconds. */
  averageSum: number;
  averageMs: number;
  /** The final value once it stands; 0 before. */
  final: number;
}

/**
 * One expiry of one underlying: the forward that its future and all its options are priced from, and the deviation of
 * its final value. Because there is one forward, calls, puts and the future obey parity.
 */
export class ExpirySurface {
  readonly underlyingIndex: number;
  readonly memory: SurfaceMemory = { averageSum: 0, averageMs: 0, final: 0 };
  forward = 0;
  logForward = 0;
  /** Standard deviation of the log of the final value, at the money. */
  deviation = 0;
  /** Calendar years to the close of the expiry session, the broker's time to expiry. */
  years = 0;
  private smile: LatentState | undefined;
  private lastAt = 0;
  private readonly underlying: Underlying;
  private readonly closeAt: number;
  private day: TradingDay;
  private horizon: ExpiryHorizon;

  constructor(
    underlying: Underlying,
    underlyingIndex: number,
    day: TradingDay,
    horizon: ExpiryHorizon,
    closeAt: number,
  ) {
    this.underlying = underlying;
    this.underlyingIndex = underlyingIndex;
    this.day = day;
    this.horizon = horizon;
    this.closeAt = closeAt;
  }

  get expiry(): ExpiryHorizon['expiry'] {
    return this.horizon.expiry;
  }

  /** Begins a new market date. */
  enterDay(day: TradingDay, horizon: ExpiryHorizon): void {
    this.day = day;
    this.horizon = horizon;
    this.lastAt = 0;
  }

  /** Brings forward and deviation to `at` (epoch ms), given the hidden state of the underlying and its volatility level. */
  update(at: number, state: LatentState, level: number): void {
    this.smile = state;
    this.years = max(0, (this.closeAt - at) / YEAR_MS);
    const remaining = varianceYears(this.day, this.horizon, at);
    this.deviation = atmVolatility(this.underlying.volatility, level, this.years) * sqrt(remaining);
    const spot = exp(state.logSpot);
    const carried = spot * exp((carryRate(this.underlying) + state.basis) * this.years);
    this.forward = this.horizon.lastDay.date === this.day.date ? this.onExpiryDay(at, spot, carried) : carried;
    this.logForward = log(this.forward);
    this.lastAt = at;
  }

  /** Deviation of a strike: the at-the-money one along the smile. */
  deviationAt(logStrike: number): number {
    const { deviation, smile } = this;
    if (deviation < 1e-9 || smile === undefined) return 0;
    return deviation * smileRatio(smile, (logStrike - this.logForward) / deviation);
  }

  /** Fair price of an option in rupees. */
  fair(right: OptionRight, strike: number, logStrike: number): number {
    return black76(right, this.forward, strike, this.logForward - logStrike, this.deviationAt(logStrike));
  }

  private onExpiryDay(at: number, spot: number, carried: number): number {
    const { memory } = this;
    if (memory.final > 0) return memory.final;
    const { average, fixedAt } = this.horizon.final;
    if (average === undefined) {
      if (at >= fixedAt) memory.final = spot;
      return at >= fixedAt ? spot : carried;
    }
    if (at <= average.from) return carried;
    const until = min(at, average.to);
    const since = max(this.lastAt === 0 ? at : this.lastAt, average.from);
    if (until > since) {
      memory.averageSum += spot * (until - since);
      memory.averageMs += until - since;
    }
    const mean = memory.averageMs > 0 ? memory.averageSum / memory.averageMs : spot;
    const weight = (until - average.from) / (average.to - average.from);
    if (at >= average.to) memory.final = mean;
    return weight * mean + (1 - weight) * spot;
  }
}
