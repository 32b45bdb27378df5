/**
 * The `nse` convention: Black-Scholes on the spot index with a rate of 10 % and no dividends, volatility from the last traded price,
 * whole calendar days over 365. It reproduces the volatilities the exchange prints with its option chain; it is for comparison only.
 */
import { impliedVolatility, volatilityColumns } from '../black76/implied-volatility.ts';
import { DAYS_PER_YEAR } from '../option.ts';
import { type ContractGreeks, kernelColumns, toChainUnits } from './contract-columns.ts';

/** The rate the exchange uses, continuously compounded. */
export const NSE_RATE = 0.1;

/** What the contracts of one expiry share in this convention. */
export interface NseTerms {
  /** Closing or current value of the index. */
  readonly spot: number;
  /** Calendar days from today to the expiry date. */
  readonly wholeDays: number;
}

/** Volatilities and Greeks (by spot) of contracts from their last prices; `sides` holds +1 for calls and -1 for puts. */
export function nseGreeks(
  terms: NseTerms,
  strikes: Float64Array,
  sides: Int8Array,
  lastPrices: Float64Array,
  out: ContractGreeks,
): void {
  const years = terms.wholeDays / DAYS_PER_YEAR;
  const growth = Math.exp(NSE_RATE * years);
  const forward = terms.spot * growth;
  const kernel = kernelColumns(strikes.length);
  const found = volatilityColumns(strikes.length);
  impliedVolatility({ forward, years, rate: NSE_RATE }, { strikes, sides, prices: lastPrices }, found, kernel);
  for (let row = 0; row < strikes.length; row += 1) {
    const moved = forward * (kernel.delta[row] as number);
    kernel.thetaPerYear[row] = (kernel.thetaPerYear[row] as number) - NSE_RATE * moved;
    kernel.rhoPerUnit[row] = (kernel.rhoPerUnit[row] as number) + years * moved;
    kernel.delta[row] = (kernel.delta[row] as number) * growth;
    kernel.gamma[row] = (kernel.gamma[row] as number) * growth * growth;
  }
  toChainUnits(kernel, out);
  out.volatility.set(found.volatility);
  out.status.set(found.status);
}
