import { DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import type { StreamDefinition } from '@vega/contracts';
import { invariant } from '@vega/kernel';
import type { Bus } from './bus.ts';

/**
 * Makes sure that streams stand as the contracts define them: creates the missing, updates the changed. Idempotent;
 * every replica of the owner may do it at start. `replicas` is 1 on a single server and 3 on a cluster.
 */
export async function ensureStreams(
  bus: Bus,
  definitions: readonly StreamDefinition[],
  options: { replicas?: number } = {},
): Promise<void> {
  const manager = await jetstreamManager(bus.nc);
  for (const definition of definitions) {
    const wanted = toConfig(definition, options.replicas ?? 1);
    const present = await manager.streams.info(definition.name).catch(() => undefined);
    if (present === undefined) await manager.streams.add(wanted);
    else if (differs(present.config, wanted)) await manager.streams.update(definition.name, wanted);
  }
}

type Wanted = Partial<StreamConfig> & { name: string };

function toConfig(definition: StreamDefinition, replicas: number): Wanted {
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

function differs(present: StreamConfig, wanted: Wanted): boolean {
  const now = present as unknown as Record<string, unknown>;
  return Object.entries(wanted).some(([name, value]) => JSON.stringify(now[name]) !== JSON.stringify(value));
}
