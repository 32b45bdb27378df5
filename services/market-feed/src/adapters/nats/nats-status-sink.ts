import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { FeedHealth, MarketStatus, STREAMS, subjects, toBytes } from '@vega/contracts';
import type { Bus } from '@vega/platform';
import type { StatusSink } from '../../app/feed-ports.ts';

const TIMEOUT_MS = 2_000;

/** Market status and feed health on the stream that keeps the last message of each subject. */
export class NatsStatusSink implements StatusSink {
  private readonly js: JetStreamClient;

  constructor(bus: Bus) {
    this.js = jetstream(bus.nc, { timeout: TIMEOUT_MS });
  }

  async publishStatus(status: MarketStatus): Promise<void> {
    await this.publish(subjects.status(status.segment), toBytes(MarketStatus, status));
  }

  async publishHealth(health: FeedHealth): Promise<void> {
    await this.publish(subjects.health(health.replica), toBytes(FeedHealth, health));
  }

  private async publish(subject: string, bytes: Uint8Array): Promise<void> {
    await this.js.publish(subject, bytes, { timeout: TIMEOUT_MS, expect: { streamName: STREAMS.status.name } });
  }
}
