// Makes the streams and durable consumers of the contracts before any service starts, and the quants' copies of streams
// in their account. It runs as users of its own, the only ones that may create any of them; see bus-permissions.ts.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { AckPolicy, DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import {
  parseQuantTeams,
  QUANT_BRIDGE,
  quantCopies,
  STREAMS,
  type QuantTeam,
  type StreamCopy,
  type StreamDefinition,
} from '@vega/contracts';
import { z } from 'zod';
import { connectBus, type Bus } from './bus.ts';
import { baseConfigShape, loadConfig } from './config.ts';
import { createLogger, type Logger } from './logging.ts';
import { ensureDurable, ensureStreams, toConfig, type Wanted } from './streams.ts';

const configSchema = z.object({
  VEGA_NATS_URL: baseConfigShape.VEGA_NATS_URL,
  /** Seed of the user `provisioner`. */
  VEGA_NATS_SEED: baseConfigShape.VEGA_NATS_SEED,
  /** Seed of the user `quants-provisioner`; without it the quants' account is left alone. */
  VEGA_NATS_QUANTS_SEED: baseConfigShape.VEGA_NATS_SEED,
  /** JSON: a list of {@link QuantTeam}. */
  VEGA_QUANT_TEAMS_FILE: z.string().min(1).optional(),
  VEGA_NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  VEGA_LOG_LEVEL: baseConfigShape.VEGA_LOG_LEVEL,
});

/** Makes or changes every stream and durable that the contracts name. Idempotent. */
export async function provisionBus(bus: Bus, options: { replicas?: number } = {}): Promise<void> {
  const streams: readonly StreamDefinition[] = Object.values(STREAMS);
  await ensureStreams(bus, streams, { ...options, update: true });
  for (const stream of streams) {
    for (const reader of stream.readers) {
      if (!('durable' in reader) || reader.madeByReader === true) continue;
      await ensureDurable(bus, stream, reader.durable, { update: true });
    }
  }
}

/** Makes or changes the quants' copies and one durable per team on each. Idempotent. */
export async function provisionQuants(
  bus: Bus,
  teams: readonly QuantTeam[],
  options: { replicas?: number } = {},
): Promise<void> {
  const manager = await jetstreamManager(bus.nc);
  for (const copy of quantCopies()) {
    const wanted = copyConfig(copy, options.replicas ?? 1);
    const { name } = wanted;
    const present = await manager.streams.info(name).catch(() => undefined);
    if (present === undefined) await manager.streams.add(wanted);
    else await manager.streams.update(name, wanted);
    for (const team of teams) {
      await manager.consumers.add(name, {
        durable_name: team.name,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: 30_000_000_000,
        max_ack_pending: 5_000,
      });
    }
  }
}

function copyConfig({ stream, filter, maxBytes }: StreamCopy, replicas: number): Wanted {
  const { subjects: _captured, ...config } = toConfig(stream, replicas);
  return {
    ...config,
    description: `Copy for quant teams. ${stream.summary}`,
    max_bytes: maxBytes,
    mirror: {
      name: stream.name,
      ...(filter === undefined ? {} : { filter_subject: filter }),
      external: { api: QUANT_BRIDGE.apiPrefix, deliver: `${QUANT_BRIDGE.deliverPrefix}.${stream.name}` },
    },
  };
}

/** The whole of it, from an environment: what the launcher and the Kubernetes Job run. */
export async function provision(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const config = loadConfig(configSchema, environment);
  const logger = createLogger({ service: 'bus-provision', replica: String(process.pid), level: config.VEGA_LOG_LEVEL });
  const url = config.VEGA_NATS_URL;
  const replicas = config.VEGA_NATS_REPLICAS;
  let hasUsers = false;
  await asUser({ url, user: 'provisioner', seed: config.VEGA_NATS_SEED, logger }, (bus) => {
    hasUsers = bus.nc.info?.auth_required === true;
    return provisionBus(bus, { replicas });
  });
  logger.info({ streams: Object.values(STREAMS).map(({ name }) => name) }, 'streams and durables stand');
  if (config.VEGA_NATS_QUANTS_SEED === undefined) return;
  // A server without users has one account only: the copies would stand in the streams' own place.
  if (!hasUsers) return logger.warn('this server has no users, so there is no account for the quants');
  const teams =
    config.VEGA_QUANT_TEAMS_FILE === undefined
      ? []
      : parseQuantTeams(JSON.parse(readFileSync(config.VEGA_QUANT_TEAMS_FILE, 'utf8')));
  await asUser({ url, user: 'quants-provisioner', seed: config.VEGA_NATS_QUANTS_SEED, logger }, (bus) =>
    provisionQuants(bus, teams, { replicas }),
  );
  logger.info({ teams: teams.map(({ name }) => name) }, "the quants' copies stand");
}

async function asUser(
  { url, user, seed, logger }: { url: string; user: string; seed: string | undefined; logger: Logger },
  work: (bus: Bus) => Promise<void>,
): Promise<void> {
  let refused: Error | undefined;
  const onFatal = (error: Error): void => void (refused ??= error);
  const bus = await connectBus({ url, name: user, user, ...(seed === undefined ? {} : { seed }), logger, onFatal });
  try {
    await work(bus);
  } catch (error) {
    throw refused ?? error;
  } finally {
    await bus.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await provision(process.env);
  } catch (error) {
    process.stderr.write(
      `the bus could not be provisioned: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}
