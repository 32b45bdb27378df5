import type { MigrationClass } from '@vega/platform';
import { Instruments1764000000001 } from './1764000000001-instruments.ts';
import { Bars1764000000002 } from './1764000000002-bars.ts';
import { CandleCache1764000000003 } from './1764000000003-candle-cache.ts';
import { FeedEpoch1764000000004 } from './1764000000004-feed-epoch.ts';

/** The schema that this service owns. */
export const SCHEMA = 'market_feed';

/** Every migration of the schema, oldest first. A migration that has run anywhere is never edited. */
export const MIGRATIONS: readonly MigrationClass[] = [
  Instruments1764000000001,
  Bars1764000000002,
  CandleCache1764000000003,
  FeedEpoch1764000000004,
];
