import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Where a tick stands in its instrument's sequence. */
export interface TickHeader {
  readonly feedEpoch: number;
  readonly seq: number;
}

const FEED_EPOCH_FIELD = 3;
const SEQ_FIELD = 4;
const VARINT = 0;

/**
 * Reads `feed_epoch` and `seq` of an encoded Tick without decoding the rest: most ticks are replaced before a client
 * sees them. Returns undefined for bytes that are not a Tick or carry no place in a sequence.
 */
export function readTickHeader(bytes: Uint8Array): TickHeader | undefined {
  try {
    const reader = new BinaryReader(bytes);
    let feedEpoch = 0;
    let seq = 0;
    while (reader.pos < reader.len && (feedEpoch === 0 || seq === 0)) {
      const [field, wireType] = reader.tag();
      if (field === FEED_EPOCH_FIELD && wireType === VARINT) feedEpoch = Number(reader.int64());
      else if (field === SEQ_FIELD && wireType === VARINT) seq = Number(reader.int64());
      else reader.skip(wireType, field);
    }
    const placed = Number.isSafeInteger(feedEpoch) && Number.isSafeInteger(seq) && feedEpoch > 0 && seq > 0;
    return placed ? { feedEpoch, seq } : undefined;
  } catch {
    return undefined;
  }
}
