import type { FeedHealth, MarketStatus } from '@vega/contracts';
import type { Logger } from '@vega/platform';
import type { StatusSink } from './feed-ports.ts';

/**
 * Publishes status until the bus acknowledges it. Of each segment and of health only the newest waits: what was not
 * acknowledged goes out again with the next one.
 */
export class StatusPublisher {
  private readonly statuses = new Map<string, MarketStatus>();
  private health: FeedHealth | undefined;
  private sending: Promise<void> | undefined;
  private failing = false;

  constructor(
    private readonly sink: StatusSink,
    private readonly logger: Logger,
  ) {}

  /** Takes what is to be published; sends unless a sending is under way, which then takes it along. */
  offer(statuses: readonly MarketStatus[], health: FeedHealth | undefined): void {
    for (const status of statuses) this.statuses.set(status.segment, status);
    if (health !== undefined) this.health = health;
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
    });
  }

  /** Waits for what is being sent. */
  async settled(): Promise<void> {
    await this.sending;
  }

  private async send(): Promise<void> {
    try {
      for (;;) {
        const next = this.statuses.entries().next().value;
        if (next !== undefined) {
          await this.sink.publishStatus(next[1]);
          // A newer one may have come meanwhile.
          if (this.statuses.get(next[0]) === next[1]) this.statuses.delete(next[0]);
        } else if (this.health !== undefined) {
          const { health } = this;
          await this.sink.publishHealth(health);
          if (this.health === health) this.health = undefined;
        } else break;
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'status cannot be published');
      this.failing = true;
    }
  }
}
