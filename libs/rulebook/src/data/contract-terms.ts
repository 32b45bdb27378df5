import { istDate, paise, type Paise } from '@vega/kernel';
import type { DatedRow, Provenance } from '../dated.ts';
import type { IndexUnderlying } from './expiry-rules.ts';

/** A quantity that a dated table gives: units of a lot, or units of a freeze limit. */
export interface QuantityRow extends DatedRow {
  readonly units: number;
}

/** Price grid of an underlying's contracts. */
export interface PriceGrid extends Provenance {
  /** Distance of strikes near the money in the near months; far months and far strikes are coarser. */
  readonly strikeStepPaise: Paise;
  readonly optionTickPaise: Paise;
  readonly futureTickPaise: Paise;
}

/** The parts of an index's contract terms. */
export interface IndexTermsTable {
  /** Lot by expiry: the row in force on the expiry date. */
  readonly lots: readonly QuantityRow[];
  /** Freeze limit by trading date; the largest quantity of one order. */
  readonly freezes: readonly QuantityRow[];
  readonly grid: PriceGrid;
}

const lot = (from: string, units: number, source: string, verified: boolean): QuantityRow => ({
  from: istDate(from),
  units,
  source,
  verified,
});

const UNREAD = 'exchange circulars on market lots, not re-read';
const LOT_2026 = 'NSE circular 2025-10-03: January 2026 series';
const LOT_CAPTURED = 'multiples in captured chains of June and July 2024';

const freeze = (from: string, units: number): QuantityRow => ({
  from: istDate(from),
  units,
  source: 'NSE, quantity freeze limits for indices, monthly',
  verified: true,
});

const grid = (
  strikeStep: number,
  futureTick: number,
  source: string = 'instrument master, July 2026',
  verified = true,
): PriceGrid => ({
  strikeStepPaise: paise(strikeStep * 100),
  optionTickPaise: paise(5),
  futureTickPaise: paise(futureTick),
  source,
  verified,
});

/** Lots, freeze limits and price grids of the indices. For generated markets and tests: the instrument master decides per contract. */
export const INDEX_TERMS: Readonly<Record<IndexUnderlying, IndexTermsTable>> = {
  NIFTY: {
    lots: [
      lot('2024-01-01', 50, UNREAD, false),
      lot('2024-05-01', 25, LOT_CAPTURED, true),
      lot('2025-01-01', 75, LOT_2026, true),
      lot('2026-01-01', 65, LOT_2026, true),
    ],
    freezes: [freeze('2025-08-01', 1800)],
    grid: grid(50, 10),
  },
  BANKNIFTY: {
    lots: [
      lot('2024-01-01', 15, UNREAD, false),
      lot('2025-01-01', 30, UNREAD, false),
      lot('2025-07-01', 35, LOT_2026, true),
      lot('2026-01-01', 30, LOT_2026, true),
    ],
    freezes: [
      freeze('2025-08-01', 600),
      freeze('2025-09-01', 900),
      freeze('2025-11-03', 600),
      freeze('2026-04-01', 900),
      freeze('2026-07-01', 600),
    ],
    grid: grid(100, 20),
  },
  FINNIFTY: {
    lots: [
      lot('2024-01-01', 40, UNREAD, false),
      lot('2024-05-01', 25, UNREAD, false),
      lot('2025-01-01', 65, LOT_2026, true),
      lot('2026-01-01', 60, LOT_2026, true),
    ],
    freezes: [
      freeze('2025-08-01', 1800),
      freeze('2025-12-01', 1200),
      freeze('2026-02-01', 1800),
      freeze('2026-03-02', 1200),
      freeze('2026-04-01', 1800),
    ],
    grid: grid(50, 10),
  },
  MIDCPNIFTY: {
    lots: [
      lot('2024-01-01', 75, UNREAD, false),
      lot('2024-05-01', 50, UNREAD, false),
      lot('2025-01-01', 120, UNREAD, false),
      lot('2025-07-01', 140, LOT_2026, true),
      lot('2026-01-01', 120, LOT_2026, true),
    ],
    freezes: [freeze('2025-08-01', 2800)],
    grid: grid(25, 5),
  },
  NIFTYNXT50: {
    lots: [lot('2024-04-24', 10, UNREAD, false), lot('2025-01-01', 25, LOT_2026, true)],
    freezes: [freeze('2025-08-01', 600)],
    grid: grid(100, 20),
  },
  SENSEX: {
    lots: [lot('2024-01-01', 10, UNREAD, false), lot('2025-01-01', 20, 'secondary sources, August 2026', false)],
    freezes: [{ ...freeze('2025-08-01', 1000), source: 'secondary sources, August 2026', verified: false }],
    grid: grid(100, 5, 'secondary sources, August 2026', false),
  },
  BANKEX: {
    lots: [lot('2024-01-01', 15, UNREAD, false), lot('2025-01-01', 30, 'secondary sources, August 2026', false)],
    // Brokers print 600 to 900: the smaller one slices more and is never refused.
    freezes: [{ ...freeze('2025-08-01', 600), source: 'secondary sources, August 2026', verified: false }],
    grid: grid(100, 5, 'secondary sources, August 2026', false),
  },
};
