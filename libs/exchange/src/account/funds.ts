import { derivativeMargin, type DerivativeLeg, type MarginMarket } from '../margin/derivative-margin.ts';
import { paysInFull, type TradedInstrument } from '../instrument.ts';
import { isTerminal, remainingOf, type Order, type OrderTerms, type Product } from '../orders/order.ts';
import { netOf, positionId, unpaidCharges, type Account } from './account.ts';
import { netQuantity, unrealisedPaise } from './position.ts';

/** What an account has, and what of it is spoken for. Paise. */
export interface Funds {
  readonly openingPaise: number;
  readonly addedPaise: number;
  readonly withdrawnPaise: number;
  readonly stockSalePaise: number;
  readonly unpaidChargesPaise: number;
  readonly cashPaise: number;
  readonly spanPaise: number;
  readonly exposurePaise: number;
  /** Premiums of buy orders that wait. */
  readonly premiumPaise: number;
  /** Shares bought on margin. */
  readonly cashMarginPaise: number;
  /** Delivery purchases that wait. */
  readonly deliveryPaise: number;
  readonly realisedLossPaise: number;
  readonly unrealisedLossPaise: number;
  /** Today's gains settled by difference; they can be used tomorrow. */
  readonly unsettledGainPaise: number;
  readonly usedPaise: number;
  readonly availablePaise: number;
}

/** An order that is asked about and does not exist yet. */
export interface WouldBeOrder {
  readonly instrument: TradedInstrument;
  readonly terms: OrderTerms;
  /** The price it may cost per unit. */
  readonly pricePaise: number;
}

/** Share of a trade's value that is blocked: intraday shares five times, margin trading funding twice. */
const EQUITY_MARGIN_PERCENT: Readonly<Record<Product, number>> = { I: 20, MTF: 50, D: 100 };

interface Pending {
  readonly instrument: TradedInstrument;
  readonly product: Product;
  readonly side: 'BUY' | 'SELL';
  readonly units: number;
  readonly pricePaise: number;
}

/** The funds of an account, with `extra` as if it had been placed. */
export function fundsOf(account: Account, market: MarginMarket, extra?: WouldBeOrder): Funds {
  const pending = pendingOf(account, extra);
  const { span, exposure } = derivativesBlock(account, pending, market);
  const { premium, delivery, onMargin } = ordersBlock(account, pending);
  const charges = unpaidCharges(account).totalPaise;
  const unrealised = unrealisedDifference(account, market);
  const parts = {
    spanPaise: Math.ceil(span * 100),
    exposurePaise: Math.ceil(exposure * 100),
    premiumPaise: premium,
    cashMarginPaise: onMargin + heldOnMargin(account),
    deliveryPaise: delivery,
    unrealisedLossPaise: Math.max(0, -unrealised),
  };
  const gain = Math.max(0, account.realisedDifferencePaise);
  const blocked = Object.values(parts).reduce((sum, one) => sum + one, 0);
  return {
    openingPaise: account.openingPaise,
    addedPaise: account.addedPaise,
    withdrawnPaise: account.withdrawnPaise,
    stockSalePaise: account.stockSalePaise,
    unpaidChargesPaise: charges,
    cashPaise: account.cashPaise,
    ...parts,
    realisedLossPaise: Math.max(0, -account.realisedDifferencePaise),
    unsettledGainPaise: gain,
    usedPaise: blocked + Math.max(0, -account.realisedDifferencePaise),
    availablePaise: account.cashPaise - gain - charges - blocked,
  };
}

/** Whether an order only makes a position smaller, with all that already waits to do so. */
export function isReducing(account: Account, instrument: TradedInstrument, terms: OrderTerms, units: number): boolean {
  const net = netOf(account, instrument.key, terms.product);
  if (net === 0 || net > 0 === (terms.side === 'BUY')) return false;
  const waiting = account.orders.reduce((sum, order) => {
    const same =
      !isTerminal(order) &&
      order.instrument.key === instrument.key &&
      order.terms.product === terms.product &&
      order.terms.side === terms.side;
    return same ? sum + remainingOf(order) : sum;
  }, 0);
  return waiting + units <= Math.abs(net);
}

/** The margin of derivatives by themselves, in paise: what the margin API answers. */
export function marginOfLegs(
  legs: readonly DerivativeLeg[],
  market: MarginMarket,
): { readonly spanPaise: number; readonly exposurePaise: number } {
  let [span, exposure] = [0, 0];
  for (const group of byUnderlying(legs).values()) {
    const margin = derivativeMargin(group, market);
    span += margin.span;
    exposure += margin.exposure;
  }
  return { spanPaise: Math.ceil(span * 100), exposurePaise: Math.ceil(exposure * 100) };
}

/** What is blocked of the value of shares, in paise. */
export function equityMargin(valuePaise: number, product: Product): number {
  return Math.ceil((valuePaise * EQUITY_MARGIN_PERCENT[product]) / 100);
}

function pendingOf(account: Account, extra: WouldBeOrder | undefined): Pending[] {
  const waiting = account.orders
    .filter((order) => !isTerminal(order) && remainingOf(order) > 0)
    .map((order) => ({
      instrument: order.instrument,
      product: order.terms.product,
      side: order.terms.side,
      units: remainingOf(order),
      pricePaise: priceOf(order),
    }));
  if (extra === undefined) return waiting;
  const { instrument, terms, pricePaise } = extra;
  return [...waiting, { instrument, product: terms.product, side: terms.side, units: terms.quantity, pricePaise }];
}

function priceOf(order: Order): number {
  return order.limitPaise > 0 ? order.limitPaise : order.terms.pricePaise;
}

/** The worst of what is held, what is held with all buys filled, and with all sells filled. */
function derivativesBlock(
  account: Account,
  pending: readonly Pending[],
  market: MarginMarket,
): { span: number; exposure: number } {
  const held: DerivativeLeg[] = [];
  for (const position of account.positions.values()) {
    const quantity = netQuantity(position);
    if (position.instrument.kind !== 'equity' && quantity !== 0)
      held.push({ instrument: position.instrument, quantity });
  }
  const orders = (side: 'BUY' | 'SELL'): DerivativeLeg[] =>
    pending
      .filter((one) => one.side === side && one.instrument.kind !== 'equity')
      .map(({ instrument, units }) => ({ instrument, quantity: side === 'BUY' ? units : -units }));
  const alone = byUnderlying(held);
  const cases = [alone, ...(['BUY', 'SELL'] as const).map((side) => byUnderlying(orders(side)))];
  let [span, exposure] = [0, 0];
  for (const key of new Set(cases.flatMap((one) => [...one.keys()]))) {
    const base = alone.get(key) ?? [];
    let worst = derivativeMargin(base, market);
    for (const waiting of cases.slice(1).map((one) => one.get(key))) {
      if (waiting === undefined) continue;
      const margin = derivativeMargin(merged(base, waiting), market);
      if (margin.span + margin.exposure > worst.span + worst.exposure) worst = margin;
    }
    span += worst.span;
    exposure += worst.exposure;
  }
  return { span, exposure };
}

/** Two lists of legs on one underlying as one, each instrument once. */
function merged(a: readonly DerivativeLeg[], b: readonly DerivativeLeg[]): DerivativeLeg[] {
  return [...byUnderlying([...a, ...b]).values()].flat();
}

/** Legs by underlying, one per instrument. */
function byUnderlying(legs: readonly DerivativeLeg[]): Map<string, DerivativeLeg[]> {
  const groups = new Map<string, Map<string, DerivativeLeg>>();
  for (const { instrument, quantity } of legs) {
    const name = instrument.underlyingKey ?? instrument.key;
    const group = groups.get(name) ?? new Map<string, DerivativeLeg>();
    groups.set(name, group);
    group.set(instrument.key, { instrument, quantity: (group.get(instrument.key)?.quantity ?? 0) + quantity });
  }
  return new Map([...groups].map(([name, group]) => [name, [...group.values()]]));
}

/** What waiting orders block beyond derivatives' margin; the part that closes a position blocks nothing. */
function ordersBlock(
  account: Account,
  pending: readonly Pending[],
): { premium: number; delivery: number; onMargin: number } {
  const closable = new Map<string, number>();
  let [premium, delivery, onMargin] = [0, 0, 0];
  for (const { instrument, product, side, units, pricePaise } of pending) {
    const name = `${positionId(instrument.key, product)}#${side}`;
    const net = netOf(account, instrument.key, product);
    const credit = closable.get(name) ?? Math.max(0, side === 'BUY' ? -net : net);
    const closing = Math.min(credit, units);
    closable.set(name, credit - closing);
    const value = (units - closing) * pricePaise;
    if (instrument.kind === 'option') premium += side === 'BUY' ? value : 0;
    else if (instrument.kind === 'equity') {
      if (paysInFull('equity', product)) delivery += side === 'BUY' ? value : 0;
      else onMargin += equityMargin(value, product);
    }
  }
  return { premium, delivery, onMargin };
}

function heldOnMargin(account: Account): number {
  let sum = 0;
  for (const { instrument, product, openPaise } of account.positions.values()) {
    if (instrument.kind === 'equity' && product !== 'D') sum += equityMargin(openPaise, product);
  }
  return sum;
}

function unrealisedDifference(account: Account, market: MarginMarket): number {
  let sum = 0;
  for (const position of account.positions.values()) {
    const { instrument, product } = position;
    if (paysInFull(instrument.kind, product) || netQuantity(position) === 0) continue;
    const price = market.contract(instrument.key)?.price;
    if (price !== undefined) sum += unrealisedPaise(position, Math.round(price * 100));
  }
  return sum;
}
