import { connect } from '@nats-io/transport-node';
import { nkeyAuthenticator, PermissionViolationError, type NatsConnection } from '@nats-io/nats-core';
import { inboxPrefixOf } from '@vega/contracts';
import type { Health } from './health.ts';
import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';

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
  /** The user on the bus: whose inboxes replies come to. Anybody's unless given, which only a server without users allows. */
  user?: string;
  /** The user's nkey seed; none for a server without users. */
  seed?: string;
  logger: Logger;
  health?: Health;
  metrics?: Metrics;
  /** Called when the connection can never work again: a permission is missing or the server refuses us for good. */
  onFatal: (error: Error) => void;
}

/** The server refused a subject to this process: the contracts do not name it there. The message says which. */
export class BusPermissionError extends Error {
  override readonly name = 'BusPermissionError';

  constructor(user: string, cause: PermissionViolationError) {
    super(
      `permission denied on the bus: ${user} may not ${cause.operation} ${cause.subject}; see the runbook bus-permission-denied`,
      { cause },
    );
  }
}

/** Bytes of a burst after which its beginning is written: who reads it then works while the rest is being made. */
const FLUSH_BYTES = 8_192;

/** Connects to NATS and keeps trying for ever once it was connected; the first attempt must succeed within thirty seconds. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { logger } = options;
  const nc = await connect({
    // The client reads this although its types do not name it; without it a burst is written in pieces of 32 KiB.
    ...{ pendingLimit: FLUSH_BYTES },
    servers: options.url,
    name: options.name,
    timeout: 30_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    ...(options.user === undefined ? {} : { inboxPrefix: inboxPrefixOf(options.user) }),
    ...(options.seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(options.seed)) }),
  });
  let connected = true;
  let closing = false;
  const seen = { reconnects: 0, slowConsumers: 0, errors: 0, refusals: 0 };
  if (options.metrics !== undefined) registerBusMetrics(options.metrics, nc, () => connected, seen);
  void watchStatus();
  options.health?.register({ name: 'nats', check: () => (connected ? undefined : 'not connected to NATS') });

  async function watchStatus(): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        connected = false;
        if (!closing) logger.warn('lost the connection to NATS');
      } else if (status.type === 'reconnect') {
        connected = true;
        seen.reconnects += 1;
        logger.info('connected to NATS again');
      } else if (status.type === 'error') {
        seen.errors += 1;
        if (status.error instanceof PermissionViolationError) {
          seen.refusals += 1;
          options.onFatal(new BusPermissionError(options.user ?? options.name, status.error));
        } else logger.error({ err: status.error }, 'NATS reported an error');
      } else if (status.type === 'slowConsumer') {
        seen.slowConsumers += 1;
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

/** What the client knows of its connection; read when somebody scrapes. */
function registerBusMetrics(
  metrics: Metrics,
  nc: NatsConnection,
  isConnected: () => boolean,
  seen: Readonly<Record<'reconnects' | 'slowConsumers' | 'errors' | 'refusals', number>>,
): void {
  metrics.gauge('vega_bus_connected', '1 while the process is connected to NATS.', [], (gauge) =>
    gauge.set(isConnected() ? 1 : 0),
  );
  metrics.total('vega_bus_reconnects_total', 'Times the connection to NATS came back.', () => seen.reconnects);
  metrics.total('vega_bus_errors_total', 'Errors that NATS reported on the connection.', () => seen.errors);
  metrics.total(
    'vega_bus_permission_refusals_total',
    'Subjects that NATS refused to this process for want of a permission.',
    () => seen.refusals,
  );
  metrics.total(
    'vega_bus_slow_consumers_total',
    'Times a subscription read more slowly than its messages came.',
    () => seen.slowConsumers,
  );
  metrics.total('vega_bus_messages_in_total', 'Messages read from NATS.', () => nc.stats().inMsgs);
  metrics.total('vega_bus_messages_out_total', 'Messages written to NATS.', () => nc.stats().outMsgs);
  metrics.total('vega_bus_bytes_in_total', 'Bytes read from NATS.', () => nc.stats().inBytes);
  metrics.total('vega_bus_bytes_out_total', 'Bytes written to NATS.', () => nc.stats().outBytes);
}
