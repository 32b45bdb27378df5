export { greekColumns, type GreekColumns } from './black76/greeks-block.ts';
export {
  type ContractRows,
  type ExpiryTerms,
  impliedVolatility,
  impliedVolatilityOfRows,
  type OptionColumns,
  type VolatilityColumns,
  volatilityColumns,
} from './black76/implied-volatility.ts';
export * from './black76/status.ts';
export { normalisedPrice, totalVolatilityOf, totalVolatilityOfNormalised } from './black76/total-volatility.ts';
export * from './black76/valuation.ts';
export { type ContractGreeks, contractGreeks } from './conventions/contract-columns.ts';
export * from './conventions/house.ts';
export * from './conventions/nse.ts';
export * from './conventions/upstox.ts';
export * from './cross-greeks.ts';
export * from './forward.ts';
export * from './margin/margin-estimate.ts';
export * from './option.ts';
export * from './payoff/leg.ts';
export * from './payoff/payoff.ts';
export * from './payoff/scenarios.ts';
export * from './quote-quality.ts';
export * from './rupee-greeks.ts';
export * from './settlement.ts';
export * from './smile/fit-surface.ts';
export * from './smile/fit-svi.ts';
export * from './smile/smile.ts';
export * from './smile/svi.ts';
export * from './time-to-expiry.ts';
