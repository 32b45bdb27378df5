/** What a position would have made under shifts of spot price and volatility. */
import { greeksAt, type Leg, type PositionGreeks, profitAt } from './leg.ts';

/** Shifts to try, and when. */
export interface ScenarioAxes {
  /** Shares of the spot price, e.g. -0.02. */
  readonly spotShifts: readonly number[];
  /** Volatility points. */
  readonly volatilityShiftPoints: readonly number[];
  readonly secondsAhead: number;
}

/** One cell of the grid. */
export interface Scenario {
  readonly spot: number;
  readonly volatilityShiftPoints: number;
  /** Rupees against the value now, not against the entry. */
  readonly change: number;
  readonly greeks: PositionGreeks;
}

/** Every combination of the shifts: one row per volatility shift, one column per spot shift. */
export function scenarioGrid(legs: readonly Leg[], spot: number, axes: ScenarioAxes): Scenario[][] {
  const now = profitAt(legs, { spot, secondsAhead: 0, volatilityShiftPoints: 0 });
  return axes.volatilityShiftPoints.map((volatilityShiftPoints) =>
    axes.spotShifts.map((shift) => {
      const moment = { spot: spot * (1 + shift), secondsAhead: axes.secondsAhead, volatilityShiftPoints };
      const change = profitAt(legs, moment) - now;
      return { spot: moment.spot, volatilityShiftPoints, change, greeks: greeksAt(legs, moment) };
    }),
  );
}
