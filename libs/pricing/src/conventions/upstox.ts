/**
 * The `upstox` convention: Black-76 on a forward with a rate of zero, volatility from the last traded price, calendar time over 365
 * days, theta per day, vega per volatility point; rho is cp K T N(cp d2) / 100. A last price at or below intrinsic has volatility 0 and
 * a delta of 1, -1 or 0. Measured on option chains the broker published in 2024 and 2025; one row of 2026 does not fit it.
 */
import { impliedVolatility, volatilityColumns } from '../black76/implied-volatility.ts';
import { StatusCode } from '../black76/status.ts';
import { yearsOfSeconds } from '../time-to-expiry.ts';
import { type ContractGreeks, kernelColumns, toChainUnits } from './contract-columns.ts';

/** What the contracts of one expiry share in this convention. */
export interface UpstoxTerms {
  /** Forward implied by the chain. */
  readonly forward: number;
  /** Seconds to 15:30 IST of the expiry day. */
  readonly secondsToExpiry: number;
}

/** Volatilities and Greeks of contracts from their last prices; `sides` holds +1 for calls and -1 for puts. */
export function upstoxGreeks(
  terms: UpstoxTerms,
  strikes: Float64Array,
  sides: Int8Array,
  lastPrices: Float64Array,
  out: ContractGreeks,
): void {
  const years = yearsOfSeconds(terms.secondsToExpiry);
  const kernel = kernelColumns(strikes.length);
  const found = volatilityColumns(strikes.length);
  impliedVolatility({ forward: terms.forward, years, rate: 0 }, { strikes, sides, prices: lastPrices }, found, kernel);
  toChainUnits(kernel, out);
  out.volatility.set(found.volatility);
  out.status.set(found.status);
  for (let row = 0; row < strikes.length; row += 1) {
    const side = sides[row] as number;
    const strike = strikes[row] as number;
    const status = out.status[row] as number;
    if (status === StatusCode.BELOW_INTRINSIC || status === StatusCode.LOW_VEGA || status === StatusCode.NO_QUOTE) {
      out.volatility[row] = 0;
      out.delta[row] = side * (terms.forward - strike) > 0 ? side : 0;
      out.gamma[row] = 0;
      out.thetaPerDay[row] = 0;
      out.vegaPerVolPoint[row] = 0;
      out.rhoPerRatePoint[row] = 0;
    } else if (status === StatusCode.OK) {
      // Its rho holds a spot price, not the forward: K N(d2) = F N(d1) - price for calls, and the like for puts.
      const exercised = terms.forward * (out.delta[row] as number) - (lastPrices[row] as number);
      out.rhoPerRatePoint[row] = (exercised * years) / 100;
    }
  }
}
