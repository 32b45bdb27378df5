import { greekColumns, type GreekColumns } from '../black76/greeks-block.ts';
import { DAYS_PER_YEAR } from '../option.ts';

/** Volatility, status and Greeks of contracts in the units of a chain, one row each; zero where the status says there is none. */
export interface ContractGreeks {
  /** Per unit and year. */
  readonly volatility: Float64Array;
  /** Codes of `StatusCode`. */
  readonly status: Uint8Array;
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  /** Per calendar day. */
  readonly thetaPerDay: Float64Array;
  /** Per volatility point. */
  readonly vegaPerVolPoint: Float64Array;
  /** Per percentage point of rate. */
  readonly rhoPerRatePoint: Float64Array;
}

/** Fresh columns for `count` contracts. */
export function contractGreeks(count: number): ContractGreeks {
  return {
    volatility: new Float64Array(count),
    status: new Uint8Array(count),
    delta: new Float64Array(count),
    gamma: new Float64Array(count),
    thetaPerDay: new Float64Array(count),
    vegaPerVolPoint: new Float64Array(count),
    rhoPerRatePoint: new Float64Array(count),
  };
}

/** Kernel columns for the same rows; scratch of the conventions. */
export const kernelColumns = (count: number): GreekColumns => greekColumns(count);

/** Copies the kernel's Greeks of the first rows in the units of a chain. */
export function toChainUnits(from: GreekColumns, out: ContractGreeks): void {
  for (let row = 0; row < out.delta.length; row += 1) {
    out.delta[row] = from.delta[row] as number;
    out.gamma[row] = from.gamma[row] as number;
    out.thetaPerDay[row] = (from.thetaPerYear[row] as number) / DAYS_PER_YEAR;
    out.vegaPerVolPoint[row] = (from.vegaPerUnit[row] as number) / 100;
    out.rhoPerRatePoint[row] = (from.rhoPerUnit[row] as number) / 100;
  }
}
