import { black76, normalCdf, normalDensity, type OptionRight } from './black76.ts';
import type { BrokerGreeks } from '../market-source.ts';

const { log, max, round, sqrt } = Math;

/** Highest volatility the broker's bisection reaches, as a fraction. */
const VOLATILITY_CEILING = 4;
/** Bisection ends at 2^-18: 4 = 2^2, so twenty halvings. */
const HALVINGS = 20;

/** Greeks and volatility in one reusable slot. */
export interface BrokerGreeksSlot extends BrokerGreeks {
  /** Implied volatility as a fraction, a multiple of 2^-18; 0 when the price is at or below intrinsic value. */
  iv: number;
}

/**
 * Volatility that reprices `price` (rupees) on the forward, found as the broker finds it: bisection to 2^-18
 * (PROTOCOL 6.6). 0 when the price carries no time value.
 */
export function brokerImpliedVolatility(
  right: OptionRight,
  price: number,
  forward: number,
  strike: number,
  years: number,
): number {
  const intrinsic = max(0, right === 'CE' ? forward - strike : strike - forward);
  if (price <= intrinsic || years <= 0) return 0;
  const logMoneyness = log(forward / strike);
  const rootYears = sqrt(years);
  let low = 0;
  let width = VOLATILITY_CEILING;
  for (let i = 0; i < HALVINGS; i++) {
    width /= 2;
    if (black76(right, forward, strike, logMoneyness, (low + width) * rootYears) <= price) low += width;
  }
  return low;
}

/** Fills `slot` with what Upstox prints for a last traded price (rupees) on a forward: {@link brokerImpliedVolatility}, then {@link fillGreeks}. */
export function fillBrokerGreeks(
  slot: BrokerGreeksSlot,
  right: OptionRight,
  price: number,
  forward: number,
  strike: number,
  years: number,
): void {
  fillGreeks(slot, right, brokerImpliedVolatility(right, price, forward, strike, years), forward, strike, years);
}

/**
 * Greeks as Upstox prints them (PROTOCOL 6.7): Black-76 on the forward, r = 0, calendar years to the close of the expiry
 * session, four decimals; vega per volatility point, theta per calendar day, rho = cp K T N(cp d2) / 100. Without
 * volatility: delta -1, 0 or 1, the rest 0.
 */
export function fillGreeks(
  slot: BrokerGreeksSlot,
  right: OptionRight,
  iv: number,
  forward: number,
  strike: number,
  years: number,
): void {
  const sign = right === 'CE' ? 1 : -1;
  slot.iv = iv;
  if (iv === 0) {
    slot.delta = sign * (forward - strike) > 0 ? sign : 0;
    slot.gamma = 0;
    slot.theta = 0;
    slot.vega = 0;
    slot.rho = 0;
    return;
  }
  const deviation = iv * sqrt(years);
  const d1 = log(forward / strike) / deviation + 0.5 * deviation;
  const density = normalDensity(d1);
  slot.delta = fourDecimals(sign * normalCdf(sign * d1));
  slot.gamma = fourDecimals(density / (forward * deviation));
  slot.theta = fourDecimals((-forward * density * iv) / (2 * sqrt(years)) / 365);
  slot.vega = fourDecimals((forward * density * sqrt(years)) / 100);
  slot.rho = fourDecimals((sign * strike * years * normalCdf(sign * (d1 - deviation))) / 100);
}

function fourDecimals(value: number): number {
  // Adding zero turns a rounded -0 into 0.
  return round(value * 1e4) / 1e4 + 0;
}
