import { type InstrumentKey, type SupportedSegment, segmentOf } from '@vega/kernel';

/** A segment, a bar and a token of at most 64 characters; longer keys in a frame are nobody's. */
const LONGEST_KEY = 80;

/** What the client remembers of one subscribed instrument. */
export class InstrumentState {
  readonly segment: SupportedSegment;
  /** UTF-8 of the key: what a frame's key bytes are compared with. */
  readonly keyBytes: Uint8Array;
  /** The lane (logical connection) that carries the instrument. */
  lane = -1;
  /** Generation of the physical connection whose entries count; entries of older ones are superseded. */
  generation = 0;
  /** `currentTs` of the last message that was passed on. */
  lastTs = 0;
  /** The last message, byte for byte. */
  private previous = new Uint8Array(0);
  private previousLength = -1;

  constructor(readonly key: InstrumentKey) {
    this.segment = segmentOf(key);
    this.keyBytes = new TextEncoder().encode(key);
  }

  /** Whether [start, end) of the frame is byte for byte the last message. */
  isRepeated(frame: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length !== this.previousLength) return false;
    const previous = this.previous;
    for (let at = 0; at < length; at += 1) {
      if (frame[start + at] !== previous[at]) return false;
    }
    return true;
  }

  /** Keeps a copy of [start, end) of the frame as the last message. */
  remember(frame: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.previous.length) this.previous = new Uint8Array(Math.max(64, length + (length >> 2)));
    this.previous.set(new Uint8Array(frame.buffer, frame.byteOffset + start, length));
    this.previousLength = length;
  }
}

/**
 * The subscribed instruments, found by the bytes of their key as they lie in a frame, so that no string is decoded per
 * entry. Open addressing with linear probing (FNV-1a, at most half full); deletion shifts back, so there are no tombstones.
 */
export class InstrumentTable {
  private slots: (InstrumentState | undefined)[] = new Array<InstrumentState | undefined>(64).fill(undefined);
  private mask = 63;
  private readonly byKey = new Map<InstrumentKey, InstrumentState>();

  get size(): number {
    return this.byKey.size;
  }

  get(key: InstrumentKey): InstrumentState | undefined {
    return this.byKey.get(key);
  }

  values(): IterableIterator<InstrumentState> {
    return this.byKey.values();
  }

  /** The state of a key, made when it is new. */
  add(key: InstrumentKey): InstrumentState {
    const known = this.byKey.get(key);
    if (known) return known;
    const state = new InstrumentState(key);
    this.byKey.set(key, state);
    if (this.byKey.size * 2 > this.slots.length) this.grow();
    else this.place(state);
    return state;
  }

  /** Forgets a key with its last message. */
  delete(key: InstrumentKey): void {
    const state = this.byKey.get(key);
    if (!state) return;
    this.byKey.delete(key);
    let hole = this.homeOf(state);
    while (this.slots[hole] !== state) hole = (hole + 1) & this.mask;
    this.slots[hole] = undefined;
    for (let at = (hole + 1) & this.mask; ; at = (at + 1) & this.mask) {
      const moving = this.slots[at];
      if (!moving) return;
      const home = this.homeOf(moving);
      const distanceFromHome = (at - home) & this.mask;
      const distanceFromHole = (at - hole) & this.mask;
      if (distanceFromHome < distanceFromHole) continue;
      this.slots[hole] = moving;
      this.slots[at] = undefined;
      hole = at;
    }
  }

  /** The instrument whose key is [start, end) of the frame; undefined when it is not subscribed. */
  find(frame: Uint8Array, start: number, end: number): InstrumentState | undefined {
    if (end - start > LONGEST_KEY) return undefined;
    const slots = this.slots;
    const mask = this.mask;
    let at = hashOf(frame, start, end) & mask;
    for (;;) {
      const state = slots[at];
      if (state === undefined || isKey(state.keyBytes, frame, start, end)) return state;
      at = (at + 1) & mask;
    }
  }

  private homeOf(state: InstrumentState): number {
    return hashOf(state.keyBytes, 0, state.keyBytes.length) & this.mask;
  }

  private place(state: InstrumentState): void {
    let at = this.homeOf(state);
    while (this.slots[at] !== undefined) at = (at + 1) & this.mask;
    this.slots[at] = state;
  }

  private grow(): void {
    const size = this.slots.length * 2;
    this.slots = new Array<InstrumentState | undefined>(size).fill(undefined);
    this.mask = size - 1;
    for (const state of this.byKey.values()) this.place(state);
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

function isKey(key: Uint8Array, frame: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== key.length) return false;
  for (let at = 0; at < length; at += 1) {
    if (key[at] !== frame[start + at]) return false;
  }
  return true;
}
