/**
 * Goal: every tick of the stream once in the archive, whatever dies and whenever, within the stream's retention.
 *
 * Method: a durable pull consumer hands the stream out in order; ticks are staged in memory and every minute (or when
 * there are many) written: files under temporary names, fsync, rename, fsync of the folders, one manifest line with
 * fsync, and only then the acknowledgement of all up to the last. The manifest decides: at start files it does not name
 * are removed and the consumer is made anew just after the last sequence it has, so that neither a lost acknowledgement
 * nor one too many matters.
 *
 * Invariants: the position in the manifest only grows within one incarnation of the stream; a sequence at or below it is
 * never staged; sequences the stream no longer has are listed as a hole, never waited for.
 */
import { createHash } from 'node:crypto';
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { STREAMS } from '@vega/contracts';
import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { Bus, Logger } from '@vega/platform';
import { ArchiveFolder } from './archive-folder.ts';
import { ArchiveManifest, type ArchivedFile, type SequenceSpan } from './archive-manifest.ts';
import { mergeFiles, nextMerge } from './compaction.ts';
import { TickStaging, type TickGroup } from './tick-staging.ts';

/** The moments of a commit at which a process may die; a test stops there. */
export const COMMIT_STEPS = [
  'before-write',
  'after-write',
  'after-rename',
  'after-manifest',
  'after-acknowledge',
] as const;
export type CommitStep = (typeof COMMIT_STEPS)[number];

export interface TickArchiverOptions {
  readonly bus: Bus;
  readonly folder: ArchiveFolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between commits. */
  readonly everyMs: number;
  /** Ticks held at most; a commit comes early when they are reached. */
  readonly maxRows: number;
  readonly memoryLimit: string;
  /** Told of a broken assumption: the process ends, and the start is the recovery. */
  readonly onDefect: (error: Error) => void;
  /** Called between the steps of a commit. For tests. */
  readonly atStep?: (step: CommitStep) => Promise<void>;
}

/** What the archiver has done since its start. */
export interface ArchiverCounts {
  rows: number;
  batches: number;
  files: number;
  bytes: number;
  /** Sequences the stream no longer had. */
  missing: number;
  unreadable: number;
  failures: number;
}

const DURABLE = 'archiver';
/** Longer than any commit: nothing is handed out again while it is being written. */
const ACK_WAIT_MS = 600_000;
const PREFETCH = 8_192;
const RETRY_MS = 5_000;
/** A merge is short enough to be waited for, and by a shutdown too. */
const MERGE_LIMITS = { maxRows: 2_000_000, maxFiles: 64 } as const;
const STREAM = STREAMS.ticks.name;

/** Reads the stream of ticks into the archive. */
export class TickArchiver {
  readonly counts: ArchiverCounts = { rows: 0, batches: 0, files: 0, bytes: 0, missing: 0, unreadable: 0, failures: 0 };
  readonly manifest: ArchiveManifest;
  /** Monotonic ms of the last commit, or of the start. */
  committedAtMs = 0;
  /** Messages the stream holds that are not yet staged, as of the last one. */
  pending = 0;
  private readonly options: TickArchiverOptions;
  private readonly folder: ArchiveFolder;
  private staging: TickStaging | undefined;
  private manager: JetStreamManager | undefined;
  private messages: ConsumerMessages | undefined;
  private reading: Promise<void> = Promise.resolve();
  private committing: Promise<void> | undefined;
  private timer: Timer | undefined;
  private stopping = false;
  /** From then on nothing is written, whatever was begun. */
  private abandoned = false;
  private stream = '';
  /** The last sequence staged, listed as missing or passed over. */
  private position = 0;
  private firstStaged = 0;
  private unreadable = 0;
  private holes: SequenceSpan[] = [];
  private last: JsMsg | undefined;
  private trouble: string | undefined;

  constructor(options: TickArchiverOptions) {
    this.options = options;
    this.folder = options.folder;
    this.manifest = ArchiveManifest.open(options.folder.root);
  }

  /** The last sequence of the stream that is staged, filed or passed over. */
  get readUpTo(): number {
    return this.position;
  }

  /** Undefined while ticks are being filed, else what hinders it. */
  problem(): string | undefined {
    return this.trouble;
  }

  /** Clears up after the process before, then reads. Rejects when the stream or the folder cannot be used. */
  async start(): Promise<void> {
    const { bus, folder, logger, memoryLimit, clock } = this.options;
    const leftovers = folder.removeLeftovers(this.manifest.files);
    if (leftovers.length > 0) logger.info({ leftovers }, 'files of an unfinished commit are removed');
    const damaged = folder.damaged(this.manifest.files.values());
    if (damaged.length > 0) logger.error({ damaged }, 'the archive lacks files that its manifest names');
    this.staging = await TickStaging.open({ memoryLimit, spillFolder: folder.spill });
    this.manager = await jetstreamManager(bus.nc);
    const first = await this.takePosition(this.manager);
    await this.manager.consumers.delete(STREAM, DURABLE).catch(() => false);
    await this.manager.consumers.add(STREAM, {
      durable_name: DURABLE,
      ack_policy: AckPolicy.All,
      ack_wait: ACK_WAIT_MS * 1_000_000,
      max_ack_pending: this.options.maxRows + 2 * PREFETCH,
      ...(first === 1
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: first }),
    });
    const consumer = await jetstream(bus.nc).consumers.get(STREAM, DURABLE);
    this.messages = await consumer.consume({ max_messages: PREFETCH });
    this.committedAtMs = clock.monotonicMs();
    this.reading = this.read(this.messages).catch((error: unknown) => this.options.onDefect(error as Error));
    this.timer = repeat(clock, this.options.everyMs, () => this.settle());
    logger.info({ stream: this.stream, from: first, files: this.manifest.files.size }, 'archiving ticks');
  }

  /** Writes what is staged and ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.timer?.cancel();
    await this.messages?.close();
    await this.reading;
    await this.committing;
    this.staging?.close();
    this.folder.removeLeftovers(this.manifest.files);
  }

  /** Ends reading without filing what is staged: the stream still has it, and another start takes it from there. */
  async abandon(): Promise<void> {
    this.abandoned = true;
    this.stopping = true;
    this.timer?.cancel();
    await this.messages?.close();
    await this.reading;
    await this.committing;
    this.staging?.close();
  }

  /** Where reading begins: after what the manifest has of this stream. */
  private async takePosition(manager: JetStreamManager): Promise<number> {
    const { config, created, state } = await manager.streams.info(STREAM);
    const known = this.manifest.stream;
    const incarnation = `${config.name}@${created}`;
    const isSame = known !== undefined && (known === incarnation || known.startsWith(`${incarnation}#`));
    if (isSame && state.last_seq >= this.manifest.lastSeq) {
      this.stream = known;
      this.position = this.manifest.lastSeq;
      return this.position + 1;
    }
    if (isSame) {
      // The server lost its newest messages (a power cut) and gives their sequences to others now.
      this.stream = `${incarnation}#${this.manifest.batch}`;
      this.options.logger.error(
        { archived: this.manifest.lastSeq, stream: state.last_seq },
        'the stream has gone back; what follows is filed as another stream',
      );
      this.position = state.last_seq;
      // Written down at once: when the stream has grown past the old position, nobody could tell any more.
      this.append([]);
      return this.position + 1;
    }
    this.stream = incarnation;
    this.position = 0;
    return 1;
  }

  private async read(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) {
      if (this.committing !== undefined) await this.committing;
      this.take(message);
      if ((this.staging?.rows ?? 0) >= this.options.maxRows) await this.settle();
    }
    if (!this.stopping) throw new Error('the consumer of ticks ended by itself');
    await this.settle();
  }

  /** Commits what is staged, then merges old files; reading waits meanwhile. Shared by all who ask at once. */
  private settle(): Promise<void> {
    this.committing ??= this.commitUntilDone()
      .then(() => this.compact())
      .then(() => this.checkStream())
      .finally(() => (this.committing = undefined));
    return this.committing;
  }

  private take(message: JsMsg): void {
    const { seq } = message;
    // Handed out again although it is staged or filed already.
    if (seq <= this.position) return;
    if (seq > this.position + 1) this.noteHole(this.position + 1, seq - 1);
    this.position = seq;
    this.last = message;
    this.pending = message.info.pending;
    if (this.staging?.add(seq, message.data) === true) {
      if (this.firstStaged === 0) this.firstStaged = seq;
      return;
    }
    this.unreadable += 1;
    this.counts.unreadable += 1;
    this.options.logger.error({ subject: message.subject, seq }, 'a message of the stream is no tick');
  }

  private noteHole(from: number, to: number): void {
    this.holes.push({ from, to });
    this.counts.missing += to - from + 1;
    this.options.logger.error(
      { from, to, ticks: to - from + 1 },
      'the stream no longer had these ticks: the archive has a hole',
    );
  }

  /** Commits; while that fails nothing more is read, so that memory stays bounded, and it is tried again. */
  private async commitUntilDone(): Promise<void> {
    for (;;) {
      try {
        await this.commit();
        if (this.trouble !== undefined) this.options.logger.info('ticks are being filed again');
        this.trouble = undefined;
        return;
      } catch (error) {
        this.counts.failures += 1;
        this.trouble = `ticks cannot be filed: ${error instanceof Error ? error.message : String(error)}`;
        this.options.logger.error({ err: error, rows: this.staging?.rows }, 'ticks cannot be filed');
        if (this.stopping) return;
        await new Promise<void>((resume) => this.options.clock.after(RETRY_MS, resume));
      }
    }
  }

  private async commit(): Promise<void> {
    const { staging, last } = this;
    const { clock } = this.options;
    if (staging === undefined || last === undefined || this.abandoned) return;
    await this.step('before-write');
    const groups = staging.rows === 0 ? [] : await staging.groups();
    const files = await this.writeFiles(staging, groups);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    this.append(files);
    await this.step('after-manifest');
    this.committedAtMs = clock.monotonicMs();
    this.counts.batches += 1;
    this.counts.rows += rows;
    this.counts.files += files.length;
    this.counts.bytes += files.reduce((sum, file) => sum + file.bytes, 0);
    this.holes = [];
    this.unreadable = 0;
    this.firstStaged = 0;
    this.last = undefined;
    await staging.clear();
    last.ack();
    await this.step('after-acknowledge');
  }

  private append(files: ArchivedFile[]): void {
    this.manifest.append({
      at: new Date(this.options.clock.wallNow()).toISOString(),
      stream: this.stream,
      firstSeq: this.firstStaged,
      lastSeq: this.position,
      rows: files.reduce((sum, file) => sum + file.rows, 0),
      holes: this.holes,
      unreadable: this.unreadable,
      files,
    });
  }

  /** One step of merging the files of dates that are over; a failure is only logged, since nothing depends on it. */
  private async compact(): Promise<void> {
    const { staging, manifest, folder } = this;
    const files = nextMerge(manifest.files.values(), MERGE_LIMITS);
    if (files === undefined || staging === undefined || this.stopping) return;
    const { clock, logger } = this.options;
    try {
      const at = new Date(clock.wallNow()).toISOString();
      const merged = await mergeFiles(staging.connection, folder, manifest, files, at);
      logger.info({ path: merged.path, files: files.length, rows: merged.rows }, 'files of a past date are merged');
    } catch (error) {
      this.counts.failures += 1;
      logger.error({ err: error, files: files.length }, 'files of a past date cannot be merged');
    }
  }

  private async writeFiles(staging: TickStaging, groups: readonly TickGroup[]): Promise<ArchivedFile[]> {
    const paths = groups.map((group) => this.folder.pathOf(group.date, group.segment, this.nameOf(group)));
    try {
      for (const [at, group] of groups.entries()) await staging.write(group, this.folder.prepare(paths[at] as string));
      await this.step('after-write');
      const files: ArchivedFile[] = [];
      for (const [at, group] of groups.entries()) {
        const path = paths[at] as string;
        files.push({ path, ...group, stream: this.stream, ...(await this.folder.publish(path)) });
      }
      await this.step('after-rename');
      return files;
    } catch (error) {
      if (!this.abandoned) for (const path of paths) this.folder.remove(path);
      throw error;
    }
  }

  /** Unique over all streams: a short name of the stream, then the sequences. */
  private nameOf({ firstSeq, lastSeq }: TickGroup): string {
    const stream = createHash('sha256').update(this.stream).digest('hex').slice(0, 8);
    return `${stream}-${String(firstSeq).padStart(12, '0')}-${String(lastSeq).padStart(12, '0')}`;
  }

  /** A stream that was made anew, or lost its end, under our reading: everything staged after would be misplaced. */
  private async checkStream(): Promise<void> {
    // Without an answer nothing is known; the next commit asks again.
    const info = await this.manager?.streams.info(STREAM).catch(() => undefined);
    if (info === undefined) return;
    const isSame = this.stream.startsWith(`${info.config.name}@${info.created}`);
    if (isSame && info.state.last_seq >= this.position) return;
    this.options.onDefect(new Error('the stream of ticks is no longer the one that is being read'));
  }

  private async step(step: CommitStep): Promise<void> {
    await this.options.atStep?.(step);
    if (this.abandoned) throw new Error(`abandoned at ${step}`);
  }
}
