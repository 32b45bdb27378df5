import { ERROR_CODES, type Denial, type RiskCheck } from '@vega/contracts';
import type { CheckResult, RiskDenial } from '@vega/trading';

/** A check's verdict in the wire's words. */
export function toWireCheck(check: CheckResult): RiskCheck {
  return {
    code: check.code,
    passed: check.passed,
    applied: check.applied,
    value: check.value,
    limit: check.limit,
    unit: check.unit,
    detail: check.detail,
  };
}

/** A denial with every check's numbers in the wire's words. */
export function toWireDenial(denial: RiskDenial): Denial {
  return {
    code: denial.code,
    message: denial.message,
    retryable: ERROR_CODES[denial.code].retryable,
    checks: denial.checks.map(toWireCheck),
  };
}
