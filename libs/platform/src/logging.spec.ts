import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OperationalError } from '@vega/kernel';
import { createLogger, nestLogger, redactText } from './logging.ts';

function capture(): { lines: Record<string, unknown>[]; logger: ReturnType<typeof createLogger>; text: () => string } {
  const written: string[] = [];
  const logger = createLogger(
    { service: 'spec', replica: 'spec-1', level: 'trace' },
    { write: (line: string) => void written.push(line) },
  );
  return {
    logger,
    text: () => written.join(''),
    get lines() {
      return written.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

const SECRET = 'sUp3r-s3cret-value';

describe('logging', () => {
  it('writes one JSON line with service, replica and level', () => {
    const log = capture();
    log.logger.info({ n: 1 }, 'hello');
    expect(log.lines).toEqual([
      { level: 'info', time: expect.any(String), service: 'spec', replica: 'spec-1', n: 1, msg: 'hello' },
    ]);
  });

  it.each([
    ['a field', { token: SECRET }],
    ['a nested field', { account: { access_token: SECRET } }],
    ['a field two levels down', { request: { headers: { authorization: SECRET } } }],
    ['a hyphenated header', { headers: { 'set-cookie': SECRET } }],
    ['an error message', { err: new Error(`refused Authorization: Bearer ${SECRET}`) }],
    ['an error cause', { err: new Error('outer', { cause: new Error(`postgres://u:${SECRET}@db/x`) }) }],
  ])('blanks a secret in %s', (_where, fields) => {
    const log = capture();
    log.logger.error(fields, 'failed');
    expect(log.lines).toHaveLength(1);
    expect(log.text()).not.toContain(SECRET);
  });

  it('blanks credentials in free text', () => {
    const log = capture();
    log.logger.info(`connecting to nats://vega:${SECRET}@127.0.0.1`);
    expect(log.text()).not.toContain(SECRET);
    expect(redactText('eyJhbGciOiJI.eyJzdWIiOiJ4.c2ln is a token')).toBe('[redacted] is a token');
  });

  it('tells code, outcome and cause of an error', () => {
    const log = capture();
    log.logger.error({ err: new OperationalError('X', 'no', 'unknown', { cause: new Error('why') }) }, 'failed');
    expect(log.lines[0]).toMatchObject({ err: { code: 'X', outcome: 'unknown', cause: { message: 'why' } } });
  });

  it('carries the trace id of the active span', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const log = capture();
    context.with(trace.setSpanContext(context.active(), spanContext), () => log.logger.info('inside'));
    expect(log.lines[0]).toMatchObject({ trace_id: spanContext.traceId, span_id: spanContext.spanId });
    context.disable();
  });

  it("takes Nest's messages", () => {
    const log = capture();
    nestLogger(log.logger).error(new Error('boom'), 'Injector');
    expect(log.lines[0]).toMatchObject({ level: 'error', context: 'Injector', err: { message: 'boom' } });
  });
});
