import { Module } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import { STREAMS, type StreamDefinition } from '@vega/contracts';
import { testDatabase } from '@vega/testkit';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';
import { connectBus } from './bus.ts';
import { baseConfigShape } from './config.ts';
import { createLogger } from './logging.ts';
import { runMigrations } from './migrations.ts';
import { runService, type RunningService, type ServiceContext } from './start-service.ts';
import { ensureStreams } from './streams.ts';

const natsUrl = process.env['VEGA_TEST_NATS_URL'] ?? '';
const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });

@Module({})
class EmptyModule {}

describe('a service', () => {
  const endings: string[] = [];
  let service: RunningService;
  let context: ServiceContext;
  let problem: string | undefined;

  beforeAll(async () => {
    service = await runService(
      {
        name: 'spec-service',
        config: z.object(baseConfigShape),
        module: (given) => {
          context = given;
          given.onDrain('first', () => void endings.push('first'));
          given.onDrain('second', () => void endings.push('second'));
          given.health.register({ name: 'disk', check: () => problem });
          return { module: EmptyModule };
        },
      },
      { environment: { VEGA_NATS_URL: natsUrl, VEGA_LOG_LEVEL: 'silent' }, exit: () => undefined },
    );
  });

  afterAll(() => service.drain());

  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${service.opsPort}${path}`);
    return { status: response.status, text: await response.text() };
  };

  it('is live and ready, and says what is wrong when it is not', async () => {
    expect((await get('/health/live')).status).toBe(200);
    expect(await get('/health/ready')).toMatchObject({ status: 200 });
    problem = 'the disk is full';
    const unready = await get('/health/ready');
    expect(unready.status).toBe(503);
    expect(unready.text).toContain('the disk is full');
    expect((await get('/health/live')).status).toBe(200);
    problem = undefined;
  });

  it('tells its metrics', async () => {
    context.metrics.counter('vega_spec_total', 'For the spec.').inc(3);
    const { text } = await get('/metrics');
    expect(text).toContain('vega_spec_total{service="spec-service"} 3');
    expect(text).toContain('process_resident_memory_bytes');
    expect((await get('/nowhere')).status).toBe(404);
  });

  it('ends its parts in reverse order', async () => {
    await service.drain();
    expect(endings).toEqual(['second', 'first']);
  });

  it('refuses to start with a bad environment, naming all of it', async () => {
    const start = runService(
      { name: 'bad', config: z.object(baseConfigShape), module: () => ({ module: EmptyModule }) },
      { environment: { VEGA_OPS_PORT: 'x' }, exit: () => undefined },
    );
    await expect(start).rejects.toThrow(/VEGA_NATS_URL is missing.*VEGA_OPS_PORT/);
  });

  it('closes what it opened when its module fails', async () => {
    let ended = false;
    const start = runService(
      {
        name: 'failing',
        config: z.object(baseConfigShape),
        module: (given) => {
          given.onDrain('opened', () => {
            ended = true;
          });
          throw new Error('no database');
        },
      },
      { environment: { VEGA_NATS_URL: natsUrl, VEGA_LOG_LEVEL: 'silent' }, exit: () => undefined },
    );
    await expect(start).rejects.toThrow('no database');
    expect(ended).toBe(true);
  });
});

describe('streams', () => {
  it('are created, left alone and updated as the contracts say', async () => {
    const bus = await connectBus({ url: natsUrl, name: 'spec', logger, onFatal: () => undefined });
    const manager = await jetstreamManager(bus.nc);
    const definition: StreamDefinition = {
      ...STREAMS.bars,
      name: `SPEC_ENSURE_${process.pid}`,
      subjects: ['spec.ensure.>'],
    };
    await ensureStreams(bus, [definition]);
    await ensureStreams(bus, [definition]);
    expect((await manager.streams.info(definition.name)).config.max_bytes).toBe(definition.maxBytes);
    await ensureStreams(bus, [{ ...definition, maxBytes: 1 << 20 }], { update: true });
    expect((await manager.streams.info(definition.name)).config.max_bytes).toBe(1 << 20);
    await manager.streams.delete(definition.name);
    await bus.close();
  });
});

class CreateThings1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE things (id int PRIMARY KEY)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE things');
  }
}

describe('migrations', () => {
  it('run once, in their own schema, also when two processes start together', async () => {
    const { url } = await testDatabase();
    const run = (): Promise<void> =>
      runMigrations({ url, schema: 'spec_schema', migrations: [CreateThings1700000000000], logger });
    await Promise.all([run(), run()]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      "SELECT table_schema FROM information_schema.tables WHERE table_name = 'things'",
    );
    expect(rows).toEqual([{ table_schema: 'spec_schema' }]);
    await client.end();
  });
});
