import { invariant, type IstDate } from '@vega/kernel';
import {
  addBrokerage,
  addTradeCharges,
  noCharges,
  noteOf,
  type ChargeNote,
  type ChargeSums,
} from '../charges/charges.ts';
import { paysInFull, type TradedInstrument } from '../instrument.ts';
import { signOf, type Order, type Product, type Side } from '../orders/order.ts';
import type { Holding } from './holding.ts';
import { addTrade, closedShare, emptyPosition, netQuantity, type ClosedUnits, type Position } from './position.ts';

/** A trade as the trade book tells it. */
export interface Trade {
  readonly tradeId: string;
  readonly orderId: string;
  readonly at: number;
  readonly date: IstDate;
  readonly instrument: TradedInstrument;
  readonly product: Product;
  readonly side: Side;
  readonly quantity: number;
  readonly pricePaise: number;
}

/** Units closed, for the profit-and-loss report. */
export interface Closing extends ClosedUnits {
  readonly date: IstDate;
  readonly openedOn: IstDate;
  readonly instrument: TradedInstrument;
}

/** A day's charges as paid. */
export interface PaidCharges {
  readonly date: IstDate;
  readonly note: ChargeNote;
}

/** A movement of money by bank transfer. */
export interface CashMovement {
  readonly at: number;
  readonly paise: number;
  readonly reason: string;
}

/** One customer's account with the broker. Money in integer paise. */
export interface Account {
  readonly id: string;
  /** Cash at the start of the day. */
  openingPaise: number;
  /** Cash now, today's charges not yet taken off. */
  cashPaise: number;
  addedPaise: number;
  withdrawnPaise: number;
  stockSalePaise: number;
  /** Today's gains and losses of what is settled by difference: futures, intraday shares. */
  realisedDifferencePaise: number;
  charges: ChargeSums;
  readonly positions: Map<string, Position>;
  readonly holdings: Map<string, Holding>;
  /** Today's orders, and after-market orders that wait; oldest first. */
  orders: Order[];
  trades: Trade[];
  readonly pastTrades: Trade[];
  readonly closings: Closing[];
  readonly paidCharges: PaidCharges[];
  readonly movements: CashMovement[];
  /** Segments that have been switched, and when. */
  readonly killSwitches: Map<string, { enabled: boolean; at: number }>;
  /** First day on which the open units of a position were bought or sold. */
  readonly openedOn: Map<string, IstDate>;
}

/** Rows of history that are kept per account and kind; the oldest go first. */
const MAX_HISTORY = 20_000;

export function openAccount(id: string, openingPaise: number): Account {
  return {
    id,
    openingPaise,
    cashPaise: openingPaise,
    addedPaise: 0,
    withdrawnPaise: 0,
    stockSalePaise: 0,
    realisedDifferencePaise: 0,
    charges: noCharges(),
    positions: new Map(),
    holdings: new Map(),
    orders: [],
    trades: [],
    pastTrades: [],
    closings: [],
    paidCharges: [],
    movements: [],
    killSwitches: new Map(),
    openedOn: new Map(),
  };
}

/** The name of a position within an account. */
export function positionId(key: string, product: Product): string {
  return `${key}#${product}`;
}

/** The position of an instrument and product, made when there is none. */
export function positionOf(account: Account, instrument: TradedInstrument, product: Product): Position {
  const id = positionId(instrument.key, product);
  let position = account.positions.get(id);
  if (position === undefined) account.positions.set(id, (position = emptyPosition(instrument, product)));
  return position;
}

/** Signed units held in an instrument and product now. */
export function netOf(account: Account, key: string, product: Product): number {
  const position = account.positions.get(positionId(key, product));
  return position === undefined ? 0 : netQuantity(position);
}

/** Books a fill of an order: position, cash and levies. */
export function bookTrade(account: Account, order: Order, trade: Trade, brokeragePaise: number): void {
  const { instrument, product, side, quantity, pricePaise, date } = trade;
  const valuePaise = quantity * pricePaise;
  const position = positionOf(account, instrument, product);
  const closed = addTrade(position, side, quantity, pricePaise);
  noteClosing(account, position, closed, date);
  if (paysInFull(instrument.kind, product)) {
    account.cashPaise -= signOf(side) * valuePaise;
    if (instrument.kind === 'equity' && side === 'SELL') account.stockSalePaise += valuePaise;
  } else if (closed !== undefined) {
    account.cashPaise += closed.gainPaise;
    account.realisedDifferencePaise += closed.gainPaise;
  }
  if (order.filled === quantity) addBrokerage(account.charges, brokeragePaise);
  addTradeCharges(account.charges, { instrument, product, side, valuePaise }, date);
  account.trades.push(trade);
}

function noteClosing(account: Account, position: Position, closed: ClosedUnits | undefined, date: IstDate): void {
  const id = positionId(position.instrument.key, position.product);
  const openedOn = account.openedOn.get(id) ?? date;
  if (closed !== undefined) keep(account.closings, { ...closed, date, openedOn, instrument: position.instrument });
  if (netQuantity(position) === 0) account.openedOn.delete(id);
  else if (!account.openedOn.has(id)) account.openedOn.set(id, date);
}

/** Moves units of a position to another product at their cost; the cash follows the product's way of paying. */
export function convertPosition(
  account: Account,
  conversion: { key: string; from: Product; to: Product; side: Side; quantity: number },
): void {
  const { key, from, to, side, quantity } = conversion;
  const source = account.positions.get(positionId(key, from));
  invariant(source !== undefined, 'a conversion needs a position');
  const { instrument } = source;
  const cost = closedShare(source.openPaise, quantity, Math.abs(netQuantity(source)));
  const target = positionOf(account, instrument, to);
  // The units leave the one as if they had never been traded in it and enter the other as a trade of today.
  if (side === 'BUY') {
    const carried = Math.min(quantity, source.overnightBuyQuantity);
    source.overnightBuyPaise -= shareOf(source.overnightBuyPaise, carried, source.overnightBuyQuantity);
    source.overnightBuyQuantity -= carried;
    source.dayBuyPaise -= shareOf(source.dayBuyPaise, quantity - carried, source.dayBuyQuantity);
    source.dayBuyQuantity -= quantity - carried;
    target.dayBuyQuantity += quantity;
    target.dayBuyPaise += cost;
  } else {
    const carried = Math.min(quantity, source.overnightSellQuantity);
    source.overnightSellPaise -= shareOf(source.overnightSellPaise, carried, source.overnightSellQuantity);
    source.overnightSellQuantity -= carried;
    source.daySellPaise -= shareOf(source.daySellPaise, quantity - carried, source.daySellQuantity);
    source.daySellQuantity -= quantity - carried;
    target.daySellQuantity += quantity;
    target.daySellPaise += cost;
  }
  source.openPaise -= cost;
  target.openPaise += cost;
  const before = paysInFull(instrument.kind, from);
  const after = paysInFull(instrument.kind, to);
  if (before !== after) account.cashPaise += (before ? 1 : -1) * signOf(side) * cost;
}

function shareOf(valuePaise: number, units: number, total: number): number {
  return units === 0 ? 0 : closedShare(valuePaise, units, total);
}

/** The day's charges so far. */
export function unpaidCharges(account: Account): ChargeNote {
  return noteOf(account.charges);
}

/** Appends to a history that keeps a bounded number of rows. */
export function keep<T>(rows: T[], row: T): void {
  rows.push(row);
  if (rows.length > MAX_HISTORY) rows.splice(0, rows.length - MAX_HISTORY);
}
