/**
 * What the clearing house and the broker block for derivatives on one underlying. Plain and its own: the worst of the 16
 * SPAN scenarios (price 0, +-1/3, +-2/3, +-1 of the range, volatility up and down; twice the range at 35 per cent
 * cover), net option value, calendar charge, exposure, and the expiry-day charge on short index options.
 * Rates: NSE Clearing's parameters as of 2026; exposure 2 per cent (index) and 3.5 per cent (stock) from brokers' pages.
 */
import { daysBetween, istDate, type IstDate } from '@vega/kernel';
import type { TradedInstrument } from '../instrument.ts';
import { optionDelta, optionValue } from './plain-black.ts';

/** Signed units of a derivative. */
export interface DerivativeLeg {
  readonly instrument: TradedInstrument;
  readonly quantity: number;
}

/** What the market says about an underlying and its contracts, rupees and fractions. */
export interface MarginMarket {
  readonly date: IstDate;
  /** Years from now to the contract's last moment. */
  yearsTo(expiry: IstDate): number;
  /** Price of the underlying; undefined: it has none yet. */
  underlying(key: string): number | undefined;
  /** Last price and implied volatility of a contract. */
  contract(key: string): { readonly price: number; readonly volatility: number | undefined } | undefined;
}

/** Rupees. */
export interface DerivativeMargin {
  readonly span: number;
  readonly exposure: number;
}

const INDEX = { leastRange: 0.093, leastVolatility: 0.04, calendar: 0.0175, exposure: 0.02, usualVolatility: 0.15 };
const STOCK = { leastRange: 0.142, leastVolatility: 0.1, calendar: 0.022, exposure: 0.035, usualVolatility: 0.35 };
const FAR_RANGE = 0.177;
const FAR_DAYS = 274;
const EXPIRY_DAY_SHARE = 0.02;
const EXPIRY_DAY_SINCE = istDate('2024-11-20');
const DEVIATIONS = 6 * Math.SQRT2;
const TRADING_DAYS = 252;
const VOLATILITY_SHARE = 0.25;
const COVER = 0.35;
const MOVES = [0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1, -1];

/** The margin of legs on one underlying. Without a price of the underlying the legs' own prices stand in for it. */
export function derivativeMargin(legs: readonly DerivativeLeg[], market: MarginMarket): DerivativeMargin {
  const held = legs.filter((leg) => leg.quantity !== 0);
  const first = held[0]?.instrument;
  if (first === undefined) return { span: 0, exposure: 0 };
  const isIndex = first.underlyingType === 'INDEX';
  const rates = isIndex ? INDEX : STOCK;
  const spot = market.underlying(first.underlyingKey ?? '') ?? substitute(held, market);
  const ending = held.filter((leg) => leg.instrument.expiry === market.date);
  const lasting = held.filter((leg) => leg.instrument.expiry !== market.date);
  // On its last day a contract has no spread benefit: it stands alone.
  let span = 0;
  for (const part of [ending, lasting]) if (part.length > 0) span += scan(part, spot, rates, market);
  span += rates.calendar * spot * spreadUnits(lasting, spot, rates, market);
  const shortUnits = (some: readonly DerivativeLeg[]): number =>
    some.reduce(
      (sum, { instrument, quantity }) => sum + (instrument.kind === 'option' ? Math.max(0, -quantity) : 0),
      0,
    );
  const futures = held.reduce((sum, leg) => sum + (leg.instrument.kind === 'future' ? Math.abs(leg.quantity) : 0), 0);
  let exposure = rates.exposure * spot * (shortUnits(held) + futures);
  if (isIndex && market.date >= EXPIRY_DAY_SINCE) exposure += EXPIRY_DAY_SHARE * spot * shortUnits(ending);
  return { span, exposure };
}

function scan(legs: readonly DerivativeLeg[], spot: number, rates: typeof INDEX, market: MarginMarket): number {
  const known = legs.map((leg) => market.contract(leg.instrument.key)?.volatility).filter((one) => one !== undefined);
  const typical = known.length === 0 ? rates.usualVolatility : known.reduce((a, b) => a + b, 0) / known.length;
  const isFar = legs.some(
    ({ instrument: { expiry } }) => expiry !== undefined && daysBetween(market.date, expiry) > FAR_DAYS,
  );
  const least = isFar && rates === INDEX ? FAR_RANGE : rates.leastRange;
  const range = Math.max((DEVIATIONS * typical) / Math.sqrt(TRADING_DAYS), least);
  const shift = Math.max(VOLATILITY_SHARE * typical, rates.leastVolatility);
  const now = worth(legs, spot, 0, rates, market);
  const loss = (move: number, by: number): number => now - worth(legs, spot * (1 + move * range), by, rates, market);
  const losses = MOVES.flatMap((move) => [loss(move, shift), loss(move, -shift)]);
  losses.push(COVER * loss(2, 0), COVER * loss(-2, 0));
  const optionsWorth = legs.reduce((sum, { instrument, quantity }) => {
    return instrument.kind === 'option' ? sum + quantity * (market.contract(instrument.key)?.price ?? 0) : sum;
  }, 0);
  return Math.max(0, Math.max(...losses) - optionsWorth);
}

function worth(
  legs: readonly DerivativeLeg[],
  spot: number,
  shift: number,
  rates: typeof INDEX,
  market: MarginMarket,
): number {
  return legs.reduce((sum, { instrument, quantity }) => {
    if (instrument.kind === 'future') return sum + quantity * spot;
    const volatility = Math.max(0.01, volatilityOf(instrument, rates, market) + shift);
    return sum + quantity * optionValue(...termsOf(instrument, spot, market), volatility);
  }, 0);
}

/** Units of delta that offset each other between expiries. */
function spreadUnits(legs: readonly DerivativeLeg[], spot: number, rates: typeof INDEX, market: MarginMarket): number {
  const byExpiry = new Map<string, number>();
  for (const { instrument, quantity } of legs) {
    const delta =
      instrument.kind === 'future'
        ? 1
        : optionDelta(...termsOf(instrument, spot, market), volatilityOf(instrument, rates, market));
    const expiry = instrument.expiry ?? '';
    byExpiry.set(expiry, (byExpiry.get(expiry) ?? 0) + quantity * delta);
  }
  let [long, short] = [0, 0];
  for (const delta of byExpiry.values()) {
    if (delta > 0) long += delta;
    else short -= delta;
  }
  return Math.min(long, short);
}

function termsOf(
  instrument: TradedInstrument,
  spot: number,
  market: MarginMarket,
): [right: 'CE' | 'PE', forward: number, strike: number, years: number] {
  const years = instrument.expiry === undefined ? 0 : market.yearsTo(instrument.expiry);
  return [instrument.right ?? 'CE', spot, (instrument.strikePaise ?? 0) / 100, years];
}

function volatilityOf(instrument: TradedInstrument, rates: typeof INDEX, market: MarginMarket): number {
  const volatility = market.contract(instrument.key)?.volatility;
  return volatility !== undefined && volatility > 0 ? volatility : rates.usualVolatility;
}

function substitute(legs: readonly DerivativeLeg[], market: MarginMarket): number {
  const future = legs.find((leg) => leg.instrument.kind === 'future');
  const price = future === undefined ? undefined : market.contract(future.instrument.key)?.price;
  return price ?? (legs[0]?.instrument.strikePaise ?? 0) / 100;
}
