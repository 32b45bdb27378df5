import { invariant } from './invariant.ts';

/** An amount or a price in integer paise (1 rupee = 100 paise). Never fractional; at most 2^53 - 1. */
export type Paise = number & { readonly __unit: 'paise' };

/** Brands an integer as paise. Throws a defect when the number is not a safe integer. */
export function paise(value: number): Paise {
  invariant(Number.isSafeInteger(value), `paise must be a safe integer, got ${value}`);
  return value as Paise;
}

/**
 * Rupees as printed by a broker or exchange (at most two decimals) to paise, half away from zero.
 * Exact for every two-decimal double below 4.5e13 rupees: the product is within half a paisa of the printed value.
 */
export function rupeesToPaise(rupees: number): Paise {
  const scaled = rupees < 0 ? -Math.round(-rupees * 100) : Math.round(rupees * 100);
  return paise(scaled === 0 ? 0 : scaled);
}

/** Paise to rupees as a double: for screens, REST answers and pricing, never for accounting. */
export function paiseToRupees(value: number): number {
  return value / 100;
}
