import type { MarketInstant } from '@vega/kernel';
import { MARKET_STATUSES, type MarketStatus } from '../market-status.ts';
import { BAD_WIRE } from './feed-format-error.ts';
import type { WireCursor } from './wire-cursor.ts';

/** A state the server reports in its own words, such as the closing auction's. */
export interface StatusInfo {
  readonly status: string;
  readonly updatedMs: number;
}

/** The feed's word on the sessions, sent on connecting and on every change; may name only what changed. */
export interface MarketInfo {
  readonly connection: number;
  readonly currentTs: MarketInstant;
  readonly segmentStatus: ReadonlyMap<string, MarketStatus>;
  readonly casMarketStatus: ReadonlyMap<string, StatusInfo>;
  readonly preOpenSessionStatus: ReadonlyMap<string, StatusInfo>;
}

/** The maps of a `MarketInfo` message. */
export type MarketInfoMaps = Pick<MarketInfo, 'segmentStatus' | 'casMarketStatus' | 'preOpenSessionStatus'>;

const MAX_STATUSES = 128;
const MAX_TEXT_BYTES = 128;
const text = new TextDecoder('utf-8', { fatal: true });

/** Decodes the `MarketInfo` message in [start, end) of the cursor's frame. Throws a `FeedFormatError`. */
export function decodeMarketInfo(cursor: WireCursor, start: number, end: number): MarketInfoMaps {
  const segmentStatus = new Map<string, MarketStatus>();
  const casMarketStatus = new Map<string, StatusInfo>();
  const preOpenSessionStatus = new Map<string, StatusInfo>();
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag === 0x0a) readMapEntry(cursor, cursor.lengthEnd(end), 0x10, segmentStatus, 'PRE_OPEN_START', readStatus);
    else if (tag === 0x12) readMapEntry(cursor, cursor.lengthEnd(end), 0x12, casMarketStatus, EMPTY_INFO, readInfo);
    else if (tag === 0x1a) {
      readMapEntry(cursor, cursor.lengthEnd(end), 0x12, preOpenSessionStatus, EMPTY_INFO, readInfo);
    } else cursor.skip(tag, end);
  }
  return { segmentStatus, casMarketStatus, preOpenSessionStatus };
}

const EMPTY_INFO: StatusInfo = { status: '', updatedMs: 0 };

function readMapEntry<T>(
  cursor: WireCursor,
  end: number,
  valueTag: number,
  into: Map<string, T>,
  absent: T,
  readValue: (cursor: WireCursor, end: number) => T,
): void {
  let key = '';
  let value = absent;
  while (cursor.pos < end) {
    const tag = cursor.tag(end);
    if (tag === 0x0a) key = readText(cursor, cursor.lengthEnd(end));
    else if (tag === valueTag) value = readValue(cursor, end);
    else cursor.skip(tag, end);
  }
  if (into.size >= MAX_STATUSES) throw BAD_WIRE;
  into.set(key, value);
}

function readStatus(cursor: WireCursor, end: number): MarketStatus {
  return MARKET_STATUSES[cursor.int64(end)] ?? 'UNKNOWN';
}

function readInfo(cursor: WireCursor, end: number): StatusInfo {
  const stop = cursor.lengthEnd(end);
  let status = '';
  let updatedMs = 0;
  while (cursor.pos < stop) {
    const tag = cursor.tag(stop);
    if (tag === 0x0a) status = readText(cursor, cursor.lengthEnd(stop));
    else if (tag === 0x10) updatedMs = cursor.int64(stop);
    else cursor.skip(tag, stop);
  }
  return { status, updatedMs };
}

function readText(cursor: WireCursor, end: number): string {
  const start = cursor.pos;
  if (end - start > MAX_TEXT_BYTES) throw BAD_WIRE;
  cursor.pos = end;
  try {
    return text.decode(cursor.bytes.subarray(start, end));
  } catch {
    throw BAD_WIRE;
  }
}
