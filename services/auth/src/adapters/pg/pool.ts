import pg from 'pg';
import { traceStatements, type Logger } from '@vega/platform';
import { SCHEMA } from './migrations/index.ts';

const INT8 = 20;

/** Connections to this service's schema; `bigint` comes as a number (all of ours are below 2^53, checked). */
export function createPool(options: { readonly url: string; readonly name: string; readonly logger: Logger }): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 10_000,
    options: `-c search_path=${SCHEMA},public`,
    types: { getTypeParser },
  });
  traceStatements(pool);
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  return pool;
}

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary' && oid === INT8) return toSafeInteger;
  return pg.types.getTypeParser(oid, format ?? 'text');
}) as typeof pg.types.getTypeParser;

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number exactly`);
  return value;
}

/** Whatever runs statements: the pool, or one connection within a transaction. */
export type Statements = Pick<pg.Pool, 'query'>;
