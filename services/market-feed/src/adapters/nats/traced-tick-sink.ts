import { context, SpanKind, trace } from '@opentelemetry/api';
import type { Clock } from '@vega/kernel';
import { injectTrace, type Bus } from '@vega/platform';
import { NatsTickSink } from './nats-tick-sink.ts';
import type { TickSink } from '../../app/feed-ports.ts';

/**
 * Ticks on core NATS, every n-th of them as a trace of its own: `feed frame` from the arrival of its frame, within it
 * `tick publish`, whose context travels in the message's header. The others cost one comparison more than untraced.
 */
export class TracedTickSink implements TickSink {
  private readonly plain: NatsTickSink;
  private left: number;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly every: number,
  ) {
    this.plain = new NatsTickSink(bus);
    this.left = every;
  }

  publish(subject: string, bytes: Uint8Array, receivedAtMonotonicMs: number): boolean {
    this.left -= 1;
    if (this.left > 0) return this.plain.publish(subject, bytes);
    this.left = this.every;
    return this.publishTraced(subject, bytes, receivedAtMonotonicMs);
  }

  private publishTraced(subject: string, bytes: Uint8Array, receivedAtMonotonicMs: number): boolean {
    if (!this.bus.isConnected()) return false;
    const { clock } = this;
    const tracer = trace.getTracer('vega');
    const arrivedAt = clock.wallNow() - (clock.monotonicMs() - receivedAtMonotonicMs);
    const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': subject };
    // Whole milliseconds, as the end is read: a frame must not end before it came.
    const frame = tracer.startSpan('feed frame', {
      kind: SpanKind.CONSUMER,
      startTime: Math.floor(arrivedAt),
      root: true,
    });
    const inFrame = trace.setSpan(context.active(), frame);
    const publish = tracer.startSpan('tick publish', { kind: SpanKind.PRODUCER, attributes }, inFrame);
    const headers = context.with(trace.setSpan(inFrame, publish), () => injectTrace());
    this.bus.nc.publish(subject, bytes, { headers });
    publish.end();
    frame.end();
    return true;
  }
}
