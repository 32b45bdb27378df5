import { istDate } from '@vega/kernel';
import type { DatedRow } from '../dated.ts';
import type { TimeOfDay } from '../time-of-day.ts';

/**
 * A phase of a trading day.
 * - `pre-open-entry`: limit and market orders are collected; `pre-open-limit-entry`: limit orders only.
 * - `pre-open-matching`, `pre-open-buffer`: the auction is matched, orders move to continuous trading.
 * - `continuous`: ordinary trading.
 * - `closing-reference`: no order entry, the auction's reference price and band are computed.
 * - `closing-entry`, `closing-limit-entry`, `closing-matching`: as in the pre-open.
 * - `closing-calculation`: continuous trading is over, its average is computed; `closing-buffer`: the auction is over.
 * - `post-close`: orders at the closing price.
 */
export const PHASES = [
  'pre-open-entry',
  'pre-open-limit-entry',
  'pre-open-matching',
  'pre-open-buffer',
  'continuous',
  'closing-reference',
  'closing-entry',
  'closing-limit-entry',
  'closing-matching',
  'closing-calculation',
  'closing-buffer',
  'post-close',
] as const;
export type Phase = (typeof PHASES)[number];

/** A phase with its times; order entry that ends at a random moment does so between `mayEndFrom` and `end`. */
export interface PhaseTimes {
  readonly phase: Phase;
  readonly start: TimeOfDay;
  readonly end: TimeOfDay;
  readonly mayEndFrom?: TimeOfDay;
}

/** The phases of one part of the day since a date. */
export interface SessionRow extends DatedRow {
  readonly phases: readonly PhaseTimes[];
}

/**
 * Which timetable an instrument follows: a share without derivatives, a share with derivatives (Upstox's
 * `cas_eligible`), an index, a future that takes part in the pre-open, or an option (and any other future).
 */
export const SESSION_PROFILES = ['equity', 'equity-cas', 'index', 'future', 'option'] as const;
export type SessionProfile = (typeof SESSION_PROFILES)[number];

/** The tables begin where Upstox's minute candles do; the hours themselves are older. */
const START = istDate('2022-01-01');
const FUTURES_PRE_OPEN = istDate('2025-12-08');
const CLOSING_AUCTION = istDate('2026-08-03');
const SPLIT_PRE_OPEN = istDate('2026-09-07');

const LONG_STANDING = { source: 'NSE and BSE market timings', verified: true } as const;
const CAS = {
  source: 'NSE/CMTR/74466, NSE/FAOP/74467; BSE notices 20260610-41 and 2026-06-12',
  verified: true,
} as const;
const PRE_OPEN_2026 = { source: 'NSE FAQ on the pre-open session, 2026-07-01; BSE notices 2026-08-03', verified: true };

const PRE_OPEN: readonly PhaseTimes[] = [
  { phase: 'pre-open-entry', start: '09:00', end: '09:08', mayEndFrom: '09:07' },
  { phase: 'pre-open-matching', start: '09:08', end: '09:12' },
  { phase: 'pre-open-buffer', start: '09:12', end: '09:15' },
];

const PRE_OPEN_SPLIT: readonly PhaseTimes[] = [
  { phase: 'pre-open-entry', start: '09:00', end: '09:05' },
  { phase: 'pre-open-limit-entry', start: '09:05', end: '09:10', mayEndFrom: '09:08' },
  { phase: 'pre-open-matching', start: '09:10', end: '09:12' },
  { phase: 'pre-open-buffer', start: '09:12', end: '09:15' },
];

const AUCTION: readonly PhaseTimes[] = [
  { phase: 'closing-reference', start: '15:15', end: '15:20' },
  { phase: 'closing-entry', start: '15:20', end: '15:25' },
  { phase: 'closing-limit-entry', start: '15:25', end: '15:30', mayEndFrom: '15:28' },
  { phase: 'closing-matching', start: '15:30', end: '15:35' },
];

const CASH_PRE_OPEN: readonly SessionRow[] = [
  { from: START, phases: PRE_OPEN, ...LONG_STANDING },
  { from: SPLIT_PRE_OPEN, phases: PRE_OPEN_SPLIT, ...PRE_OPEN_2026 },
];

/** The call auction before continuous trading, by profile. An index is computed from it, indicatively. */
export const PRE_OPEN_TIMES: Readonly<Record<SessionProfile, readonly SessionRow[]>> = {
  equity: CASH_PRE_OPEN,
  'equity-cas': CASH_PRE_OPEN,
  index: CASH_PRE_OPEN,
  future: [
    { from: START, phases: [], ...LONG_STANDING },
    { from: FUTURES_PRE_OPEN, phases: PRE_OPEN, source: 'NSE/FAOP/71092; BSE notices 2025-11-10', verified: true },
    { from: SPLIT_PRE_OPEN, phases: PRE_OPEN_SPLIT, ...PRE_OPEN_2026 },
  ],
  option: [{ from: START, phases: [], ...LONG_STANDING }],
};

const CASH_UNTIL_1530: SessionRow = {
  from: START,
  phases: [
    { phase: 'continuous', start: '09:15', end: '15:30' },
    { phase: 'closing-calculation', start: '15:30', end: '15:40' },
    { phase: 'post-close', start: '15:40', end: '16:00' },
  ],
  ...LONG_STANDING,
};

const DERIVATIVES: readonly SessionRow[] = [
  { from: START, phases: [{ phase: 'continuous', start: '09:15', end: '15:30' }], ...LONG_STANDING },
  { from: CLOSING_AUCTION, phases: [{ phase: 'continuous', start: '09:15', end: '15:40' }], ...CAS },
];

/** Continuous trading and what follows it, by profile. */
export const TRADING_TIMES: Readonly<Record<SessionProfile, readonly SessionRow[]>> = {
  equity: [
    CASH_UNTIL_1530,
    {
      from: CLOSING_AUCTION,
      phases: [
        { phase: 'continuous', start: '09:15', end: '15:30' },
        { phase: 'closing-calculation', start: '15:30', end: '15:50' },
        { phase: 'post-close', start: '15:50', end: '16:00' },
      ],
      ...CAS,
    },
  ],
  'equity-cas': [
    CASH_UNTIL_1530,
    {
      from: CLOSING_AUCTION,
      phases: [
        { phase: 'continuous', start: '09:15', end: '15:15' },
        ...AUCTION,
        { phase: 'closing-buffer', start: '15:35', end: '15:50' },
        { phase: 'post-close', start: '15:50', end: '16:00' },
      ],
      ...CAS,
    },
  ],
  // The auction freezes the index or leaves it indicative while derivatives go on trading.
  index: [
    { from: START, phases: [{ phase: 'continuous', start: '09:15', end: '15:30' }], ...LONG_STANDING },
    { from: CLOSING_AUCTION, phases: [{ phase: 'continuous', start: '09:15', end: '15:15' }, ...AUCTION], ...CAS },
  ],
  future: DERIVATIVES,
  option: DERIVATIVES,
};
