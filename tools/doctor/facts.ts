/** What the doctor knows of a stack, as it was found. What could not be found out is undefined. */
export interface StackFacts {
  /** Wall time of the examination, epoch ms. */
  readonly atMs: number;
  readonly services: readonly ServiceFacts[];
  /** The feed as the gateway tells it; a sentence when it cannot. */
  readonly feed: FeedFacts | string;
  /** The streams as NATS tells them; a sentence when it cannot. */
  readonly streams: readonly StreamFacts[] | string;
  /** The archive as its process measures it; undefined while it does not answer. */
  readonly archive: ArchiveFacts | undefined;
  /** The disk that the stack's state lies on. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number };
}

/** One process of the stack. */
export interface ServiceFacts {
  readonly name: string;
  /** Health and metrics. */
  readonly address: string;
  /** Why it did not answer; undefined when it did. */
  readonly silent: string | undefined;
  readonly ready: boolean;
  /** Each check of its readiness: `ok`, or what is wrong. Empty where the process has none. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What the doctor reads of `GET /api/v1/market/market-feed/status`. */
export interface FeedFacts {
  readonly state: 'GREEN' | 'AMBER' | 'RED' | 'UNSPECIFIED';
  readonly reasons: readonly string[];
  readonly market_source: string | null;
  readonly connections: readonly {
    readonly connection: number;
    readonly state: string;
    readonly last_frame_age_ms: number | null;
    readonly mute: boolean;
    readonly modes: readonly { readonly mode: string; readonly subscribed: number; readonly limit: number | null }[];
  }[];
  readonly subscribed: number;
  readonly refused: number;
  readonly last_message_age_ms: number | null;
  readonly gaps: number;
  readonly reconnects: number;
  readonly token_expires_at_ms: number | null;
  readonly market_time: string | null;
  readonly clock_skew_ms: number | null;
  readonly sessions: readonly { readonly segment: string; readonly status: string | null }[];
  readonly master_date: string | null;
  readonly master_rows: number;
}

/** A JetStream stream and those who read it. */
export interface StreamFacts {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly consumers: readonly { readonly name: string; readonly pending: number; readonly unacknowledged: number }[];
}

/** The archive of ticks, as far as it says how it fares. */
export interface ArchiveFacts {
  readonly commitAgeSeconds: number;
  readonly pending: number;
  readonly files: number;
  readonly missing: number;
  readonly failures: number;
}
