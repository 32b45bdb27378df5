/**
 * The hidden state that all generated prices follow: one market factor and one factor of each underlying's own, levels
 * of volatility that answer to falls (leverage) and revert to their anchor, wandering smiles and basis, and jumps.
 * Spot volatility is the anchor times the level on the variance clock, so that options priced by what the clock has
 * left are fair for the spot that will come.
 */
import type { RandomState, SeededRandom } from '../seeded-random.ts';
import type { Smile } from './smile.ts';
import type { Underlying } from './underlyings.ts';
import { DAYS_PER_YEAR, OVERNIGHT_SHARE } from './variance-clock.ts';

/** Prices stay within this log distance of the previous close, inside the exchanges' ten per cent bands. */
const DAILY_BOUND = 0.092;

const MARKET_JUMPS_PER_DAY = 2;
const MARKET_JUMP_SIZE = 0.0016;
const OWN_JUMPS_PER_DAY = 0.35;
/** Of an own jump, in daily standard deviations of the underlying. */
const OWN_JUMP_SIZE = 0.55;

/** The moving figures of one underlying. */
export interface LatentState extends Smile {
  logSpot: number;
  /** Log spot at the previous day's end. */
  logPrevious: number;
  /** Log ratio of its volatility to the anchor, apart from the market's. */
  ownLevel: number;
  /** Annual rate by which futures stand above carry. */
  basis: number;
}

/** Everything needed to continue the hidden market exactly. */
export interface LatentSnapshot {
  readonly random: RandomState;
  readonly marketLevel: number;
  readonly states: readonly LatentState[];
}

export class LatentMarket {
  marketLevel = 0;
  readonly states: readonly LatentState[];
  private readonly underlyings: readonly Underlying[];
  private readonly random: SeededRandom;

  /** @param closes Spots of the day before the first, in rupees, one per underlying. */
  constructor(underlyings: readonly Underlying[], closes: readonly number[], random: SeededRandom) {
    this.underlyings = underlyings;
    this.random = random;
    this.states = underlyings.map(({ price, skew, curvature }, i) => {
      const logSpot = Math.log(closes[i] ?? price);
      return { logSpot, logPrevious: logSpot, ownLevel: 0, basis: 0, skew, curvature };
    });
  }

  /** Log ratio of an underlying's volatility to its anchor. */
  levelOf(index: number): number {
    return this.marketLevel + (this.states[index]?.ownLevel ?? 0);
  }

  /** Lets `days` of variance (1 = a trading day) pass within a session. */
  advance(days: number): void {
    if (days <= 0) return;
    const random = this.random;
    const market = random.normal();
    const jump = random.unit() < MARKET_JUMPS_PER_DAY * days ? random.normal() * MARKET_JUMP_SIZE : 0;
    this.moveLevel(market, jump, days);
    for (let i = 0; i < this.underlyings.length; i++) {
      const underlying = this.underlyings[i];
      const state = this.states[i];
      if (underlying !== undefined && state !== undefined) this.move(underlying, state, i, market, jump, days);
    }
  }

  /** The move between two sessions; the close becomes the previous close. */
  passNight(): void {
    for (const state of this.states) state.logPrevious = state.logSpot;
    this.advance(OVERNIGHT_SHARE);
  }

  snapshot(): LatentSnapshot {
    return {
      random: this.random.state(),
      marketLevel: this.marketLevel,
      states: this.states.map((state) => ({ ...state })),
    };
  }

  restore(snapshot: LatentSnapshot): void {
    this.random.restore(snapshot.random);
    this.marketLevel = snapshot.marketLevel;
    for (let i = 0; i < this.states.length; i++) {
      const state = this.states[i];
      const saved = snapshot.states[i];
      if (state !== undefined && saved !== undefined) Object.assign(state, saved);
    }
  }

  private moveLevel(market: number, jump: number, days: number): void {
    const shock = -0.75 * market + 0.66 * this.random.normal();
    this.marketLevel += -0.06 * this.marketLevel * days + 0.07 * Math.sqrt(days) * shock - 9 * jump;
  }

  private move(
    underlying: Underlying,
    state: LatentState,
    index: number,
    market: number,
    jump: number,
    days: number,
  ): void {
    const { random } = this;
    const root = Math.sqrt(days);
    const { correlation } = underlying;
    const daily = (underlying.volatility * Math.exp(this.levelOf(index))) / Math.sqrt(DAYS_PER_YEAR);
    const own = Math.sqrt(1 - correlation * correlation) * random.normal();
    let change = daily * root * (correlation * market + own) - 0.5 * daily * daily * days;
    change += jump * correlation * (underlying.volatility / 0.125);
    if (random.unit() < OWN_JUMPS_PER_DAY * days) change += random.normal() * OWN_JUMP_SIZE * daily;
    const moved = state.logSpot + change - state.logPrevious;
    state.logSpot = state.logPrevious + Math.min(DAILY_BOUND, Math.max(-DAILY_BOUND, moved));
    state.ownLevel += -0.1 * state.ownLevel * days + 0.05 * root * random.normal();
    state.basis += -3 * state.basis * days + 0.006 * root * random.normal();
    state.skew += -0.5 * (state.skew - underlying.skew) * days + 0.009 * root * random.normal();
    const curvature = state.curvature - 0.5 * (state.curvature - underlying.curvature) * days;
    state.curvature = Math.min(0.06, Math.max(0.008, curvature + 0.003 * root * random.normal()));
  }
}
