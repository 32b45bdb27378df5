import { invariant } from './invariant.ts';

/** A broker account of a user, as auth names it. */
export type AccountId = string & { readonly __kind: 'AccountId' };

/** A number of units (shares or contracts), not lots; a non-negative safe integer. */
export type Qty = number & { readonly __unit: 'qty' };

/** Brands a non-negative integer as a quantity. */
export function qty(value: number): Qty {
  invariant(Number.isSafeInteger(value) && value >= 0, `quantity must be a non-negative integer, got ${value}`);
  return value as Qty;
}
