/**
 * Goal: the fields of a Tick message as numbers in a row, without an object per message: the archiver reads thirty
 * thousand a second.
 *
 * Method: a cursor over the protobuf wire format (protobuf.dev, "Encoding"); each field's number says into which place of
 * the row its value goes. Fields that are not known are passed over. The generated decoder is the witness in the tests.
 */
import { DEPTH_COLUMNS, DEPTH_FIELD, KEY_FIELD, TICK_COLUMNS } from './tick-columns.ts';

/** Field numbers of Tick and its parts are below this. */
const MAX_FIELD = 64;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Where each field of a message goes: a place in the row, or -1. */
type Places = Int16Array;

const TOP = placesOf(undefined);
const PARTS = new Map(
  [...new Set(TICK_COLUMNS.flatMap(({ part }) => (part === undefined ? [] : [part])))].map((part) => [
    part,
    placesOf(part),
  ]),
);
/** A row before anything is read: 0 where a message knows no absence, NaN elsewhere. */
const BLANK = Float64Array.from(TICK_COLUMNS, ({ optional }) => (optional ? Number.NaN : 0));

function placesOf(part: number | undefined): Places {
  const places = new Int16Array(MAX_FIELD).fill(-1);
  for (const [at, column] of TICK_COLUMNS.entries()) if (column.part === part) places[column.field] = at;
  return places;
}

/** Reads one message at a time into {@link values}, {@link key} and {@link depth}, which are valid until the next. */
export class TickReader {
  /** By the places of TICK_COLUMNS; NaN = absent. */
  readonly values = new Float64Array(TICK_COLUMNS.length);
  key = '';
  /** Levels one after the other, each in the order of DEPTH_COLUMNS. A new array for each message. */
  depth: number[] = [];
  private bytes: Uint8Array = new Uint8Array();
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  /** False when the bytes are no message; what was read of them is then meaningless. */
  read(bytes: Uint8Array): boolean {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.values.set(BLANK);
    this.key = '';
    this.depth = [];
    return this.message(bytes.length, TOP, true) && this.at === bytes.length;
  }

  private message(end: number, places: Places, isTop: boolean): boolean {
    while (this.at < end) {
      const tag = this.varint();
      const field = tag >>> 3;
      const wire = tag & 7;
      if (isTop && wire === BYTES) {
        if (!this.part(field, end)) return false;
        continue;
      }
      const place = field < MAX_FIELD ? (places[field] as number) : -1;
      if (wire === VARINT) {
        const value = this.varint();
        if (place >= 0) this.values[place] = value;
      } else if (wire === FIXED64 && this.at + 8 <= end) {
        if (place >= 0) this.values[place] = this.view.getFloat64(this.at, true);
        this.at += 8;
      } else if (!this.skip(wire, end)) {
        return false;
      }
      if (this.at > end) return false;
    }
    return this.at === end;
  }

  /** A field of bytes at the top: the key, a level of the depth, a part with numbers of its own, or unknown. */
  private part(field: number, limit: number): boolean {
    const length = this.varint();
    const end = this.at + length;
    if (end > limit) return false;
    const places = PARTS.get(field);
    if (places !== undefined) {
      for (const place of places) if (place >= 0 && Number.isNaN(this.values[place])) this.values[place] = 0;
      return this.message(end, places, false);
    }
    if (field === KEY_FIELD) {
      // Keys are ASCII; anything else is refused when the key is looked at.
      this.key = latin1.call(this.bytes, this.at, end);
      this.at = end;
      return true;
    }
    if (field === DEPTH_FIELD) return this.level(end);
    this.at = end;
    return true;
  }

  private level(end: number): boolean {
    const { depth } = this;
    const base = depth.length;
    depth.push(0, 0, 0, 0);
    while (this.at < end) {
      const tag = this.varint();
      const field = tag >>> 3;
      if ((tag & 7) !== VARINT) {
        if (!this.skip(tag & 7, end)) return false;
        continue;
      }
      const value = this.varint();
      if (field >= 1 && field <= DEPTH_COLUMNS.length) depth[base + field - 1] = value;
    }
    return this.at === end;
  }

  /** A varint as a signed 64-bit number; beyond 2^53 it is no longer exact, and past the end of the bytes it is NaN. */
  private varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte === undefined) return this.overrun();
    if (byte < 0x80) return byte;
    const start = this.at - 1;
    let value = byte & 0x7f;
    let scale = 0x80;
    for (let i = 1; i < 9; i += 1) {
      byte = bytes[this.at++];
      if (byte === undefined) return this.overrun();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return this.tenBytes(start);
  }

  /** Ten bytes: a negative number. */
  private tenBytes(start: number): number {
    let value = 0n;
    for (let i = 0; i < 10; i += 1) {
      const byte = this.bytes[start + i];
      if (byte === undefined || (i === 9 && byte > 1)) return this.overrun();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    }
    this.at = start + 10;
    return Number(BigInt.asIntN(64, value));
  }

  private overrun(): number {
    this.at = Number.POSITIVE_INFINITY;
    return 0;
  }

  private skip(wire: number, end: number): boolean {
    if (wire === FIXED32) this.at += 4;
    else if (wire === FIXED64) this.at += 8;
    else if (wire === BYTES) {
      const length = this.varint();
      this.at += length;
    } else return false;
    return this.at <= end;
  }
}

const latin1 = Buffer.prototype.latin1Slice as unknown as (this: Uint8Array, start: number, end: number) => string;
