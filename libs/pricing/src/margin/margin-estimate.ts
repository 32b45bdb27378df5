/**
 * An estimate of the margin that NSE Clearing would ask for the legs of one underlying: the worst of the 16 SPAN scenarios, the
 * calendar-spread charge, exposure and expiry-day charges. The broker's margin service is the truth for live accounts; this is a
 * pre-check and what paper accounts and backtests use, about 15 per cent either way.
 *
 * Simplifications, all on one underlying: values move now, not at the end of a day; exposure counts short options gross and futures net;
 * the rates are parameters that the caller takes from the rulebook for the date.
 * Reference: NSE Clearing, "Risk management: SPAN" (16 scenarios: price 0, +-1/3, +-2/3, +-1 of the scan range, volatility up and down;
 * twice the range with 35 per cent cover).
 */
import { greeksAt, type Leg, profitAt } from '../payoff/leg.ts';

/** Rates of one underlying on one date. */
export interface MarginParameters {
  /** Daily standard deviation of the underlying as a share of its price. */
  readonly dailyVolatility: number;
  /** Annualised volatility of the underlying. */
  readonly annualVolatility: number;
  /** The price scan range is this many daily deviations, but at least `leastPriceScan` of the price. */
  readonly priceScanDeviations: number;
  readonly leastPriceScan: number;
  /** The volatility scan is this share of the annual volatility, but at least `leastVolatilityScan` (0.04 is four points). */
  readonly volatilityScanShare: number;
  readonly leastVolatilityScan: number;
  /** Share of the price per unit of spread between expiries. */
  readonly calendarChargeShare: number;
  /** Share of the notional value of short options and net futures. */
  readonly exposureShare: number;
  /** Extra share of the notional value of short options that expire today. */
  readonly expiryDayShortOptionShare: number;
}

/** Index derivatives since 2024-11-20; the exposure rate is from brokers' pages, the others from exchange circulars. */
export const INDEX_MARGIN: Omit<MarginParameters, 'dailyVolatility' | 'annualVolatility'> = {
  priceScanDeviations: 6 * Math.SQRT2,
  leastPriceScan: 0.093,
  volatilityScanShare: 0.25,
  leastVolatilityScan: 0.04,
  calendarChargeShare: 0.0175,
  exposureShare: 0.02,
  expiryDayShortOptionShare: 0.02,
};

/** Stock derivatives; the exposure rate is from brokers' pages, the others from exchange circulars. */
export const STOCK_MARGIN: Omit<MarginParameters, 'dailyVolatility' | 'annualVolatility'> = {
  ...INDEX_MARGIN,
  leastPriceScan: 0.142,
  leastVolatilityScan: 0.1,
  calendarChargeShare: 0.022,
  exposureShare: 0.035,
  expiryDayShortOptionShare: 0,
};

/** A leg and whether today is the last day of its contract. */
export interface MarginLeg extends Leg {
  readonly expiresToday?: boolean;
}

/** Rupees, each part for itself. */
export interface MarginEstimate {
  /** Profit (positive) or loss of each of the 16 scenarios, the two extremes already at their cover. */
  readonly scenarios: readonly number[];
  /** Loss of the worst scenario, the value of long options net of short ones taken off, not below zero. */
  readonly scanRisk: number;
  readonly calendarCharge: number;
  readonly exposure: number;
  readonly expiryDayCharge: number;
  /** What stays blocked: scan risk and charges. */
  readonly total: number;
  /** What buyers pay and sellers receive at entry: positive is paid. */
  readonly premiumPaid: number;
  /** The estimate is good to about this share. */
  readonly accuracy: number;
}

const COVER_OF_EXTREMES = 0.35;
const MOVES = [0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1, -1];
const ACCURACY = 0.15;

/** The margin of legs on one underlying at a spot price. */
export function estimateMargin(legs: readonly MarginLeg[], spot: number, rates: MarginParameters): MarginEstimate {
  const lasting = legs.filter((leg) => leg.expiresToday !== true);
  const ending = legs.filter((leg) => leg.expiresToday === true);
  // A contract on its last day has no spread benefit: it is margined as if it stood alone.
  const parts = [lasting, ending]
    .filter((part) => part.length > 0)
    .map((part) => ({ part, scenarios: scan(part, spot, rates) }));
  const scenarios = parts.reduce<number[]>(
    (sum, { scenarios: one }) => one.map((change, n) => change + (sum[n] ?? 0)),
    [],
  );
  const scanRisk = parts.reduce((sum, { part, scenarios: one }) => sum + riskOf(part, one, spot), 0);
  const calendarCharge = rates.calendarChargeShare * spot * spreadUnits(lasting, spot);
  const exposure = rates.exposureShare * spot * exposedUnits(legs);
  const expiryDayCharge =
    rates.expiryDayShortOptionShare * spot * ending.reduce((sum, leg) => sum + shortOptionUnits(leg), 0);
  return {
    scenarios,
    scanRisk,
    calendarCharge,
    exposure,
    expiryDayCharge,
    total: scanRisk + calendarCharge + exposure + expiryDayCharge,
    premiumPaid: legs.filter(isOption).reduce((sum, leg) => sum + leg.quantity * leg.entryPrice, 0),
    accuracy: ACCURACY,
  };
}

const isOption = (leg: Leg): boolean => leg.kind === 'call' || leg.kind === 'put';
const shortOptionUnits = (leg: Leg): number => (isOption(leg) ? Math.max(0, -leg.quantity) : 0);

/** Changes of value in the 16 scenarios. */
function scan(legs: readonly Leg[], spot: number, rates: MarginParameters): number[] {
  const range = Math.max(rates.priceScanDeviations * rates.dailyVolatility, rates.leastPriceScan);
  const points = 100 * Math.max(rates.volatilityScanShare * rates.annualVolatility, rates.leastVolatilityScan);
  const now = profitAt(legs, { spot, secondsAhead: 0, volatilityShiftPoints: 0 });
  const change = (move: number, volatilityShiftPoints: number): number =>
    profitAt(legs, { spot: spot * (1 + move * range), secondsAhead: 0, volatilityShiftPoints }) - now;
  return [
    ...MOVES.flatMap((move) => [change(move, points), change(move, -points)]),
    COVER_OF_EXTREMES * change(2, 0),
    COVER_OF_EXTREMES * change(-2, 0),
  ];
}

/** A buyer's premium has been paid and covers as much of the loss. */
function riskOf(legs: readonly Leg[], scenarios: readonly number[], spot: number): number {
  const options = legs.filter(isOption).map((leg) => ({ ...leg, entryPrice: 0 }));
  const value = options.length === 0 ? 0 : profitAt(options, { spot, secondsAhead: 0, volatilityShiftPoints: 0 });
  return Math.max(0, -Math.min(...scenarios) - Math.max(0, value));
}

/** Units of delta that offset each other between expiries. */
function spreadUnits(legs: readonly Leg[], spot: number): number {
  const byExpiry = new Map<number, Leg[]>();
  for (const leg of legs) {
    const expiry = leg.secondsToExpiry ?? 0;
    byExpiry.set(expiry, [...(byExpiry.get(expiry) ?? []), leg]);
  }
  let [long, short] = [0, 0];
  for (const group of byExpiry.values()) {
    const { delta } = greeksAt(group, { spot, secondsAhead: 0, volatilityShiftPoints: 0 });
    if (delta > 0) long += delta;
    else short -= delta;
  }
  return Math.min(long, short);
}

/** Short options gross and futures net of each expiry. */
function exposedUnits(legs: readonly Leg[]): number {
  const futures = new Map<number, number>();
  let units = 0;
  for (const leg of legs) {
    units += shortOptionUnits(leg);
    if (leg.kind !== 'future') continue;
    const expiry = leg.secondsToExpiry ?? 0;
    futures.set(expiry, (futures.get(expiry) ?? 0) + leg.quantity);
  }
  for (const net of futures.values()) units += Math.abs(net);
  return units;
}
