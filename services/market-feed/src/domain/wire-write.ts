/**
 * Protobuf's wire format written straight into bytes: each function writes at `at` and returns the position after.
 * No bounds are checked; the caller keeps room.
 */

const TWO_28 = 0x10000000;
const TWO_32 = 0x100000000;

/** A non-negative or negative safe integer as an int64 varint (negative: ten bytes, two's complement). */
export function writeInt(out: Uint8Array, at: number, value: number): number {
  if (value < 0) return writeNegative(out, at, value);
  let low = value;
  if (value >= TWO_28) {
    let high = Math.floor(value / TWO_28);
    low = value - high * TWO_28;
    out[at] = (low & 0x7f) | 0x80;
    out[at + 1] = ((low >>> 7) & 0x7f) | 0x80;
    out[at + 2] = ((low >>> 14) & 0x7f) | 0x80;
    out[at + 3] = (low >>> 21) | 0x80;
    at += 4;
    while (high > 0x7f) {
      out[at++] = (high & 0x7f) | 0x80;
      high >>>= 7;
    }
    out[at++] = high;
    return at;
  }
  while (low > 0x7f) {
    out[at++] = (low & 0x7f) | 0x80;
    low >>>= 7;
  }
  out[at++] = low;
  return at;
}

function writeNegative(out: Uint8Array, at: number, value: number): number {
  // Two's complement of a 64-bit integer in two halves, without BigInt.
  const magnitude = -value;
  let low = ~(magnitude % TWO_32) >>> 0;
  let high = ~Math.floor(magnitude / TWO_32) >>> 0;
  low = (low + 1) >>> 0;
  if (low === 0) high = (high + 1) >>> 0;
  for (let count = 0; count < 9; count += 1) {
    out[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  out[at++] = 1;
  return at;
}

/** A field of one tag byte with an integer value, left out when it is zero, as proto3 does. */
export function writeIntField(out: Uint8Array, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  out[at] = tag;
  return writeInt(out, at + 1, value);
}

/** A field of one tag byte with a double value, left out when it is zero. */
export function writeDoubleField(view: DataView, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  view.setUint8(at, tag);
  view.setFloat64(at + 1, value, true);
  return at + 9;
}
