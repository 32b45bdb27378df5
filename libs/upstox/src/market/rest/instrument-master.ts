import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isSupportedSegment, type InstrumentKey } from '@vega/kernel';
import { type Instrument, readInstrument, segmentOfRow } from './instruments.ts';
import { JsonArrayRows, NotRowsError } from './json-array-rows.ts';
import { badReply, type RowFault } from './wire-values.ts';

/** Master files this platform reads: everything, or one exchange. */
export const INSTRUMENT_FILES = ['complete', 'NSE', 'BSE'] as const;
export type InstrumentFile = (typeof INSTRUMENT_FILES)[number];

/** Faults that are named; the rest are counted. */
const MAX_NAMED_FAULTS = 100;
/** A master with more bad rows than this, and than one in a hundred, is not used. */
const TOLERATED_FAULTS = 50;
const TOLERATED_SHARE = 0.01;
const MAX_MASTER_BYTES = 512 * 1024 * 1024;

/** An instrument master, read row by row. */
export interface InstrumentMaster {
  readonly instruments: readonly Instrument[];
  readonly rowCount: number;
  /** Rows of segments this platform does not serve, by segment. */
  readonly unsupported: ReadonlyMap<string, number>;
  readonly invalidCount: number;
  /** The first hundred rows that could not be read. */
  readonly invalid: readonly RowFault[];
}

/**
 * Reads a master file, gzip or plain, as it arrives. Bad rows are counted and named; a document that is no list of
 * rows, ends early, has too many bad rows or no good one throws `UPSTOX_BAD_REPLY`.
 */
export async function readInstrumentMaster(api: string, body: AsyncIterable<Uint8Array>): Promise<InstrumentMaster> {
  const collector = new MasterCollector();
  const rows = new JsonArrayRows();
  let size = 0;
  try {
    for await (const chunk of unzipped(body)) {
      size += chunk.length;
      if (size > MAX_MASTER_BYTES) throw new NotRowsError(`the document exceeds ${MAX_MASTER_BYTES} bytes`);
      rows.push(chunk, (text) => collector.add(text));
    }
    rows.finish();
  } catch (error) {
    if (error instanceof NotRowsError) throw badReply(api, error.message);
    throw error;
  }
  return collector.finish(api);
}

class MasterCollector {
  private readonly instruments: Instrument[] = [];
  private readonly seen = new Set<InstrumentKey>();
  private readonly unsupported = new Map<string, number>();
  private readonly invalid: RowFault[] = [];
  private invalidCount = 0;
  private rowCount = 0;

  add(text: string): void {
    this.rowCount += 1;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      this.fault('not JSON', undefined);
      return;
    }
    const segment = segmentOfRow(row);
    if (segment === undefined) return this.fault('no segment', row);
    if (!isSupportedSegment(segment)) {
      this.unsupported.set(segment, (this.unsupported.get(segment) ?? 0) + 1);
      return;
    }
    const read = readInstrument(row, segment);
    if (!read.ok) return this.fault(read.error, row);
    if (this.seen.has(read.value.key)) return this.fault('a second row of the same instrument', row);
    this.seen.add(read.value.key);
    this.instruments.push(read.value);
  }

  finish(api: string): InstrumentMaster {
    const { instruments, rowCount, unsupported, invalid, invalidCount } = this;
    const tolerated = Math.max(TOLERATED_FAULTS, TOLERATED_SHARE * (instruments.length + invalidCount));
    if (instruments.length === 0 || invalidCount > tolerated) {
      const first = invalid[0] ? `, the first (${invalid[0].row}): ${invalid[0].reason}` : '';
      throw badReply(api, `${instruments.length} good and ${invalidCount} bad rows of ${rowCount}${first}`);
    }
    return { instruments, rowCount, unsupported, invalid, invalidCount };
  }

  private fault(reason: string, row: unknown): void {
    this.invalidCount += 1;
    if (this.invalid.length === MAX_NAMED_FAULTS) return;
    const key: unknown =
      typeof row === 'object' && row !== null && 'instrument_key' in row ? row.instrument_key : undefined;
    const name = typeof key === 'string' ? key.slice(0, 80) : `row ${this.rowCount}`;
    this.invalid.push({ row: name, reason });
  }
}

/** The bytes of a body, decompressed when they begin as gzip does: some servers unpack on the way, some do not. */
async function* unzipped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let ended = false;
  while (head.length < 2 && !ended) {
    const next = await chunks.next();
    if (next.done === true) ended = true;
    else head = Buffer.concat([head, next.value]);
  }
  const whole = Readable.from(restOf(head, chunks));
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  // The callback only marks errors as handled: the iteration below throws them.
  const plain = isGzip ? pipeline(whole, createGunzip({ chunkSize: 64 * 1024 }), () => undefined) : whole;
  for await (const chunk of plain) yield chunk as Uint8Array;
}

async function* restOf(head: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return;
    yield next.value;
  }
}
