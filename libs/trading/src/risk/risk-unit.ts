/**
 * What one unit of a contract adds to the risk of a book: Greeks, the result of sixteen scenarios, and the margin that a
 * short or long unit needs by our own estimate. Made when the contract's price moves, so that a decision only multiplies.
 * Scenarios: price 0, +-1/3, +-2/3, +-1 of the scan range, volatility up and down; two extremes at twice the range with 35 %
 * cover (NSE Clearing, SPAN). The broker's margin service is the truth for live accounts.
 */
import { INDEX_MARGIN, STOCK_MARGIN, unitAt, type Leg } from '@vega/pricing';

/** Scenarios per contract. */
export const SCENARIO_COUNT = 16;
const MOVES = [0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1, -1] as const;
const COVER_OF_EXTREMES = 0.35;

/** Greeks in a vector: where each stands. */
export const GREEK = { delta: 0, gamma: 1, vega: 2, theta: 3 } as const;
export const GREEK_COUNT = 4;

export interface RiskUnit {
  /** Rupees per unit: delta, gamma, vega per point, theta per day. */
  readonly greeks: Float64Array;
  /** Paise per unit, of each scenario against the value now. */
  readonly scenarios: Float64Array;
  /** Margin of one unit bought or sold short, paise; the premium for bought options. */
  readonly longMarginPaise: number;
  readonly shortMarginPaise: number;
}

/** What valuing one unit needs. */
export interface UnitInput {
  readonly kind: 'equity' | 'future' | 'call' | 'put';
  /** Of the index or share, rupees. */
  readonly spot: number;
  /** Of the contract, rupees. */
  readonly price: number;
  readonly strike: number;
  readonly secondsToExpiry: number;
  /** Forward of the expiry over the spot; 1 when not known. */
  readonly forwardRatio: number;
  /** Per year, e.g. 0.12; 0 for what is no option. */
  readonly volatility: number;
  readonly underlyingIsIndex: boolean;
  readonly expiresToday: boolean;
}

/** Intraday shares: value at risk and extreme loss margin of a large share. */
const EQUITY_INTRADAY_SHARE = 0.2;

/** The unit of a contract; undefined when it cannot be valued. */
export function riskUnit(input: UnitInput): RiskUnit | undefined {
  const { kind, spot, price } = input;
  const option = kind === 'call' || kind === 'put';
  const usable =
    spot > 0 && price >= 0 && (!option || (input.volatility > 0 && input.secondsToExpiry > 0 && input.strike > 0));
  if (!usable || !Number.isFinite(spot + price + input.volatility)) return undefined;
  const leg: Leg = {
    kind: kind === 'equity' ? 'underlying' : kind,
    quantity: 1,
    entryPrice: price,
    strike: input.strike,
    secondsToExpiry: kind === 'equity' ? 0 : input.secondsToExpiry,
    volatility: input.volatility,
    forwardRatio: input.forwardRatio,
  };
  const rates = input.underlyingIsIndex ? INDEX_MARGIN : STOCK_MARGIN;
  const range = rates.leastPriceScan;
  const points = 100 * Math.max(rates.volatilityScanShare * input.volatility, rates.leastVolatilityScan);
  const now = unitAt(leg, { spot, secondsAhead: 0, volatilityShiftPoints: 0 });
  const scenarios = new Float64Array(SCENARIO_COUNT);
  const change = (move: number, shift: number): number =>
    100 *
    (unitAt(leg, { spot: spot * (1 + move * range), secondsAhead: 0, volatilityShiftPoints: shift }).value - now.value);
  let n = 0;
  for (const move of MOVES) {
    scenarios[n++] = change(move, points);
    scenarios[n++] = change(move, -points);
  }
  scenarios[n++] = COVER_OF_EXTREMES * change(2, 0);
  scenarios[n++] = COVER_OF_EXTREMES * change(-2, 0);
  const greeks = new Float64Array([now.delta, now.gamma, now.vegaPerVolPoint, now.thetaPerDay]);
  return { greeks, scenarios, ...margins(input, scenarios) };
}

function margins(
  { kind, price, spot, underlyingIsIndex, expiresToday }: UnitInput,
  scenarios: Float64Array,
): Pick<RiskUnit, 'longMarginPaise' | 'shortMarginPaise'> {
  const pricePaise = Math.ceil(price * 100);
  if (kind === 'equity') {
    const margin = Math.ceil(pricePaise * EQUITY_INTRADAY_SHARE);
    return { longMarginPaise: margin, shortMarginPaise: margin };
  }
  const rates = underlyingIsIndex ? INDEX_MARGIN : STOCK_MARGIN;
  let [gain, loss] = [0, 0];
  for (const result of scenarios) {
    if (result > gain) gain = result;
    if (result < loss) loss = result;
  }
  const exposure = spot * 100 * rates.exposureShare;
  if (kind === 'future') {
    return { longMarginPaise: Math.ceil(exposure - loss), shortMarginPaise: Math.ceil(exposure + gain) };
  }
  const lastDay = expiresToday ? spot * 100 * rates.expiryDayShortOptionShare : 0;
  return { longMarginPaise: pricePaise, shortMarginPaise: Math.ceil(gain + exposure + lastDay) };
}
