/**
 * What stands behind a number of the pricing library, or why there is none. In order of precedence: the first that applies is given.
 * The first six are decided by the kernel from price and contract alone, the others by the quality of the quote.
 */
export const PricingStatus = {
  /** The number can be used. */
  OK: 'OK',
  /** A forward, strike, rate or volatility that no contract can have (not finite, or not positive). */
  INVALID: 'INVALID',
  /** No time is left: there is no volatility, and the value is the intrinsic value. */
  EXPIRED: 'EXPIRED',
  /** There is no price: absent, zero or not finite. */
  NO_QUOTE: 'NO_QUOTE',
  /** The price is below what exercise at the forward is worth. */
  BELOW_INTRINSIC: 'BELOW_INTRINSIC',
  /** The price is at or above the forward (call) or the strike (put): no volatility is high enough. */
  ABOVE_MAX: 'ABOVE_MAX',
  /** The price says nothing about volatility: its rounding to a double, or to a tick, moves the volatility too far. */
  LOW_VEGA: 'LOW_VEGA',
  /** Only one of bid and ask is there. */
  ONE_SIDED: 'ONE_SIDED',
  /** The quote is older than the caller allows. */
  STALE: 'STALE',
  /** Bid and ask are further apart than the caller allows, or crossed. */
  WIDE: 'WIDE',
} as const;

/** One of the words of {@link PricingStatus}. */
export type PricingStatus = (typeof PricingStatus)[keyof typeof PricingStatus];

/** Every status by the code that batch columns carry in a `Uint8Array`. */
export const STATUS_BY_CODE: readonly PricingStatus[] = [
  PricingStatus.OK,
  PricingStatus.INVALID,
  PricingStatus.EXPIRED,
  PricingStatus.NO_QUOTE,
  PricingStatus.BELOW_INTRINSIC,
  PricingStatus.ABOVE_MAX,
  PricingStatus.LOW_VEGA,
  PricingStatus.ONE_SIDED,
  PricingStatus.STALE,
  PricingStatus.WIDE,
];

/** The code of each status in batch columns: its place in {@link STATUS_BY_CODE}. */
export const StatusCode = {
  OK: 0,
  INVALID: 1,
  EXPIRED: 2,
  NO_QUOTE: 3,
  BELOW_INTRINSIC: 4,
  ABOVE_MAX: 5,
  LOW_VEGA: 6,
  ONE_SIDED: 7,
  STALE: 8,
  WIDE: 9,
} as const satisfies Record<PricingStatus, number>;

/** The status of a code; throws on a code that no column of this library carries. */
export function statusOfCode(code: number): PricingStatus {
  const status = STATUS_BY_CODE[code];
  if (status === undefined) throw new RangeError(`no pricing status has the code ${code}`);
  return status;
}
