/**
 * Goal: delta, gamma, theta, vega and rho of a solved block without a further transcendental function.
 * Method: with v = n(h) exp(-t^2/2) and G = sqrt(FK) the density at d1 is n(d1) = v K / G, the probability of the out-of-the-money
 * side is n(d1) M(h -+ t) by the Mills ratio, vega is D G v sqrt(T), theta follows from vega and the price, rho is -T V.
 * Reference: F. Black, "The pricing of commodity contracts", J. Financial Economics 1976; M as in `mills.ts`.
 */
import { blockForward, blockH, blockPerRoot, blockStrike, blockVega, blockVolatility } from './block.ts';
import { millsNear, millsRatio } from './mills.ts';

/** Result columns of a batch, one row per contract. */
export interface GreekColumns {
  /** dV/dF, discounted: D N(d1) for a call, -D N(-d1) for a put. */
  readonly delta: Float64Array;
  /** d2V/dF2, discounted. */
  readonly gamma: Float64Array;
  /** Change of value per year of time passing, forward and volatility held. */
  readonly thetaPerYear: Float64Array;
  /** dV per 1.00 of volatility. */
  readonly vegaPerUnit: Float64Array;
  /** dV per 1.00 of rate with the forward held: -T V. */
  readonly rhoPerUnit: Float64Array;
}

/** Fresh columns for `count` contracts. */
export function greekColumns(count: number): GreekColumns {
  return {
    delta: new Float64Array(count),
    gamma: new Float64Array(count),
    thetaPerYear: new Float64Array(count),
    vegaPerUnit: new Float64Array(count),
    rhoPerUnit: new Float64Array(count),
  };
}

/**
 * Writes the Greeks of the first `count` rows of the block to rows `from`.. of the columns. `sides` holds +1 for a call and -1 for a
 * put, `values` the discounted values.
 */
export function greeksBlock(
  count: number,
  from: number,
  years: number,
  rate: number,
  sides: Int8Array,
  values: Float64Array,
  out: GreekColumns,
): void {
  const discount = Math.exp(-rate * years);
  const rootYears = Math.sqrt(years);
  const vegaFactor = discount * rootYears;
  const thetaFactor = (-0.5 * discount) / years;
  for (let i = 0; i < count; i += 1) {
    const row = from + i;
    const forward = blockForward[i] as number;
    const strike = blockStrike[i] as number;
    const perRoot = blockPerRoot[i] as number;
    const s = blockVolatility[i] as number;
    const v = blockVega[i] as number;
    const density = v * strike * perRoot;
    const above = forward > strike ? 1 : -1;
    const z = (blockH[i] as number) + above * 0.5 * s;
    const probability = z >= -0.75 ? density * (z <= 7 ? millsNear(z) : millsRatio(z)) : 1 - density * millsRatio(-z);
    const value = values[row] as number;
    const scaled = v * (forward * strike * perRoot);
    // The out-of-the-money side is the call below the strike and the put above it; the other side is what is missing to one.
    out.delta[row] = discount * (0.5 * ((sides[row] as number) + above) - above * probability);
    out.gamma[row] = (discount * density) / (forward * s);
    out.vegaPerUnit[row] = vegaFactor * scaled;
    out.thetaPerYear[row] = thetaFactor * scaled * s + rate * value;
    out.rhoPerUnit[row] = -years * value;
  }
}
