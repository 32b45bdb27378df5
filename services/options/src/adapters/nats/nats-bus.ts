import {
  ChainInterest,
  ChainUpdate,
  FeedHealth,
  MarketStatus,
  ShardHeartbeat,
  subjects,
  Tick,
  toBytes,
  type Codec,
} from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import type { Bus, Logger } from '@vega/platform';
import type { ChainSink, Ending, FeedSubjects, OptionsMetrics, ShardBus } from '../../app/ports.ts';

/** Subscribes on core NATS and decodes; what cannot be read is logged and dropped. */
function subscribe<T>(
  bus: Bus,
  logger: Logger,
  subject: string,
  codec: Codec<T>,
  handle: (message: T) => void,
): Ending {
  const subscription = bus.nc.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) {
        logger.warn({ err: error, subject }, 'a subscription failed');
        return;
      }
      let decoded: T;
      try {
        decoded = codec.decode(message.data);
      } catch (cause) {
        logger.warn({ err: cause, subject }, 'a published message cannot be read');
        return;
      }
      handle(decoded);
    },
  });
  return () => {
    if (!subscription.isClosed()) subscription.unsubscribe();
  };
}

/** What market-feed publishes, on core NATS: one subscription per instrument. */
export class NatsFeedSubjects implements FeedSubjects {
  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  subscribeTicks(key: string, onTick: (tick: Tick) => void): Ending {
    return subscribe(this.bus, this.logger, subjects.tick(instrumentKey(key)), Tick, onTick);
  }

  subscribeReports(onStatus: (status: MarketStatus) => void, onHealth: (health: FeedHealth) => void): Ending {
    const endings = [
      subscribe(this.bus, this.logger, subjects.allStatus(), MarketStatus, onStatus),
      subscribe(this.bus, this.logger, subjects.allHealth(), FeedHealth, onHealth),
    ];
    return () => endings.forEach((end) => end());
  }

  onReconnect(listener: () => void): Ending {
    let ended = false;
    void (async () => {
      for await (const status of this.bus.nc.status()) {
        if (ended) return;
        if (status.type === 'reconnect') listener();
      }
    })();
    return () => {
      ended = true;
    };
  }
}

/** Chains on core NATS. */
export class NatsChainSink implements ChainSink {
  constructor(
    private readonly bus: Bus,
    private readonly metrics: Pick<OptionsMetrics, 'published'>,
  ) {}

  publish(update: ChainUpdate): boolean {
    if (!this.bus.isConnected()) return false;
    const bytes = toBytes(ChainUpdate, update);
    this.bus.nc.publish(subjects.chain(update.underlyingKey, update.expiryDate), bytes);
    this.metrics.published(update.rows.length, bytes.length, update.full);
    return true;
  }
}

/** What replicas tell each other, on core NATS. */
export class NatsShardBus implements ShardBus {
  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  beat(heartbeat: ShardHeartbeat): void {
    if (!this.bus.isConnected()) return;
    this.bus.nc.publish(subjects.chainShard(heartbeat.replica), toBytes(ShardHeartbeat, heartbeat));
  }

  tellInterest(interest: ChainInterest): void {
    if (!this.bus.isConnected()) return;
    this.bus.nc.publish(subjects.chainInterest(interest.holder), toBytes(ChainInterest, interest));
  }

  listen(onBeat: (heartbeat: ShardHeartbeat) => void, onInterest: (interest: ChainInterest) => void): Ending {
    const endings = [
      subscribe(this.bus, this.logger, subjects.allChainShards(), ShardHeartbeat, onBeat),
      subscribe(this.bus, this.logger, subjects.allChainInterest(), ChainInterest, onInterest),
    ];
    return () => endings.forEach((end) => end());
  }
}
