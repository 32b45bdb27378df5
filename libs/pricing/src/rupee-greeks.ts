/** Greeks of a position in rupees, as a trader reads them: what a point, a per cent, a day or a volatility point is worth. */

/** Greeks of one unit of a contract, in the units of a chain. */
export interface UnitGreeks {
  readonly delta: number;
  readonly gamma: number;
  readonly thetaPerDay: number;
  readonly vegaPerVolPoint: number;
}

/** Rupees for a number of lots; negative lots are short. */
export interface RupeeGreeks {
  /** Rupees per point of the underlying. */
  readonly deltaPerPoint: number;
  /** Rupees per one per cent of the underlying. */
  readonly deltaPerPercent: number;
  /** Change of `deltaPerPercent` when the underlying moves by one per cent. */
  readonly gammaPerPercent: number;
  readonly thetaPerDay: number;
  readonly vegaPerVolPoint: number;
}

/** Unit Greeks times lots and lot size, `underlying` being the price at which a per cent is taken. */
export function rupeeGreeks(greeks: UnitGreeks, lots: number, lotSize: number, underlying: number): RupeeGreeks {
  const units = lots * lotSize;
  const percent = underlying / 100;
  return {
    deltaPerPoint: units * greeks.delta,
    deltaPerPercent: units * greeks.delta * percent,
    gammaPerPercent: units * greeks.gamma * percent * percent,
    thetaPerDay: units * greeks.thetaPerDay,
    vegaPerVolPoint: units * greeks.vegaPerVolPoint,
  };
}
