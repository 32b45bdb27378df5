import { SpanKind } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { headers as natsHeaders } from '@nats-io/nats-core';
import { continueTickTrace } from './tick-trace.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('the trace of a tick', () => {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter });
  const sdk = new NodeSDK({ spanProcessors: [processor], instrumentations: [], autoDetectResources: false });
  const traced = natsHeaders();
  traced.set('traceparent', `00-${TRACE_ID}-${PARENT}-01`);
  const spans = async (): Promise<ReturnType<typeof exporter.getFinishedSpans>> => {
    await processor.forceFlush();
    return exporter.getFinishedSpans();
  };

  beforeEach(() => exporter.reset());
  afterAll(() => sdk.shutdown());

  it('is not followed while tracing is off here', () => {
    expect(continueTickTrace('spec.tick', traced)).toBeUndefined();
    sdk.start();
  });

  it('goes on from the publisher to the client', async () => {
    const trace = continueTickTrace('spec.tick', traced);
    expect(trace?.traceId).toBe(TRACE_ID);
    expect(await spans()).toHaveLength(1);
    trace?.sent();
    trace?.sent();
    trace?.replaced();
    const [receive, message, ...more] = await spans();
    expect(more).toEqual([]);
    expect(receive).toMatchObject({ name: 'tick receive', kind: SpanKind.CONSUMER });
    expect(receive?.parentSpanContext?.spanId).toBe(PARENT);
    expect(message).toMatchObject({ name: 'stream message', kind: SpanKind.PRODUCER });
    expect(message?.parentSpanContext?.spanId).toBe(receive?.spanContext().spanId);
  });

  it('tells when a newer tick took its place', async () => {
    continueTickTrace('spec.tick', traced)?.replaced();
    expect((await spans()).map(({ name }) => name)).toEqual(['tick receive', 'tick conflated']);
  });

  it('does not begin with headers that carry none', () => {
    const others = natsHeaders();
    others.set('Nats-Msg-Id', '1');
    expect(continueTickTrace('spec.tick', others)).toBeUndefined();
  });
});
