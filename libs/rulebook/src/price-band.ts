import { invariant, paise, type IstDate, type Paise } from '@vega/kernel';
import { PRICE_BANDS, type BandProduct, type BandPurpose, type PriceBandRow } from './data/price-bands.ts';
import { inForce } from './dated.ts';
import type { Exchange } from './market.ts';

/**
 * The band in force on a date, undefined where it is not known: a caller then leaves the check to the exchange and says
 * so. Rows of `configured` (NSE's values, an operator's correction) win over the table when they are in force.
 */
export function priceBand(
  purpose: BandPurpose,
  exchange: Exchange,
  product: BandProduct,
  date: IstDate,
  configured: readonly PriceBandRow[] = [],
): PriceBandRow | undefined {
  const matching = (rows: readonly PriceBandRow[]): PriceBandRow[] =>
    rows
      .filter((row) => row.purpose === purpose && row.exchange === exchange && row.product === product)
      .sort((a, b) => (a.from < b.from ? -1 : 1));
  return inForce(matching(configured), date) ?? inForce(matching(PRICE_BANDS), date);
}

/**
 * The lowest and highest price that a band allows around a reference price, whole paise rounded inwards and never below
 * zero. The exchange rounds to its tick: use `roundToTick` up for the low and down for the high.
 */
export function bandLimits(
  band: Pick<PriceBandRow, 'basisPoints' | 'minimumPaise'>,
  referencePaise: Paise,
): { readonly lowPaise: Paise; readonly highPaise: Paise } {
  invariant(referencePaise >= 0, `a reference price is not negative, got ${referencePaise}`);
  // Whole and rest apart, so that no product leaves the range of safe integers.
  const whole = Math.floor(referencePaise / 10_000) * band.basisPoints;
  const rest = Math.floor(((referencePaise % 10_000) * band.basisPoints) / 10_000);
  const width = Math.max(whole + rest, band.minimumPaise);
  return { lowPaise: paise(Math.max(0, referencePaise - width)), highPaise: paise(referencePaise + width) };
}
