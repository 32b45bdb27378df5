import type { BackOffLimits } from '../../wire/back-off.ts';

/** Every interval of the feed client, in milliseconds. */
export interface FeedTimings {
  /** From dialling to an open socket. */
  readonly connectMs: number;
  /** How often each connection is looked at. */
  readonly watchMs: number;
  readonly pingEveryMs: number;
  /** Without a frame, ping or pong for so long the peer is dead. */
  readonly deadPeerMs: number;
  /** Silence of an open market: unusual, and a fault. */
  readonly amberMs: number;
  readonly redMs: number;
  /** Silence after which the connection is replaced; doubled while replacing does not help, up to the cap. */
  readonly silenceReconnectMs: number;
  readonly silenceReconnectCapMs: number;
  /** Open for so long with a readable frame, a connection has proven itself and back-off starts anew. */
  readonly stableMs: number;
  /** How long a new token's connection may take to show every instrument before the old one is closed all the same. */
  readonly handoverMs: number;
  /** Changes of subscription are sent together after so long. */
  readonly coalesceMs: number;
  /** A connection without instruments is kept for so long. */
  readonly lingerMs: number;
  /** How long an orderly close may take before the socket is cut. */
  readonly closeMs: number;
  /** How often a refused token is tried again while no other comes: a refusal may be a fault of the server. */
  readonly tokenProbe: BackOffLimits;
  readonly failure: BackOffLimits;
  /** After a 403: over the limit of connections, or barred. */
  readonly forbidden: BackOffLimits;
  readonly rateLimited: BackOffLimits;
}

/** Timings that suit Upstox's live feed: it sends every second or so in an open market and pings when idle. */
export const DEFAULT_FEED_TIMINGS: FeedTimings = {
  connectMs: 10_000,
  watchMs: 500,
  pingEveryMs: 5_000,
  deadPeerMs: 15_000,
  amberMs: 5_000,
  redMs: 10_000,
  silenceReconnectMs: 15_000,
  silenceReconnectCapMs: 300_000,
  stableMs: 10_000,
  handoverMs: 10_000,
  coalesceMs: 10,
  lingerMs: 30_000,
  closeMs: 1_000,
  tokenProbe: { baseMs: 120_000, capMs: 900_000, floorMs: 60_000 },
  failure: { baseMs: 500, capMs: 30_000, floorMs: 100 },
  forbidden: { baseMs: 20_000, capMs: 300_000, floorMs: 5_000 },
  rateLimited: { baseMs: 5_000, capMs: 60_000, floorMs: 2_000 },
};
