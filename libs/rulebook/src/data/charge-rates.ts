import { istDate } from '@vega/kernel';
import type { DatedRow } from '../dated.ts';
import type { Exchange } from '../market.ts';

/** The classes of trade that levies distinguish. */
export const CHARGE_CLASSES = ['option', 'future', 'intraday', 'delivery'] as const;
export type ChargeClass = (typeof CHARGE_CLASSES)[number];

/** A rate of a levy since a date. One per cent is 1,00,000 rupees a crore. */
export interface RateRow extends DatedRow {
  /** Rupees for each crore of turnover; of the premium for options. */
  readonly rupeesPerCrore: number;
}

const rate = (from: string, rupeesPerCrore: number, source: string, verified = true): RateRow => ({
  from: istDate(from),
  rupeesPerCrore,
  source,
  verified,
});

/** The tables begin here: nothing older is replayed. */
const BEGIN = '2022-01-01';
const FA_2024 = 'Finance (No. 2) Act 2024, from 2024-10-01';
const FA_2026 = 'Finance Act 2026, from 2026-04-01';
const STT_ACT = 'Finance (No. 2) Act 2004, chapter VII, as amended to 2018';
const STT_2023 = 'Finance Act 2023';
const NSE_2024 = 'NSE circular on transaction charges from 2024-10-01, with IPFT';
const NSE_2026 = 'NSE circular on transaction charges from 2026-03-01, with IPFT';
const BSE_SCHEDULE = 'BSE schedule of charges, secondary sources, August 2026';
const STAMP_ACT = 'Indian Stamp Act, schedule I as of 2020-07-01';

/** Securities transaction tax: of the seller's side, of both sides for delivery. */
export const STT_RATES: Readonly<Record<ChargeClass, readonly RateRow[]>> = {
  option: [
    rate(BEGIN, 5_000, STT_ACT, false),
    rate('2023-04-01', 6_250, STT_2023),
    rate('2024-10-01', 10_000, FA_2024),
    rate('2026-04-01', 15_000, FA_2026),
  ],
  future: [
    rate(BEGIN, 1_000, STT_ACT, false),
    rate('2023-04-01', 1_250, STT_2023),
    rate('2024-10-01', 2_000, FA_2024),
    rate('2026-04-01', 5_000, FA_2026),
  ],
  intraday: [rate(BEGIN, 2_500, STT_ACT)],
  delivery: [rate(BEGIN, 10_000, STT_ACT)],
};

/** STT of an option that is exercised: of its intrinsic value, paid by its holder. */
export const EXERCISE_STT_RATES: readonly RateRow[] = [
  rate(BEGIN, 12_500, STT_ACT),
  rate('2026-04-01', 15_000, FA_2026),
];

const CASH_NSE = [rate(BEGIN, 297, NSE_2024, false), rate('2026-03-01', 307, NSE_2026)];
const CASH_BSE = [rate(BEGIN, 375, BSE_SCHEDULE, false)];

/** The exchange's own charge, of both sides. */
export const TRANSACTION_RATES: Readonly<Record<Exchange, Readonly<Record<ChargeClass, readonly RateRow[]>>>> = {
  NSE: {
    option: [rate(BEGIN, 3_503, NSE_2024, false), rate('2026-03-01', 3_553, NSE_2026)],
    future: [rate(BEGIN, 173, NSE_2024, false), rate('2026-03-01', 183, NSE_2026)],
    intraday: CASH_NSE,
    delivery: CASH_NSE,
  },
  BSE: {
    option: [rate(BEGIN, 3_250, BSE_SCHEDULE, false)],
    future: [rate(BEGIN, 0, BSE_SCHEDULE, false)],
    intraday: CASH_BSE,
    delivery: CASH_BSE,
  },
};

/** Stamp duty of the buyer's side. */
export const STAMP_RATES: Readonly<Record<ChargeClass, readonly RateRow[]>> = {
  option: [rate(BEGIN, 300, STAMP_ACT)],
  future: [rate(BEGIN, 200, STAMP_ACT)],
  intraday: [rate(BEGIN, 300, STAMP_ACT)],
  delivery: [rate(BEGIN, 1_500, STAMP_ACT)],
};

/** SEBI's turnover fee, of both sides. */
export const SEBI_RATES: readonly RateRow[] = [rate(BEGIN, 10, 'SEBI circular of 2019-05-31')];

/** Goods and services tax on brokerage, transaction charge and SEBI's fee, per cent. */
export const GST_PERCENT = 18;
