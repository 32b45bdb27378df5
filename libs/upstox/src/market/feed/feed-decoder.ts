/**
 * Goal: turn the bytes of one `Feed` message into a {@link FeedSlot} without allocating.
 *
 * Method: one switch per message on the whole tag byte (field number and wire type together, so a known field of
 * another wire type is skipped as unknown, as protobuf demands), a bounds-checked cursor, fields written straight into
 * the slot. Repeated occurrences of a submessage merge, members of a union replace each other.
 *
 * Invariants: nothing outside [start, end) is read; any deviation throws a `FeedFormatError`; after a throw the slot is
 * undefined and must not be used.
 *
 * Reference: proto/market-data-feed-v3.proto, against which the specs compare this file with protobufjs.
 */
import { MODE_OF_WIRE } from './feed-mode.ts';
import { type FeedKind, type FeedSlot, MAX_DEPTH_LEVELS, resetFields, resetSlot } from './feed-slot.ts';
import type { WireCursor } from './wire-cursor.ts';

/** Decodes the `Feed` message in [start, end) of the cursor's frame into `slot`. Throws a `FeedFormatError`. */
export function decodeFeed(cursor: WireCursor, start: number, end: number, slot: FeedSlot): void {
  resetSlot(slot);
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x0a:
        become(slot, 'ltpc');
        readLtpc(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x12:
        readFullFeed(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x1a:
        become(slot, 'greeks');
        readFirstLevel(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x20:
        slot.mode = MODE_OF_WIRE[cursor.int64(end)];
        break;
      default:
        cursor.skip(tag, end);
    }
  }
}

/** Makes the slot hold another member of the union: what an earlier member wrote goes. */
function become(slot: FeedSlot, kind: FeedKind): void {
  if (slot.kind === kind) return;
  if (slot.kind !== 'none') resetFields(slot);
  slot.kind = kind;
}

function readFullFeed(cursor: WireCursor, end: number, slot: FeedSlot): void {
  if (slot.kind === 'ltpc' || slot.kind === 'greeks') become(slot, 'none');
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x0a:
        become(slot, 'market');
        readMarketFullFeed(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x12:
        become(slot, 'index');
        readIndexFullFeed(cursor, cursor.lengthEnd(end), slot);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
}

function readLtpc(cursor: WireCursor, end: number, slot: FeedSlot): void {
  slot.hasLtpc = true;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x09:
        slot.ltp = cursor.amount(end);
        break;
      case 0x10:
        slot.ltt = cursor.int64(end);
        break;
      case 0x18:
        slot.ltq = cursor.int64(end);
        break;
      case 0x21:
        slot.cp = cursor.amount(end);
        break;
      case 0x2a:
        slot.hasLtpcIep = true;
        readDoubleValue(cursor, cursor.lengthEnd(end), slot);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
}

/** The `google.protobuf.DoubleValue` of `LTPC.iep`. */
function readDoubleValue(cursor: WireCursor, end: number, slot: FeedSlot): void {
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag === 0x09) slot.ltpcIep = cursor.amount(end);
    else cursor.skip(tag, end);
  }
}

function readMarketFullFeed(cursor: WireCursor, end: number, slot: FeedSlot): void {
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x0a:
        readLtpc(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x12:
        readMarketLevel(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x1a:
        readGreeks(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x22:
        readMarketOhlc(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x29:
        slot.atp = cursor.amount(end);
        break;
      case 0x30:
        slot.vtt = cursor.int64(end);
        break;
      case 0x39:
        slot.oi = cursor.amount(end);
        break;
      case 0x41:
        slot.iv = finiteOrZero(cursor.double(end));
        break;
      case 0x49:
        slot.tbq = cursor.amount(end);
        break;
      case 0x51:
        slot.tsq = cursor.amount(end);
        break;
      default:
        readAuctionField(cursor, tag, end, slot);
    }
  }
}

/** The fields of a market's full feed that only auctions set. */
function readAuctionField(cursor: WireCursor, tag: number, end: number, slot: FeedSlot): void {
  switch (tag) {
    case 0x59:
      slot.iep = cursor.amount(end);
      break;
    case 0x61:
      slot.rp = cursor.amount(end);
      break;
    case 0x68:
      slot.ieq = cursor.int64(end);
      break;
    case 0x70:
      slot.iiqTotal = cursor.int64(end);
      break;
    case 0x78:
      slot.iiqM = cursor.int64(end);
      break;
    case 0x80:
      slot.casEligible = cursor.bool(end);
      break;
    default:
      cursor.skip(tag, end);
  }
}

function readIndexFullFeed(cursor: WireCursor, end: number, slot: FeedSlot): void {
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x0a:
        readLtpc(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x12:
        readMarketOhlc(cursor, cursor.lengthEnd(end), slot);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
}

function readFirstLevel(cursor: WireCursor, end: number, slot: FeedSlot): void {
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x0a:
        readLtpc(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x12:
        openFirstLevel(slot);
        readQuote(cursor, cursor.lengthEnd(end), slot, 0);
        break;
      case 0x1a:
        readGreeks(cursor, cursor.lengthEnd(end), slot);
        break;
      case 0x20:
        slot.vtt = cursor.int64(end);
        break;
      case 0x29:
        slot.oi = cursor.amount(end);
        break;
      case 0x31:
        slot.iv = finiteOrZero(cursor.double(end));
        break;
      default:
        cursor.skip(tag, end);
    }
  }
}

function openFirstLevel(slot: FeedSlot): void {
  if (slot.depthLevels === 0) clearLevel(slot, 0);
  slot.hasDepth = true;
  slot.depthLevels = 1;
}

function readMarketLevel(cursor: WireCursor, end: number, slot: FeedSlot): void {
  slot.hasDepth = true;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag !== 0x0a) {
      cursor.skip(tag, end);
      continue;
    }
    const stop = cursor.lengthEnd(end);
    const level = slot.depthLevels;
    if (level === MAX_DEPTH_LEVELS) {
      cursor.pos = stop;
      continue;
    }
    slot.depthLevels = level + 1;
    clearLevel(slot, level);
    readQuote(cursor, stop, slot, level);
  }
}

function clearLevel(slot: FeedSlot, level: number): void {
  slot.bidQ[level] = 0;
  slot.bidP[level] = 0;
  slot.askQ[level] = 0;
  slot.askP[level] = 0;
}

function readQuote(cursor: WireCursor, end: number, slot: FeedSlot, level: number): void {
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x08:
        slot.bidQ[level] = cursor.int64(end);
        break;
      case 0x11:
        slot.bidP[level] = cursor.amount(end);
        break;
      case 0x18:
        slot.askQ[level] = cursor.int64(end);
        break;
      case 0x21:
        slot.askP[level] = cursor.amount(end);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
}

function readGreeks(cursor: WireCursor, end: number, slot: FeedSlot): void {
  slot.hasGreeks = true;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x09:
        slot.delta = cursor.double(end);
        break;
      case 0x11:
        slot.theta = cursor.double(end);
        break;
      case 0x19:
        slot.gamma = cursor.double(end);
        break;
      case 0x21:
        slot.vega = cursor.double(end);
        break;
      case 0x29:
        slot.rho = cursor.double(end);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
  if (!Number.isFinite(slot.delta + slot.theta + slot.gamma + slot.vega + slot.rho)) dropGreeks(slot);
}

function dropGreeks(slot: FeedSlot): void {
  slot.hasGreeks = false;
  slot.delta = 0;
  slot.theta = 0;
  slot.gamma = 0;
  slot.vega = 0;
  slot.rho = 0;
}

function readMarketOhlc(cursor: WireCursor, end: number, slot: FeedSlot): void {
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag === 0x0a) readOhlc(cursor, cursor.lengthEnd(end), slot);
    else cursor.skip(tag, end);
  }
}

const UNKNOWN_INTERVAL = 0;
const DAY = 1;
const MINUTE = 2;

function readOhlc(cursor: WireCursor, end: number, slot: FeedSlot): void {
  let interval = UNKNOWN_INTERVAL;
  let open = 0;
  let high = 0;
  let low = 0;
  let close = 0;
  let vol = 0;
  let ts = 0;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case 0x0a:
        interval = readInterval(cursor, cursor.lengthEnd(end));
        break;
      case 0x11:
        open = cursor.amount(end);
        break;
      case 0x19:
        high = cursor.amount(end);
        break;
      case 0x21:
        low = cursor.amount(end);
        break;
      case 0x29:
        close = cursor.amount(end);
        break;
      case 0x30:
        vol = cursor.int64(end);
        break;
      case 0x38:
        ts = cursor.int64(end);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
  if (interval === DAY) {
    slot.hasDay = true;
    slot.dayOpen = open;
    slot.dayHigh = high;
    slot.dayLow = low;
    slot.dayClose = close;
    slot.dayVol = vol;
    slot.dayTs = ts;
  } else if (interval === MINUTE) {
    slot.hasMinute = true;
    slot.minuteOpen = open;
    slot.minuteHigh = high;
    slot.minuteLow = low;
    slot.minuteClose = close;
    slot.minuteVol = vol;
    slot.minuteTs = ts;
  }
}

/** "1d" and "I1" are compared as bytes; other intervals are not kept. */
function readInterval(cursor: WireCursor, end: number): number {
  const at = cursor.pos;
  cursor.pos = end;
  if (end - at !== 2) return UNKNOWN_INTERVAL;
  const first = cursor.bytes[at];
  const second = cursor.bytes[at + 1];
  if (first === 0x31 && second === 0x64) return DAY;
  return first === 0x49 && second === 0x31 ? MINUTE : UNKNOWN_INTERVAL;
}

function finiteOrZero(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
