import { istDate, paise, type Paise } from '@vega/kernel';
import type { DatedRow } from '../dated.ts';
import type { Exchange } from '../market.ts';

/** What a band is for. */
export const BAND_PURPOSES = [
  /** Orders priced beyond it are refused by the exchange (BSE: LPP). */
  'limit-price-protection',
  /** The closing auction's static band around its reference price. */
  'closing-auction',
  /** Orders priced within it do not count towards the order-to-trade ratio. */
  'order-to-trade-exemption',
] as const;
export type BandPurpose = (typeof BAND_PURPOSES)[number];

/** The kinds of instrument that bands distinguish. */
export type BandProduct = 'index-option' | 'stock-option' | 'index-future' | 'stock-future' | 'equity';

/** A band around a reference price: the larger of a fraction of it and an amount, each way. */
export interface PriceBandRow extends DatedRow {
  readonly purpose: BandPurpose;
  readonly exchange: Exchange;
  readonly product: BandProduct;
  /** Hundredths of a percent of the reference price. */
  readonly basisPoints: number;
  readonly minimumPaise: Paise;
}

function row(
  purpose: BandPurpose,
  exchange: Exchange,
  product: BandProduct,
  from: string,
  basisPoints: number,
  minimumPaise: number,
  source: string,
): PriceBandRow {
  return {
    purpose,
    exchange,
    product,
    from: istDate(from),
    basisPoints,
    minimumPaise: paise(minimumPaise),
    source,
    verified: true,
  };
}

const LPP_INDEX = 'BSE circular 2025-11-28';
const LPP_STOCK = 'BSE circular 2026-06-29';
const CAS = 'NSE/CMTR/73362; BSE notice 20260319-21';
const OTR = 'order-to-trade exemptions from 2026-04-06';

/**
 * The bands that are known, ascending by date. NSE's limit price protection is not published here and has no row: it is
 * supplied as configuration or stays unknown.
 */
export const PRICE_BANDS: readonly PriceBandRow[] = [
  row('limit-price-protection', 'BSE', 'index-option', '2025-12-01', 4000, 2000, LPP_INDEX),
  row('limit-price-protection', 'BSE', 'index-future', '2025-12-01', 200, 20_000, LPP_INDEX),
  row('order-to-trade-exemption', 'NSE', 'index-option', '2026-04-06', 4000, 2000, OTR),
  row('order-to-trade-exemption', 'NSE', 'stock-option', '2026-04-06', 4000, 2000, OTR),
  row('order-to-trade-exemption', 'NSE', 'index-future', '2026-04-06', 75, 0, OTR),
  row('order-to-trade-exemption', 'NSE', 'stock-future', '2026-04-06', 75, 0, OTR),
  row('order-to-trade-exemption', 'NSE', 'equity', '2026-04-06', 75, 0, OTR),
  row('order-to-trade-exemption', 'BSE', 'index-option', '2026-04-06', 4000, 2000, OTR),
  row('order-to-trade-exemption', 'BSE', 'stock-option', '2026-04-06', 4000, 2000, OTR),
  row('order-to-trade-exemption', 'BSE', 'index-future', '2026-04-06', 75, 0, OTR),
  row('order-to-trade-exemption', 'BSE', 'stock-future', '2026-04-06', 75, 0, OTR),
  row('order-to-trade-exemption', 'BSE', 'equity', '2026-04-06', 75, 0, OTR),
  row('limit-price-protection', 'BSE', 'stock-option', '2026-07-06', 4000, 2000, LPP_STOCK),
  row('limit-price-protection', 'BSE', 'stock-future', '2026-07-06', 300, 150, LPP_STOCK),
  row('closing-auction', 'NSE', 'equity', '2026-08-03', 300, 0, CAS),
  row('closing-auction', 'NSE', 'stock-future', '2026-08-03', 300, 0, CAS),
  row('closing-auction', 'BSE', 'equity', '2026-08-03', 300, 0, CAS),
  row('closing-auction', 'BSE', 'stock-future', '2026-08-03', 300, 0, CAS),
];
