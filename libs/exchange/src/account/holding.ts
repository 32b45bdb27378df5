import { invariant } from '@vega/kernel';
import type { TradedInstrument } from '../instrument.ts';
import { closedShare } from './position.ts';

/** Shares in the depository. `t1Quantity` of them were bought on the last trading day and are not settled yet. */
export interface Holding {
  readonly instrument: TradedInstrument;
  quantity: number;
  t1Quantity: number;
  costPaise: number;
}

/** Adds shares bought for `costPaise`. */
export function receive(holding: Holding, quantity: number, costPaise: number): void {
  holding.quantity += quantity;
  holding.t1Quantity += quantity;
  holding.costPaise += costPaise;
}

/** Gives shares away; what they had cost. */
export function deliver(holding: Holding, quantity: number): number {
  invariant(quantity <= holding.quantity, 'only shares that are held can be delivered');
  const cost = closedShare(holding.costPaise, quantity, holding.quantity);
  holding.quantity -= quantity;
  holding.costPaise -= cost;
  holding.t1Quantity = Math.min(holding.t1Quantity, holding.quantity);
  return cost;
}
