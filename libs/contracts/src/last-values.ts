import { Tick } from './gen/vega/md/v1/tick.ts';
import { ChainUpdate } from './gen/vega/opt/v1/chain.ts';
import { toBytes } from './codec.ts';

/** Bytes before the tick: when the value was written, epoch ms as an unsigned 64-bit big-endian integer. */
const HEADER_BYTES = 8;

/** The Redis key under which market-feed keeps the last tick of an instrument, for those who ask while it is away. */
export function lastValueKey(instrumentKey: string): string {
  return `md:last:${instrumentKey}`;
}

/** The Redis key under which options keeps the last whole chain of an expiry, as {@link encodeStamped} writes it. */
export function lastChainKey(underlyingKey: string, expiryDate: string): string {
  return `opt:last:${underlyingKey}:${expiryDate}`;
}

/** The last tick of an instrument and the wall time (epoch ms) at which it was written. */
export interface LastValue {
  readonly tick: Tick;
  readonly writtenAtMs: number;
}

/** The bytes stored under {@link lastValueKey}: the time of writing, then the tick's protobuf bytes as published. */
export function encodeLastValue(tick: Tick | Uint8Array, writtenAtMs: number): Uint8Array {
  return encodeStamped(tick instanceof Uint8Array ? tick : toBytes(Tick, tick), writtenAtMs);
}

/** The time of writing before a message's protobuf bytes. */
export function encodeStamped(body: Uint8Array, writtenAtMs: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(writtenAtMs));
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** The chain that options wrote under {@link lastChainKey}, and when; undefined for bytes it cannot have written. */
export function decodeLastChain(bytes: Uint8Array): { chain: ChainUpdate; writtenAtMs: number } | undefined {
  if (bytes.length <= HEADER_BYTES) return undefined;
  try {
    const writtenAtMs = Number(new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES).getBigUint64(0));
    const chain = ChainUpdate.decode(bytes.subarray(HEADER_BYTES));
    return chain.underlyingKey === '' || !Number.isSafeInteger(writtenAtMs) ? undefined : { chain, writtenAtMs };
  } catch {
    return undefined;
  }
}

/** The value that {@link encodeLastValue} wrote; undefined for bytes it cannot have written. */
export function decodeLastValue(bytes: Uint8Array): LastValue | undefined {
  if (bytes.length <= HEADER_BYTES) return undefined;
  try {
    const writtenAtMs = Number(new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES).getBigUint64(0));
    const tick = Tick.decode(bytes.subarray(HEADER_BYTES));
    return tick.instrumentKey === '' || !Number.isSafeInteger(writtenAtMs) ? undefined : { tick, writtenAtMs };
  } catch {
    return undefined;
  }
}
