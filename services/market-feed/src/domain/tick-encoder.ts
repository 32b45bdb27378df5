/**
 * Goal: the bytes of a {@link Tick} straight from the feed's slot, without the message objects between.
 *
 * Method: what never changes for an instrument (key, id, epoch) is encoded once as its header; the rest is written field
 * by field, in field order, into a chunk of memory that many ticks share. Submessages are all shorter than 128 bytes, so
 * their length is one byte, filled in afterwards.
 *
 * Invariants: the bytes equal `Tick.encode(toTick(...))` exactly (held by a property over seeded slots); bytes once
 * returned are never written again, so a publisher may hold them for as long as it likes.
 *
 * Reference: libs/contracts/proto/vega/md/v1/tick.proto.
 */
import { Tick } from '@vega/contracts';
import type { FeedSlot } from '@vega/upstox/market';
import { hasAuction, tickModeOf, type TickIdentity, type TickStamp } from './to-tick.ts';
import type { TickTraits } from './tick-traits.ts';
import { writeDoubleField, writeInt, writeIntField } from './wire-write.ts';

/** Above any tick: a key of some two hundred bytes and thirty depth levels of at most 46 bytes each. */
const MAX_TICK_BYTES = 4096;
const CHUNK_BYTES = 256 * 1024;

/** The leading fields of every tick of an instrument, encoded. */
export function tickHeader(identity: TickIdentity): Uint8Array {
  const { key, instrumentId, feedEpoch } = identity;
  return Tick.encode(Tick.create({ instrumentKey: key, instrumentId, feedEpoch })).finish();
}

/** Writes ticks; one per process is enough. */
export class TickEncoder {
  private chunk = new Uint8Array(CHUNK_BYTES);
  private view = new DataView(this.chunk.buffer);
  private at = 0;

  /** The bytes of one tick, a view into memory that is not written again. */
  encode(header: Uint8Array, traits: TickTraits, slot: FeedSlot, stamp: TickStamp): Uint8Array {
    if (CHUNK_BYTES - this.at < MAX_TICK_BYTES) this.openChunk();
    const out = this.chunk;
    const start = this.at;
    out.set(header, start);
    let at = start + header.length;
    at = writeIntField(out, at, 0x20, stamp.seq);
    at = writeIntField(out, at, 0x28, stamp.source);
    at = writeIntField(out, at, 0x30, tickModeOf(slot.kind, slot.mode));
    at = writeIntField(out, at, 0x38, stamp.marketTimeMs);
    at = writeIntField(out, at, 0x40, stamp.receivedTimeUs);
    at = writeIntField(out, at, 0x48, toPaise(slot.ltp));
    at = writeIntField(out, at, 0x50, slot.ltt);
    at = writeIntField(out, at, 0x58, slot.ltq);
    at = writeIntField(out, at, 0x60, toPaise(slot.cp));
    switch (slot.kind) {
      case 'market':
        at = this.writeFull(at, traits, slot);
        break;
      case 'index':
        at = writeCandles(out, at, slot);
        break;
      case 'greeks':
        at = this.writeLight(at, traits, slot);
        break;
      case 'ltpc':
        if (slot.hasLtpcIep) at = writeOptional(out, at, 0xb8, toPaise(slot.ltpcIep));
        break;
      case 'none':
        break;
    }
    this.at = at;
    return out.subarray(start, at);
  }

  private openChunk(): void {
    this.chunk = new Uint8Array(CHUNK_BYTES);
    this.view = new DataView(this.chunk.buffer);
    this.at = 0;
  }

  private writeFull(at: number, traits: TickTraits, slot: FeedSlot): number {
    const out = this.chunk;
    if (!traits.book) return writeCandles(out, at, slot);
    at = writeDepth(out, at, slot);
    out[at] = 0x70;
    at = writeInt(out, at + 1, toPaise(slot.atp));
    out[at] = 0x78;
    at = writeInt(out, at + 1, slot.vtt);
    if (traits.openInterest) at = writeOptional(out, at, 0x80, Math.round(slot.oi));
    at = writeOptional(out, at, 0x88, Math.round(slot.tbq));
    at = writeOptional(out, at, 0x90, Math.round(slot.tsq));
    if (traits.volatility) at = this.writeVolatility(at, slot);
    at = writeCandles(out, at, slot);
    if (!hasAuction(slot)) return at;
    at = writeOptional(out, at, 0xb8, toPaise(slot.iep));
    at = writeOptional(out, at, 0xc0, toPaise(slot.rp));
    at = writeOptional(out, at, 0xc8, slot.ieq);
    at = writeOptional(out, at, 0xd0, slot.iiqTotal);
    return writeOptional(out, at, 0xd8, slot.iiqM);
  }

  private writeLight(at: number, traits: TickTraits, slot: FeedSlot): number {
    const out = this.chunk;
    if (!traits.book) return at;
    at = writeDepth(out, at, slot);
    out[at] = 0x78;
    at = writeInt(out, at + 1, slot.vtt);
    if (traits.openInterest) at = writeOptional(out, at, 0x80, Math.round(slot.oi));
    return traits.volatility ? this.writeVolatility(at, slot) : at;
  }

  private writeVolatility(at: number, slot: FeedSlot): number {
    const { chunk: out, view } = this;
    out[at] = 0x99;
    out[at + 1] = 0x01;
    view.setFloat64(at + 2, slot.iv, true);
    at += 10;
    if (!slot.hasGreeks) return at;
    out[at] = 0xa2;
    out[at + 1] = 0x01;
    const lengthAt = at + 2;
    at += 3;
    at = writeDoubleField(view, at, 0x09, slot.delta);
    at = writeDoubleField(view, at, 0x11, slot.theta);
    at = writeDoubleField(view, at, 0x19, slot.gamma);
    at = writeDoubleField(view, at, 0x21, slot.vega);
    at = writeDoubleField(view, at, 0x29, slot.rho);
    out[lengthAt] = at - lengthAt - 1;
    return at;
  }
}

/** Rupees to integer paise, half away from zero: `rupeesToPaise` without its check, which the feed's decoder made. */
function toPaise(rupees: number): number {
  return rupees < 0 ? -Math.round(-rupees * 100) : Math.round(rupees * 100);
}

/** An `optional` integer whose field number is 16 or more: written also when zero. `low` is the tag's first byte. */
function writeOptional(out: Uint8Array, at: number, low: number, value: number): number {
  out[at] = low;
  out[at + 1] = 0x01;
  return writeInt(out, at + 2, value);
}

function writeDepth(out: Uint8Array, at: number, slot: FeedSlot): number {
  for (let level = 0; level < slot.depthLevels; level += 1) {
    out[at] = 0x6a;
    const lengthAt = at + 1;
    at += 2;
    at = writeIntField(out, at, 0x08, slot.bidQ[level] as number);
    at = writeIntField(out, at, 0x10, toPaise(slot.bidP[level] as number));
    at = writeIntField(out, at, 0x18, slot.askQ[level] as number);
    at = writeIntField(out, at, 0x20, toPaise(slot.askP[level] as number));
    out[lengthAt] = at - lengthAt - 1;
  }
  return at;
}

function writeCandles(out: Uint8Array, at: number, slot: FeedSlot): number {
  if (slot.hasDay) {
    out[at] = 0xaa;
    out[at + 1] = 0x01;
    const lengthAt = at + 2;
    at += 3;
    at = writeIntField(out, at, 0x08, toPaise(slot.dayOpen));
    at = writeIntField(out, at, 0x10, toPaise(slot.dayHigh));
    at = writeIntField(out, at, 0x18, toPaise(slot.dayLow));
    at = writeIntField(out, at, 0x20, toPaise(slot.dayClose));
    at = writeIntField(out, at, 0x28, slot.dayVol);
    at = writeIntField(out, at, 0x30, slot.dayTs);
    out[lengthAt] = at - lengthAt - 1;
  }
  if (slot.hasMinute) {
    out[at] = 0xb2;
    out[at + 1] = 0x01;
    const lengthAt = at + 2;
    at += 3;
    at = writeIntField(out, at, 0x08, toPaise(slot.minuteOpen));
    at = writeIntField(out, at, 0x10, toPaise(slot.minuteHigh));
    at = writeIntField(out, at, 0x18, toPaise(slot.minuteLow));
    at = writeIntField(out, at, 0x20, toPaise(slot.minuteClose));
    at = writeIntField(out, at, 0x28, slot.minuteVol);
    at = writeIntField(out, at, 0x30, slot.minuteTs);
    out[lengthAt] = at - lengthAt - 1;
  }
  return at;
}
