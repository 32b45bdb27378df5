/**
 * One option at a time, through the same kernel as the columns: Black-76 on a forward and Black-Scholes on spot with a dividend yield
 * (whose forward is S exp((r - q) T) and whose Greeks follow by the chain rule).
 * References: F. Black 1976; R. Merton, "Theory of rational option pricing", 1973 (dividend yield).
 */
import { greekColumns } from './black76/greeks-block.ts';
import { impliedVolatility, isUnderlyingPrice, LARGEST_RATE, volatilityColumns } from './black76/implied-volatility.ts';
import { PricingStatus, statusOfCode } from './black76/status.ts';
import { valueColumns, valueOptions } from './black76/valuation.ts';
import { crossGreeks } from './cross-greeks.ts';

/** Calendar days of the year that "per day" means. */
export const DAYS_PER_YEAR = 365;

/** One European option; `underlying` is the forward for `black76` and the spot price for `bsm`. */
export interface OptionContract {
  readonly model: 'black76' | 'bsm';
  readonly type: 'c' | 'p';
  readonly underlying: number;
  readonly strike: number;
  readonly years: number;
  /** Continuously compounded, per year. */
  readonly rate: number;
  /** Continuously compounded, per year; `bsm` only. */
  readonly dividendYield?: number;
}

/** Value and Greeks; delta, gamma, vanna and charm are by the forward for `black76` and by spot for `bsm`. */
export interface OptionValue {
  readonly status: PricingStatus;
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly thetaPerYear: number;
  readonly thetaPerDay: number;
  readonly vegaPerUnit: number;
  readonly vegaPerVolPoint: number;
  /** Per 1.00 of rate: forward held for `black76`, spot held for `bsm`. */
  readonly rhoPerUnit: number;
  readonly vanna: number;
  readonly volga: number;
  readonly charmPerYear: number;
}

/** An implied volatility per unit and year; null where the status says why there is none. */
export interface OptionVolatility {
  readonly status: PricingStatus;
  readonly volatility: number | null;
}

interface Forward {
  readonly forward: number;
  readonly carry: number;
}

const NO_FORWARD: Forward = { forward: NaN, carry: 0 };

function forwardOf(contract: OptionContract): Forward {
  if (contract.model === 'black76') return { forward: contract.underlying, carry: 0 };
  const dividendYield = contract.dividendYield ?? 0;
  // A forward that is no number makes the contract INVALID in the kernel.
  if (!(Math.abs(dividendYield) <= LARGEST_RATE && isUnderlyingPrice(contract.underlying))) return NO_FORWARD;
  const carry = contract.rate - dividendYield;
  return { forward: contract.underlying * Math.exp(carry * Math.max(contract.years, 0)), carry };
}

const sideOf = (type: 'c' | 'p'): Int8Array => Int8Array.of(type === 'c' ? 1 : -1);

/** The volatility behind a premium as paid today. */
export function volatilityOfOption(contract: OptionContract, price: number): OptionVolatility {
  const out = volatilityColumns(1);
  impliedVolatility(
    { forward: forwardOf(contract).forward, years: contract.years, rate: contract.rate },
    { strikes: Float64Array.of(contract.strike), sides: sideOf(contract.type), prices: Float64Array.of(price) },
    out,
  );
  const status = statusOfCode(out.status[0] as number);
  const volatility = out.volatility[0] as number;
  return { status, volatility: volatility > 0 ? volatility : null };
}

/** Value and Greeks at a volatility per unit and year. */
export function valueOption(contract: OptionContract, volatility: number): OptionValue {
  const { forward, carry } = forwardOf(contract);
  const { strike, rate } = contract;
  const values = valueColumns(1);
  const columns = greekColumns(1);
  valueOptions(
    { forward, years: contract.years, rate },
    { strikes: Float64Array.of(strike), sides: sideOf(contract.type), volatility: Float64Array.of(volatility) },
    values,
    columns,
  );
  const status = statusOfCode(values.status[0] as number);
  const years = Math.max(contract.years, 0);
  const delta = columns.delta[0] as number;
  const gamma = columns.gamma[0] as number;
  const vegaPerUnit = columns.vegaPerUnit[0] as number;
  const cross =
    status === PricingStatus.OK
      ? crossGreeks({ forward, strike, years, rate, volatility, delta, gamma, vegaPerUnit })
      : { vanna: 0, volga: 0, charmPerYear: 0 };
  // By spot: dF/dS = F/S, dF/dt = -(r-q) F, dF/dr = T F.
  const bySpot = contract.model === 'bsm' && status !== PricingStatus.INVALID;
  const growth = bySpot ? forward / contract.underlying : 1;
  const moved = bySpot ? forward * delta : 0;
  const thetaPerYear = (columns.thetaPerYear[0] as number) - (bySpot ? carry * moved : 0);
  return {
    status,
    price: values.value[0] as number,
    delta: delta * growth,
    gamma: gamma * growth * growth,
    thetaPerYear,
    thetaPerDay: thetaPerYear / DAYS_PER_YEAR,
    vegaPerUnit,
    vegaPerVolPoint: vegaPerUnit / 100,
    rhoPerUnit: (columns.rhoPerUnit[0] as number) + (bySpot ? years * moved : 0),
    vanna: cross.vanna * growth,
    volga: cross.volga,
    charmPerYear: growth * (cross.charmPerYear - (bySpot ? carry * (forward * gamma + delta) : 0)),
  };
}
