import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { testDatabase, type TestResource } from '@vega/testkit';
import pg from 'pg';
import { describeStatement, traceStatements } from './pg-spans.ts';
import { withSpan } from './telemetry.ts';

describe('statements within a trace', () => {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter });
  const sdk = new NodeSDK({ spanProcessors: [processor], instrumentations: [], autoDetectResources: false });
  let database: TestResource;
  let pool: pg.Pool;

  beforeAll(async () => {
    sdk.start();
    database = await testDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
    traceStatements(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.close();
    await sdk.shutdown();
  });
  beforeEach(() => exporter.reset());

  const statements = async (): Promise<string[]> => {
    await processor.forceFlush();
    return exporter.getFinishedSpans().map(({ name }) => name);
  };

  it('are spans under it, from the pool and from a client, each once', async () => {
    await withSpan('work', {}, async () => {
      const { rows } = await pool.query<{ n: number }>('SELECT $1::int AS n', [7]);
      expect(rows).toEqual([{ n: 7 }]);
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query({
        name: 'count-types',
        text: 'SELECT count(*) FROM pg_type WHERE typname <> $1',
        values: ['x'],
      });
      await client.query('ROLLBACK');
      client.release();
    });
    expect(await statements()).toEqual(['pg SELECT', 'pg BEGIN', 'pg count-types', 'pg ROLLBACK', 'work']);
    const [first, , , , work] = exporter.getFinishedSpans();
    expect(first?.parentSpanContext?.spanId).toBe(work?.spanContext().spanId);
    expect(first?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT',
    });
  });

  it('are marked when they fail, and the failure passes on', async () => {
    const work = withSpan('work', {}, () => pool.query('SELECT * FROM nowhere_at_all'));
    await expect(work).rejects.toThrow('nowhere_at_all');
    await processor.forceFlush();
    expect(exporter.getFinishedSpans()[0]).toMatchObject({ name: 'pg SELECT nowhere_at_all', status: { code: 2 } });
  });

  it('make no span outside of a trace', async () => {
    await pool.query('SELECT 1');
    expect(await statements()).toEqual([]);
  });
});

describe('the name of a statement', () => {
  it.each([
    ['SELECT a FROM bars_1m WHERE x = 5', 'SELECT', 'SELECT bars_1m'],
    ['\n  insert into bar_outbox (a) values (1)', 'INSERT', 'INSERT bar_outbox'],
    ['UPDATE instruments i SET x = 1', 'UPDATE', 'UPDATE instruments'],
    ['DROP TABLE IF EXISTS bars_1m_20261123', 'DROP', 'DROP bars_1m_20261123'],
    ['-- why\nDELETE FROM "odd name"', 'DELETE', 'DELETE'],
    [{ name: 'fetch-bars', text: 'SELECT 1', values: ['secret'] }, 'SELECT', 'fetch-bars'],
    [undefined, 'UNKNOWN', 'UNKNOWN'],
  ])('of %j is its operation and its table', (statement, operation, summary) => {
    expect(describeStatement(statement)).toEqual({ operation, summary });
  });
});
