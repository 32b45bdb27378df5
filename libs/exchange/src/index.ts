/** A pure exchange with the accounts of a broker: what Upstox and the exchanges behind it would do with an order. */
export { averagePaise, netQuantity, unrealisedPaise, type ClosedUnits, type Position } from './account/position.ts';
export { type Holding } from './account/holding.ts';
export {
  unpaidCharges,
  type Account,
  type CashMovement,
  type Closing,
  type PaidCharges,
  type Trade,
} from './account/account.ts';
export { equityMargin, fundsOf, marginOfLegs, type Funds } from './account/funds.ts';
export { InstrumentBook, type Arrival, type BookFill, type BookOrder } from './book/instrument-book.ts';
export { noteOf, quoteCharges, type ChargeNote, type ChargedTrade } from './charges/charges.ts';
export type { ExchangeEvent } from './events.ts';
export { Exchange, KILL_SWITCH_HOURS, type ExchangeSettings, type KillSwitchRefusal } from './exchange.ts';
export { orderEntry, type ExchangeMarket, type OrderEntry } from './exchange-market.ts';
export { ExchangeState } from './exchange-state.ts';
export type { GttRequest } from './gtt-desk.ts';
export { paysInFull, type Level, type MarketView, type TradedInstrument } from './instrument.ts';
export {
  derivativeMargin,
  type DerivativeLeg,
  type DerivativeMargin,
  type MarginMarket,
} from './margin/derivative-margin.ts';
export type { OrderRequest } from './order-desk.ts';
export * from './orders/gtt.ts';
export * from './orders/order-status.ts';
export * from './orders/order.ts';
export { isProtection, MAX_PROTECTION_PERCENT, protectedLimit } from './orders/protection.ts';
export * from './refusal.ts';
