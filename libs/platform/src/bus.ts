import { connect } from '@nats-io/transport-node';
import { PermissionViolationError, type NatsConnection } from '@nats-io/nats-core';
import type { Health } from './health.ts';
import type { Logger } from './logging.ts';

/** The process's one connection to NATS. Everything on the bus goes through it. */
export interface Bus {
  readonly nc: NatsConnection;
  /** Whether a publish would reach the server now; a core publish while it would not is lost silently. */
  isConnected(): boolean;
  /** Sends what is buffered, ends every subscription, closes. */
  close(): Promise<void>;
}

export interface BusOptions {
  url: string;
  /** Seen in the server's connection list. */
  name: string;
  logger: Logger;
  health?: Health;
  /** Called when the connection can never work again: a permission is missing or the server refuses us for good. */
  onFatal: (error: Error) => void;
}

/** Connects to NATS and keeps trying for ever once it was connected; the first attempt must succeed within ten seconds. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { logger } = options;
  const nc = await connect({
    servers: options.url,
    name: options.name,
    timeout: 10_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
  });
  let connected = true;
  let closing = false;
  void watchStatus();
  options.health?.register({ name: 'nats', check: () => (connected ? undefined : 'not connected to NATS') });

  async function watchStatus(): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        connected = false;
        if (!closing) logger.warn('lost the connection to NATS');
      } else if (status.type === 'reconnect') {
        connected = true;
        logger.info('connected to NATS again');
      } else if (status.type === 'error') {
        if (status.error instanceof PermissionViolationError) options.onFatal(status.error);
        else logger.error({ err: status.error }, 'NATS reported an error');
      } else if (status.type === 'slowConsumer') {
        logger.warn({ pending: status.pending }, 'a subscription reads more slowly than its messages come');
      }
    }
    connected = false;
    if (!closing) options.onFatal(new Error('the connection to NATS ended for good'));
  }

  return {
    nc,
    isConnected: () => connected && !nc.isClosed(),
    async close() {
      closing = true;
      if (!nc.isClosed()) await nc.drain().catch(() => nc.close());
    },
  };
}
