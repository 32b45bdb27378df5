import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** What a generated message object offers: bytes and back. */
export interface Codec<T> {
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): T;
}

/** The protobuf bytes of a message. */
export function toBytes<T>(codec: Codec<T>, message: T): Uint8Array {
  return codec.encode(message).finish();
}
