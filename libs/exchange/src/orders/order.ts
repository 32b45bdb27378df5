import type { TradedInstrument } from '../instrument.ts';
import { TERMINAL_STATUSES, type OrderStatus } from './order-status.ts';

export type Side = 'BUY' | 'SELL';
export type OrderType = 'MARKET' | 'LIMIT' | 'SL' | 'SL-M';
export type Product = 'I' | 'D' | 'MTF';
export type Validity = 'DAY' | 'IOC';

/** What the customer asked for. Prices in paise, zero where the type has none. */
export interface OrderTerms {
  readonly side: Side;
  readonly type: OrderType;
  readonly product: Product;
  readonly validity: Validity;
  readonly quantity: number;
  readonly pricePaise: number;
  readonly triggerPaise: number;
  readonly disclosedQuantity: number;
  /** Per cent from the last price that a market order may reach; -1: the exchange's own table; undefined: none. */
  readonly protectionPercent?: number | undefined;
}

/** One line of an order's history. */
export interface StatusRow {
  readonly at: number;
  readonly status: OrderStatus;
  readonly message?: string | undefined;
  readonly filled: number;
  readonly filledValuePaise: number;
  readonly requestId: number;
}

/** An order and all that has become of it. Times are epoch ms of the market's clock. */
export interface Order {
  readonly id: string;
  readonly account: string;
  readonly refId: string;
  readonly instrument: TradedInstrument;
  readonly tag: string | null;
  /** `SIMPLE`, or `AMO` when it was given outside the session. */
  readonly variety: 'SIMPLE' | 'AMO';
  readonly placedAt: number;
  /** Slices share the id of their first. */
  readonly parentId: string | null;
  terms: OrderTerms;
  status: OrderStatus;
  message: string | null;
  /** Grows with every modification, from 1. */
  requestId: number;
  exchangeOrderId: string | null;
  exchangeAt: number | null;
  filled: number;
  filledValuePaise: number;
  /** The limit at which it matches: its price, or the edge of its protection. Zero until the exchange has it. */
  limitPaise: number;
  triggered: boolean;
  /** Price-time priority: lower is earlier. */
  priority: number;
  readonly history: StatusRow[];
}

/** Units that may still trade. */
export function remainingOf(order: Order): number {
  return order.terms.quantity - order.filled;
}

/** Whether nothing more can happen to it. */
export function isTerminal(order: Order): boolean {
  return TERMINAL_STATUSES.has(order.status);
}

/** +1 buys, -1 sells. */
export function signOf(side: Side): 1 | -1 {
  return side === 'BUY' ? 1 : -1;
}

/** Whether the type waits for a trigger. */
export function isStop(type: OrderType): boolean {
  return type === 'SL' || type === 'SL-M';
}

/** Whether the type takes the market's price within a protection. */
export function isMarket(type: OrderType): boolean {
  return type === 'MARKET' || type === 'SL-M';
}
