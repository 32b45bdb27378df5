import { type InstrumentKey, type MarketInstant, marketInstant } from '@vega/kernel';
import { decodeFeed } from './feed-decoder.ts';
import { FeedFormatError } from './feed-format-error.ts';
import { FeedSlot } from './feed-slot.ts';
import { FrameIndex, type FeedType } from './frame-index.ts';
import type { InstrumentState, InstrumentTable } from './instrument-table.ts';
import { decodeMarketInfo, type MarketInfo } from './market-info.ts';
import { WireCursor } from './wire-cursor.ts';

/** One new message of one instrument. The object and its slot are reused: copy what must outlive the call. */
export class FeedEntry {
  key = '' as InstrumentKey;
  /** The server's time of the frame. */
  currentTs: MarketInstant = marketInstant(0);
  /** `initial_feed` for a snapshot, `live_feed` for a change. */
  feedType: FeedType = 'live_feed';
  connection = 0;
  /** Rises whenever a physical connection is made anew. */
  generation = 0;
  /** When the frame arrived, on the clock's monotonic scale. */
  receivedAtMonotonicMs = 0;
  readonly slot = new FeedSlot();
  private frame: Uint8Array = new Uint8Array(0);
  private start = 0;
  private end = 0;

  /** The `Feed` message as it came, a view into the frame. */
  get bytes(): Uint8Array {
    return this.frame.subarray(this.start, this.end);
  }

  /** Points {@link bytes} at [start, end) of a frame. */
  place(frame: Uint8Array, start: number, end: number): void {
    this.frame = frame;
    this.start = start;
    this.end = end;
  }
}

/** What came of the frames of one connection, since the client was made. */
export class FrameCounters {
  /** Readable frames and their bytes. */
  frames = 0;
  bytes = 0;
  /** Frames that were text, broken, undated or of an unknown type. */
  garbage = 0;
  /** Entries of readable frames: the sum of the lines below. */
  entries = 0;
  emitted = 0;
  /** Byte for byte the instrument's previous message. */
  duplicates = 0;
  /** Undecodable entries of readable frames. */
  malformed = 0;
  /** Entries that carry no feed. */
  empty = 0;
  /** Of instruments that are not, or no longer, subscribed. */
  unsubscribed = 0;
  /** Of a connection that another has replaced for the instrument. */
  superseded = 0;
}

/** What a frame was. */
export type FrameKind = 'garbage' | FeedType;

/** What the intake needs to know of, and notes on, the connection a frame came by. */
export interface FrameSource {
  readonly lane: number;
  readonly generation: number;
  /** It is taking over from a connection that still runs. */
  readonly isHandover: boolean;
  /** Subscribed instruments that have not shown themselves here. */
  readonly awaited: Set<InstrumentKey>;
  /** The last readable frame, monotonic. */
  lastFrameMs: number;
}

/** Where decoded frames go. */
export interface IntakeListener {
  onEntry(entry: FeedEntry): void;
  onMarketInfo(info: MarketInfo): void;
}

/**
 * The hot path: frame in, new entries out. A frame is indexed without decoding; each entry is matched to its instrument
 * by the bytes of its key, dropped when it equals the instrument's previous message, and else decoded into one reused
 * slot. Whatever the bytes, nothing but a listener's own exception leaves {@link handle}, and an entry is passed on
 * whole or not at all.
 */
export class FrameIntake {
  private readonly cursor = new WireCursor();
  private readonly index = new FrameIndex();
  private readonly entry = new FeedEntry();

  constructor(
    private readonly table: InstrumentTable,
    private readonly listener: IntakeListener,
  ) {}

  /** Takes one frame of a link, received at a monotonic time. */
  handle(link: FrameSource, counters: FrameCounters, data: Uint8Array, isBinary: boolean, nowMs: number): FrameKind {
    if (!isBinary || !this.open(data)) {
      counters.garbage += 1;
      return 'garbage';
    }
    const info = this.readMarketInfo(link.lane);
    if (info === 'garbage') {
      counters.garbage += 1;
      return 'garbage';
    }
    counters.frames += 1;
    counters.bytes += data.length;
    link.lastFrameMs = nowMs;
    if (info) this.listener.onMarketInfo(info);
    this.passEntries(link, counters, data, nowMs);
    this.cursor.detach();
    return this.index.type;
  }

  private open(data: Uint8Array): boolean {
    try {
      this.cursor.attach(data);
      this.index.scan(this.cursor);
      return true;
    } catch (error) {
      if (error instanceof FeedFormatError) return false;
      throw error;
    }
  }

  private readMarketInfo(lane: number): MarketInfo | 'garbage' | undefined {
    const { marketInfoStart, marketInfoEnd, currentTs } = this.index;
    if (marketInfoEnd === 0) return undefined;
    try {
      const maps = decodeMarketInfo(this.cursor, marketInfoStart, marketInfoEnd);
      return { connection: lane, currentTs: marketInstant(currentTs), ...maps };
    } catch (error) {
      if (error instanceof FeedFormatError) return 'garbage';
      throw error;
    }
  }

  private passEntries(link: FrameSource, counters: FrameCounters, data: Uint8Array, nowMs: number): void {
    const { index, entry } = this;
    const { count, keyStart, keyEnd, feedStart, feedEnd } = index;
    counters.entries += count;
    entry.currentTs = marketInstant(index.currentTs);
    entry.feedType = index.type;
    entry.connection = link.lane;
    entry.generation = link.generation;
    entry.receivedAtMonotonicMs = nowMs;
    for (let at = 0; at < count; at += 1) {
      const state = this.table.find(data, keyStart[at] as number, keyEnd[at] as number);
      if (state === undefined || state.lane !== link.lane) counters.unsubscribed += 1;
      else if (!this.takes(link, state)) counters.superseded += 1;
      else this.passEntry(link, counters, data, state, feedStart[at] as number, feedEnd[at] as number);
    }
  }

  private passEntry(
    link: FrameSource,
    counters: FrameCounters,
    data: Uint8Array,
    state: InstrumentState,
    start: number,
    end: number,
  ): void {
    if (link.awaited.size > 0) link.awaited.delete(state.key);
    if (state.isRepeated(data, start, end)) {
      state.lastTs = this.index.currentTs;
      counters.duplicates += 1;
      return;
    }
    const { entry } = this;
    if (!this.decode(start, end)) {
      counters.malformed += 1;
      return;
    }
    if (entry.slot.kind === 'none') {
      counters.empty += 1;
      return;
    }
    state.remember(data, start, end);
    state.lastTs = this.index.currentTs;
    counters.emitted += 1;
    entry.key = state.key;
    entry.place(data, start, end);
    this.listener.onEntry(entry);
  }

  private decode(start: number, end: number): boolean {
    try {
      decodeFeed(this.cursor, start, end, this.entry.slot);
      return true;
    } catch (error) {
      if (error instanceof FeedFormatError) return false;
      throw error;
    }
  }

  /**
   * Whether entries of this link count for an instrument. The newest link to show an instrument owns it; while a link
   * takes over from one that still runs, it does so only with a frame that is not older than what was passed on.
   */
  private takes(link: FrameSource, state: InstrumentState): boolean {
    if (link.generation === state.generation) return true;
    if (link.generation < state.generation) return false;
    if (link.isHandover && this.index.currentTs < state.lastTs) return false;
    state.generation = link.generation;
    return true;
  }
}
