/** The trading door: the only code that can place, change or cancel an order. For the orders service alone. */
export type { BrokerToken, TokenSource } from '../wire/token-source.ts';
export { UPSTOX_ERROR_CODES, UpstoxError, type UpstoxErrorCode } from '../wire/upstox-error.ts';
export type { RowFault, Rows } from '../market/rest/wire-values.ts';
export { BROKER_STATUSES, type BrokerOrder, type BrokerStage } from './broker-order.ts';
export { createAgents, type Egress, type EgressAgents, parseEgress } from './egress.ts';
export { PortfolioStream, type PortfolioStreamListener, type PortfolioStreamOptions } from './portfolio-stream.ts';
export * from './trading-client.ts';
export * from './trading-endpoints.ts';
export { TradingHttp, type TradingHttpOptions, type TradingRequest } from './trading-http.ts';
