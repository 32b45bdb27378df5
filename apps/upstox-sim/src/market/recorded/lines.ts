import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { reasonOf } from '../reason-of.ts';
import { RecordingError } from './recording.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** The lines of a text file, plain or gzipped (told by content), without copying them. */
export class Lines {
  readonly name: string;
  private readonly bytes: Buffer;
  private readonly starts: number[] = [];

  constructor(path: string) {
    this.name = basename(path);
    this.bytes = readPlain(path);
    for (let at = 0; at < this.bytes.length;) {
      this.starts.push(at);
      const end = this.bytes.indexOf(NEWLINE, at);
      at = end < 0 ? this.bytes.length : end + 1;
    }
  }

  /** Lines in the file; an empty last line does not count. */
  get count(): number {
    return this.starts.length;
  }

  /** The text of a line, counted from 0. */
  text(index: number): string {
    const start = this.starts[index] ?? this.bytes.length;
    let end = (this.starts[index + 1] ?? this.bytes.length + 1) - 1;
    if (end === this.bytes.length && this.bytes[end - 1] === NEWLINE) end--;
    if (this.bytes[end - 1] === CARRIAGE_RETURN) end--;
    return this.bytes.toString('utf8', start, end);
  }

  /** The error for a line that cannot be used; lines are told counted from 1. */
  fault(index: number, reason: string): RecordingError {
    return new RecordingError(`${this.name}, line ${index + 1}: ${reason}`);
  }
}

function readPlain(path: string): Buffer {
  let raw: Buffer;
  try {
    raw = readFileSync(path);
  } catch (cause) {
    throw new RecordingError(`the recording ${path} cannot be read: ${reasonOf(cause)}`);
  }
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return gunzipSync(raw);
  } catch (cause) {
    throw new RecordingError(`${basename(path)} is not a complete gzip file: ${reasonOf(cause)}`);
  }
}
