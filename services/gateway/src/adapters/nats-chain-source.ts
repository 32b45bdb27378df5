import { ChainUpdate, subjects } from '@vega/contracts';
import type { Bus, Logger } from '@vega/platform';
import type { ChainSource } from '../app/stream/chain/chain-board.ts';
import type { Ending, FeedSource } from '../app/stream/ports.ts';

/** The chains that options publishes, on core NATS: one subscription per chain that somebody holds. */
export class NatsChainSource implements ChainSource {
  constructor(
    private readonly bus: Bus,
    private readonly feed: Pick<FeedSource, 'onReconnect'>,
    private readonly logger: Logger,
  ) {}

  subscribeChain(underlyingKey: string, expiryDate: string, onUpdate: (update: ChainUpdate) => void): Ending {
    const subject = subjects.chain(underlyingKey, expiryDate);
    const subscription = this.bus.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) {
          this.logger.warn({ err: error, subject }, 'a subscription failed');
          return;
        }
        let update: ChainUpdate;
        try {
          update = ChainUpdate.decode(message.data);
        } catch (cause) {
          this.logger.warn({ err: cause, subject }, 'a published chain cannot be read');
          return;
        }
        onUpdate(update);
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
