import type { ModeLimit } from './feed-limits.ts';
import type { FeedMode } from './feed-mode.ts';
import type { ConnectionState, FeedLane } from './feed-lane.ts';
import type { Refusal } from './shard-plan.ts';
import type { SilenceState } from './silence.ts';

/** Instruments of one mode on a connection, beside what the mode may carry alone and among others. */
export interface ModeUse extends ModeLimit {
  readonly keys: number;
}

/** One connection, for a status page. JSON-safe; ages in milliseconds, instants in epoch ms, null where there is none. */
export interface ConnectionStats {
  readonly connection: number;
  readonly state: ConnectionState;
  readonly stateForMs: number;
  readonly silence: SilenceState;
  readonly keys: number;
  readonly modes: Readonly<Record<FeedMode, ModeUse>>;
  /** Subscribed instruments that have not shown themselves since. */
  readonly awaited: number;
  readonly connectedForMs: number | null;
  /** Since the last readable frame, and since any sign of life; since opening while there was none. */
  readonly lastFrameAgeMs: number | null;
  readonly lastSignAgeMs: number | null;
  readonly reconnects: number;
  readonly lastEnd: { readonly kind: string; readonly detail: string } | null;
  readonly tokenExpiresAtMs: number | null;
  readonly frames: number;
  readonly bytes: number;
  readonly garbage: number;
  readonly entries: number;
  readonly emitted: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly empty: number;
  readonly unsubscribed: number;
  readonly superseded: number;
}

/** The feed client, for a status page. JSON-safe. */
export interface FeedStats {
  readonly desired: number;
  readonly assigned: number;
  readonly refused: readonly Refusal[];
  readonly sockets: number;
  readonly maxConnections: number;
  readonly connections: readonly ConnectionStats[];
}

/** The figures of one lane. */
export function connectionStats(lane: FeedLane, modes: ConnectionStats['modes'], nowMs: number): ConnectionStats {
  const { active, counters, lastEnd } = lane;
  const open = active?.phase === 'open' ? active : undefined;
  return {
    connection: lane.index,
    state: lane.state,
    stateForMs: nowMs - lane.stateSinceMs,
    silence: lane.silenceState(),
    keys: lane.wanted.size,
    modes,
    awaited: open?.awaited.size ?? lane.wanted.size,
    connectedForMs: open ? nowMs - open.openedAtMs : null,
    lastFrameAgeMs: open ? nowMs - open.lastFrameMs : null,
    lastSignAgeMs: open ? nowMs - open.lastSignMs : null,
    reconnects: lane.reconnects,
    lastEnd: lastEnd ? { kind: lastEnd.kind, detail: lastEnd.detail } : null,
    tokenExpiresAtMs: active?.token.expiresAt ?? null,
    ...counters,
  };
}
