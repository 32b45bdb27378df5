import { BAD_WIRE, TRUNCATED } from './feed-format-error.ts';
import type { WireCursor } from './wire-cursor.ts';

/** What a frame of the feed says it is. */
export const FEED_TYPES = ['initial_feed', 'live_feed', 'market_info'] as const;
export type FeedType = (typeof FEED_TYPES)[number];

/** A connection carries at most 5,000 instruments; a frame of more entries than this is not the feed's. */
const MAX_ENTRIES = 20_000;

/** Frames are dated within these bounds (2001 to 2096); a time outside them, or none, marks garbage. */
const EARLIEST_TS = 1e12;
const LATEST_TS = 4e12;

/**
 * The table of contents of one frame: its type and time, and where each instrument's key and `Feed` message lie.
 *
 * `currentTs` follows the entries on the wire, so a frame is indexed as a whole before any entry is decoded; a frame
 * whose structure is broken anywhere yields nothing. Reused from frame to frame.
 */
export class FrameIndex {
  type: FeedType = 'initial_feed';
  currentTs = 0;
  count = 0;
  marketInfoStart = 0;
  /** Zero when the frame carries no market info. */
  marketInfoEnd = 0;
  keyStart = new Int32Array(64);
  keyEnd = new Int32Array(64);
  feedStart = new Int32Array(64);
  feedEnd = new Int32Array(64);

  /** Indexes the frame the cursor is attached to. Throws a `FeedFormatError` when it is not a dated `FeedResponse`. */
  scan(cursor: WireCursor): void {
    const end = cursor.bytes.length;
    this.type = 'initial_feed';
    this.currentTs = 0;
    this.count = 0;
    this.marketInfoEnd = 0;
    cursor.pos = 0;
    while (cursor.pos < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case 0x08:
          this.type = typeOf(cursor.int64(end));
          break;
        case 0x12:
          this.scanEntry(cursor, cursor.lengthEnd(end));
          break;
        case 0x18:
          this.currentTs = cursor.int64(end);
          break;
        case 0x22:
          this.marketInfoEnd = cursor.lengthEnd(end);
          this.marketInfoStart = cursor.pos;
          cursor.pos = this.marketInfoEnd;
          break;
        default:
          cursor.skip(tag, end);
      }
    }
    if (this.currentTs < EARLIEST_TS || this.currentTs > LATEST_TS) throw BAD_WIRE;
  }

  private scanEntry(cursor: WireCursor, end: number): void {
    const at = this.count;
    if (at === MAX_ENTRIES) throw BAD_WIRE;
    if (at === this.keyStart.length) this.grow();
    let keyStart = 0;
    let keyEnd = 0;
    let feedStart = 0;
    let feedEnd = 0;
    while (cursor.pos < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a) {
        keyEnd = cursor.lengthEnd(end);
        keyStart = cursor.pos;
        cursor.pos = keyEnd;
      } else if (tag === 0x12) {
        feedEnd = cursor.lengthEnd(end);
        feedStart = cursor.pos;
        cursor.pos = feedEnd;
      } else {
        cursor.skip(tag, end);
      }
    }
    if (cursor.pos !== end) throw TRUNCATED;
    this.keyStart[at] = keyStart;
    this.keyEnd[at] = keyEnd;
    this.feedStart[at] = feedStart;
    this.feedEnd[at] = feedEnd;
    this.count = at + 1;
  }

  private grow(): void {
    const size = this.keyStart.length * 2;
    this.keyStart = grown(this.keyStart, size);
    this.keyEnd = grown(this.keyEnd, size);
    this.feedStart = grown(this.feedStart, size);
    this.feedEnd = grown(this.feedEnd, size);
  }
}

function typeOf(value: number): FeedType {
  const type = FEED_TYPES[value];
  if (type === undefined) throw BAD_WIRE;
  return type;
}

function grown(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}
