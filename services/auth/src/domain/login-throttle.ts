// Goal: guessing becomes hopeless, and nobody can shut a person out by guessing wrong for them.
// Method: failures are counted in buckets, each with free attempts and then a delay that doubles. One bucket is the pair of
//   account and client address, one the address alone (many accounts tried from one place), one the account from places
//   that it has never signed in from. A device that has signed in before has a bucket of its own instead of the pair's, and
//   is not held by what strangers do; no more is an address that has.
// Invariant: the attempts of others never delay a sign-in from a known device.

/** What is known of a bucket. */
export interface BucketState {
  readonly failures: number;
  readonly lastMs: number;
  readonly blockedUntilMs: number;
}

/** How a kind of bucket fills. */
export interface BucketRule {
  /** Attempts before the first delay. */
  readonly free: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A bucket without failures for so long is empty. */
  readonly forgetMs: number;
}

const HOUR_MS = 3_600_000;

/** The kinds of buckets. */
export const BUCKET_RULES = {
  pair: { free: 5, firstDelayMs: 1_000, maxDelayMs: 15 * 60_000, forgetMs: 24 * HOUR_MS },
  device: { free: 5, firstDelayMs: 1_000, maxDelayMs: 5 * 60_000, forgetMs: 24 * HOUR_MS },
  address: { free: 50, firstDelayMs: 1_000, maxDelayMs: 15 * 60_000, forgetMs: HOUR_MS },
  strangers: { free: 50, firstDelayMs: 1_000, maxDelayMs: 60_000, forgetMs: HOUR_MS },
  factor: { free: 5, firstDelayMs: 2_000, maxDelayMs: 15 * 60_000, forgetMs: 24 * HOUR_MS },
} as const satisfies Record<string, BucketRule>;

export type BucketKind = keyof typeof BUCKET_RULES;

/** One bucket that an attempt falls into. */
export interface Bucket {
  readonly kind: BucketKind;
  readonly name: string;
}

/** The buckets of a sign-in. `device` is a device that this account has signed in on before. */
export function bucketsOf(attempt: {
  readonly account: string;
  readonly address: string;
  readonly device: string | undefined;
  readonly isKnownAddress: boolean;
}): Bucket[] {
  const { account, address, device, isKnownAddress } = attempt;
  const own: Bucket =
    device === undefined
      ? { kind: 'pair', name: `pair:${account}:${address}` }
      : { kind: 'device', name: `device:${account}:${device}` };
  const buckets: Bucket[] = [own];
  if (device === undefined) buckets.push({ kind: 'address', name: `address:${address}` });
  if (device === undefined && !isKnownAddress) buckets.push({ kind: 'strangers', name: `strangers:${account}` });
  return buckets;
}

/** Milliseconds until an attempt is taken again; 0 = now. */
export function waitMs(state: BucketState | undefined, nowMs: number): number {
  return state === undefined ? 0 : Math.max(0, state.blockedUntilMs - nowMs);
}

/** The bucket after one more failure. */
export function afterFailure(state: BucketState | undefined, rule: BucketRule, nowMs: number): BucketState {
  const isFresh = state === undefined || nowMs - state.lastMs > rule.forgetMs;
  const failures = isFresh ? 1 : state.failures + 1;
  const beyond = failures - rule.free;
  const delayMs = beyond < 0 ? 0 : Math.min(rule.maxDelayMs, rule.firstDelayMs * 2 ** Math.min(beyond, 30));
  return { failures, lastMs: nowMs, blockedUntilMs: nowMs + delayMs };
}
