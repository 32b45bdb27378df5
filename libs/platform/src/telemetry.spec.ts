import { SpanKind } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { extractTrace, injectTrace, withSpan } from './telemetry.ts';

describe('tracing', () => {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter });
  const sdk = new NodeSDK({ spanProcessors: [processor], instrumentations: [], autoDetectResources: false });
  const finished = async (): Promise<ReturnType<typeof exporter.getFinishedSpans>> => {
    await processor.forceFlush();
    return exporter.getFinishedSpans();
  };

  beforeAll(() => sdk.start());
  afterAll(() => sdk.shutdown());
  beforeEach(() => exporter.reset());

  it('joins both sides of a message by its headers', async () => {
    let headers = injectTrace();
    await withSpan('send', { kind: SpanKind.PRODUCER }, () => {
      headers = injectTrace();
      return Promise.resolve();
    });
    await withSpan('receive', { kind: SpanKind.CONSUMER, parent: extractTrace(headers) }, () => Promise.resolve());
    const [send, receive] = await finished();
    expect(send?.name).toBe('send');
    expect(receive?.spanContext().traceId).toBe(send?.spanContext().traceId);
    expect(receive?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId);
  });

  it('marks a failed span and passes the error on', async () => {
    await expect(withSpan('work', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await finished())[0]?.status.code).toBe(2);
  });

  it('starts a trace of its own where the headers carry none', async () => {
    await withSpan('alone', { parent: extractTrace(undefined) }, () => Promise.resolve());
    expect((await finished())[0]?.parentSpanContext).toBeUndefined();
  });
});
