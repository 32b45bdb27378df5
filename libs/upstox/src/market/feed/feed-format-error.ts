/**
 * Bytes that are not what the feed's schema allows. Thrown by the decoder and caught inside the feed client, where it
 * is counted; it never leaves the room. Instances are prepared once: a flood of garbage must not cost stack traces.
 */
export class FeedFormatError extends Error {
  override readonly name = 'FeedFormatError';
}

/** A value, tag or length that runs past the end of its message. */
export const TRUNCATED = new FeedFormatError('the message ends inside a value');

/** A varint of more than ten bytes, a tag with field number zero, an unknown wire type or a stray group end. */
export const BAD_WIRE = new FeedFormatError('the bytes are not protobuf');

/** A 64-bit integer that a double cannot hold exactly. */
export const INTEGER_TOO_LARGE = new FeedFormatError('an integer is larger than 2^53 - 1');

/** A price or quantity that is not finite or beyond any amount of money the platform can express in paise. */
export const AMOUNT_OUT_OF_RANGE = new FeedFormatError('a price or quantity is not a possible amount');
