/**
 * The `house` convention: Black-76 on the parity forward of the expiry, one volatility per strike from the mid of its out-of-the-money
 * side, used for call and put alike; time in seconds to the end of trading over 365 days, theta per calendar day, vega per volatility
 * point. Every contract carries the status of its own quote; a strike without a usable side carries no volatility.
 */
import { impliedVolatility, refusalOfPrice, refusalOfTerms, volatilityColumns } from '../black76/implied-volatility.ts';
import { StatusCode } from '../black76/status.ts';
import { valueColumns, valueOptions } from '../black76/valuation.ts';
import { estimateForward, type ForwardEstimate } from '../forward.ts';
import { isTooCoarse, judgeQuote, midOf, type QuoteColumns, type QuoteLimits } from '../quote-quality.ts';
import { yearsOfSeconds } from '../time-to-expiry.ts';
import { type ContractGreeks, contractGreeks, kernelColumns, toChainUnits } from './contract-columns.ts';

/** One expiry as quoted; strikes ascend, calls and puts stand at the same rows. */
export interface HouseInput {
  readonly strikes: Float64Array;
  readonly calls: QuoteColumns;
  readonly puts: QuoteColumns;
  /** Seconds to the end of trading on the expiry day, from the rulebook. */
  readonly secondsToExpiry: number;
  readonly rate: number;
  readonly limits: QuoteLimits;
  readonly future?: number;
  readonly spot?: number;
  readonly dividendYield?: number;
}

/** One expiry with volatilities and Greeks. */
export interface HouseChain {
  /** Undefined when neither quotes nor future nor spot price are there; then every contract is without numbers. */
  readonly forward: ForwardEstimate | undefined;
  readonly years: number;
  readonly calls: ContractGreeks;
  readonly puts: ContractGreeks;
  /** Volatility of each contract from its own mid, for comparing call with put; zero where there is none. */
  readonly ownCallVolatility: Float64Array;
  readonly ownPutVolatility: Float64Array;
}

/** Volatilities, Greeks and statuses of one expiry. */
export function houseChain(input: HouseInput): HouseChain {
  const count = input.strikes.length;
  const years = yearsOfSeconds(input.secondsToExpiry);
  const forward = estimateForward({ ...input, years });
  const chain: HouseChain = {
    forward,
    years,
    calls: contractGreeks(count),
    puts: contractGreeks(count),
    ownCallVolatility: new Float64Array(count),
    ownPutVolatility: new Float64Array(count),
  };
  const sides = { calls: new Int8Array(count).fill(1), puts: new Int8Array(count).fill(-1) };
  const terms = { forward: forward?.forward ?? 0, years, rate: input.rate };
  judge(input, input.calls, terms.forward, years, 1, chain.calls.status);
  judge(input, input.puts, terms.forward, years, -1, chain.puts.status);
  const refusal = refusalOfTerms(terms);
  if (forward === undefined || refusal === StatusCode.INVALID) {
    // Without a forward even a good quote has no numbers, and must not look as if it had.
    for (const { status } of [chain.calls, chain.puts]) {
      for (let row = 0; row < count; row += 1) if (status[row] === StatusCode.OK) status[row] = StatusCode.INVALID;
    }
    return chain;
  }
  if (refusal === StatusCode.EXPIRED) {
    writeSide(input.strikes, sides.calls, terms, chain.calls.volatility, chain.calls, input.limits);
    writeSide(input.strikes, sides.puts, terms, chain.puts.volatility, chain.puts, input.limits);
    chain.calls.status.fill(StatusCode.EXPIRED);
    chain.puts.status.fill(StatusCode.EXPIRED);
    return chain;
  }
  solveOwn(input.strikes, sides.calls, terms, input.calls, chain.ownCallVolatility);
  solveOwn(input.strikes, sides.puts, terms, input.puts, chain.ownPutVolatility);
  const shared = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    const [call, put] = [chain.ownCallVolatility[row] as number, chain.ownPutVolatility[row] as number];
    const callIsOut = (input.strikes[row] as number) >= forward.forward;
    shared[row] = callIsOut ? call || put : put || call;
  }
  writeSide(input.strikes, sides.calls, terms, shared, chain.calls, input.limits);
  writeSide(input.strikes, sides.puts, terms, shared, chain.puts, input.limits);
  return chain;
}

/** The status of each contract's own quote and of its mid against the bounds of its price. */
function judge(
  { strikes, rate, limits }: HouseInput,
  quotes: QuoteColumns,
  forward: number,
  years: number,
  side: number,
  status: Uint8Array,
): void {
  const growth = Math.exp(rate * years);
  for (let row = 0; row < strikes.length; row += 1) {
    const [bid, ask] = [quotes.bid[row] as number, quotes.ask[row] as number];
    let code = judgeQuote(bid, ask, quotes.ageSeconds[row] as number, limits);
    if (code === StatusCode.OK && forward > 0) {
      const strike = strikes[row] as number;
      const intrinsic = Math.max(side * (forward - strike), 0);
      code = refusalOfPrice(growth * midOf(bid, ask), intrinsic, side > 0 ? forward : strike);
    }
    status[row] = code;
  }
}

function solveOwn(
  strikes: Float64Array,
  sides: Int8Array,
  terms: { forward: number; years: number; rate: number },
  quotes: QuoteColumns,
  volatility: Float64Array,
): void {
  const prices = Float64Array.from(strikes, (_, row) => midOf(quotes.bid[row] as number, quotes.ask[row] as number));
  const found = volatilityColumns(strikes.length);
  impliedVolatility(terms, { strikes, sides, prices }, found);
  for (let row = 0; row < strikes.length; row += 1) {
    volatility[row] = found.status[row] === StatusCode.OK ? (found.volatility[row] as number) : 0;
  }
}

/** Greeks at the strikes' volatilities; a strike without one keeps zeros, and a quote that was in order then says LOW_VEGA. */
function writeSide(
  strikes: Float64Array,
  sides: Int8Array,
  terms: { forward: number; years: number; rate: number },
  volatility: Float64Array,
  out: ContractGreeks,
  limits: QuoteLimits,
): void {
  const kernel = kernelColumns(strikes.length);
  const statuses = out.status.slice();
  valueOptions(terms, { strikes, sides, volatility }, valueColumns(strikes.length), kernel);
  toChainUnits(kernel, out);
  out.volatility.set(volatility);
  for (let row = 0; row < strikes.length; row += 1) {
    const coarse = isTooCoarse(out.vegaPerVolPoint[row] as number, limits);
    out.status[row] = statuses[row] === StatusCode.OK && coarse ? StatusCode.LOW_VEGA : (statuses[row] as number);
    if (volatility[row] !== 0 || !(terms.years > 0)) continue;
    out.delta[row] = 0;
    out.thetaPerDay[row] = 0;
    out.rhoPerRatePoint[row] = 0;
  }
}
