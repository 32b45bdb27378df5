/**
 * Goal: one place where an intent is approved or denied, before anything of it can leave.
 *
 * Method: every check runs over facts that are already in memory; the first in precedence order that fails names the
 * denial, and all of them are told with their numbers.
 *
 * Invariants: a {@link RiskApproved} cannot be made anywhere else; the time it takes does not grow with the book.
 */
import { invariant } from '@vega/kernel';
import { BOOK_CHECKS, marginNeedPaise } from './book-checks.ts';
import { type Check, type CheckedOrder, type CheckResult, skipped } from './check.ts';
import { checkedOrder } from './checked-order.ts';
import { CONTRACT_CHECKS } from './contract-checks.ts';
import { DENIAL_CODES, type DenialCode } from './denial-code.ts';
import type { IntentTerms, RiskFacts } from './facts.ts';
import { FLOW_CHECKS } from './flow-checks.ts';
import { STANDING_CHECKS } from './standing-checks.ts';

/** Every check in precedence order. */
export const CHECKS: readonly Check[] = [...STANDING_CHECKS, ...CONTRACT_CHECKS, ...FLOW_CHECKS, ...BOOK_CHECKS];

invariant(
  CHECKS.length === DENIAL_CODES.length && CHECKS.every((check, n) => check.code === DENIAL_CODES[n]),
  'the checks stand in the order of their codes',
);

const KEY: unique symbol = Symbol('risk');

/** What may leave: only this module makes one, and the way to the broker asks for it. */
export class RiskApproved {
  readonly terms: IntentTerms;
  /** The limit that leaves: for a market order its protection price. */
  readonly limitPaise: number;
  readonly slices: readonly number[];
  readonly reducing: boolean;
  readonly marginPaise: number;
  readonly checks: readonly CheckResult[];

  constructor(key: typeof KEY, order: CheckedOrder, marginPaise: number, checks: readonly CheckResult[]) {
    invariant(key === KEY, 'only the risk module approves');
    this.terms = order.terms;
    this.limitPaise = order.limitPaise;
    this.slices = order.slices;
    this.reducing = order.reducing;
    this.marginPaise = marginPaise;
    this.checks = checks;
    Object.freeze(this);
  }
}

/** We refused: the first failed check, and every check's numbers. */
export interface RiskDenial {
  readonly code: DenialCode;
  readonly message: string;
  readonly checks: readonly CheckResult[];
}

export type Decision =
  | { readonly approved: RiskApproved; readonly denial?: undefined }
  | { readonly approved?: undefined; readonly denial: RiskDenial };

/** Decides on an intent. Pure; constant time in the size of the book. */
export function decide(terms: IntentTerms, facts: RiskFacts): Decision {
  const order = checkedOrder(terms, facts);
  const checks: CheckResult[] = [];
  let first: CheckResult | undefined;
  for (const check of CHECKS) {
    const result =
      order.reducing && check.stops === 'opening' ? skipped(check.code, 'reduces') : check.run(order, facts);
    if (!result.passed) first ??= result;
    checks.push(result);
  }
  if (first !== undefined) {
    return { denial: { code: first.code, message: first.detail === '' ? first.code : first.detail, checks } };
  }
  invariant(order.slices.length > 0, 'an order that passed its lot check has slices');
  const marginPaise = order.reducing ? 0 : (marginNeedPaise(order, facts) ?? 0);
  return { approved: new RiskApproved(KEY, order, marginPaise, checks) };
}
