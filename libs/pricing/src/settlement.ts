/**
 * An index option whose settlement value is the average of the index over a window at the end of its last day.
 *
 * Inside the window, with a share w elapsed and a running average A, the settlement value is wA + (1-w)B, B being the average over the
 * rest. The payoff (wA + (1-w)B - K)+ is (1-w) (B - K')+ with K' = (K - wA)/(1-w), and over the short rest B has, to first order in
 * its variance, the variance sigma^2 tau / 3 of an arithmetic average of a Brownian path over tau. Before the window the settlement
 * value is the average from start to end: variance sigma^2 (t0 + T/3) with t0 to its start and T its length. After it, intrinsic.
 *
 * Reference: A. Kemna, A. Vorst, "A pricing method for options based on average asset values", J. Banking and Finance 1990 (the
 * variance of the average). Whether a day settles by an average at all is a dated market rule and the caller's to know.
 */
import { PricingStatus } from './black76/status.ts';
import { DAYS_PER_YEAR, type OptionValue, valueOption, volatilityOfOption } from './option.ts';
import { yearsOfSeconds } from './time-to-expiry.ts';

/** Where a contract stands with regard to its averaging window. */
export interface AveragingWindow {
  /** Seconds from now to the start of the window, zero inside it. */
  readonly secondsToStart: number;
  /** Seconds from now to its end, zero once the value is fixed. */
  readonly secondsToEnd: number;
  /** Length of the whole window in seconds. */
  readonly lengthSeconds: number;
  /** Average of the index over the part that has passed; ignored while no part has. */
  readonly runningAverage: number;
}

/** One contract that settles on an average. */
export interface SettlementContract {
  readonly type: 'c' | 'p';
  readonly strike: number;
  /** Forward of the index now. */
  readonly forward: number;
  readonly rate: number;
}

/** Value and Greeks by the forward of the index, and the strike and time they stand on. */
export interface SettlementValue extends OptionValue {
  /** Share of the window that has passed, 0 to 1. */
  readonly elapsedShare: number;
  /** (K - wA)/(1-w): what the rest of the window has to average; the strike itself before the window, infinite in its last instant. */
  readonly effectiveStrike: number;
  /** Seconds of full variance that are left. */
  readonly varianceSeconds: number;
}

/** The vanilla contract that behaves as the average does. */
interface Equivalent {
  readonly elapsedShare: number;
  readonly effectiveStrike: number;
  readonly varianceSeconds: number;
}

/** Strike and remaining variance of the equivalent contract; `varianceSeconds` is what sigma^2 is multiplied by. */
export function settlementEquivalent(strike: number, window: AveragingWindow): Equivalent {
  if (window.secondsToStart > 0) {
    return {
      elapsedShare: 0,
      effectiveStrike: strike,
      varianceSeconds: window.secondsToStart + window.lengthSeconds / 3,
    };
  }
  const left = Math.min(1, Math.max(0, window.secondsToEnd / window.lengthSeconds));
  const elapsedShare = 1 - left;
  if (left === 0) return { elapsedShare: 1, effectiveStrike: strike, varianceSeconds: 0 };
  const passed = elapsedShare === 0 ? 0 : elapsedShare * window.runningAverage;
  return {
    elapsedShare,
    effectiveStrike: (strike - passed) / left,
    varianceSeconds: (window.secondsToEnd > 0 ? window.secondsToEnd : 0) / 3,
  };
}

/** Value and Greeks of a contract in settlement mode at a volatility per unit and year. */
export function settlementValue(
  contract: SettlementContract,
  window: AveragingWindow,
  volatility: number,
): SettlementValue {
  const equivalent = settlementEquivalent(contract.strike, window);
  const { elapsedShare, effectiveStrike, varianceSeconds } = equivalent;
  const left = 1 - elapsedShare;
  const years = yearsOfSeconds(Math.max(0, window.secondsToEnd));
  if (left === 0) return { ...fixed(contract, window.runningAverage), ...equivalent };
  if (!(effectiveStrike > 0)) return { ...decided(contract, window, left, years), ...equivalent };
  // The kernel sees the contract's own time, so that the discount is right, with the volatility that the average leaves over it.
  const ratio = Math.sqrt(varianceSeconds / Math.max(window.secondsToEnd, Number.MIN_VALUE));
  const { forward, rate, type } = contract;
  const seen = valueOption(
    { model: 'black76', type, underlying: forward, strike: effectiveStrike, years, rate },
    volatility * ratio,
  );
  const value = scaled(seen, left, ratio);
  return { ...value, ...passing(value, seen, rate, window, volatility, left, ratio), ...equivalent };
}

/** The volatility behind a premium in settlement mode. */
export function settlementVolatility(
  contract: SettlementContract,
  window: AveragingWindow,
  price: number,
): ReturnType<typeof volatilityOfOption> {
  const { elapsedShare, effectiveStrike, varianceSeconds } = settlementEquivalent(contract.strike, window);
  const left = 1 - elapsedShare;
  if (left === 0) return { status: PricingStatus.EXPIRED, volatility: null };
  if (!(effectiveStrike > 0)) return { status: PricingStatus.LOW_VEGA, volatility: null };
  const years = yearsOfSeconds(window.secondsToEnd);
  const { forward, rate, type } = contract;
  const found = volatilityOfOption(
    { model: 'black76', type, underlying: forward, strike: effectiveStrike, years, rate },
    price / left,
  );
  const ratio = Math.sqrt(varianceSeconds / window.secondsToEnd);
  return { ...found, volatility: found.volatility === null ? null : found.volatility / ratio };
}

const NOTHING = {
  delta: 0,
  gamma: 0,
  thetaPerYear: 0,
  thetaPerDay: 0,
  vegaPerUnit: 0,
  vegaPerVolPoint: 0,
  rhoPerUnit: 0,
  vanna: 0,
  volga: 0,
  charmPerYear: 0,
};

/** The value is known: exercise against the final average. */
function fixed({ type, strike }: SettlementContract, average: number): OptionValue {
  const side = type === 'c' ? 1 : -1;
  return { ...NOTHING, status: PricingStatus.EXPIRED, price: Math.max(side * (average - strike), 0) };
}

/** The average so far already exceeds what the strike asks of the whole: a call is a forward, a put is worthless. */
function decided(contract: SettlementContract, window: AveragingWindow, left: number, years: number): OptionValue {
  const discount = Math.exp(-contract.rate * years);
  if (contract.type === 'p') return { ...NOTHING, status: PricingStatus.OK, price: 0 };
  const settled = (1 - left) * window.runningAverage + left * contract.forward;
  const price = discount * (settled - contract.strike);
  const thetaPerYear = contract.rate * price;
  return {
    ...NOTHING,
    status: PricingStatus.OK,
    price,
    delta: discount * left,
    thetaPerYear,
    thetaPerDay: thetaPerYear / DAYS_PER_YEAR,
    rhoPerUnit: -years * price,
  };
}

function scaled(seen: OptionValue, left: number, ratio: number): OptionValue {
  return {
    status: seen.status,
    price: left * seen.price,
    delta: left * seen.delta,
    gamma: left * seen.gamma,
    thetaPerYear: left * seen.thetaPerYear,
    thetaPerDay: left * seen.thetaPerDay,
    vegaPerUnit: left * ratio * seen.vegaPerUnit,
    vegaPerVolPoint: left * ratio * seen.vegaPerVolPoint,
    rhoPerUnit: left * seen.rhoPerUnit,
    vanna: left * ratio * seen.vanna,
    volga: left * ratio * ratio * seen.volga,
    charmPerYear: left * seen.charmPerYear,
  };
}

/**
 * Theta and charm by the forward held. The expected settlement value M = wA + (1-w)F does not move then, and its remaining variance
 * falls at sigma^2 (1-w)^2 F^2 per unit of time, so that theta is -vega sigma (1-w) / (2 T r) in terms of the kernel's vega at the
 * volatility sigma r over T. Delta is (1-w) dV/dM: it changes with the variance and, inside the window, with its weight.
 */
function passing(
  value: OptionValue,
  seen: OptionValue,
  rate: number,
  window: AveragingWindow,
  volatility: number,
  left: number,
  ratio: number,
): Pick<OptionValue, 'thetaPerYear' | 'thetaPerDay' | 'charmPerYear'> {
  const years = yearsOfSeconds(window.secondsToEnd);
  const pace = years > 0 ? (volatility * left) / (2 * ratio * years) : 0;
  const weightLoss = window.secondsToStart > 0 ? 0 : 1 / yearsOfSeconds(window.lengthSeconds);
  const thetaPerYear = rate * value.price - pace * seen.vegaPerUnit;
  return {
    thetaPerYear,
    thetaPerDay: thetaPerYear / DAYS_PER_YEAR,
    charmPerYear: rate * value.delta - pace * seen.vanna - weightLoss * seen.delta,
  };
}
