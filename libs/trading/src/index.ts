/** Orders and risk as pure rules: the life of an order, what the broker takes, and what is checked before anything leaves. */
export * from './orders/child.ts';
export * from './orders/child-step.ts';
export { CHILD_TABLE, type Taking } from './orders/child-table.ts';
export * from './orders/order.ts';
export * from './orders/order-id.ts';
export * from './rates/order-rates.ts';
export * from './risk/account-book.ts';
export { marginNeedPaise } from './risk/book-checks.ts';
export type { CheckedOrder, CheckResult, CheckUnit } from './risk/check.ts';
export { checkedOrder, MAX_CHILDREN } from './risk/checked-order.ts';
export { CHECKS, decide, RiskApproved, type Decision, type RiskDenial } from './risk/decide.ts';
export * from './risk/denial-code.ts';
export * from './risk/facts.ts';
export * from './risk/risk-unit.ts';
