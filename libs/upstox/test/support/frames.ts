import { FeedResponseType } from './feed-schema.ts';

/** Encodes a `FeedResponse` given in plain objects. */
export function encodeFrame(response: {
  readonly type?: number;
  readonly currentTs?: number;
  readonly feeds?: Readonly<Record<string, object>>;
  readonly marketInfo?: object;
}): Buffer {
  return Buffer.from(FeedResponseType.encode(FeedResponseType.fromObject(response)).finish());
}

export const INITIAL = 0;
export const LIVE = 1;
export const INFO = 2;

/** A small full-mode message told apart by its last price in rupees and its volume. */
export function fullFeed(ltp: number, vtt: number): object {
  const bidAskQuote = [{ bidQ: 65, bidP: ltp - 0.05, askQ: 130, askP: ltp + 0.05 }];
  return {
    fullFeed: { marketFF: { ltpc: { ltp, ltt: 1_773_202_000_000 + vtt }, marketLevel: { bidAskQuote }, vtt } },
    requestMode: 1,
  };
}
