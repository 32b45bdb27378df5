/**
 * Second-order Greeks that mix spot, volatility and time, from the first-order ones.
 * Reference: E. Haug, "The Complete Guide to Option Pricing Formulas", 2nd ed., 2007, chapter 2 (vanna = DdeltaDvol, volga = DvegaDvol,
 * charm = DdeltaDtime).
 */
import { absoluteLogMoneyness } from './black76/total-volatility.ts';

/** What the cross Greeks follow from: a Black-76 contract and its first-order Greeks by the forward. */
export interface CrossGreekInput {
  readonly forward: number;
  readonly strike: number;
  readonly years: number;
  readonly rate: number;
  /** Per unit and year. */
  readonly volatility: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vegaPerUnit: number;
}

/** Cross Greeks of one contract. */
export interface CrossGreeks {
  /** d delta per 1.00 of volatility = d vega per 1.00 of the forward. */
  readonly vanna: number;
  /** d vega (per unit) per 1.00 of volatility. */
  readonly volga: number;
  /** d delta per year of time passing, forward and volatility held. */
  readonly charmPerYear: number;
}

/** Vanna, volga and charm by the forward; zero where time or volatility has run out. */
export function crossGreeks(input: CrossGreekInput): CrossGreeks {
  const { forward, strike, years, rate, volatility, delta, gamma, vegaPerUnit } = input;
  const s = volatility * Math.sqrt(years);
  if (!(s > 0)) return { vanna: 0, volga: 0, charmPerYear: 0 };
  const x = (forward < strike ? -1 : 1) * absoluteLogMoneyness(forward, strike);
  const d1 = x / s + 0.5 * s;
  const d2 = x / s - 0.5 * s;
  // D n(d1), which vanishes faster than d1 and d2 grow.
  const density = gamma * forward * s;
  if (density === 0) return { vanna: 0, volga: 0, charmPerYear: rate * delta };
  return {
    vanna: (-density * d2) / volatility,
    volga: (vegaPerUnit * d1 * d2) / volatility,
    charmPerYear: rate * delta + (density * d2) / (2 * years),
  };
}
