export { readConfig, type SimulatorConfig } from './config.ts';
export { startSimulator, type RunningSimulator, type SimulatorParts } from './simulator.ts';
export type * from './market/market-source.ts';
export { MARKET_DATA_FEED_V3_PROTO } from './feed/market-data-feed-v3.proto.ts';
export { GeneratedMarket, type GeneratedMarketOptions, type OptionTruth } from './market/index.ts';
export { readJournal, type JournalContents, type JournalRecord } from './trading/journal/read-journal.ts';
