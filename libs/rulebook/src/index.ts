/** Dated market rules as data: everything that depends on the day it is asked about. Pure; no clock of its own. */
export * from './broker-window.ts';
export * from './charges.ts';
export * from './contract-terms.ts';
export { INDEX_TERMS, type IndexTermsTable, type PriceGrid, type QuantityRow } from './data/contract-terms.ts';
export * from './data/charge-rates.ts';
export * from './data/expiry-rules.ts';
export * from './data/holidays.ts';
export * from './data/price-bands.ts';
export * from './data/session-times.ts';
export * from './dated.ts';
export * from './expiry.ts';
export * from './feed-status.ts';
export * from './final-settlement.ts';
export * from './futures-pre-open.ts';
export * from './market.ts';
export * from './merge-holidays.ts';
export * from './price-band.ts';
export * from './session.ts';
export * from './slice-by-freeze.ts';
export * from './tick.ts';
export * from './time-of-day.ts';
export {
  dayOf,
  hasSession,
  isCovered,
  isSettlementDay,
  isTradingDay,
  nextSessionDay,
  nextTradingDay,
  presumedDay,
  previousSessionDay,
  previousTradingDay,
  seedCalendar,
  tradingCalendar,
  withBeyondCoverage,
  type BeyondCoverage,
  type DateRange,
  type DayFact,
  type DayKind,
  type MarketDay,
  type TradingCalendar,
} from './trading-calendar.ts';
