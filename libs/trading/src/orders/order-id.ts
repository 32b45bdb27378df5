/**
 * Ids of orders and their children: 128 bits as 26 characters of base32 (RFC 4648 alphabet, lower case, no padding), which
 * fit the broker's `tag`. Both are hashes, so that the same decision has the same id wherever and whenever it is made.
 */
import { createHash } from 'node:crypto';

/** An intent's id. */
export type OrderId = string & { readonly __kind: 'OrderId' };
/** A child's id; travels as the broker's `tag`. */
export type ChildId = string & { readonly __kind: 'ChildId' };

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 26 characters hold 130 bits: of the last one only three bits are used, so that each id is written in one way. */
const PATTERN = /^[a-z2-7]{25}[aeimquy4]$/;

/** The id if text is one, in its only spelling. */
export function parseOrderId(text: string): OrderId | undefined {
  return PATTERN.test(text) ? (text as OrderId) : undefined;
}

/** Whether a broker's tag can be one of ours. */
export function isChildTag(tag: string): tag is ChildId {
  return PATTERN.test(tag);
}

/** The id of what `parts` name, e.g. user, account and idempotency key, or deployment and decision number. */
export function orderIdOf(...parts: readonly string[]): OrderId {
  return hashId('order', parts) as OrderId;
}

/** The id of an intent's n-th child, from 0. */
export function childIdOf(orderId: OrderId, slice: number): ChildId {
  return hashId('child', [orderId, String(slice)]) as ChildId;
}

/** Lengths stand before the parts, so that no two lists of parts read the same. */
function hashId(kind: string, parts: readonly string[]): string {
  const hash = createHash('sha256').update(kind);
  for (const part of parts) hash.update(`\0${part.length}:`).update(part);
  return base32(hash.digest().subarray(0, 16));
}

/** 16 bytes as 26 characters, most significant bit first. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + (ALPHABET[(value << (5 - bits)) & 31] ?? '');
}
