import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One span as a line of a trace file; what is absent is left out. */
export interface TraceFileLine {
  readonly trace_id: string;
  readonly span_id: string;
  /** Absent at the root of a trace. */
  readonly parent_span_id?: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly service: string;
  readonly replica: string;
  /** Epoch ms with fraction. */
  readonly start_ms: number;
  readonly duration_ms: number;
  readonly status?: 'ok' | 'error';
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What happened within the span, such as an exception. */
  readonly events?: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
}

type Spans = Parameters<SpanExporter['export']>[0];
type Span = Spans[number];
type Done = Parameters<SpanExporter['export']>[1];

const KINDS: Readonly<Record<SpanKind, TraceFileLine['kind']>> = {
  [SpanKind.INTERNAL]: 'internal',
  [SpanKind.SERVER]: 'server',
  [SpanKind.CLIENT]: 'client',
  [SpanKind.PRODUCER]: 'producer',
  [SpanKind.CONSUMER]: 'consumer',
};

/** A file that is forgotten must not fill the disk: what one process writes ends here. */
const MOST_BYTES = 256 * 1024 ** 2;

/**
 * Appends spans to a file as JSON lines, one span a line. Each batch is one append, so several processes may share the
 * file. A process writes at most 256 MiB; what comes after is dropped and reported as a failed export.
 */
export class TraceFileExporter implements SpanExporter {
  private written = 0;
  private writing: Promise<void>;

  constructor(
    private readonly file: string,
    private readonly origin: { readonly service: string; readonly replica: string },
  ) {
    // Its failure is reported by the first append.
    this.writing = mkdir(dirname(file), { recursive: true }).then(
      () => undefined,
      () => undefined,
    );
  }

  export(spans: Spans, done: Done): void {
    const text = spans.map((span) => `${JSON.stringify(toLine(span, this.origin))}\n`).join('');
    this.written += Buffer.byteLength(text);
    if (this.written > MOST_BYTES) {
      done({ code: 1, error: new Error(`${this.file} has taken as much as one process may write`) });
      return;
    }
    this.writing = this.writing
      .then(() => appendFile(this.file, text))
      .then(
        () => done({ code: 0 }),
        (error: unknown) => done({ code: 1, error: error as Error }),
      );
  }

  /** Resolves when everything handed over is written. */
  forceFlush(): Promise<void> {
    return this.writing;
  }

  shutdown(): Promise<void> {
    return this.writing;
  }
}

function toLine(span: Span, origin: { readonly service: string; readonly replica: string }): TraceFileLine {
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext?.spanId;
  return {
    trace_id: traceId,
    span_id: spanId,
    ...(parent === undefined ? {} : { parent_span_id: parent }),
    name: span.name,
    kind: KINDS[span.kind],
    ...origin,
    start_ms: toMs(span.startTime),
    duration_ms: toMs(span.duration),
    ...(span.status.code === SpanStatusCode.UNSET
      ? {}
      : { status: span.status.code === SpanStatusCode.OK ? 'ok' : 'error' }),
    attributes: span.attributes,
    ...(span.events.length === 0
      ? {}
      : { events: span.events.map(({ name, attributes }) => ({ name, attributes: attributes ?? {} })) }),
  };
}

function toMs([seconds, nanoseconds]: Span['startTime']): number {
  return seconds * 1000 + Math.round(nanoseconds / 1000) / 1000;
}
