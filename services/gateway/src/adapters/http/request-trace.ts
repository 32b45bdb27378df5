import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { OutcomeError } from '@vega/kernel';
import type { Metrics } from '@vega/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What is remembered of a request while it is served. */
interface RequestTrace {
  readonly traceId: string;
  readonly span: Span;
  readonly startMs: number;
}

const traces = new WeakMap<FastifyRequest, RequestTrace>();

/** Longest address with its query; no endpoint needs a quarter of it. */
export const MAX_URL_LENGTH = 2_048;

/** The trace id of a request: its caller's, its span's, or a new one. */
export function traceIdOf(request: FastifyRequest): string {
  return traces.get(request)?.traceId ?? newTraceId();
}

/** The id of a request: its caller's where it is harmless text, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(given) ? given : randomUUID();
}

/** A trace id for what happened before a request could be read. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Opens a span per request under the caller's `traceparent`, counts and times it by route, and refuses addresses that are
 * too long. Register it before the routes.
 */
export function traceRequests(fastify: FastifyInstance, metrics: Metrics): void {
  const duration = metrics.histogram('vega_http_request_duration_seconds', 'HTTP requests answered.', [
    'method',
    'route',
    'status',
  ]);
  const tracer = trace.getTracer('vega');

  fastify.addHook('onRequest', (request, reply, done) => {
    const parent = parentContext(request.headers.traceparent);
    const span = tracer.startSpan(`HTTP ${request.method}`, { kind: SpanKind.SERVER }, parent);
    const { traceId } = span.spanContext();
    const known = /[1-9a-f]/.test(traceId) ? traceId : newTraceId();
    traces.set(request, { traceId: known, span, startMs: performance.now() });
    void reply.header('x-trace-id', known).header('x-request-id', request.id);
    context.with(trace.setSpan(parent, span), () => {
      if (request.url.length <= MAX_URL_LENGTH) return done();
      const limits = { max_url_length: MAX_URL_LENGTH };
      done(new OutcomeError('URL_TOO_LONG', `an address is at most ${MAX_URL_LENGTH} characters`, limits));
    });
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const entry = traces.get(request);
    if (entry !== undefined) {
      const route = request.routeOptions.url ?? 'unmatched';
      const status = String(reply.statusCode);
      duration.observe({ method: request.method, route, status }, (performance.now() - entry.startMs) / 1000);
      entry.span.updateName(`HTTP ${request.method} ${route}`);
      entry.span.setAttribute('http.response.status_code', reply.statusCode);
      if (reply.statusCode >= 500) entry.span.setStatus({ code: SpanStatusCode.ERROR });
      entry.span.end();
    }
    done();
  });
}

/** The caller's context from its W3C header `traceparent`; parsed here, since nothing reads headers while tracing is off. */
export function parentContext(traceparent: string | string[] | undefined): ReturnType<typeof context.active> {
  const match =
    typeof traceparent === 'string' ? /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) : null;
  const [, traceId, spanId, flags] = match ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId))
    return context.active();
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true });
}
