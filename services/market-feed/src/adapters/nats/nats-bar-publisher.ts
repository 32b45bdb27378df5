import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { STREAMS } from '@vega/contracts';
import type { Bus } from '@vega/platform';
import type { BarMessage, BarPublisher } from '../../app/data-ports.ts';

/** Messages whose acknowledgement is awaited at the same time. */
const IN_FLIGHT = 256;
const ACK_TIMEOUT_MS = 5_000;

/** Bars to the stream of bars, each with its id, so that the server drops a second one within its window. */
export class NatsBarPublisher implements BarPublisher {
  private readonly js: JetStreamClient;

  constructor(bus: Bus) {
    this.js = jetstream(bus.nc);
  }

  async publish(messages: readonly BarMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += IN_FLIGHT) {
      const chunk = messages.slice(start, start + IN_FLIGHT);
      const results = await Promise.allSettled(chunk.map((message) => this.publishOne(message)));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  private publishOne({ subject, payload, messageId }: BarMessage): Promise<unknown> {
    return this.js.publish(subject, payload, {
      msgID: messageId,
      timeout: ACK_TIMEOUT_MS,
      expect: { streamName: STREAMS.bars.name },
    });
  }
}
