import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { STREAMS, subjects } from '@vega/contracts';
import { eventually, FakeClock } from '@vega/testkit';
import { connectBus, type Bus } from './bus.ts';
import { createLogger } from './logging.ts';
import { createMetrics } from './metrics.ts';
import type { ServiceContext } from './start-service.ts';
import { watchStreams } from './stream-metrics.ts';
import { ensureStreams } from './streams.ts';

describe('the figures of streams', () => {
  const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
  const durable = `spec-${process.pid}`;
  let bus: Bus;

  beforeAll(async () => {
    const url = process.env['VEGA_TEST_NATS_URL'] ?? '';
    bus = await connectBus({ url, name: 'spec', logger, onFatal: () => undefined });
    await ensureStreams(bus, [STREAMS.deadLetters]);
  });
  afterAll(async () => {
    const manager = await jetstreamManager(bus.nc);
    await manager.consumers.delete(STREAMS.deadLetters.name, durable).catch(() => undefined);
    await bus.close();
  });

  it('are sizes and how far behind each durable consumer is', async () => {
    const manager = await jetstreamManager(bus.nc);
    const subject = subjects.deadLetter(durable);
    await manager.consumers.add(STREAMS.deadLetters.name, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      filter_subject: subject,
    });
    const clock = new FakeClock();
    const metrics = createMetrics('spec');
    const endings: (() => unknown)[] = [];
    const onDrain = (_name: string, end: () => unknown): void => void endings.push(end);
    await watchStreams({ bus, clock, logger, metrics, onDrain } as unknown as ServiceContext);
    const pending = async (): Promise<string | undefined> =>
      new RegExp(`vega_consumer_pending\\{stream="DEAD_LETTERS",consumer="${durable}",service="spec"\\} (\\d+)`).exec(
        await metrics.registry.metrics(),
      )?.[1];

    expect(await pending()).toBe('0');
    for (const text of ['one', 'two']) await jetstream(bus.nc).publish(subject, text);
    await clock.advance(10_000);
    await eventually(async () => (await pending()) === '2', { withinMs: 5_000, what: 'a consumer that is two behind' });
    const text = await metrics.registry.metrics();
    expect(text).toMatch(/vega_jetstream_messages\{stream="DEAD_LETTERS",service="spec"\} [1-9]/);
    expect(text).toContain(
      `vega_jetstream_max_bytes{stream="DEAD_LETTERS",service="spec"} ${STREAMS.deadLetters.maxBytes}`,
    );
    for (const end of endings) end();
  });
});
