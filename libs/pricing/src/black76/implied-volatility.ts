/**
 * Implied volatility of option columns, one expiry or one contract per row at a time, by the block solver; and with it the Greeks.
 * A row that has no volatility carries zero in every column and the reason in its status; no column ever holds NaN.
 */
import {
  BLOCK,
  blockForward,
  blockPerRoot,
  blockStrike,
  blockTimeValue,
  blockVega,
  blockVolatility,
  solveBlock,
} from './block.ts';
import { type GreekColumns, greeksBlock } from './greeks-block.ts';
import { StatusCode } from './status.ts';

/** What the contracts of one expiry share. */
export interface ExpiryTerms {
  /** Forward price of the underlying for this expiry. */
  readonly forward: number;
  /** Time to expiry in years. */
  readonly years: number;
  /** Continuously compounded rate at which premiums are discounted. */
  readonly rate: number;
}

/** Option contracts and their premiums, one row each. */
export interface OptionColumns {
  readonly strikes: Float64Array;
  /** +1 call, -1 put. */
  readonly sides: Int8Array;
  /** Premiums as paid today (discounted). */
  readonly prices: Float64Array;
}

/** Where the volatilities and their statuses (codes of `StatusCode`) are written. */
export interface VolatilityColumns {
  readonly volatility: Float64Array;
  readonly status: Uint8Array;
}

/** Fresh columns for `count` contracts. */
export function volatilityColumns(count: number): VolatilityColumns {
  return { volatility: new Float64Array(count), status: new Uint8Array(count) };
}

/** Forwards and strikes outside these bounds belong to no contract and would overflow their product. */
const SMALLEST_PRICE = 1e-30;
const LARGEST_PRICE = 1e30;
/** Rates and dividend yields beyond this, per year, belong to no contract. */
export const LARGEST_RATE = 100;
const LONGEST_YEARS = 1000;
/** Thirty nanoseconds: less is no time. */
const SHORTEST_YEARS = 1e-15;
/** A total volatility below this is none in all but name. */
export const SMALLEST_TOTAL_VOLATILITY = 1e-100;
/** A time value below this share of the premium is rounding: the premium is the intrinsic value. */
const INTRINSIC_TOLERANCE = 4 * Number.EPSILON;
/** When rounding the premium moves the volatility by more than this share, the volatility says nothing. */
const LARGEST_ROUNDING_SHARE = 1e-3;

/** Why no contract of these terms can be priced, OK when they can. */
export function refusalOfTerms({ forward, years, rate }: ExpiryTerms): number {
  if (!(isUnderlyingPrice(forward) && Math.abs(rate) <= LARGEST_RATE && years <= LONGEST_YEARS))
    return StatusCode.INVALID;
  return years >= SHORTEST_YEARS ? StatusCode.OK : StatusCode.EXPIRED;
}

/** True for a number that a forward or strike can be. */
export function isUnderlyingPrice(value: number): boolean {
  return value >= SMALLEST_PRICE && value <= LARGEST_PRICE;
}

/**
 * Why a premium has no volatility, OK when it has one. `undiscounted` is the premium at expiry's money, `intrinsic` what exercise at
 * the forward is worth, `highest` the forward (call) or strike (put).
 */
export function refusalOfPrice(undiscounted: number, intrinsic: number, highest: number): number {
  if (!(undiscounted > 0 && undiscounted < Infinity)) return StatusCode.NO_QUOTE;
  if (undiscounted >= highest) return StatusCode.ABOVE_MAX;
  const timeValue = undiscounted - intrinsic;
  if (Math.abs(timeValue) <= INTRINSIC_TOLERANCE * intrinsic) return StatusCode.LOW_VEGA;
  return timeValue > 0 ? StatusCode.OK : StatusCode.BELOW_INTRINSIC;
}

/** Implied volatilities (per unit and year) of the contracts of one expiry; with `greeks`, their Greeks at those volatilities. */
export function impliedVolatility(
  terms: ExpiryTerms,
  options: OptionColumns,
  out: VolatilityColumns,
  greeks?: GreekColumns,
): void {
  const total = options.strikes.length;
  const refusal = refusalOfTerms(terms);
  if (refusal !== StatusCode.OK) {
    out.volatility.fill(0, 0, total);
    out.status.fill(refusal, 0, total);
    if (greeks !== undefined) for (let row = 0; row < total; row += 1) clearGreeks(greeks, row);
    return;
  }
  const undiscount = Math.exp(terms.rate * terms.years);
  const perRootYear = 1 / Math.sqrt(terms.years);
  for (let from = 0; from < total; from += BLOCK) {
    const count = Math.min(BLOCK, total - from);
    for (let i = 0; i < count; i += 1) {
      const row = from + i;
      const premium = (options.prices[row] as number) * undiscount;
      out.status[row] = loadRow(
        i,
        terms.forward,
        options.strikes[row] as number,
        options.sides[row] as number,
        premium,
      );
    }
    solveBlock(count);
    refuseVanishing(count, from, out.status);
    if (greeks !== undefined) greeksBlock(count, from, terms.years, terms.rate, options.sides, options.prices, greeks);
    for (let i = 0; i < count; i += 1) {
      const row = from + i;
      if (out.status[row] === StatusCode.OK) {
        out.volatility[row] = (blockVolatility[i] as number) * perRootYear;
        if (isRoundingLarge(i, (options.prices[row] as number) * undiscount)) out.status[row] = StatusCode.LOW_VEGA;
      } else {
        out.volatility[row] = 0;
        if (greeks !== undefined) clearGreeks(greeks, row);
      }
    }
  }
}

/** Contracts of any expiries, one row each; premiums undiscounted. */
export interface ContractRows {
  readonly forwards: Float64Array;
  readonly strikes: Float64Array;
  /** +1 call, -1 put. */
  readonly sides: Int8Array;
  readonly years: Float64Array;
  readonly undiscountedPrices: Float64Array;
}

/** Implied volatilities of contracts that share nothing. */
export function impliedVolatilityOfRows(rows: ContractRows, out: VolatilityColumns): void {
  const total = rows.strikes.length;
  for (let from = 0; from < total; from += BLOCK) {
    const count = Math.min(BLOCK, total - from);
    for (let i = 0; i < count; i += 1) {
      const row = from + i;
      const forward = rows.forwards[row] as number;
      const years = rows.years[row] as number;
      let code = loadRow(
        i,
        forward,
        rows.strikes[row] as number,
        rows.sides[row] as number,
        rows.undiscountedPrices[row] as number,
      );
      if (!(years >= SHORTEST_YEARS && years <= LONGEST_YEARS) && code !== StatusCode.INVALID) {
        code = years < SHORTEST_YEARS ? StatusCode.EXPIRED : StatusCode.INVALID;
      }
      out.status[row] = code;
    }
    solveBlock(count);
    refuseVanishing(count, from, out.status);
    for (let i = 0; i < count; i += 1) {
      const row = from + i;
      if (out.status[row] === StatusCode.OK) {
        out.volatility[row] = (blockVolatility[i] as number) / Math.sqrt(rows.years[row] as number);
        if (isRoundingLarge(i, rows.undiscountedPrices[row] as number)) out.status[row] = StatusCode.LOW_VEGA;
      } else out.volatility[row] = 0;
    }
  }
}

/** Puts a contract's time value into row `i` of the block, or a harmless row when it has none, and says which. */
function loadRow(i: number, forward: number, strike: number, side: number, undiscounted: number): number {
  const intrinsic = Math.max(side * (forward - strike), 0);
  const timeValue = undiscounted - intrinsic;
  if (
    timeValue > INTRINSIC_TOLERANCE * intrinsic &&
    timeValue < Math.min(forward, strike) &&
    isUnderlyingPrice(strike) &&
    isUnderlyingPrice(forward)
  ) {
    blockForward[i] = forward;
    blockStrike[i] = strike;
    blockTimeValue[i] = timeValue;
    return StatusCode.OK;
  }
  blockForward[i] = 1;
  blockStrike[i] = 1;
  blockTimeValue[i] = 0.0625;
  if (!(isUnderlyingPrice(strike) && isUnderlyingPrice(forward))) return StatusCode.INVALID;
  return refusalOfPrice(undiscounted, intrinsic, side > 0 ? forward : strike);
}

function refuseVanishing(count: number, from: number, status: Uint8Array): void {
  for (let i = 0; i < count; i += 1) {
    if (!((blockVolatility[i] as number) > SMALLEST_TOTAL_VOLATILITY)) {
      status[from + i] = StatusCode.LOW_VEGA;
      blockVolatility[i] = 1;
    }
  }
}

function isRoundingLarge(i: number, undiscounted: number): boolean {
  const moved = undiscounted * Number.EPSILON * (blockPerRoot[i] as number);
  return !(moved <= LARGEST_ROUNDING_SHARE * (blockVolatility[i] as number) * (blockVega[i] as number));
}

/** Zeroes a row of Greeks. */
export function clearGreeks(greeks: GreekColumns, row: number): void {
  greeks.delta[row] = 0;
  greeks.gamma[row] = 0;
  greeks.thetaPerYear[row] = 0;
  greeks.vegaPerUnit[row] = 0;
  greeks.rhoPerUnit[row] = 0;
}
