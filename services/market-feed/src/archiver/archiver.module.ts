import { Module, type DynamicModule } from '@nestjs/common';
import { STREAMS } from '@vega/contracts';
import { baseConfigShape, ensureStreams, type Metrics, type ServiceContext } from '@vega/platform';
import { z } from 'zod';
import { ArchiveFolder } from './archive-folder.ts';
import { TickArchiver } from './tick-archiver.ts';

/** What the archiver reads from its environment. */
export const archiverConfigSchema = z.object({
  ...baseConfigShape,
  /** Folder of the archive; this process alone writes there. */
  VEGA_ARCHIVE_DIR: z.string().min(1),
  /** Copies of each stream on the NATS cluster; as market-feed has it. */
  VEGA_NATS_REPLICAS: z.coerce
    .number()
    .int()
    .refine((count) => count === 1 || count === 3 || count === 5, 'must be 1, 3 or 5')
    .default(1),
  /** Milliseconds between commits. */
  VEGA_ARCHIVE_EVERY_MS: z.coerce.number().int().min(100).max(3_600_000).default(60_000),
  /** Ticks held in memory at most; about 400 bytes each. */
  VEGA_ARCHIVE_MAX_ROWS: z.coerce.number().int().min(1).max(5_000_000).default(400_000),
  /** DuckDB's memory; beyond it, it spills to the archive's disk. */
  VEGA_ARCHIVE_MEMORY: z
    .string()
    .regex(/^\d{1,6}(MB|GB)$/)
    .default('768MB'),
});

export type ArchiverConfig = z.output<typeof archiverConfigSchema>;

/** Commits that may be late before the archiver is no longer ready. */
const LATE_COMMITS = 5;

@Module({})
export class ArchiverModule {
  /** Starts archiving; ends with the service. */
  static async start(context: ServiceContext<ArchiverConfig>): Promise<DynamicModule> {
    const { bus, clock, logger, metrics, health, config } = context;
    await ensureStreams(bus, [STREAMS.ticks], { replicas: config.VEGA_NATS_REPLICAS });
    const archiver = new TickArchiver({
      bus,
      clock,
      logger,
      folder: new ArchiveFolder(config.VEGA_ARCHIVE_DIR),
      everyMs: config.VEGA_ARCHIVE_EVERY_MS,
      maxRows: config.VEGA_ARCHIVE_MAX_ROWS,
      memoryLimit: config.VEGA_ARCHIVE_MEMORY,
      onDefect: (error) => {
        void archiver.abandon();
        context.onDefect(error);
      },
    });
    await archiver.start();
    context.onDrain('archiver', () => archiver.stop());
    const ageMs = (): number => clock.monotonicMs() - archiver.committedAtMs;
    health.register({ name: 'archive', check: () => archiver.problem() });
    health.register({
      name: 'archive lag',
      check: () =>
        archiver.pending > 0 && ageMs() > LATE_COMMITS * config.VEGA_ARCHIVE_EVERY_MS
          ? `nothing was filed for ${Math.round(ageMs() / 1000)} s`
          : undefined,
    });
    describeArchiver(metrics, archiver, ageMs);
    return { module: ArchiverModule };
  }
}

function describeArchiver(metrics: Metrics, archiver: TickArchiver, ageMs: () => number): void {
  const { counts, manifest } = archiver;
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.gauge(name, help, [], (metric) => metric.set(read()));
  };
  gauge('vega_archive_rows', 'Ticks filed since the start.', () => counts.rows);
  gauge('vega_archive_batches', 'Commits since the start.', () => counts.batches);
  gauge('vega_archive_written_bytes', 'Bytes of Parquet written since the start.', () => counts.bytes);
  gauge(
    'vega_archive_missing',
    'Ticks the stream no longer had when they were read, since the start.',
    () => counts.missing,
  );
  gauge(
    'vega_archive_unreadable',
    'Messages of the stream that are no ticks, since the start.',
    () => counts.unreadable,
  );
  gauge('vega_archive_failures', 'Commits and merges that failed, since the start.', () => counts.failures);
  gauge('vega_archive_files', 'Files in the archive.', () => manifest.files.size);
  gauge('vega_archive_pending', 'Ticks in the stream that are not read yet.', () => archiver.pending);
  gauge('vega_archive_commit_age_seconds', 'Seconds since the last commit.', () => ageMs() / 1000);
}
