/** The record of orders as the writer needs it. PostgreSQL behind it; nothing is sent that is not in it. */

/** A writer's claim on an account. */
export interface Lease {
  readonly accountId: string;
  readonly epoch: number;
  readonly lastSeq: number;
  readonly factsRevision: number;
  readonly haltReason: string | undefined;
  readonly defects: number;
}

export interface OrderRow {
  readonly orderId: string;
  readonly userId: string;
  readonly strategy: string;
  readonly instrumentKey: string;
  readonly status: number;
  readonly working: boolean;
  readonly foreign: boolean;
  /** YYYY-MM-DD (IST) of market time. */
  readonly decidedDate: string;
  readonly intent: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly marginPaise: number;
  readonly createdAtMs: number;
  readonly accountSeq: number;
  /** The strategy's own count of its decisions; 0 for what is not one. */
  readonly decisionNumber: number;
}

export interface EventRow {
  readonly seq: number;
  /** YYYY-MM-DD (IST) of wall time. */
  readonly day: string;
  readonly kind: number;
  readonly orderId: string;
  readonly segment: string;
  readonly atMs: number;
  readonly payload: Uint8Array;
}

export interface BirthRow {
  readonly childId: string;
  readonly orderId: string;
  readonly bornAtMs: number;
}

export interface FillRow {
  readonly fillId: string;
  readonly orderId: string;
  readonly instrumentKey: string;
  readonly strategy: string;
  readonly day: string;
  readonly atMs: number;
  readonly payload: Uint8Array;
}

export interface OutboxRow {
  readonly seq: number;
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** What one step of a writer writes, all of it or nothing. */
export interface Commit {
  readonly accountId: string;
  readonly epoch: number;
  /** Sequence number before it; another one in the record means that somebody else writes. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** What a birth must know of switches and limits; undefined for what creates nothing. */
  readonly factsRevision: number | undefined;
  readonly created: readonly OrderRow[];
  readonly updated: readonly OrderRow[];
  readonly births: readonly BirthRow[];
  readonly events: readonly EventRow[];
  readonly fills: readonly FillRow[];
  readonly outbox: readonly OutboxRow[];
}

/** How a commit ended. `conflict`: the epoch, the sequence or the facts are not those it was made for. */
export type CommitResult =
  | { readonly kind: 'committed'; readonly born: ReadonlySet<string> }
  | { readonly kind: 'conflict'; readonly epoch: number; readonly lastSeq: number; readonly factsRevision: number }
  /** An order or a child with this id is there already. */
  | { readonly kind: 'exists' };

/** A call to the broker that counts against its rate limits. */
export interface CountedCall {
  readonly segment: string;
  readonly atMs: number;
}

export interface OrderStore {
  /** Takes the account when its lease is over; undefined while somebody else holds it. */
  takeLease(accountId: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Renews the leases of a holder; the accounts that are still its own. */
  renewLeases(holder: string, epochs: ReadonlyMap<string, number>, ttlMs: number): Promise<ReadonlySet<string>>;
  /** Gives the account back, so that nobody waits for the lease to end. */
  releaseLease(accountId: string, epoch: number): Promise<void>;
  /** Writes a step. Throws when it is not known whether it was written. */
  commit(commit: Commit): Promise<CommitResult>;
  /** Orders that have not ended and those of the last days, oldest first. */
  loadOrders(accountId: string, sinceDate: string): Promise<readonly OrderRow[]>;
  findOrder(orderId: string): Promise<(OrderRow & { readonly accountId: string }) | undefined>;
  /** The last number of a strategy's recorded decisions; 0 before the first. */
  lastDecision(accountId: string, strategy: string): Promise<number>;
  loadCalls(accountId: string, sinceMs: number): Promise<readonly CountedCall[]>;
  /** Counts a defect of the account; halts it at the second in a row. Returns whether it is halted now. */
  recordDefect(accountId: string, message: string): Promise<boolean>;
  clearDefects(accountId: string): Promise<void>;
  setHalt(accountId: string, reason: string | undefined): Promise<void>;
  /** Makes the day partitions of the hot table, ahead of need. */
  ensurePartitions(days: readonly string[]): Promise<void>;
}
