import { err, ok, type Result } from './result.ts';

/** Upstox's segments that exist. {@link SUPPORTED_SEGMENTS} are the ones this platform serves. */
export const SEGMENTS = [
  'NSE_EQ',
  'NSE_INDEX',
  'NSE_FO',
  'BSE_EQ',
  'BSE_INDEX',
  'BSE_FO',
  'NCD_FO',
  'BCD_FO',
  'MCX_FO',
  'NSE_COM',
] as const;
export type Segment = (typeof SEGMENTS)[number];

/** The segments this platform trades and streams; the others are refused with `SEGMENT_UNSUPPORTED`. */
export const SUPPORTED_SEGMENTS = ['NSE_EQ', 'NSE_INDEX', 'NSE_FO', 'BSE_EQ', 'BSE_INDEX', 'BSE_FO'] as const;
export type SupportedSegment = (typeof SUPPORTED_SEGMENTS)[number];

/** `SEGMENT|token`, e.g. `NSE_FO|51414` or `NSE_INDEX|Nifty 50`: the only identity of a live instrument. */
export type InstrumentKey = string & { readonly __kind: 'InstrumentKey' };

export type InstrumentKeyError = { code: 'INSTRUMENT_KEY_INVALID' | 'SEGMENT_UNSUPPORTED'; message: string };

const segments = new Set<string>(SEGMENTS);
const supported = new Set<string>(SUPPORTED_SEGMENTS);

/** Whether the segment is one this platform serves. */
export function isSupportedSegment(segment: string): segment is SupportedSegment {
  return supported.has(segment);
}

/** Parses text from outside into an {@link InstrumentKey}: one bar, a known and supported segment, a token of 1 to 64 printable characters. */
export function parseInstrumentKey(text: string): Result<InstrumentKey, InstrumentKeyError> {
  const bar = text.indexOf('|');
  const segment = text.slice(0, bar);
  const token = text.slice(bar + 1);
  if (bar < 1 || !segments.has(segment) || !/^[\x20-\x7b\x7d\x7e]{1,64}$/.test(token) || token.trim() !== token) {
    return err({ code: 'INSTRUMENT_KEY_INVALID', message: `"${text.slice(0, 80)}" is not of the form SEGMENT|token` });
  }
  if (!supported.has(segment)) {
    return err({ code: 'SEGMENT_UNSUPPORTED', message: `segment ${segment} is not served by this platform` });
  }
  return ok(text as InstrumentKey);
}

/** Brands text that is already known to be an instrument key (from our own store, or a decoded message of ours). */
export function instrumentKey(text: string): InstrumentKey {
  return text as InstrumentKey;
}

/** The segment part of a key. */
export function segmentOf(key: InstrumentKey): SupportedSegment {
  return key.slice(0, key.indexOf('|')) as SupportedSegment;
}

/** The token part of a key: an exchange token, an ISIN or an index name. */
export function tokenOf(key: InstrumentKey): string {
  return key.slice(key.indexOf('|') + 1);
}
