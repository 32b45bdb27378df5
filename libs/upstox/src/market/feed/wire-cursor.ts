import { AMOUNT_OUT_OF_RANGE, BAD_WIRE, INTEGER_TOO_LARGE, TRUNCATED } from './feed-format-error.ts';

const TWO_28 = 0x10000000;
const TWO_56 = 2 ** 56;
const MASK_28 = TWO_28 - 1;
const MAX_GROUP_DEPTH = 16;

/** Rupees beyond this cannot become paise exactly; no exchange prints them. */
const MAX_AMOUNT = 4.5e13;

/**
 * A bounds-checked reader of protobuf's wire format over one frame, reused from frame to frame.
 *
 * Every method takes the end of the message it reads in and throws a {@link FeedFormatError} rather than read past it.
 */
export class WireCursor {
  bytes: Uint8Array = new Uint8Array(0);
  pos = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));

  /** Points the cursor at a frame. The frame must stay unchanged while it is read. */
  attach(frame: Uint8Array): void {
    this.bytes = frame;
    this.view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    this.pos = 0;
  }

  /** Forgets the frame, so that its memory can go. */
  detach(): void {
    this.attach(EMPTY);
  }

  /** Any double of the wire, NaN and infinities included. */
  double(end: number): number {
    const at = this.pos;
    if (at + 8 > end) throw TRUNCATED;
    this.pos = at + 8;
    return this.view.getFloat64(at, true);
  }

  /** A double that is a price in rupees or a quantity: finite and within what paise can express. */
  amount(end: number): number {
    const at = this.pos;
    if (at + 8 > end) throw TRUNCATED;
    this.pos = at + 8;
    const value = this.view.getFloat64(at, true);
    if (value <= MAX_AMOUNT && value >= -MAX_AMOUNT) return value;
    throw AMOUNT_OUT_OF_RANGE;
  }

  /** A signed 64-bit varint as a number; throws when a double cannot hold it exactly. */
  int64(end: number): number {
    const bytes = this.bytes;
    let pos = this.pos;
    if (pos >= end) throw TRUNCATED;
    let byte = bytes[pos++] as number;
    if (byte < 0x80) {
      this.pos = pos;
      return byte;
    }
    let low = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      if (pos >= end) throw TRUNCATED;
      byte = bytes[pos++] as number;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        return low;
      }
    }
    let middle = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (pos >= end) throw TRUNCATED;
      byte = bytes[pos++] as number;
      middle |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        const value = middle * TWO_28 + low;
        if (value > Number.MAX_SAFE_INTEGER) throw INTEGER_TOO_LARGE;
        return value;
      }
    }
    this.pos = pos;
    return this.int64Tail(low, middle, end);
  }

  /** The ninth and tenth byte of a varint: negative numbers, and numbers too large to keep. */
  private int64Tail(low: number, middle: number, end: number): number {
    if (this.pos >= end) throw TRUNCATED;
    let byte = this.bytes[this.pos++] as number;
    let high = byte & 0x7f;
    if (byte >= 0x80) {
      if (this.pos >= end) throw TRUNCATED;
      byte = this.bytes[this.pos++] as number;
      if (byte >= 0x80) throw BAD_WIRE;
      high |= (byte & 1) << 7;
    }
    const negative = high >= 0x80;
    const magnitude = negative
      ? (~high & 0xff) * TWO_56 + (~middle & MASK_28) * TWO_28 + (~low & MASK_28) + 1
      : high * TWO_56 + middle * TWO_28 + low;
    if (magnitude > Number.MAX_SAFE_INTEGER) throw INTEGER_TOO_LARGE;
    return negative ? -magnitude : magnitude;
  }

  /** Whether a varint is other than zero, however long it is. */
  bool(end: number): boolean {
    let set = false;
    for (let count = 0; count < 10; count += 1) {
      if (this.pos >= end) throw TRUNCATED;
      const byte = this.bytes[this.pos++] as number;
      if ((byte & 0x7f) !== 0) set = true;
      if (byte < 0x80) return set;
    }
    throw BAD_WIRE;
  }

  /** A field tag, `number << 3 | wire type`; throws on field number zero. */
  tag(end: number): number {
    const tag = this.int64(end);
    if (tag < 8 || tag > 0xffffffff) throw BAD_WIRE;
    return tag;
  }

  /** Reads a length prefix and returns the position where that message, string or byte field ends. */
  lengthEnd(end: number): number {
    const pos = this.pos;
    if (pos >= end) throw TRUNCATED;
    const first = this.bytes[pos] as number;
    let stop: number;
    if (first < 0x80) {
      this.pos = pos + 1;
      stop = pos + 1 + first;
    } else {
      const length = this.int64(end);
      if (length < 0) throw BAD_WIRE;
      stop = this.pos + length;
    }
    if (stop > end) throw TRUNCATED;
    return stop;
  }

  /** Steps over the value of a field this schema does not know. */
  skip(tag: number, end: number, depth = 0): void {
    switch (tag & 7) {
      case 0:
        this.bool(end);
        return;
      case 1:
        this.advance(8, end);
        return;
      case 2:
        this.pos = this.lengthEnd(end);
        return;
      case 3:
        this.skipGroup(tag, end, depth + 1);
        return;
      case 5:
        this.advance(4, end);
        return;
      default:
        throw BAD_WIRE;
    }
  }

  private advance(count: number, end: number): void {
    if (this.pos + count > end) throw TRUNCATED;
    this.pos += count;
  }

  private skipGroup(open: number, end: number, depth: number): void {
    if (depth > MAX_GROUP_DEPTH) throw BAD_WIRE;
    const close = open - 3 + 4;
    for (;;) {
      const tag = this.tag(end);
      if (tag === close) return;
      this.skip(tag, end, depth);
    }
  }
}

const EMPTY = new Uint8Array(0);
