import { istDate } from '@vega/kernel';
import type { DatedRow } from '../dated.ts';
import type { Exchange } from '../market.ts';

/** The indices whose options this rulebook knows. */
export const INDEX_UNDERLYINGS = [
  'NIFTY',
  'BANKNIFTY',
  'FINNIFTY',
  'MIDCPNIFTY',
  'NIFTYNXT50',
  'SENSEX',
  'BANKEX',
] as const;
export type IndexUnderlying = (typeof INDEX_UNDERLYINGS)[number];

/** What a series of expiries belongs to: an index, or any share with derivatives on an exchange. */
export type ExpiryUnderlying = IndexUnderlying | 'NSE_STOCK' | 'BSE_STOCK';

/** Days as in {@link import('@vega/kernel').dayOfWeek}. */
export const WEEKDAY = { Monday: 1, Tuesday: 2, Wednesday: 3, Thursday: 4, Friday: 5 } as const;
export type Weekday = (typeof WEEKDAY)[keyof typeof WEEKDAY];

/** The weekday of expiries whose nominal date is `from` or later; `none` ends a series. */
export interface ExpiryDayRow extends DatedRow {
  readonly weekday: Weekday | 'none';
}

/** How the expiries of an underlying fall. Weeklies absent: never had any within the table. */
export interface ExpiryRule {
  readonly exchange: Exchange;
  /** The last such weekday of each month. */
  readonly monthly: readonly ExpiryDayRow[];
  readonly weekly?: readonly ExpiryDayRow[];
}

const { Monday, Tuesday, Wednesday, Thursday, Friday } = WEEKDAY;

const day = (from: string, weekday: Weekday | 'none', source: string, verified: boolean): ExpiryDayRow => ({
  from: istDate(from),
  weekday,
  source,
  verified,
});

// A month's rule is read at its first day: no change of a monthly weekday came within a month.
const NSE_2025_09 = 'SEBI 2025-05-26: Tuesday or Thursday; NSE Tuesday from 2025-09-01';
const BSE_2025_09 = 'SEBI 2025-05-26: Tuesday or Thursday; BSE Thursday from 2025-09-01';
const BSE_2025_01 = 'BSE: Tuesday for all contracts from 2025-01-01';
const NSE_2025_01 = 'NSE circular 2024-11-29: last Thursday for all indices from 2025-01-01';
const ONE_WEEKLY = 'SEBI/HO/MRD/TPD-1/P/CIR/2024/132: one weekly per exchange from 2024-11-20';

const NSE_TUESDAY = day('2025-09-01', Tuesday, NSE_2025_09, true);
const BSE_TUESDAY = day('2025-01-01', Tuesday, BSE_2025_01, true);
const BSE_THURSDAY = day('2025-09-01', Thursday, BSE_2025_09, true);
const NSE_INDICES_THURSDAY = day('2025-01-01', Thursday, NSE_2025_01, false);

/**
 * Expiry days by underlying, since 2024. A contract listed before a change carried the old date until the exchange
 * revised it; the table says when contracts in fact expired. The instrument master is the truth for each contract.
 */
export const EXPIRY_RULES: Readonly<Record<ExpiryUnderlying, ExpiryRule>> = {
  NIFTY: {
    exchange: 'NSE',
    monthly: [day('2024-01-01', Thursday, 'NSE contract specification', true), NSE_TUESDAY],
    weekly: [day('2024-01-01', Thursday, 'NSE contract specification', true), NSE_TUESDAY],
  },
  BANKNIFTY: {
    exchange: 'NSE',
    monthly: [
      day('2024-01-01', Thursday, 'NSE contract specification', false),
      day('2024-03-01', Wednesday, 'NSE: monthly on Wednesday from March 2024', false),
      NSE_INDICES_THURSDAY,
      NSE_TUESDAY,
    ],
    weekly: [
      day('2024-01-01', Wednesday, 'NSE: weekly on Wednesday since 2023-09-04', false),
      day('2024-11-14', 'none', `${ONE_WEEKLY}; last expiry 2024-11-13`, false),
    ],
  },
  FINNIFTY: {
    exchange: 'NSE',
    monthly: [day('2024-01-01', Tuesday, 'NSE contract specification', false), NSE_INDICES_THURSDAY, NSE_TUESDAY],
    weekly: [
      day('2024-01-01', Tuesday, 'NSE contract specification', false),
      day('2024-11-20', 'none', `${ONE_WEEKLY}; last expiry 2024-11-19`, false),
    ],
  },
  MIDCPNIFTY: {
    exchange: 'NSE',
    monthly: [day('2024-01-01', Monday, 'NSE contract specification', false), NSE_INDICES_THURSDAY, NSE_TUESDAY],
    weekly: [
      day('2024-01-01', Monday, 'NSE contract specification', false),
      day('2024-11-19', 'none', `${ONE_WEEKLY}; last expiry 2024-11-18`, false),
    ],
  },
  NIFTYNXT50: {
    exchange: 'NSE',
    monthly: [
      day('2024-01-01', 'none', 'launched 2024-04-24', false),
      day('2024-04-01', Friday, 'NSE contract specification', false),
      NSE_INDICES_THURSDAY,
      NSE_TUESDAY,
    ],
  },
  SENSEX: {
    exchange: 'BSE',
    monthly: [day('2024-01-01', Friday, 'BSE contract specification', false), BSE_TUESDAY, BSE_THURSDAY],
    weekly: [day('2024-01-01', Friday, 'BSE contract specification', false), BSE_TUESDAY, BSE_THURSDAY],
  },
  BANKEX: {
    exchange: 'BSE',
    monthly: [day('2024-01-01', Monday, 'BSE contract specification', false), BSE_TUESDAY, BSE_THURSDAY],
    weekly: [
      day('2024-01-01', Monday, 'BSE contract specification', false),
      day('2024-11-19', 'none', `${ONE_WEEKLY}; last expiry 2024-11-18`, false),
    ],
  },
  NSE_STOCK: {
    exchange: 'NSE',
    monthly: [day('2024-01-01', Thursday, 'NSE contract specification', true), NSE_TUESDAY],
  },
  // BSE moved its stock expiries several times before; those days are not known here.
  BSE_STOCK: { exchange: 'BSE', monthly: [BSE_THURSDAY] },
};

/** How many contracts of each cycle an exchange keeps listed at once. */
export interface ListingCounts {
  /** Weeklies besides the monthlies among them. */
  readonly weeklies: number;
  /** The nearest months. */
  readonly monthlies: number;
  /** March, June, September and December after those months. */
  readonly quarterlies: number;
  /** June and December after those quarters. */
  readonly halfYearlies: number;
}

const MONTHLY_ONLY: ListingCounts = { weeklies: 0, monthlies: 3, quarterlies: 0, halfYearlies: 0 };

/**
 * Listed options by underlying, as counted in an exchange's files of 2025-07-16, 2025-08-29, 2026-03-25 and July 2026
 * (NSE). SENSEX and BANKEX are assumed like NIFTY's near end: unverified.
 */
export const LISTING_COUNTS: Readonly<Record<ExpiryUnderlying, ListingCounts>> = {
  NIFTY: { weeklies: 4, monthlies: 3, quarterlies: 3, halfYearlies: 8 },
  BANKNIFTY: { weeklies: 0, monthlies: 3, quarterlies: 3, halfYearlies: 0 },
  FINNIFTY: MONTHLY_ONLY,
  MIDCPNIFTY: MONTHLY_ONLY,
  NIFTYNXT50: MONTHLY_ONLY,
  SENSEX: { weeklies: 4, monthlies: 3, quarterlies: 0, halfYearlies: 0 },
  BANKEX: MONTHLY_ONLY,
  NSE_STOCK: MONTHLY_ONLY,
  BSE_STOCK: MONTHLY_ONLY,
};
