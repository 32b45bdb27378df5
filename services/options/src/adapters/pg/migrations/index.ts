import type { MigrationClass } from '@vega/platform';
import { VolatilityHistory1764300000001 } from './1764300000001-volatility-history.ts';

/** The schema that this service owns. */
export const SCHEMA = 'options';

/** Every migration of the schema, oldest first. A migration that has run anywhere is never edited. */
export const MIGRATIONS: readonly MigrationClass[] = [VolatilityHistory1764300000001];
