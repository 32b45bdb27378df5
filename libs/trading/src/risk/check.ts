import type { DenialCode } from './denial-code.ts';
import type { IntentTerms, RiskFacts } from './facts.ts';

/** Units of the numbers of a check. */
export type CheckUnit = '' | 'paise' | 'units' | 'ms' | 'orders' | 'bp' | 'slices' | 'rupees/point';

/** A check's verdict with its numbers. */
export interface CheckResult {
  readonly code: DenialCode;
  readonly passed: boolean;
  /** False: a reducing order is not asked it, or nothing limits it. */
  readonly applied: boolean;
  readonly value: number | undefined;
  readonly limit: number | undefined;
  readonly unit: CheckUnit;
  readonly detail: string;
}

/** An intent with what is derived from it and the facts once, for all checks. */
export interface CheckedOrder {
  readonly terms: IntentTerms;
  /** What would leave: for a market order the protection price. 0 when there is none. */
  readonly limitPaise: number;
  /** The worst price it can trade at, or the best guess of it: what notional and margin are counted with. */
  readonly worthPaise: number;
  readonly slices: readonly number[];
  readonly sliceFault: 'LOT_SIZE_MISMATCH' | 'TOO_MANY_SLICES' | undefined;
  /** Whether it can only make the position smaller. */
  readonly reducing: boolean;
  /** +1 buys, -1 sells. */
  readonly sign: 1 | -1;
}

/** One rule. `opening` ones exist to stop opening: reducing orders pass them unasked. */
export interface Check {
  readonly code: DenialCode;
  readonly stops: 'every' | 'opening';
  readonly run: (order: CheckedOrder, facts: RiskFacts) => CheckResult;
}

export function passed(code: DenialCode, detail = ''): CheckResult {
  return { code, passed: true, applied: true, value: undefined, limit: undefined, unit: '', detail };
}

export function failed(code: DenialCode, detail: string): CheckResult {
  return { code, passed: false, applied: true, value: undefined, limit: undefined, unit: '', detail };
}

export function skipped(code: DenialCode, detail = ''): CheckResult {
  return { code, passed: true, applied: false, value: undefined, limit: undefined, unit: '', detail };
}

/** Passes while the value does not exceed the limit. */
export function within(
  code: DenialCode,
  value: number,
  limit: number | undefined,
  unit: CheckUnit,
  what: string,
): CheckResult {
  if (limit === undefined) {
    return { code, passed: true, applied: false, value, limit, unit, detail: '' };
  }
  const holds = value <= limit;
  return { code, passed: holds, applied: true, value, limit, unit, detail: holds ? '' : what };
}
