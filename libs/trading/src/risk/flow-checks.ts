/** Checks of how many orders there are and how fast they come. */
import { failed, passed, skipped, within, type Check } from './check.ts';

const duplicate: Check = {
  code: 'DUPLICATE_ORDER',
  stops: 'every',
  run: (_order, { limits, lastEqualOrderMs, wallNowMs }) => {
    const window = limits.duplicateWindowMs;
    if (window === undefined || window === 0) return skipped('DUPLICATE_ORDER');
    if (lastEqualOrderMs === undefined) return passed('DUPLICATE_ORDER');
    const age = Math.max(0, wallNowMs - lastEqualOrderMs);
    return {
      code: 'DUPLICATE_ORDER',
      passed: age > window,
      applied: true,
      value: age,
      limit: window,
      unit: 'ms',
      detail: age > window ? '' : 'an equal order was accepted just before',
    };
  },
};

const unknowns: Check = {
  code: 'UNKNOWN_ORDERS_OPEN',
  stops: 'opening',
  run: (_order, { unknownOrders }) =>
    within('UNKNOWN_ORDERS_OPEN', unknownOrders, 0, 'orders', 'nothing is opened while an order is in doubt'),
};

const openOrders: Check = {
  code: 'OPEN_ORDERS_LIMIT',
  stops: 'opening',
  run: ({ slices }, { openOrders: count, limits }) =>
    within('OPEN_ORDERS_LIMIT', count + Math.max(1, slices.length), limits.maxOpenOrders, 'orders', 'too many work'),
};

const rates: Check = {
  code: 'ORDER_RATE_LIMIT',
  stops: 'opening',
  run: ({ terms }, { limits, ordersLastSecond, ordersLastMinute, rateWaitMs, marketNowMs = 0 }) => {
    const perSecond = within(
      'ORDER_RATE_LIMIT',
      ordersLastSecond + 1,
      limits.maxOrdersPerSecond,
      'orders',
      'in a second',
    );
    if (!perSecond.passed) return perSecond;
    const perMinute = within(
      'ORDER_RATE_LIMIT',
      ordersLastMinute + 1,
      limits.maxOrdersPerMinute,
      'orders',
      'in a minute',
    );
    if (!perMinute.passed) return perMinute;
    const left = Math.max(0, terms.validUntilMs - marketNowMs);
    if (rateWaitMs > left) return failed('ORDER_RATE_LIMIT', `the broker takes it in ${rateWaitMs} ms, after its time`);
    return passed('ORDER_RATE_LIMIT');
  },
};

const perDay: Check = {
  code: 'ORDERS_PER_DAY_LIMIT',
  stops: 'opening',
  run: (_order, { ordersToday, limits }) =>
    within('ORDERS_PER_DAY_LIMIT', ordersToday + 1, limits.maxOrdersPerDay, 'orders', 'today'),
};

/** In precedence order. */
export const FLOW_CHECKS: readonly Check[] = [duplicate, unknowns, openOrders, rates, perDay];
