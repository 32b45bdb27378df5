import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { DurableReader, StreamDefinition } from '@vega/contracts';
import { invariant } from '@vega/kernel';
import type { Bus } from './bus.ts';

/**
 * Makes sure that streams stand: creates the missing and, with `update`, changes those that differ from the contracts.
 * A service has no permission for either, so with users on the bus it finds them as {@link provisionBus} left them and
 * only looks; a stream that is missing then ends the service. `replicas` is 1 on a single server, 3 on a cluster.
 */
export async function ensureStreams(
  bus: Bus,
  definitions: readonly StreamDefinition[],
  options: { replicas?: number; update?: boolean } = {},
): Promise<void> {
  const manager = await jetstreamManager(bus.nc);
  for (const definition of definitions) {
    const wanted = toConfig(definition, options.replicas ?? 1);
    const present = await manager.streams.info(definition.name).catch(() => undefined);
    if (present === undefined) await manager.streams.add(wanted);
    else if (options.update === true && differs(present.config, wanted)) {
      await manager.streams.update(definition.name, wanted);
    }
  }
}

/**
 * Makes sure that a durable consumer stands as the stream's definition names it; like {@link ensureStreams} it only
 * looks where all is well. Returns how it reads.
 */
export async function ensureDurable(
  bus: Bus,
  stream: StreamDefinition,
  durable: string,
  options: { update?: boolean } = {},
): Promise<{ ackWaitMs: number; maxInHand: number }> {
  const reader = stream.readers.find((one): one is DurableReader => 'durable' in one && one.durable === durable);
  invariant(reader !== undefined, `stream ${stream.name} has no reader ${durable} in its definition`);
  const ackWaitMs = reader.ackWaitMs ?? 30_000;
  const maxInHand = reader.maxInHand ?? 256;
  const manager = await jetstreamManager(bus.nc);
  const wanted: Partial<ConsumerConfig> = {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: ackWaitMs * 1_000_000,
    max_ack_pending: maxInHand,
    ...filterConfig(reader.filterSubjects ?? []),
  };
  const present = await manager.consumers.info(stream.name, durable).catch(() => undefined);
  if (present === undefined || (options.update === true && differs(present.config, wanted))) {
    await manager.consumers.add(stream.name, wanted);
  }
  return { ackWaitMs, maxInHand };
}

/** The server keeps a single filter in a field of its own. */
function filterConfig(filters: readonly string[]): Partial<ConsumerConfig> {
  const [first] = filters;
  if (first === undefined) return {};
  return filters.length === 1 ? { filter_subject: first } : { filter_subjects: [...filters] };
}

/** What a stream is to be. */
export type Wanted = Partial<StreamConfig> & { name: string };

/** A stream's definition in the server's words. */
export function toConfig(definition: StreamDefinition, replicas: number): Wanted {
  invariant(definition.maxBytes > 0, `stream ${definition.name} needs a byte limit`);
  return {
    name: definition.name,
    description: definition.summary,
    subjects: [...definition.subjects],
    storage: definition.storage === 'file' ? StorageType.File : StorageType.Memory,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_bytes: definition.maxBytes,
    max_age: definition.maxAgeMs * 1_000_000,
    max_msgs_per_subject: definition.maxMsgsPerSubject === 0 ? -1 : definition.maxMsgsPerSubject,
    duplicate_window: definition.duplicateWindowMs * 1_000_000,
    allow_direct: true,
    num_replicas: replicas,
  };
}

function differs(present: StreamConfig | ConsumerConfig, wanted: object): boolean {
  const now = present as unknown as Record<string, unknown>;
  return Object.entries(wanted).some(([name, value]) => JSON.stringify(now[name]) !== JSON.stringify(value));
}
