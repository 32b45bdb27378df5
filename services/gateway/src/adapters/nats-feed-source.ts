import { FeedHealth, MarketStatus, subjects, type Codec } from '@vega/contracts';
import type { InstrumentKey } from '@vega/kernel';
import type { Bus, Logger } from '@vega/platform';
import type { MsgHdrs } from '@nats-io/nats-core';
import type { Ending, FeedSource, TickTrace } from '../app/stream/ports.ts';
import { continueTickTrace } from './stream/tick-trace.ts';

/**
 * market-feed's published subjects on core NATS. One subscription per instrument: the server then sends what somebody
 * holds and nothing else, while a wildcard over NSE_FO would bring a whole segment to a gateway that shows a part of it.
 */
export class NatsFeedSource implements FeedSource {
  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  subscribeTicks(key: InstrumentKey, onTick: (bytes: Uint8Array, trace?: TickTrace) => void): Ending {
    const subject = subjects.tick(key);
    return this.subscribe(subject, (bytes, headers) =>
      onTick(bytes, headers === undefined ? undefined : continueTickTrace(subject, headers)),
    );
  }

  subscribeReports(handlers: Parameters<FeedSource['subscribeReports']>[0]): Ending {
    const endStatus = this.subscribe(subjects.allStatus(), this.decoding(MarketStatus, handlers.onStatus));
    const endHealth = this.subscribe(subjects.allHealth(), this.decoding(FeedHealth, handlers.onHealth));
    return () => {
      endStatus();
      endHealth();
    };
  }

  onReconnect(listener: () => void): Ending {
    let ended = false;
    const statuses = this.bus.nc.status();
    void (async () => {
      for await (const status of statuses) {
        if (ended) return;
        if (status.type === 'reconnect') listener();
      }
    })();
    return () => {
      ended = true;
    };
  }

  private subscribe(subject: string, onBytes: (bytes: Uint8Array, headers: MsgHdrs | undefined) => void): Ending {
    const subscription = this.bus.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onBytes(message.data, message.headers);
        else this.logger.warn({ err: error, subject }, 'a subscription failed');
      },
    });
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  }

  private decoding<T>(codec: Codec<T>, handle: (message: T) => void): (bytes: Uint8Array) => void {
    return (bytes) => {
      let message: T;
      try {
        message = codec.decode(bytes);
      } catch (error) {
        this.logger.warn({ err: error }, 'a published report cannot be read');
        return;
      }
      handle(message);
    };
  }
}
