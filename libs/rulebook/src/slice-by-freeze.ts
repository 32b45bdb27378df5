import { err, ok, qty, type Qty, type Result } from '@vega/kernel';

/** The most slices that Upstox makes of one order (UDAPI1118); whoever leaves slicing to it checks this. */
export const UPSTOX_MAX_SLICES = 25;

/** A bound on our own slicing: an order that needs more is a mistake. */
export const MAX_SLICES = 1000;

/** Why a quantity cannot be sliced. */
export interface SliceRefusal {
  readonly code: 'QUANTITY_INVALID' | 'LOT_SIZE_MISMATCH' | 'FREEZE_BELOW_LOT' | 'TOO_MANY_SLICES';
  readonly message: string;
}

/**
 * The largest quantity of one order under a freeze quantity as a master publishes it, in whole lots; 0 when not one lot
 * fits. Exchanges set round limits, so that a published value ending in 1 is the limit + 1, at which an order freezes;
 * taking a true limit for that costs one lot a slice at most, and never the last lot.
 */
export function largestOrder(lot: number, publishedFreeze: number): Qty {
  const limit = publishedFreeze % 10 === 1 ? publishedFreeze - 1 : publishedFreeze;
  const lots = Math.max(Math.floor(limit / lot), publishedFreeze >= lot ? 1 : 0);
  return qty(lots * lot);
}

/**
 * Splits a quantity into orders that the exchange does not freeze: whole lots, largest first, summing to it. `lot` and
 * `publishedFreeze` come from the instrument master.
 */
export function sliceByFreeze(
  quantity: number,
  lot: number,
  publishedFreeze: number,
): Result<readonly Qty[], SliceRefusal> {
  const whole = [quantity, lot].every((n) => Number.isSafeInteger(n) && n > 0);
  if (!whole || !(publishedFreeze > 0 && Number.isFinite(publishedFreeze))) {
    const message = `quantity ${quantity}, lot ${lot} and freeze ${publishedFreeze} must be positive`;
    return err({ code: 'QUANTITY_INVALID', message });
  }
  if (quantity % lot !== 0) {
    return err({ code: 'LOT_SIZE_MISMATCH', message: `${quantity} is not a multiple of the lot ${lot}` });
  }
  const largest = largestOrder(lot, publishedFreeze);
  if (largest === 0) {
    return err({ code: 'FREEZE_BELOW_LOT', message: `not one lot of ${lot} fits the freeze ${publishedFreeze}` });
  }
  const count = Math.ceil(quantity / largest);
  if (count > MAX_SLICES) {
    return err({ code: 'TOO_MANY_SLICES', message: `${quantity} needs ${count} orders of at most ${largest}` });
  }
  return ok(Array.from({ length: count }, (_, i) => qty(Math.min(largest, quantity - i * largest))));
}
