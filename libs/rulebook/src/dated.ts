import { OutcomeError, type IstDate } from '@vega/kernel';

/** Where a row of market data comes from, and whether it was confirmed against a publication or a real capture. */
export interface Provenance {
  /** The circular, capture or statement behind the row. */
  readonly source: string;
  /** False: from secondary sources or by inference; keep it configurable and do not stake money on it alone. */
  readonly verified: boolean;
}

/** A row that is in force from `from` until the next row of its table. */
export interface DatedRow extends Provenance {
  readonly from: IstDate;
}

/** The row in force on a date: the last whose `from` is not later. Undefined before the first; `rows` ascend by `from`. */
export function inForce<R extends { readonly from: IstDate }>(rows: readonly R[], date: IstDate): R | undefined {
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i];
    if (row !== undefined && row.from <= date) return row;
  }
  return undefined;
}

/** The row in force on a date; throws `RULE_UNKNOWN` where the table begins later, rather than guessing an older rule. */
export function ruleInForce<R extends { readonly from: IstDate }>(rows: readonly R[], date: IstDate, rule: string): R {
  const row = inForce(rows, date);
  if (row !== undefined) return row;
  throw new OutcomeError('RULE_UNKNOWN', `the rulebook does not know ${rule} as of ${date}`, { rule, date });
}
