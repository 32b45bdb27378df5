import { pathToFileURL } from 'node:url';
import { configTypes, createLogger, loadConfig, runMigrations } from '@vega/platform';
import { z } from 'zod';
import { MIGRATIONS, SCHEMA } from './adapters/pg/migrations/index.ts';

const configSchema = z.object({
  VEGA_POSTGRES_URL: configTypes.postgresUrl,
  VEGA_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Brings the schema of orders up to date. Run before the service and again at will. */
export async function migrate(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const config = loadConfig(configSchema, environment);
  const logger = createLogger({
    service: 'orders-migrate',
    replica: String(process.pid),
    level: config.VEGA_LOG_LEVEL,
  });
  await runMigrations({ url: config.VEGA_POSTGRES_URL, schema: SCHEMA, migrations: MIGRATIONS, logger });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await migrate(process.env);
  } catch (error) {
    process.stderr.write(
      `the migrations of orders failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}
