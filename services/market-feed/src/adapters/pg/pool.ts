import pg from 'pg';
import { traceStatements, type Logger } from '@vega/platform';
import { SCHEMA } from './migrations/index.ts';

const INT8 = 20;
const DATE = 1082;
/** From which a misspelt name still counts in a search; pg_trgm's scale, 0 to 1. */
const LIKENESS_THRESHOLD = 0.45;

export interface PoolOptions {
  readonly url: string;
  /** Seen in pg_stat_activity. */
  readonly name: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
  /** Milliseconds a statement may run. */
  readonly statementTimeoutMs?: number;
}

/**
 * Connections to this service's schema. `bigint` comes as a number (all of ours are below 2^53, checked), `date` as
 * `YYYY-MM-DD`. A connection that breaks while idle is logged and replaced. A statement that
 * runs within a trace is a span of it.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.maxConnections ?? 8,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    options: `-c search_path=${SCHEMA},public -c pg_trgm.word_similarity_threshold=${LIKENESS_THRESHOLD}`,
    types: { getTypeParser },
  });
  traceStatements(pool);
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  return pool;
}

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary') {
    if (oid === INT8) return toSafeInteger;
    if (oid === DATE) return asText;
  }
  return pg.types.getTypeParser(oid, format ?? 'text');
}) as typeof pg.types.getTypeParser;

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number exactly`);
  return value;
}

function asText(text: string): string {
  return text;
}

/** Runs `work` in one transaction; whatever it throws rolls back and passes on. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollback: unknown) => {
      broken = rollback as Error;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
