import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const PACKAGE = 'com.upstox.marketdatafeederv3udapi.rpc.proto';

/** The feed's schema of this room as protobufjs reads it: the plain decoder that the hand decoder is held against. */
export const feedSchema = new protobuf.Root().loadSync(
  fileURLToPath(new URL('../../proto/market-data-feed-v3.proto', import.meta.url)),
  { keepCase: true },
);

export const FeedResponseType = feedSchema.lookupType(`${PACKAGE}.FeedResponse`);
export const FeedType = feedSchema.lookupType(`${PACKAGE}.Feed`);
