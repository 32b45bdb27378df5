import { context, propagation, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetector, hostDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { headers as natsHeaders, type MsgHdrs } from '@nats-io/nats-core';
import { TraceFileExporter } from './trace-file.ts';

/** A running tracer, or nothing where tracing is off. */
export interface Telemetry {
  shutdown(): Promise<void>;
}

/** Where spans go, and whose they are. */
export interface TelemetryOptions {
  readonly service: string;
  readonly replica: string;
  /** Base address of an OTLP collector (HTTP); spans are posted to `/v1/traces` below it. */
  readonly endpoint: string | undefined;
  /** A file that spans are appended to, one JSON object a line. */
  readonly file: string | undefined;
}

/** How long a finished span may wait for its line in the file, milliseconds. */
const FILE_DELAY_MS = 250;

/** Starts tracing when an endpoint or a file is given; otherwise every call below costs next to nothing. */
export function startTelemetry({ service, replica, endpoint, file }: TelemetryOptions): Telemetry {
  const spanProcessors: SpanProcessor[] = [];
  if (endpoint !== undefined) {
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
    spanProcessors.push(new BatchSpanProcessor({ exporter }));
  }
  if (file !== undefined) {
    const exporter = new TraceFileExporter(file, { service, replica });
    spanProcessors.push(new BatchSpanProcessor({ exporter, scheduledDelayMillis: FILE_DELAY_MS }));
  }
  if (spanProcessors.length === 0) return { shutdown: () => Promise.resolve() };
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': replica }),
    // What is detected wins over what is given, and one of the usual detectors makes up an instance id.
    resourceDetectors: [envDetector, hostDetector],
    spanProcessors,
    instrumentations: [],
  });
  sdk.start();
  return { shutdown: () => sdk.shutdown() };
}

/** Writes the active trace context into NATS headers (W3C `traceparent`); the same object comes back. */
export function injectTrace(headers: MsgHdrs = natsHeaders()): MsgHdrs {
  propagation.inject(context.active(), headers, { set: (carrier, key, value) => carrier.set(key, value) });
  return headers;
}

/** The trace context that NATS headers carry. */
export function extractTrace(headers: MsgHdrs | undefined): Context {
  if (headers === undefined) return context.active();
  return propagation.extract(context.active(), headers, {
    get: (carrier, key) => (carrier.has(key) ? carrier.get(key) : undefined),
    keys: (carrier) => carrier.keys(),
  });
}

/** Runs `work` inside a span that records its failure, under `parent` (default: the active context). */
export async function withSpan<T>(
  name: string,
  options: { kind?: SpanKind; parent?: Context; attributes?: Record<string, string | number | boolean> },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = options.parent ?? context.active();
  return trace
    .getTracer('vega')
    .startActiveSpan(
      name,
      { kind: options.kind ?? SpanKind.INTERNAL, attributes: options.attributes ?? {} },
      parent,
      async (span) => {
        try {
          return await work(span);
        } catch (error) {
          span.recordException(error instanceof Error ? error : String(error));
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      },
    );
}
