import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Bar, STREAMS, subjects, type StreamDefinition } from '@vega/contracts';
import { systemClock } from '@vega/kernel';
import { connectBus, type Bus } from './bus.ts';
import { consume, type ConsumeContext, type ConsumeOptions, type Consumption } from './consume.ts';
import { createLogger } from './logging.ts';
import { createMetrics } from './metrics.ts';
import { ensureStreams } from './streams.ts';

const natsUrl = process.env['VEGA_TEST_NATS_URL'] ?? '';

describe('JetStream consumption', () => {
  let bus: Bus;
  let context: ConsumeContext;
  let count = 0;

  beforeAll(async () => {
    const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
    bus = await connectBus({ url: natsUrl, name: 'spec', logger, onFatal: () => undefined });
    const onDefect = (): void => undefined;
    context = { bus, logger, metrics: createMetrics('spec'), clock: systemClock, onDefect };
  });

  afterAll(() => bus.close());

  /** A stream of its own for each case, on subjects that no other stream captures. */
  async function freshStream(maxInHand = 256): Promise<StreamDefinition> {
    count += 1;
    const name = `SPEC_${process.pid}_${count}`;
    const stream: StreamDefinition = {
      ...STREAMS.bars,
      name,
      subjects: [`spec.${name}.*`],
      readers: [{ party: 'gateway', durable: `${name}-reader`, maxInHand }],
      storage: 'memory',
      maxBytes: 8 << 20,
    };
    await ensureStreams(bus, [stream]);
    return stream;
  }

  async function publish(stream: StreamDefinition, key: string, value: number): Promise<void> {
    const data = Bar.encode(Bar.create({ instrumentKey: key, volume: value })).finish();
    await jetstream(bus.nc).publish(`spec.${stream.name}.${key}`, data);
  }

  function options(stream: StreamDefinition, handle: ConsumeOptions<Bar>['handle']): ConsumeOptions<Bar> {
    return { stream, durable: `${stream.name}-reader`, codec: Bar, handle, retryDelayMs: 1, maxAttempts: 3 };
  }

  async function pending(stream: StreamDefinition): Promise<number> {
    const info = await (await jetstreamManager(bus.nc)).consumers.info(stream.name, `${stream.name}-reader`);
    return info.num_pending + info.num_ack_pending;
  }

  async function settled(stream: StreamDefinition): Promise<void> {
    const until = performance.now() + 10_000;
    while ((await pending(stream)) > 0) {
      if (performance.now() > until) throw new Error('messages stay pending');
    }
  }

  it('handles every message once, in order within its key, with keys side by side', async () => {
    const stream = await freshStream();
    const seen = new Map<string, number[]>();
    let running = 0;
    let mostRunning = 0;
    const consumption = await consume(
      context,
      options(stream, async (bar) => {
        running += 1;
        mostRunning = Math.max(mostRunning, running);
        await bus.nc.flush();
        seen.set(bar.instrumentKey, [...(seen.get(bar.instrumentKey) ?? []), bar.volume]);
        running -= 1;
      }),
    );
    await Promise.all(Array.from({ length: 200 }, (_, n) => publish(stream, `k${n % 10}`, n)));
    await settled(stream);
    await consumption.stop();
    const orders = [...seen.values()];
    expect(orders.flat()).toHaveLength(200);
    // Publishes raced, so the stream's own order is the truth: re-read it.
    const direct = await jetstream(bus.nc).consumers.get(stream.name, {});
    const expected = new Map<string, number[]>();
    for await (const message of await direct.fetch({ max_messages: 200 })) {
      const bar = Bar.decode(message.data);
      expected.set(bar.instrumentKey, [...(expected.get(bar.instrumentKey) ?? []), bar.volume]);
    }
    expect(seen).toEqual(expected);
    expect(mostRunning).toBeGreaterThan(1);
  });

  it('a failing message holds back its key only, and is tried again in place', async () => {
    const stream = await freshStream();
    const seen: string[] = [];
    let failures = 2;
    const consumption = await consume(
      context,
      options(stream, async (bar) => {
        if (bar.instrumentKey === 'bad' && bar.volume === 1 && failures > 0) {
          failures -= 1;
          throw new Error('not yet');
        }
        seen.push(`${bar.instrumentKey}${bar.volume}`);
        await Promise.resolve();
      }),
    );
    for (const [key, value] of [
      ['bad', 1],
      ['bad', 2],
      ['good', 1],
      ['good', 2],
    ] as const)
      await publish(stream, key, value);
    await settled(stream);
    await consumption.stop();
    expect(seen.filter((entry) => entry.startsWith('bad'))).toEqual(['bad1', 'bad2']);
    expect(seen.filter((entry) => entry.startsWith('good'))).toEqual(['good1', 'good2']);
    expect(failures).toBe(0);
  });

  it('buries a hopeless or unreadable message with its history and goes on with the key', async () => {
    const stream = await freshStream();
    const seen: number[] = [];
    const letters: { subject: string | undefined; history: string[] }[] = [];
    const subscription = bus.nc.subscribe(subjects.deadLetter(`${stream.name}-reader`), {
      callback: (_error, message) => {
        letters.push({
          subject: message.headers?.get('Vega-Subject'),
          history: message.headers?.values('Vega-History') ?? [],
        });
      },
    });
    const consumption = await consume(
      context,
      options(stream, (bar) => {
        if (bar.volume === 1) return Promise.reject(new Error('never'));
        seen.push(bar.volume);
        return Promise.resolve();
      }),
    );
    await publish(stream, 'k', 1);
    await jetstream(bus.nc).publish(`spec.${stream.name}.k`, new Uint8Array([0x0a, 0xff]));
    await publish(stream, 'k', 2);
    await settled(stream);
    await consumption.stop();
    await bus.nc.flush();
    subscription.unsubscribe();
    expect(seen).toEqual([2]);
    expect(letters).toHaveLength(2);
    expect(letters[0]?.subject).toBe(`spec.${stream.name}.k`);
    expect(letters[0]?.history).toHaveLength(3);
    expect(letters[0]?.history[2]).toContain('attempt 3: Error: never');
    expect(letters[1]?.history).toEqual(['the message does not decode']);
    const counted = await context.metrics.registry.metrics();
    expect(counted).toContain(`vega_dead_letters_total{consumer="${stream.name}-reader",service="spec"} 2`);
  });

  it('gives back what a stopped process had not finished: the next one handles it', async () => {
    const stream = await freshStream(1);
    const first: number[] = [];
    let stopping: Promise<void> | undefined;
    const consumption: Consumption = await consume(
      context,
      options(stream, async (bar) => {
        first.push(bar.volume);
        stopping ??= consumption.stop();
        await bus.nc.flush();
      }),
    );
    for (let n = 0; n < 10; n += 1) await publish(stream, 'k', n);
    while (stopping === undefined) await bus.nc.flush();
    await stopping;
    expect(first.length).toBeLessThan(10);
    const second: number[] = [];
    const again = await consume(
      context,
      options(stream, (bar) => Promise.resolve(void second.push(bar.volume))),
    );
    await settled(stream);
    await again.stop();
    expect([...first, ...second]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
