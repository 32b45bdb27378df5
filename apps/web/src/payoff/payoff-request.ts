import type { PayoffQuestion } from '../api/options-api.ts';
import type { BuilderLeg, WhatIf } from './builder-slice.ts';

/** The question to the gateway; undefined while no leg counts. `spot` is the present price of the underlying, rupees. */
export function toPayoffRequest(
  underlying: string,
  legs: readonly BuilderLeg[],
  whatIf: WhatIf,
  spot: number | null,
): PayoffQuestion | undefined {
  const counted = legs.filter((leg) => leg.isIncluded && leg.lots > 0);
  if (counted.length === 0) return undefined;
  const isMoved = whatIf.spotShift !== 0 && spot !== null;
  return {
    instrument_key: underlying,
    legs: counted.map(({ kind, side, lots, expiry, strike, price, iv }) => ({
      kind,
      side,
      lots,
      expiry_date: expiry,
      ...(strike === null ? {} : { strike }),
      ...(price === null ? {} : { entry_price: price }),
      ...(iv === null ? {} : { iv }),
    })),
    iv_shift: whatIf.ivShift,
    days_ahead: whatIf.days === 0 ? [] : [whatIf.days],
    points: 241,
    ...(isMoved ? { spot: Math.round(spot * (1 + whatIf.spotShift / 100) * 100) / 100 } : {}),
  };
}
