/**
 * Values and Greeks of option columns at given volatilities: Black-76 in the same normalised form as the implied volatility, with the
 * limits of no time and no volatility. No column ever holds NaN or an infinity.
 * Reference: F. Black, "The pricing of commodity contracts", J. Financial Economics 1976.
 */
import { BLOCK, blockForward, blockH, blockPerRoot, blockStrike, blockVega, blockVolatility } from './block.ts';
import { halfSquaredMoneyness } from './exponent.ts';
import { type GreekColumns, greeksBlock } from './greeks-block.ts';
import {
  clearGreeks,
  type ExpiryTerms,
  isUnderlyingPrice,
  refusalOfTerms,
  SMALLEST_TOTAL_VOLATILITY,
} from './implied-volatility.ts';
import { StatusCode } from './status.ts';
import { absoluteLogMoneyness, normalisedPrice, priceOverVega } from './total-volatility.ts';

/** Contracts of one expiry with a volatility each (per unit and year). */
export interface ContractColumns {
  readonly strikes: Float64Array;
  /** +1 call, -1 put. */
  readonly sides: Int8Array;
  readonly volatility: Float64Array;
}

/** Where values as paid today and their statuses (codes of `StatusCode`) are written. */
export interface ValueColumns {
  readonly value: Float64Array;
  readonly status: Uint8Array;
}

/** Fresh columns for `count` contracts. */
export function valueColumns(count: number): ValueColumns {
  return { value: new Float64Array(count), status: new Uint8Array(count) };
}

/** Beyond this exponent exp(-E) is zero in doubles. */
const NEGLIGIBLE_EXPONENT = 745;
/** From this h^2/2 on the exponent is taken in two doubles. */
const LARGE_EXPONENT = 4;

/** Discounted values of contracts at their volatilities; with `greeks`, their Greeks. */
export function valueOptions(
  terms: ExpiryTerms,
  contracts: ContractColumns,
  out: ValueColumns,
  greeks?: GreekColumns,
): void {
  const total = contracts.strikes.length;
  const refusal = refusalOfTerms(terms);
  if (refusal === StatusCode.INVALID) {
    for (let row = 0; row < total; row += 1) writeNothing(row, refusal, out, greeks);
    return;
  }
  const years = refusal === StatusCode.OK ? terms.years : 0;
  const discount = Math.exp(-terms.rate * years);
  for (let from = 0; from < total; from += BLOCK) {
    const count = Math.min(BLOCK, total - from);
    for (let i = 0; i < count; i += 1) {
      const row = from + i;
      const strike = contracts.strikes[row] as number;
      const volatility = contracts.volatility[row] as number;
      const good = isUnderlyingPrice(strike) && volatility >= 0 && volatility < HIGHEST_VOLATILITY;
      const timeValue = loadRow(i, terms.forward, good ? strike : terms.forward, good ? volatility : 0, years);
      const intrinsic = Math.max((contracts.sides[row] as number) * (terms.forward - strike), 0);
      out.value[row] = good ? discount * (intrinsic + timeValue) : 0;
      out.status[row] = good ? refusal : StatusCode.INVALID;
    }
    if (greeks !== undefined && years > 0) {
      greeksBlock(count, from, years, terms.rate, contracts.sides, out.value, greeks);
    }
    for (let i = 0; i < count; i += 1) {
      const row = from + i;
      if (out.status[row] === StatusCode.INVALID) writeNothing(row, StatusCode.INVALID, out, greeks);
      else if (greeks !== undefined && !((blockVolatility[i] as number) > 0 && years > 0)) {
        writeLimit(row, terms, years, discount, contracts, out.value[row] as number, greeks);
      }
    }
  }
}

const HIGHEST_VOLATILITY = 1e6;

/** Puts a contract with its normalised vega into row `i` of the block and returns its undiscounted time value. */
function loadRow(i: number, forward: number, strike: number, volatility: number, years: number): number {
  const s = volatility * Math.sqrt(years);
  const perRoot = 1 / Math.sqrt(forward * strike);
  blockForward[i] = forward;
  blockStrike[i] = strike;
  blockPerRoot[i] = perRoot;
  blockVolatility[i] = 0;
  blockH[i] = 0;
  blockVega[i] = 0;
  if (!(s > SMALLEST_TOTAL_VOLATILITY)) return 0;
  blockVolatility[i] = s;
  const x = absoluteLogMoneyness(forward, strike);
  const h = x / s;
  const t = 0.5 * s;
  blockH[i] = Math.min(h, 1e150);
  const v = normalisedVega(forward, strike, volatility, years, h, t);
  blockVega[i] = v;
  const root = forward * strike * perRoot;
  if (t > 0.6 && h - t < -0.75) return root * normalisedPrice(x, s);
  return v > 0 ? root * v * priceOverVega(h, t) : 0;
}

function normalisedVega(F: number, K: number, volatility: number, years: number, h: number, t: number): number {
  const rough = 0.5 * h * h;
  const reduced = 0.5 * t * t;
  if (rough + reduced > NEGLIGIBLE_EXPONENT) return 0;
  if (rough < LARGE_EXPONENT) return ONE_PER_SQRT_TWO_PI * Math.exp(-(rough + reduced));
  const [high, low] = halfSquaredMoneyness(F, K, volatility, years);
  const exponent = high + reduced;
  const rest = high - exponent + reduced + low;
  return ONE_PER_SQRT_TWO_PI * Math.exp(-exponent) * (1 - rest);
}

const ONE_PER_SQRT_TWO_PI = 0.3989422804014327;

function writeNothing(row: number, status: number, out: ValueColumns, greeks: GreekColumns | undefined): void {
  out.value[row] = 0;
  out.status[row] = status;
  if (greeks !== undefined) clearGreeks(greeks, row);
}

/** Without time or volatility the option is its exercise at the forward; exactly at the money half of it, and gamma has no number. */
function writeLimit(
  row: number,
  terms: ExpiryTerms,
  years: number,
  discount: number,
  contracts: ContractColumns,
  value: number,
  greeks: GreekColumns,
): void {
  clearGreeks(greeks, row);
  const side = contracts.sides[row] as number;
  const inside = side * (terms.forward - (contracts.strikes[row] as number));
  greeks.delta[row] = inside > 0 ? side * discount : inside < 0 ? 0 : 0.5 * side * discount;
  greeks.thetaPerYear[row] = years > 0 ? terms.rate * value : 0;
  greeks.rhoPerUnit[row] = years > 0 ? -years * value : 0;
}
