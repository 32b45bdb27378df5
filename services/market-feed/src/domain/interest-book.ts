import type { InstrumentKey } from '@vega/kernel';
import type { FeedMode } from '@vega/upstox/market';
import { heavier } from './tick-mode.ts';

/** Milliseconds an interest lasts without renewal; holders renew every 10 s. */
export const LEASE_MS = 30_000;

/** Holders at most: far above the replicas of a platform, far below what would hurt. */
export const MAX_HOLDERS = 1_000;

/** Instruments kept alive at most because somebody asked for their quote. */
export const MAX_TOUCHED = 2_000;

interface Lease {
  interests: ReadonlyMap<InstrumentKey, FeedMode>;
  endsAtMs: number;
}

/**
 * Who wants which instruments. An interest is a lease, not a counter: each renewal replaces the whole interest of its
 * holder, and a holder that falls silent loses it. The highest mode among holders wins. Times are monotonic ms.
 */
export class InterestBook {
  private readonly leases = new Map<string, Lease>();
  /** Instruments that were asked for once, with the end of their lease. */
  private readonly touched = new Map<InstrumentKey, { mode: FeedMode; endsAtMs: number }>();
  private cached: ReadonlyMap<InstrumentKey, FeedMode> | undefined;

  get holders(): number {
    return this.leases.size;
  }

  /** Replaces what a holder wants. False, and nothing changed, when there are too many holders. */
  renew(holder: string, interests: ReadonlyMap<InstrumentKey, FeedMode>, nowMs: number): boolean {
    const lease = this.leases.get(holder);
    if (lease === undefined && this.leases.size >= MAX_HOLDERS) return false;
    if (lease === undefined || !sameInterests(lease.interests, interests)) this.cached = undefined;
    if (interests.size === 0) this.leases.delete(holder);
    else this.leases.set(holder, { interests, endsAtMs: nowMs + LEASE_MS });
    return true;
  }

  /** Wants one instrument for the time of a lease on behalf of nobody in particular. False when there are too many such. */
  touch(key: InstrumentKey, mode: FeedMode, nowMs: number): boolean {
    const before = this.touched.get(key);
    if (before === undefined && this.touched.size >= MAX_TOUCHED) return false;
    const kept = before === undefined ? mode : heavier(mode, before.mode);
    if (kept !== before?.mode) this.cached = undefined;
    this.touched.set(key, { mode: kept, endsAtMs: nowMs + LEASE_MS });
    return true;
  }

  /** Ends what was not renewed in time. Returns whether anything ended. */
  expire(nowMs: number): boolean {
    let ended = false;
    for (const leases of [this.leases, this.touched] as Map<string, { endsAtMs: number }>[]) {
      for (const [name, lease] of leases) {
        if (lease.endsAtMs > nowMs) continue;
        leases.delete(name);
        ended = true;
      }
    }
    if (ended) this.cached = undefined;
    return ended;
  }

  /** Every wanted instrument with the heaviest mode asked for it. The same object until something changes. */
  wanted(): ReadonlyMap<InstrumentKey, FeedMode> {
    if (this.cached !== undefined) return this.cached;
    const wanted = new Map<InstrumentKey, FeedMode>();
    const want = (mode: FeedMode, key: InstrumentKey): void => {
      const other = wanted.get(key);
      wanted.set(key, other === undefined ? mode : heavier(mode, other));
    };
    for (const { interests } of this.leases.values()) interests.forEach(want);
    this.touched.forEach(({ mode }, key) => want(mode, key));
    this.cached = wanted;
    return wanted;
  }
}

function sameInterests(a: ReadonlyMap<InstrumentKey, FeedMode>, b: ReadonlyMap<InstrumentKey, FeedMode>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, mode] of b) if (a.get(key) !== mode) return false;
  return true;
}
