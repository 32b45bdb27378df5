/**
 * Protobuf wire format written back to front.
 *
 * Goal: encode nested messages with minimal length prefixes without computing sizes beforehand. Method: the buffer is
 * filled from its end, fields in descending order, so that a nested message's length is known when its prefix is
 * written. Invariant: `position` is the first byte written; the finished message is `slice(position)`.
 * Reference: protobuf.dev/programming-guides/encoding.
 */
export class WireWriter {
  private readonly buffer: Buffer;
  private readonly view: DataView;
  position: number;

  /** @param capacity Bytes of the largest message that will be written; exceeding it throws a RangeError. */
  constructor(capacity: number) {
    this.buffer = Buffer.alloc(capacity);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, capacity);
    this.position = capacity;
  }

  /** Forgets what was written. */
  reset(): void {
    this.position = this.buffer.length;
  }

  /** The bytes written so far; a view that the next write invalidates. */
  finished(): Buffer {
    return this.buffer.subarray(this.position);
  }

  /** A one-byte tag: field numbers 1 to 15. */
  tag(tag: number): void {
    this.buffer[this.claim(1)] = tag;
  }

  /** A two-byte tag: field numbers 16 to 2047. */
  wideTag(tag: number): void {
    const at = this.claim(2);
    this.buffer[at] = (tag & 0x7f) | 0x80;
    this.buffer[at + 1] = tag >>> 7;
  }

  /** A varint of a safe integer; negative values take ten bytes as two's complement int64. */
  varint(value: number): void {
    if (value < 0) {
      this.negativeVarint(value);
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
    let at = this.claim(size);
    let rest = value;
    for (; rest >= 0x80000000; rest = Math.floor(rest / 128)) this.buffer[at++] = (rest % 128) | 0x80;
    for (; rest >= 128; rest >>>= 7) this.buffer[at++] = (rest & 0x7f) | 0x80;
    this.buffer[at] = rest;
  }

  /** A little-endian double. */
  double(value: number): void {
    this.view.setFloat64(this.claim(8), value, true);
  }

  /** Raw bytes, already encoded. */
  bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.claim(bytes.length));
  }

  /** Field of type double; proto3 leaves zero off the wire. */
  doubleField(tag: number, value: number): void {
    if (value === 0) return;
    this.double(value);
    this.tag(tag);
  }

  /** Field of type int64, enum or bool; proto3 leaves zero off the wire. */
  intField(tag: number, value: number): void {
    if (value === 0) return;
    this.varint(value);
    this.tag(tag);
  }

  /** Closes a nested message whose end was at `end` when its first field was written. */
  message(tag: number, end: number): void {
    this.varint(end - this.position);
    this.tag(tag);
  }

  private claim(size: number): number {
    const at = this.position - size;
    if (at < 0) throw new RangeError(`a message exceeds the writer's ${this.buffer.length} bytes`);
    this.position = at;
    return at;
  }

  private negativeVarint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    let at = this.claim(10);
    for (let byte = 0; byte < 9; byte++, rest >>= 7n) this.buffer[at++] = Number(rest & 0x7fn) | 0x80;
    this.buffer[at] = Number(rest);
  }
}
