import type { SegmentStatus } from '../market/market-source.ts';
import { WireWriter } from './wire-writer.ts';

const VARINT_1 = 0x08;
const LENGTH_1 = 0x0a;
const VARINT_2 = 0x10;
const LENGTH_2 = 0x12;
const VARINT_3 = 0x18;
const LENGTH_4 = 0x22;

/** `FeedResponse.type` on the wire; `initial_feed` is zero and therefore absent. */
export const FRAME_TYPE = { initial_feed: 0, live_feed: 1, market_info: 2 } as const;
export type FrameType = keyof typeof FRAME_TYPE;

const STATUS_NUMBER: Record<SegmentStatus, number> = {
  PRE_OPEN_START: 0,
  PRE_OPEN_END: 1,
  NORMAL_OPEN: 2,
  NORMAL_CLOSE: 3,
  CLOSING_START: 4,
  CLOSING_END: 5,
};

const FIRST_CAPACITY = 16_384;
const TAIL_BYTES = 12;

/** Collects encoded map entries into one `FeedResponse`; the buffer is reused from frame to frame. */
export class FrameBuilder {
  private buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  private length = 0;
  /** Entries in the frame under construction. */
  entries = 0;

  /** Bytes in the frame under construction. */
  get size(): number {
    return this.length;
  }

  /** Adds an entry as {@link EntryEncoder} returned it. */
  add(type: FrameType, entry: Buffer): void {
    if (this.entries === 0) this.begin(type);
    const needed = this.length + entry.length + TAIL_BYTES;
    if (needed > this.buffer.length) this.grow(needed);
    this.buffer.set(entry, this.length);
    this.length += entry.length;
    this.entries++;
  }

  /** Closes the frame with its `currentTs` (epoch ms) and returns a copy that the caller owns. */
  finish(currentTs: number): Buffer {
    this.buffer[this.length++] = VARINT_3;
    let rest = currentTs;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.buffer[this.length++] = (rest % 128) | 0x80;
    this.buffer[this.length++] = rest;
    const frame = Buffer.allocUnsafe(this.length);
    this.buffer.copy(frame, 0, 0, this.length);
    this.length = 0;
    this.entries = 0;
    return frame;
  }

  private begin(type: FrameType): void {
    this.length = 0;
    const value = FRAME_TYPE[type];
    if (value === 0) return;
    this.buffer[this.length++] = VARINT_1;
    this.buffer[this.length++] = value;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/** Statuses of a `market_info` frame. */
export interface MarketInfo {
  readonly segments: ReadonlyMap<string, { status: SegmentStatus; updated: number }>;
  /** Segments with a closing auction, whose status is repeated in `casMarketStatus`. */
  readonly closingAuction: readonly string[];
}

/** Encodes a `market_info` frame. */
export function marketInfoFrame(info: MarketInfo, currentTs: number): Buffer {
  const out = new WireWriter(1024 + info.segments.size * 160);
  const end = out.position;
  for (const segment of [...info.closingAuction].reverse()) {
    const state = info.segments.get(segment);
    if (state !== undefined) statusInfoEntry(out, segment, state.status, state.updated);
  }
  for (const [segment, state] of [...info.segments].reverse()) segmentStatusEntry(out, segment, state.status);
  out.message(LENGTH_4, end);
  out.varint(currentTs);
  out.tag(VARINT_3);
  out.varint(FRAME_TYPE.market_info);
  out.tag(VARINT_1);
  return Buffer.from(out.finished());
}

function segmentStatusEntry(out: WireWriter, segment: string, status: SegmentStatus): void {
  const end = out.position;
  // A map entry's value is written even when zero: absent would read the same, but Upstox's encoder writes it.
  out.varint(STATUS_NUMBER[status]);
  out.tag(VARINT_2);
  textField(out, LENGTH_1, segment);
  out.message(LENGTH_1, end);
}

function statusInfoEntry(out: WireWriter, segment: string, status: string, updated: number): void {
  const end = out.position;
  out.intField(VARINT_2, updated);
  textField(out, LENGTH_1, status);
  out.message(LENGTH_2, end);
  textField(out, LENGTH_1, segment);
  out.message(LENGTH_2, end);
}

function textField(out: WireWriter, tag: number, text: string): void {
  const end = out.position;
  out.bytes(Buffer.from(text, 'utf8'));
  out.message(tag, end);
}
