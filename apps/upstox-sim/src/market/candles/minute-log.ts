/**
 * The minute candles of one generated date, as they happened. Goal: append a minute of thousands of instruments at once
 * and read one instrument's day without holding prices in memory. Format: a header (length, JSON with date and keys),
 * then one block per minute: start, row count, the rows' slots (16 bits each, ascending), the rows (six 32-bit words:
 * open, high, low, close in paise, volume, open interest). A torn last block is cut off when the log is opened.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Bar } from './bar.ts';
import { SlotSet } from './slot-set.ts';

const { min, round } = Math;

/** Where a log's bytes are kept. */
export interface LogBytes {
  readonly length: number;
  append(bytes: Uint8Array): void;
  read(offset: number, length: number): Buffer;
  truncate(length: number): void;
  close(): void;
}

const ROW_BYTES = 24;
const BLOCK_HEAD_BYTES = 12;
const MOST = 0xffffffff;

interface Block {
  readonly at: number;
  /** Whose rows it holds, in their order. */
  readonly slots: SlotSet;
  /** Offset of the rows. */
  readonly rowsAt: number;
  readonly end: number;
}

/** One instrument's minute. */
export interface MinuteRow extends Bar {
  readonly slot: number;
}

export class MinuteLog {
  readonly date: string;
  private readonly bytes: LogBytes;
  private readonly slotOf: Map<string, number>;
  private readonly blocks: Block[] = [];

  private constructor(date: string, keys: readonly string[], bytes: LogBytes) {
    this.date = date;
    this.bytes = bytes;
    this.slotOf = new Map(keys.map((key, slot) => [key, slot]));
  }

  /** Starts a log; whatever the bytes held is dropped. Slots are positions in `keys`. */
  static create(date: string, keys: readonly string[], bytes: LogBytes): MinuteLog {
    bytes.truncate(0);
    const header = Buffer.from(JSON.stringify({ date, keys }), 'utf8');
    const head = Buffer.alloc(4);
    head.writeUInt32LE(header.length);
    bytes.append(Buffer.concat([head, header]));
    return new MinuteLog(date, keys, bytes);
  }

  /** Opens a log and keeps its minutes that start before `before` (epoch ms); undefined when it holds no readable header. */
  static open(bytes: LogBytes, before = Number.MAX_SAFE_INTEGER): MinuteLog | undefined {
    if (bytes.length < 4) return undefined;
    const headerLength = bytes.read(0, 4).readUInt32LE();
    if (bytes.length < 4 + headerLength) return undefined;
    const header: unknown = JSON.parse(bytes.read(4, headerLength).toString('utf8'));
    if (!isHeader(header)) return undefined;
    const log = new MinuteLog(header.date, header.keys, bytes);
    let offset = 4 + headerLength;
    for (;;) {
      const block = readBlock(bytes, offset);
      if (block === undefined || block.at >= before) break;
      log.blocks.push(block);
      offset = block.end;
    }
    if (offset < bytes.length) bytes.truncate(offset);
    return log;
  }

  /** Adds a minute; `rows` ascend by slot. */
  append(at: number, rows: readonly MinuteRow[]): void {
    const slots = Uint16Array.from(rows, (row) => row.slot);
    const slotBytes = slots.length * 2;
    const block = Buffer.alloc(BLOCK_HEAD_BYTES + slotBytes + rows.length * ROW_BYTES);
    block.writeDoubleLE(at, 0);
    block.writeUInt32LE(rows.length, 8);
    slots.forEach((slot, i) => block.writeUInt16LE(slot, BLOCK_HEAD_BYTES + i * 2));
    rows.forEach((row, i) => writeRow(block, BLOCK_HEAD_BYTES + slotBytes + i * ROW_BYTES, row));
    const start = this.bytes.length;
    this.bytes.append(block);
    this.blocks.push({
      at,
      slots: new SlotSet(slots),
      rowsAt: start + BLOCK_HEAD_BYTES + slotBytes,
      end: start + block.length,
    });
  }

  /** An instrument's minutes, ascending. */
  barsOf(key: string): Bar[] {
    const slot = this.slotOf.get(key);
    if (slot === undefined) return [];
    const bars: Bar[] = [];
    for (const block of this.blocks) {
      const index = block.slots.rankOf(slot);
      if (index >= 0) bars.push(readRow(this.bytes.read(block.rowsAt + index * ROW_BYTES, ROW_BYTES), block.at));
    }
    return bars;
  }

  close(): void {
    this.bytes.close();
  }
}

function isHeader(value: unknown): value is { date: string; keys: string[] } {
  return typeof value === 'object' && value !== null && 'date' in value && 'keys' in value && Array.isArray(value.keys);
}

function readBlock(bytes: LogBytes, offset: number): Block | undefined {
  if (offset + BLOCK_HEAD_BYTES > bytes.length) return undefined;
  const head = bytes.read(offset, BLOCK_HEAD_BYTES);
  const count = head.readUInt32LE(8);
  const rowsAt = offset + BLOCK_HEAD_BYTES + count * 2;
  const end = rowsAt + count * ROW_BYTES;
  if (end > bytes.length) return undefined;
  const packed = bytes.read(offset + BLOCK_HEAD_BYTES, count * 2);
  const slots = Uint16Array.from({ length: count }, (_, i) => packed.readUInt16LE(i * 2));
  return { at: head.readDoubleLE(0), slots: new SlotSet(slots), rowsAt, end };
}

function writeRow(buffer: Buffer, offset: number, row: Bar): void {
  buffer.writeUInt32LE(round(row.open * 100), offset);
  buffer.writeUInt32LE(round(row.high * 100), offset + 4);
  buffer.writeUInt32LE(round(row.low * 100), offset + 8);
  buffer.writeUInt32LE(round(row.close * 100), offset + 12);
  buffer.writeUInt32LE(min(row.volume, MOST), offset + 16);
  buffer.writeUInt32LE(min(row.oi, MOST), offset + 20);
}

function readRow(buffer: Buffer, at: number): Bar {
  return {
    at,
    open: buffer.readUInt32LE(0) / 100,
    high: buffer.readUInt32LE(4) / 100,
    low: buffer.readUInt32LE(8) / 100,
    close: buffer.readUInt32LE(12) / 100,
    volume: buffer.readUInt32LE(16),
    oi: buffer.readUInt32LE(20),
  };
}

/** Bytes in a file, created when missing. */
export function fileBytes(path: string): LogBytes {
  const descriptor = openSync(path, 'a+');
  let length = fstatSync(descriptor).size;
  return {
    get length() {
      return length;
    },
    append(bytes) {
      let written = 0;
      while (written < bytes.length) written += writeSync(descriptor, bytes, written);
      length += bytes.length;
    },
    read(offset, size) {
      const buffer = Buffer.allocUnsafe(size);
      let done = 0;
      while (done < size) {
        const count = readSync(descriptor, buffer, done, size - done, offset + done);
        if (count === 0) throw new RangeError(`${path} ends before byte ${offset + size}`);
        done += count;
      }
      return buffer;
    },
    truncate(size) {
      ftruncateSync(descriptor, size);
      length = size;
    },
    close: () => closeSync(descriptor),
  };
}

/** Bytes in memory, for a market without a state directory. */
export function memoryBytes(): LogBytes {
  const chunks: { readonly from: number; readonly bytes: Buffer }[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes) {
      chunks.push({ from: length, bytes: Buffer.from(bytes) });
      length += bytes.length;
    },
    read(offset, size) {
      // Blocks are read within themselves: a read never spans two appends.
      let low = 0;
      let high = chunks.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((chunks[middle]?.from ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      const chunk = chunks[low];
      if (chunk === undefined || offset + size > chunk.from + chunk.bytes.length)
        throw new RangeError('read past a block');
      return chunk.bytes.subarray(offset - chunk.from, offset - chunk.from + size);
    },
    truncate(size) {
      while (length > size) {
        const last = chunks.pop();
        if (last === undefined) break;
        length = last.from;
        if (length < size) {
          const kept = last.bytes.subarray(0, size - length);
          chunks.push({ from: length, bytes: kept });
          length = size;
          break;
        }
      }
    },
    close: () => {
      chunks.length = 0;
      length = 0;
    },
  };
}
