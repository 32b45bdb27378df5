/**
 * Goal: one place that says which ticks the archive holds, such that a crash at any moment loses none and shows none
 * twice.
 *
 * Method: `manifest.jsonl` in the archive's folder, one JSON object a line. A batch of ticks is in the archive when its
 * line is complete and on disk; files are written and renamed before. A line cut short by a crash never happened: it is
 * cut off, and the files that no line names are removed. A checkpoint replaces all lines by one that says how far the
 * stream was read and one for each file; it is written beside the manifest and renamed over it.
 *
 * Invariants: a file is named once; the batches of a stream touch without overlap.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Defect } from '@vega/kernel';
import { z } from 'zod';

export const MANIFEST_NAME = 'manifest.jsonl';

const count = z.int().min(0);

const fileSchema = z.object({
  /** Relative to the archive's folder, with `/`. */
  path: z.string().regex(/^ticks\/date=\d{4}-\d{2}-\d{2}\/segment=[A-Z_]+\/[\w#.-]+\.parquet$/),
  date: z.string(),
  segment: z.string(),
  rows: count,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the stream; a file holds no other batch's sequences. */
  stream: z.string(),
  firstSeq: count,
  lastSeq: count,
  firstMarketTimeMs: count,
  lastMarketTimeMs: count,
});

const positionSchema = z.object({
  /** Incarnation of the stream: sequences of two of them have nothing to do with each other. */
  stream: z.string(),
  /** Everything up to this sequence is in the archive, is listed as missing, or could not be read. */
  lastSeq: count,
  /** Batches written so far. */
  batch: count,
});

const holeSchema = z.object({ from: count, to: count });

const lineSchema = z.discriminatedUnion('kind', [
  positionSchema.extend({
    kind: z.literal('batch'),
    at: z.string(),
    firstSeq: count,
    rows: count,
    /** Sequences the stream no longer had. */
    holes: z.array(holeSchema),
    /** Messages that are no ticks. */
    unreadable: count,
    files: z.array(fileSchema),
  }),
  positionSchema.extend({ kind: z.literal('checkpoint'), at: z.string(), missing: count }),
  fileSchema.extend({ kind: z.literal('file') }),
]);

/** A file of the archive. */
export type ArchivedFile = z.output<typeof fileSchema>;
/** A span of stream sequences, both included. */
export type SequenceSpan = z.output<typeof holeSchema>;
/** What one commit adds. */
export type ArchiveBatch = Omit<Extract<z.output<typeof lineSchema>, { kind: 'batch' }>, 'kind' | 'batch'>;

/** The manifest cannot be what this program wrote. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** The manifest of one archive folder, for its one writer. */
export class ArchiveManifest {
  readonly files = new Map<string, ArchivedFile>();
  /** Undefined before the first batch. */
  stream: string | undefined;
  lastSeq = 0;
  batch = 0;
  /** Sequences listed as missing, all told. */
  missing = 0;
  private size = 0;

  private constructor(private readonly path: string) {}

  /**
   * Opens the manifest for its writer: a line cut short is cut off; an absent manifest is an empty archive. Throws
   * {@link ManifestError} for a line that is not ours.
   */
  static open(folder: string): ArchiveManifest {
    const manifest = ArchiveManifest.read(folder);
    if (existsSync(manifest.path)) truncateSync(manifest.path, manifest.size);
    return manifest;
  }

  /** Reads the manifest beside its writer, changing nothing. */
  static read(folder: string): ArchiveManifest {
    const manifest = new ArchiveManifest(join(folder, MANIFEST_NAME));
    if (!existsSync(manifest.path)) return manifest;
    const bytes = readFileSync(manifest.path);
    manifest.size = bytes.lastIndexOf(0x0a) + 1;
    const lines = bytes.subarray(0, manifest.size).toString('utf8').split('\n').slice(0, -1);
    for (const [at, line] of lines.entries()) manifest.take(line, at + 1);
    return manifest;
  }

  /** Adds a batch: it is in the archive once this returns. */
  append(batch: ArchiveBatch): void {
    const line = { kind: 'batch' as const, ...batch, batch: this.batch + 1 };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const isNew = !existsSync(this.path);
    const descriptor = openSync(this.path, 'a');
    try {
      const { size } = fstatSync(descriptor);
      if (size !== this.size) throw new Defect(`${this.path} has grown by itself: two archivers share one folder`);
      writeSync(descriptor, bytes);
      fsyncSync(descriptor);
    } catch (error) {
      if (!(error instanceof Defect) && existsSync(this.path)) truncateSync(this.path, this.size);
      throw error;
    } finally {
      closeSync(descriptor);
    }
    if (isNew) syncFolder(dirname(this.path));
    this.size += bytes.length;
    this.apply(line);
  }

  /** Puts one file in the place of several that it holds all rows of, and shortens the manifest to a checkpoint. */
  replaceFiles(merged: ArchivedFile, replaced: readonly ArchivedFile[], at: string): void {
    const files = new Map(this.files);
    for (const { path } of replaced) files.delete(path);
    files.set(merged.path, merged);
    const { stream = '', lastSeq, batch, missing } = this;
    const lines = [
      { kind: 'checkpoint', at, stream, lastSeq, batch, missing },
      ...[...files.values()].map((file) => ({ kind: 'file', ...file })),
    ];
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const fresh = `${this.path}.new`;
    const descriptor = openSync(fresh, 'w');
    try {
      writeSync(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, this.path);
    syncFolder(dirname(this.path));
    this.size = bytes.length;
    this.files.clear();
    for (const [path, file] of files) this.files.set(path, file);
  }

  private take(line: string, number: number): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new ManifestError(`line ${number} of ${this.path} is not JSON`);
    }
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) {
      throw new ManifestError(`line ${number} of ${this.path} is not of a manifest: ${z.prettifyError(parsed.error)}`);
    }
    this.apply(parsed.data);
  }

  private apply(line: z.output<typeof lineSchema>): void {
    if (line.kind === 'file') {
      this.files.set(line.path, line);
      return;
    }
    this.stream = line.stream;
    this.lastSeq = line.lastSeq;
    this.batch = line.batch;
    if (line.kind === 'checkpoint') {
      this.missing = line.missing;
      return;
    }
    for (const { from, to } of line.holes) this.missing += to - from + 1;
    for (const file of line.files) this.files.set(file.path, file);
  }
}

/** Makes renames and new names within a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
