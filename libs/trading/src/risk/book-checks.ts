/** Checks of what the order would make of the account: margin, position, loss, Greeks, scenarios; and of what may be traded. */
import { failed, passed, skipped, within, type Check, type CheckedOrder, type CheckResult } from './check.ts';
import type { DenialCode } from './denial-code.ts';
import { FACT_LIMITS_MS, type RiskFacts } from './facts.ts';
import { GREEK, SCENARIO_COUNT } from './risk-unit.ts';

/** Our estimate of the margin an order needs, paise; undefined when it cannot be told. */
export function marginNeedPaise(
  { terms, worthPaise, sign }: CheckedOrder,
  { unit, contract }: RiskFacts,
): number | undefined {
  const value = terms.quantity * worthPaise;
  // What is bought is paid at most in full; that needs no valuation.
  const isBoughtOption = sign > 0 && (contract?.kind === 'call' || contract?.kind === 'put');
  if (isBoughtOption || (contract?.kind === 'equity' && terms.product === 'D')) return value;
  if (unit !== undefined) return Math.ceil(terms.quantity * (sign > 0 ? unit.longMarginPaise : unit.shortMarginPaise));
  return contract?.kind === 'equity' || contract?.kind === 'future' ? value : undefined;
}

const margin: Check = {
  code: 'MARGIN_INSUFFICIENT',
  stops: 'opening',
  run: (order, facts) => {
    const { funds, reservedMarginPaise, limits } = facts;
    if (funds === undefined) return failed('MARGIN_INSUFFICIENT', 'the funds are not known');
    if (funds.ageMs > FACT_LIMITS_MS.funds) {
      return within('MARGIN_INSUFFICIENT', funds.ageMs, FACT_LIMITS_MS.funds, 'ms', 'the funds are too old');
    }
    const need = marginNeedPaise(order, facts);
    if (need === undefined) return failed('MARGIN_INSUFFICIENT', 'the contract cannot be valued');
    const usable = Math.floor((funds.paise / 10_000) * limits.maxMarginUseBp) - reservedMarginPaise;
    return within('MARGIN_INSUFFICIENT', need, usable, 'paise', 'the funds do not cover it');
  },
};

const position: Check = {
  code: 'POSITION_LIMIT',
  stops: 'opening',
  run: ({ terms, sign }, { standing, limits }) => {
    const limit = limits.maxPositionQty;
    if (limit === undefined) return skipped('POSITION_LIMIT');
    if (standing === undefined) return failed('POSITION_LIMIT', 'the positions are not known');
    const worst =
      sign > 0
        ? standing.netQty + standing.workingBuyQty + terms.quantity
        : -(standing.netQty - standing.workingSellQty - terms.quantity);
    return within('POSITION_LIMIT', Math.max(0, worst), limit, 'units', 'with all working orders filled');
  },
};

const exposure: Check = {
  code: 'EXPOSURE_LIMIT',
  stops: 'opening',
  run: ({ terms, worthPaise }, { standing, book, limits }) => {
    const limit = limits.maxExposurePaise;
    if (limit === undefined) return skipped('EXPOSURE_LIMIT');
    if (standing === undefined) return failed('EXPOSURE_LIMIT', 'the positions are not known');
    return within(
      'EXPOSURE_LIMIT',
      book.exposurePaise + terms.quantity * worthPaise,
      limit,
      'paise',
      'with all working orders filled',
    );
  },
};

const dailyLoss: Check = {
  code: 'DAILY_LOSS_LIMIT',
  stops: 'opening',
  run: (_order, { dayPnl, limits }) => {
    const limit = limits.maxDailyLossPaise;
    if (limit === undefined) return skipped('DAILY_LOSS_LIMIT');
    if (dayPnl === undefined) return failed('DAILY_LOSS_LIMIT', 'the result of the day is not known');
    if (dayPnl.ageMs > FACT_LIMITS_MS.dayPnl) {
      return within('DAILY_LOSS_LIMIT', dayPnl.ageMs, FACT_LIMITS_MS.dayPnl, 'ms', 'the result of the day is too old');
    }
    const loss = Math.max(0, -dayPnl.paise);
    const result = within('DAILY_LOSS_LIMIT', loss, limit, 'paise', 'the loss of the day');
    // The limit itself already locks.
    return loss === limit && loss > 0 ? { ...result, passed: false, detail: 'the loss of the day' } : result;
  },
};

/** Why the book cannot be valued with this order; undefined when it can. */
function bookFault(code: DenialCode, { unit, book }: RiskFacts): CheckResult | undefined {
  if (unit === undefined) return failed(code, 'the contract cannot be valued');
  if (book.unvalued > 0) return failed(code, `${book.unvalued} instruments of the book cannot be valued`);
  if (book.ageMs > FACT_LIMITS_MS.book)
    return within(code, book.ageMs, FACT_LIMITS_MS.book, 'ms', 'values are too old');
  return undefined;
}

function greekCheck(
  code: 'BOOK_DELTA_LIMIT' | 'BOOK_GAMMA_LIMIT' | 'BOOK_VEGA_LIMIT',
  at: number,
  limitOf: (facts: RiskFacts) => number | undefined,
): Check {
  return {
    code,
    stops: 'opening',
    run: ({ terms, sign }, facts) => {
      const limit = limitOf(facts);
      if (limit === undefined) return skipped(code);
      const fault = bookFault(code, facts);
      if (fault !== undefined) return fault;
      const effect = sign * terms.quantity * (facts.unit?.greeks[at] ?? 0);
      const low = (facts.book.low[at] ?? 0) + Math.min(0, effect);
      const high = (facts.book.high[at] ?? 0) + Math.max(0, effect);
      return within(
        code,
        Math.max(Math.abs(low), Math.abs(high)),
        limit,
        'rupees/point',
        'of the book with this order',
      );
    },
  };
}

const scenarioLoss: Check = {
  code: 'SCENARIO_LOSS_LIMIT',
  stops: 'opening',
  run: ({ terms, sign }, facts) => {
    const limit = facts.limits.maxScenarioLossPaise;
    if (limit === undefined) return skipped('SCENARIO_LOSS_LIMIT');
    const fault = bookFault('SCENARIO_LOSS_LIMIT', facts);
    if (fault !== undefined) return fault;
    let worst = 0;
    for (let n = 0; n < SCENARIO_COUNT; n += 1) {
      const effect = sign * terms.quantity * (facts.unit?.scenarios[n] ?? 0);
      worst = Math.min(worst, (facts.book.scenarios[n] ?? 0) + Math.min(0, effect));
    }
    return within('SCENARIO_LOSS_LIMIT', Math.round(-worst), limit, 'paise', 'in the worst scenario');
  },
};

const selfTrade: Check = {
  code: 'SELF_TRADE',
  stops: 'every',
  run: ({ limitPaise, sign }, { standing, limits }) => {
    if (!limits.forbidSelfTrade) return skipped('SELF_TRADE');
    if (standing === undefined) return passed('SELF_TRADE');
    const other = sign > 0 ? standing.lowestSellPaise : standing.highestBuyPaise;
    if (other === undefined) return passed('SELF_TRADE');
    const meets = sign > 0 ? limitPaise >= other : limitPaise <= other;
    return {
      code: 'SELF_TRADE',
      passed: !meets,
      applied: true,
      value: limitPaise,
      limit: other,
      unit: 'paise',
      detail: meets ? 'it would meet an own working order' : '',
    };
  },
};

const allowed: Check = {
  code: 'INSTRUMENT_NOT_ALLOWED',
  stops: 'opening',
  run: ({ terms }, { contract, limits }) => {
    const list = limits.allowedInstruments;
    if (list === undefined) return skipped('INSTRUMENT_NOT_ALLOWED');
    const holds = list.has(terms.instrumentKey) || (contract !== undefined && list.has(contract.underlyingKey));
    return holds
      ? passed('INSTRUMENT_NOT_ALLOWED')
      : failed('INSTRUMENT_NOT_ALLOWED', `${terms.instrumentKey} is not on the list`);
  },
};

/** In precedence order. */
export const BOOK_CHECKS: readonly Check[] = [
  margin,
  position,
  exposure,
  dailyLoss,
  greekCheck('BOOK_DELTA_LIMIT', GREEK.delta, ({ limits }) => limits.maxBookDelta),
  greekCheck('BOOK_GAMMA_LIMIT', GREEK.gamma, ({ limits }) => limits.maxBookGamma),
  greekCheck('BOOK_VEGA_LIMIT', GREEK.vega, ({ limits }) => limits.maxBookVega),
  scenarioLoss,
  selfTrade,
  allowed,
];
