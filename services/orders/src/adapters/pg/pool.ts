import pg from 'pg';
import { traceStatements, type Logger } from '@vega/platform';
import { SCHEMA } from './migrations/index.ts';

const INT8 = 20;
const DATE = 1082;

export interface PoolOptions {
  readonly url: string;
  /** Seen in pg_stat_activity. */
  readonly name: string;
  readonly logger: Logger;
  readonly maxConnections: number;
  /** Milliseconds a statement may run: a writer that waits longer has lost its account to somebody else. */
  readonly statementTimeoutMs: number;
  /** False where what a crash of the server takes back is done again: a statement does not wait for the disk then. */
  readonly durable?: boolean;
}

/** Connections to this service's schema. `bigint` comes as a number (checked), `date` as text. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.maxConnections,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + 1_000,
    keepAlive: true,
    options: `-c search_path=${SCHEMA},public${options.durable === false ? ' -c synchronous_commit=off' : ''}`,
    types: { getTypeParser },
  });
  traceStatements(pool);
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  return pool;
}

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary') {
    if (oid === INT8) return toSafeInteger;
    if (oid === DATE) return (text: string) => text;
  }
  return pg.types.getTypeParser(oid, format ?? 'text');
}) as typeof pg.types.getTypeParser;

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number exactly`);
  return value;
}
