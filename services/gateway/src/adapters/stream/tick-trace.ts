import { SpanKind, trace } from '@opentelemetry/api';
import type { MsgHdrs } from '@nats-io/nats-core';
import { extractTrace } from '@vega/platform';
import type { TickTrace } from '../../app/stream/ports.ts';

/**
 * Continues the trace that a tick's headers carry: `tick receive` now, then `stream message` when the first client is
 * sent the quote, or `tick conflated` when a newer tick took its place. Undefined where nothing is traced.
 */
export function continueTickTrace(subject: string, headers: MsgHdrs): TickTrace | undefined {
  const parent = extractTrace(headers);
  if (trace.getSpanContext(parent)?.isRemote !== true) return undefined;
  const tracer = trace.getTracer('vega');
  const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': subject };
  const receive = tracer.startSpan('tick receive', { kind: SpanKind.CONSUMER, attributes }, parent);
  if (!receive.isRecording()) return undefined;
  const received = trace.setSpan(parent, receive);
  const arrivedAtMs = Date.now();
  receive.end();
  let isOpen = true;
  const end = (name: string, kind: SpanKind): void => {
    if (!isOpen) return;
    isOpen = false;
    // From the arrival, so that its length is the wait for the client's turn.
    tracer.startSpan(name, { kind, startTime: arrivedAtMs }, received).end();
  };
  return {
    traceId: receive.spanContext().traceId,
    sent: () => end('stream message', SpanKind.PRODUCER),
    replaced: () => end('tick conflated', SpanKind.INTERNAL),
  };
}
