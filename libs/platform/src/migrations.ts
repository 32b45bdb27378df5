import { DataSource, type MigrationInterface } from 'typeorm';
import type { Logger } from './logging.ts';

/** A TypeORM migration class. */
export type MigrationClass = new () => MigrationInterface;

const SCHEMA = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Brings a service's own schema up to date: creates it when missing and runs what has not run, each in a transaction,
 * one process at a time (an advisory lock per schema).
 */
export async function runMigrations(options: {
  url: string;
  schema: string;
  migrations: readonly MigrationClass[];
  logger: Logger;
}): Promise<void> {
  const { schema, logger } = options;
  if (!SCHEMA.test(schema)) throw new RangeError(`"${schema}" is not a schema name`);
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    schema,
    migrations: [...options.migrations],
    migrationsTableName: 'migrations',
    extra: { options: `-c search_path=${schema},public`, max: 2 },
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock(hashtext($1))', [`vega-migrations:${schema}`]);
    await lock.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const ran = await source.runMigrations({ transaction: 'each' });
    logger.info({ schema, ran: ran.map((migration) => migration.name) }, 'migrations are up to date');
  } finally {
    await lock.query('SELECT pg_advisory_unlock(hashtext($1))', [`vega-migrations:${schema}`]).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}
