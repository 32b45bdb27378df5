import { istDate, type IstDate } from '@vega/kernel';

/**
 * Rates of levies since their dates, in nano-rupees per paisa of turnover: a rate of n per crore is n, one of p per cent
 * is p times 100,000. Sources: Finance Acts 2024 and 2026 (STT), NSE's transaction charges of 2024-10-01 and 2026-03-01
 * (with IPFT), BSE's schedule (secondary), Indian Stamp Act 2019, SEBI.
 */
interface RateRow {
  readonly from: IstDate;
  readonly rate: number;
}

const since = (from: string, rate: number): RateRow => ({ from: istDate(from), rate });
const ALWAYS = '2022-01-01';

/** What a levy is charged on. */
export type ChargedKind = 'delivery' | 'intraday' | 'future' | 'option';

/** Securities transaction tax on sales; on both sides for delivery. */
export const STT: Readonly<Record<ChargedKind, readonly RateRow[]>> = {
  delivery: [since(ALWAYS, 10_000)],
  intraday: [since(ALWAYS, 2_500)],
  future: [since(ALWAYS, 1_250), since('2024-10-01', 2_000), since('2026-04-01', 5_000)],
  option: [since(ALWAYS, 6_250), since('2024-10-01', 10_000), since('2026-04-01', 15_000)],
};

/** STT on the intrinsic value of an exercised option, paid by its holder. */
export const STT_EXERCISE: readonly RateRow[] = [since(ALWAYS, 12_500), since('2026-04-01', 15_000)];

/** The exchanges' own charge, both sides. */
export const TRANSACTION: Readonly<
  Record<'NSE' | 'BSE', Readonly<Record<'cash' | 'future' | 'option', readonly RateRow[]>>>
> = {
  NSE: {
    cash: [since(ALWAYS, 297), since('2026-03-01', 307)],
    future: [since(ALWAYS, 173), since('2026-03-01', 183)],
    option: [since(ALWAYS, 3_503), since('2026-03-01', 3_553)],
  },
  BSE: { cash: [since(ALWAYS, 375)], future: [since(ALWAYS, 0)], option: [since(ALWAYS, 3_250)] },
};

/** Stamp duty on purchases. */
export const STAMP: Readonly<Record<ChargedKind, readonly RateRow[]>> = {
  delivery: [since(ALWAYS, 1_500)],
  intraday: [since(ALWAYS, 300)],
  future: [since(ALWAYS, 200)],
  option: [since(ALWAYS, 300)],
};

/** SEBI's turnover fee: Rs 10 per crore, both sides. */
export const SEBI = 10;

/** GST on brokerage, transaction charge and SEBI fee, per cent. */
export const GST_PERCENT = 18;

/** The rate in force on a date; the first one before the table begins. */
export function rateOn(rows: readonly RateRow[], date: IstDate): bigint {
  let rate = rows[0]?.rate ?? 0;
  for (const row of rows) if (row.from <= date) ({ rate } = row);
  return BigInt(rate);
}
