import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { connectBus, createLogger, type Bus } from '@vega/platform';
import { eventually, FakeClock, testAddress } from '@vega/testkit';
import { TracedTickSink } from './traced-tick-sink.ts';

describe('traced ticks', () => {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter });
  const sdk = new NodeSDK({ spanProcessors: [processor], instrumentations: [], autoDetectResources: false });
  const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
  const subject = `spec.ticks.${process.pid}`;
  let bus: Bus;

  beforeAll(async () => {
    sdk.start();
    bus = await connectBus({ url: testAddress('nats'), name: 'spec', logger, onFatal: () => undefined });
  });
  afterAll(async () => {
    await bus.close();
    await sdk.shutdown();
  });

  it('are every n-th, each a trace from the arrival of its frame', async () => {
    const seen: { byte: number | undefined; traceparent: string | undefined }[] = [];
    bus.nc.subscribe(subject, {
      callback: (_error, message) =>
        void seen.push({ byte: message.data[0], traceparent: message.headers?.get('traceparent') }),
    });
    const clock = new FakeClock();
    const sink = new TracedTickSink(bus, clock, 3);
    for (let byte = 1; byte <= 7; byte += 1) {
      expect(sink.publish(subject, Uint8Array.of(byte), clock.monotonicMs() - 5)).toBe(true);
    }
    await bus.nc.flush();
    await eventually(() => seen.length === 7, { withinMs: 5_000, what: 'seven ticks' });
    expect(seen.map(({ byte, traceparent }) => (traceparent === undefined ? 0 : byte))).toEqual([0, 0, 3, 0, 0, 6, 0]);

    await processor.forceFlush();
    const [publish, frame] = exporter.getFinishedSpans();
    expect([publish?.name, frame?.name]).toEqual(['tick publish', 'feed frame']);
    expect(publish?.parentSpanContext?.spanId).toBe(frame?.spanContext().spanId);
    expect(seen[2]?.traceparent).toBe(`00-${publish?.spanContext().traceId}-${publish?.spanContext().spanId}-01`);
    const startMs = (frame?.startTime[0] ?? 0) * 1000 + (frame?.startTime[1] ?? 0) / 1e6;
    expect(startMs).toBeCloseTo(clock.wallNow() - 5, 3);
  });
});
