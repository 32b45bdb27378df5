/** What one stream client and all of them together may take. */
export interface StreamLimits {
  readonly maxClients: number;
  /** Instruments over all subscriptions of one client. */
  readonly maxInstruments: number;
  readonly maxSubscriptions: number;
  /** Distinct instruments over all clients. */
  readonly maxInstrumentsTotal: number;
  /** Longest message from a client that is read; a longer one gets an error frame. */
  readonly maxMessageBytes: number;
  /** Messages a client may send per second, lasting; twice that in a burst. */
  readonly maxMessagesPerSecond: number;
  /** Messages of one client that wait for an answer. */
  readonly maxInHand: number;
  /** Milliseconds between two flushes of a subscription at the full rate. */
  readonly flushMs: number;
  /** Unsent bytes of a client from which its flushes are skipped. */
  readonly softBufferBytes: number;
  /** Unsent bytes of a client at which its connection is cut. */
  readonly hardBufferBytes: number;
  /** Milliseconds a client may stay above the soft bound before it is closed. */
  readonly stallMs: number;
  readonly heartbeatMs: number;
  /** Milliseconds within which a client must have said who it is. */
  readonly authenticateMs: number;
  /** Milliseconds an instrument is kept after its last client has left. */
  readonly lingerMs: number;
}

/** Limits unless the configuration says otherwise. */
export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  maxClients: 5_000,
  maxInstruments: 500,
  maxSubscriptions: 50,
  maxInstrumentsTotal: 10_000,
  maxMessageBytes: 64 * 1024,
  maxMessagesPerSecond: 20,
  maxInHand: 32,
  flushMs: 100,
  softBufferBytes: 256 * 1024,
  hardBufferBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  heartbeatMs: 15_000,
  authenticateMs: 10_000,
  lingerMs: 30_000,
};

/** Why the server ends a stream connection (RFC 6455 codes, and 4000+ of our own). */
export const CLOSE_CODES = {
  GOING_AWAY: 1001,
  UNAUTHENTICATED: 4401,
  SLOW_CLIENT: 4408,
} as const;
