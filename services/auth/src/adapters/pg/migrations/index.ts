import type { MigrationClass } from '@vega/platform';
import { People1764300000001 } from './1764300000001-people.ts';
import { Accounts1764300000002 } from './1764300000002-accounts.ts';
import { Audit1764300000003 } from './1764300000003-audit.ts';

/** The schema that this service owns. */
export const SCHEMA = 'auth';

/** Every migration of the schema, oldest first. A migration that has run anywhere is never edited. */
export const MIGRATIONS: readonly MigrationClass[] = [People1764300000001, Accounts1764300000002, Audit1764300000003];
