import { OrderEvent, subjects } from '@vega/contracts';
import type { Bus, Logger } from '@vega/platform';
import type { OrderEventSource } from '../app/stream/orders/orders-board.ts';
import type { Ending, FeedSource } from '../app/stream/ports.ts';

/** What orders publishes, on core NATS: one subscription per account that somebody follows. */
export class NatsOrderSource implements OrderEventSource {
  constructor(
    private readonly bus: Bus,
    private readonly feed: Pick<FeedSource, 'onReconnect'>,
    private readonly logger: Logger,
  ) {}

  subscribeOrderEvents(accountId: string, onEvent: (event: OrderEvent) => void): Ending {
    const subject = subjects.orderEvent(accountId);
    const subscription = this.bus.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) {
          this.logger.warn({ err: error, subject }, 'a subscription failed');
          return;
        }
        let event: OrderEvent;
        try {
          event = OrderEvent.decode(message.data);
        } catch (cause) {
          this.logger.warn({ err: cause, subject }, 'a published event cannot be read');
          return;
        }
        onEvent(event);
      },
    });
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  }

  onReconnect(listener: () => void): Ending {
    return this.feed.onReconnect(listener);
  }
}
