import { invariant } from '@vega/kernel';
import type { TradedInstrument } from '../instrument.ts';
import type { Product, Side } from '../orders/order.ts';

/** Units and values of one account in one instrument and product. Values in paise; quantities in units. */
export interface Position {
  readonly instrument: TradedInstrument;
  readonly product: Product;
  /** Carried from earlier days, at the price of the last settlement or the cost. */
  overnightBuyQuantity: number;
  overnightBuyPaise: number;
  overnightSellQuantity: number;
  overnightSellPaise: number;
  dayBuyQuantity: number;
  dayBuyPaise: number;
  daySellQuantity: number;
  daySellPaise: number;
  /** What the open units cost (long) or brought (short); never negative. */
  openPaise: number;
  /** Gains of today's closings. */
  realisedPaise: number;
}

/** Units that a trade closed, at what they had been opened and closed for. */
export interface ClosedUnits {
  readonly quantity: number;
  readonly openedPaise: number;
  readonly closedPaise: number;
  /** The side that had opened them. */
  readonly openedBy: Side;
  readonly gainPaise: number;
}

export function emptyPosition(instrument: TradedInstrument, product: Product): Position {
  return {
    instrument,
    product,
    overnightBuyQuantity: 0,
    overnightBuyPaise: 0,
    overnightSellQuantity: 0,
    overnightSellPaise: 0,
    dayBuyQuantity: 0,
    dayBuyPaise: 0,
    daySellQuantity: 0,
    daySellPaise: 0,
    openPaise: 0,
    realisedPaise: 0,
  };
}

/** Signed units: bought less sold. */
export function netQuantity(position: Position): number {
  return (
    position.overnightBuyQuantity - position.overnightSellQuantity + position.dayBuyQuantity - position.daySellQuantity
  );
}

/** Books a trade of today; what it closed, if anything. The open cost leaves in proportion, the rest with the last unit. */
export function addTrade(
  position: Position,
  side: Side,
  quantity: number,
  pricePaise: number,
): ClosedUnits | undefined {
  invariant(quantity > 0, 'a trade has units');
  const before = netQuantity(position);
  const value = quantity * pricePaise;
  if (side === 'BUY') {
    position.dayBuyQuantity += quantity;
    position.dayBuyPaise += value;
  } else {
    position.daySellQuantity += quantity;
    position.daySellPaise += value;
  }
  const closes = before !== 0 && before > 0 !== (side === 'BUY');
  const closing = closes ? Math.min(quantity, Math.abs(before)) : 0;
  const openedPaise = closing === 0 ? 0 : closedShare(position.openPaise, closing, Math.abs(before));
  position.openPaise += (quantity - closing) * pricePaise - openedPaise;
  if (closing === 0) return undefined;
  const closedPaise = closing * pricePaise;
  const gainPaise = before > 0 ? closedPaise - openedPaise : openedPaise - closedPaise;
  position.realisedPaise += gainPaise;
  return { quantity: closing, openedPaise, closedPaise, openedBy: before > 0 ? 'BUY' : 'SELL', gainPaise };
}

/** The part of a cost that belongs to `units` of `total`, in whole paise; all of it when they are the last. */
export function closedShare(costPaise: number, units: number, total: number): number {
  if (units === total) return costPaise;
  return Number((BigInt(costPaise) * BigInt(units)) / BigInt(total));
}

/** Gain of the open units if closed at a price. */
export function unrealisedPaise(position: Position, lastPaise: number): number {
  const net = netQuantity(position);
  const worth = Math.abs(net) * lastPaise;
  return net >= 0 ? worth - position.openPaise : position.openPaise - worth;
}

/** Average price of the open units in paise, not rounded; null when flat. */
export function averagePaise(position: Position): number | null {
  const net = netQuantity(position);
  return net === 0 ? null : position.openPaise / Math.abs(net);
}

/** Turns today's units into carried ones, at a settlement price or, without one, at cost. The gain of marking is returned. */
export function carryOver(position: Position, settlePaise?: number): number {
  const net = netQuantity(position);
  const units = Math.abs(net);
  const gain = settlePaise === undefined ? 0 : unrealisedPaise(position, settlePaise);
  const open = settlePaise === undefined ? position.openPaise : units * settlePaise;
  Object.assign(position, emptyPosition(position.instrument, position.product), {
    overnightBuyQuantity: Math.max(0, net),
    overnightBuyPaise: net > 0 ? open : 0,
    overnightSellQuantity: Math.max(0, -net),
    overnightSellPaise: net < 0 ? open : 0,
    openPaise: open,
  });
  return gain;
}
