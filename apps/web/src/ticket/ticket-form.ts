import type { PlaceOrderRequest } from '@vega/client';
import type { OrderSide } from './ticket-slice.ts';

export const ORDER_TYPES = ['LIMIT', 'SL', 'MARKET'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export const PRODUCTS = ['INTRADAY', 'DELIVERY', 'MTF'] as const;
export type Product = (typeof PRODUCTS)[number];
export const VALIDITIES = ['DAY', 'IOC'] as const;
export type Validity = (typeof VALIDITIES)[number];

/** What the ticket asks the gateway to do. */
export type OrderTerms = PlaceOrderRequest['body'];

/** An order as it is being written down. Prices are text as typed, rupees. */
export interface TicketForm {
  side: OrderSide;
  lots: number;
  orderType: OrderType;
  product: Product;
  validity: Validity;
  price: string;
  trigger: string;
}

/** What of the contract an order depends on. */
export interface ContractTerms {
  lotSize: number;
  /** Rupees. */
  tickSize: number;
  /** Units of one order at most; null where there is no such limit. */
  freezeQty: number | null;
}

/** Why a form is no order yet, by field. */
export type FormFaults = Partial<Record<'lots' | 'price' | 'trigger', string>>;

const MAX_LOTS = 1_000_000;

/** A price as typed: rupees, or undefined where it is none. */
export function readPrice(text: string): number | undefined {
  const value = Number(text.trim().replaceAll(',', ''));
  return text.trim() === '' || !Number.isFinite(value) || value <= 0 ? undefined : value;
}

/** A price moved by steps of the tick, onto the tick grid and not below one tick; `text` may be off the grid. */
export function stepPrice(text: string, tickSize: number, steps: number): string {
  const ticks = (readPrice(text) ?? 0) / tickSize;
  const whole = steps > 0 ? Math.floor(ticks + 1e-6) : Math.ceil(ticks - 1e-6);
  return (Math.max(1, whole + steps) * tickSize).toFixed(2);
}

function isOnGrid(price: number, tickSize: number): boolean {
  const ticks = price / tickSize;
  return Math.abs(ticks - Math.round(ticks)) < 1e-6;
}

/** What is missing or wrong; nothing where the form is an order. */
export function faultsOf(form: TicketForm, { tickSize }: Pick<ContractTerms, 'tickSize'>): FormFaults {
  const faults: FormFaults = {};
  if (!Number.isInteger(form.lots) || form.lots < 1 || form.lots > MAX_LOTS) faults.lots = 'Whole lots, one or more';
  const grid = `A price in steps of ${tickSize.toFixed(2)}`;
  const faultOf = (text: string): string | undefined => {
    const price = readPrice(text);
    return price === undefined || !isOnGrid(price, tickSize) ? grid : undefined;
  };
  const price = form.orderType === 'MARKET' ? undefined : faultOf(form.price);
  if (price !== undefined) faults.price = price;
  if (form.orderType !== 'SL') return faults;
  const trigger = faultOf(form.trigger);
  const [limit, stop] = [readPrice(form.price) ?? 0, readPrice(form.trigger) ?? 0];
  if (trigger !== undefined) faults.trigger = trigger;
  else if (form.side === 'BUY' && stop > limit) faults.trigger = 'A buying stop triggers at or below its limit';
  else if (form.side === 'SELL' && stop < limit) faults.trigger = 'A selling stop triggers at or above its limit';
  return faults;
}

/** The order of a form without faults. `lastPrice` is what it is decided on, rupees. */
export function toTerms(
  form: TicketForm,
  { lotSize }: Pick<ContractTerms, 'lotSize'>,
  target: { account: string; instrument: string; lastPrice: number | null },
): OrderTerms {
  const { side, lots, orderType, product, validity } = form;
  return {
    account_id: target.account,
    instrument_key: target.instrument,
    side,
    quantity: lots * lotSize,
    product,
    order_type: orderType,
    validity,
    ...(orderType === 'MARKET' ? {} : { price: readPrice(form.price) ?? 0 }),
    ...(orderType === 'SL' ? { trigger_price: readPrice(form.trigger) ?? 0 } : {}),
    ...(target.lastPrice === null ? {} : { decided_price: target.lastPrice }),
  };
}
