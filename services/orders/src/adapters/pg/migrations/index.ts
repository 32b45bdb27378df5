import type { MigrationClass } from '@vega/platform';
import { Orders1766000000001 } from './1766000000001-orders.ts';
import { Risk1766000000002 } from './1766000000002-risk.ts';
import { Decisions1766000000003 } from './1766000000003-decisions.ts';

/** The schema that this service owns. */
export const SCHEMA = 'orders';

/** Every migration of the schema, oldest first. A migration that has run anywhere is never edited. */
export const MIGRATIONS: readonly MigrationClass[] = [Orders1766000000001, Risk1766000000002, Decisions1766000000003];
