import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeEvent } from '@vega/exchange';
import { decodeLine } from './journal-line.ts';

/** A line of the journal: its number and what happened. `wall` is when it was written, epoch ms. */
export type JournalRecord = { readonly seq: number; readonly wall: number } & ExchangeEvent;

/** What a journal folder holds. */
export interface JournalContents {
  readonly records: readonly JournalRecord[];
  /** Bytes of the last file that are whole lines; what follows was being written when the process died. */
  readonly wholeBytes: number;
  readonly tornBytes: number;
  readonly lastFile: string | undefined;
}

/** Files of a journal folder, oldest first. */
export function journalFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^journal-\d{6}\.log$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Reads a journal folder as it is, also of a simulator that runs or was killed. A torn end of the last file is left out;
 * damage anywhere else throws one sentence.
 */
export function readJournal(folder: string): JournalContents {
  const files = journalFiles(folder);
  const records: JournalRecord[] = [];
  let contents: JournalContents = { records, wholeBytes: 0, tornBytes: 0, lastFile: undefined };
  files.forEach((file, index) => {
    const bytes = readFileSync(file);
    const wholeBytes = readLines(bytes, (record) => records.push(record), records.at(-1)?.seq);
    const tornBytes = bytes.length - wholeBytes;
    if (tornBytes > 0 && index < files.length - 1) throw new Error(`the journal file ${file} is damaged`);
    contents = { records, wholeBytes, tornBytes, lastFile: file };
  });
  return contents;
}

/** Reads whole lines; how many bytes they are. A bad line is an end only when no good one follows. */
function readLines(bytes: Buffer, take: (record: JournalRecord) => void, lastSeq: number | undefined): number {
  let at = 0;
  let seq = lastSeq;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    const record = end < 0 ? undefined : decodeLine(bytes.toString('utf8', at, end));
    if (end < 0 || record === undefined) {
      refuseDamage(bytes, end < 0 ? bytes.length : end + 1);
      return at;
    }
    const number = Number(record['seq']);
    if (seq !== undefined && number !== seq + 1) throw new Error(`the journal jumps from line ${seq} to ${number}`);
    seq = number;
    take(record as unknown as JournalRecord);
    at = end + 1;
  }
}

function refuseDamage(bytes: Buffer, from: number): void {
  let at = from;
  for (let end = bytes.indexOf(0x0a, at); end >= 0; end = bytes.indexOf(0x0a, at)) {
    if (decodeLine(bytes.toString('utf8', at, end)) !== undefined)
      throw new Error('the journal is damaged in its middle');
    at = end + 1;
  }
}
