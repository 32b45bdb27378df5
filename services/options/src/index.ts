export { options } from './options.ts';
export { LiveChain, type LiveChainParts } from './app/live-chain.ts';
export { MarketTime } from './app/market-time.ts';
export { chainContracts } from './domain/chain-contracts.ts';
