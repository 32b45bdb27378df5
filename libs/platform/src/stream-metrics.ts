import { jetstreamManager, type ConsumerInfo, type StreamInfo } from '@nats-io/jetstream';
import { STREAMS } from '@vega/contracts';
import { repeat, type Timer } from '@vega/kernel';
import type { ServiceContext } from './start-service.ts';

/** Two looks at the streams, milliseconds: they are sizes, not events. */
const LOOK_EVERY_MS = 10_000;

/** A stream and those who read it, as JetStream counts them. */
interface Look {
  readonly stream: StreamInfo;
  readonly consumers: readonly ConsumerInfo[];
}

/**
 * Publishes the size of every stream of the platform and how far behind its durable consumers are. One service of a
 * stack does it; it ends with the service. While NATS cannot be asked the figures are absent rather than old.
 */
export async function watchStreams(context: ServiceContext): Promise<void> {
  const { bus, clock, logger, metrics } = context;
  let looks: readonly Look[] = [];
  const perStream = (name: string, help: string, read: (stream: StreamInfo) => number): void => {
    metrics.gauge(name, help, ['stream'], (gauge) => {
      gauge.reset();
      for (const { stream } of looks) gauge.set({ stream: stream.config.name }, read(stream));
    });
  };
  const perConsumer = (name: string, help: string, read: (consumer: ConsumerInfo) => number): void => {
    metrics.gauge(name, help, ['stream', 'consumer'], (gauge) => {
      gauge.reset();
      for (const consumer of looks.flatMap(({ consumers }) => consumers)) {
        if (consumer.config.durable_name === undefined) continue;
        gauge.set({ stream: consumer.stream_name, consumer: consumer.name }, read(consumer));
      }
    });
  };
  perStream('vega_jetstream_messages', 'Messages kept in a stream.', ({ state }) => state.messages);
  perStream('vega_jetstream_bytes', 'Bytes kept in a stream.', ({ state }) => state.bytes);
  perStream('vega_jetstream_max_bytes', 'Bytes a stream keeps at most.', ({ config }) => config.max_bytes);
  perConsumer('vega_consumer_pending', 'Messages a consumer has not been sent yet.', (one) => one.num_pending);
  perConsumer(
    'vega_consumer_unacknowledged',
    'Messages a consumer was sent and has not acknowledged.',
    (one) => one.num_ack_pending,
  );
  perConsumer('vega_consumer_redelivered', 'Unacknowledged messages sent again.', (one) => one.num_redelivered);

  const look = async (): Promise<void> => {
    try {
      const manager = await jetstreamManager(bus.nc);
      const found: Look[] = [];
      for (const { name } of Object.values(STREAMS)) {
        const stream = await manager.streams.info(name).catch(() => undefined);
        if (stream === undefined) continue;
        const consumers: ConsumerInfo[] = [];
        for await (const consumer of manager.consumers.list(name)) consumers.push(consumer);
        found.push({ stream, consumers });
      }
      looks = found;
    } catch (error) {
      looks = [];
      logger.debug({ err: error }, 'the streams could not be looked at');
    }
  };
  const timer: Timer = repeat(clock, LOOK_EVERY_MS, look);
  context.onDrain('stream metrics', () => timer.cancel());
  await look();
}
