import { closeSync, fsync, fsyncSync, mkdirSync, openSync, truncateSync, write } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExchangeEvent } from '@vega/exchange';
import { encodeLine } from './journal-line.ts';
import { readJournal, type JournalRecord } from './read-journal.ts';

const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

/**
 * The exchange's memory on disk. Events are appended in order and synced in groups: everything that came while one sync
 * was under way goes with the next. Nobody is told of a change before `durable()` has resolved.
 */
export class Journal {
  readonly recorded: readonly JournalRecord[];
  /** Bytes cut off the end when it was opened: a line that was being written when the process died. */
  readonly tornBytes: number;
  private readonly descriptor: number;
  private seq: number;
  private syncedSeq: number;
  private pending = '';
  private flushing: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(
    folder: string,
    private readonly wallNow: () => number,
  ) {
    mkdirSync(folder, { recursive: true });
    const { records, wholeBytes, tornBytes, lastFile } = readJournal(folder);
    this.recorded = records;
    this.tornBytes = tornBytes;
    this.seq = records.at(-1)?.seq ?? 0;
    this.syncedSeq = this.seq;
    const file = lastFile ?? join(folder, 'journal-000001.log');
    if (tornBytes > 0) truncateSync(file, wholeBytes);
    this.descriptor = openSync(file, 'a');
    fsyncSync(this.descriptor);
    syncFolder(folder);
  }

  /** Appends events; they are durable when the next `durable()` resolves. */
  append(events: readonly ExchangeEvent[]): void {
    const wall = this.wallNow();
    for (const event of events) this.pending += encodeLine({ seq: ++this.seq, wall, ...event });
  }

  /** Resolves when all that has been appended so far is on disk; rejects for good once a write has failed. */
  async durable(): Promise<void> {
    const upTo = this.seq;
    while (this.syncedSeq < upTo) {
      if (this.failure !== undefined) throw this.failure;
      await (this.flushing ??= this.flush());
    }
  }

  private async flush(): Promise<void> {
    const upTo = this.seq;
    let left = Buffer.from(this.pending);
    this.pending = '';
    try {
      while (left.length > 0) left = left.subarray((await writeAsync(this.descriptor, left)).bytesWritten);
      await fsyncAsync(this.descriptor);
      this.syncedSeq = upTo;
    } catch (error) {
      this.failure = new Error('the journal cannot be written; the exchange stands still', { cause: error });
    } finally {
      this.flushing = undefined;
    }
  }

  /** Waits for the last write and closes the file. */
  async close(): Promise<void> {
    await this.durable().catch(() => undefined);
    closeSync(this.descriptor);
  }
}

function syncFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
