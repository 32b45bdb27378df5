import { FEED_MODES, type FeedMode } from './entry-encoder.ts';

/** The plan of an Upstox user: it decides connections, keys and modes of the feed. */
export type Plan = 'normal' | 'plus';

/** Open feed connections allowed per user. */
export const CONNECTIONS_PER_USER: Record<Plan, number> = { normal: 2, plus: 5 };

interface KeyLimit {
  /** Keys allowed while the connection uses this mode only. */
  readonly alone: number;
  /** Keys allowed in this mode while the connection mixes modes. */
  readonly mixed: number;
}

/** Keys per connection. Source: Upstox's market data feed v3 page; the mixed limit of full_d30 is unverified there. */
export const KEY_LIMITS: Record<FeedMode, KeyLimit> = {
  ltpc: { alone: 5000, mixed: 2000 },
  option_greeks: { alone: 3000, mixed: 2000 },
  full: { alone: 2000, mixed: 1500 },
  full_d30: { alone: 50, mixed: 50 },
};

/** What a connection is subscribed to, bounded by its plan. */
export class SubscriptionBook {
  private readonly modes = new Map<string, FeedMode>();
  private readonly counts: Record<FeedMode, number> = { ltpc: 0, option_greeks: 0, full: 0, full_d30: 0 };

  constructor(private readonly plan: Plan) {}

  get size(): number {
    return this.modes.size;
  }

  /** Keys by mode, for status pages. */
  get byMode(): Readonly<Record<FeedMode, number>> {
    return this.counts;
  }

  keys(): IterableIterator<string> {
    return this.modes.keys();
  }

  modeOf(key: string): FeedMode | undefined {
    return this.modes.get(key);
  }

  /** Puts `key` into `mode` (adding it or changing its mode). False, and unchanged, when the plan does not allow it. */
  put(key: string, mode: FeedMode): boolean {
    const before = this.modes.get(key);
    if (before === mode) return true;
    if (before !== undefined) this.counts[before]--;
    this.counts[mode]++;
    if (this.withinLimits()) {
      this.modes.set(key, mode);
      return true;
    }
    this.counts[mode]--;
    if (before !== undefined) this.counts[before]++;
    return false;
  }

  remove(key: string): FeedMode | undefined {
    const mode = this.modes.get(key);
    if (mode === undefined) return undefined;
    this.modes.delete(key);
    this.counts[mode]--;
    return mode;
  }

  private withinLimits(): boolean {
    if (this.plan === 'normal' && this.counts.full_d30 > 0) return false;
    const mixed = FEED_MODES.filter((mode) => this.counts[mode] > 0).length > 1;
    return FEED_MODES.every((mode) => this.counts[mode] <= KEY_LIMITS[mode][mixed ? 'mixed' : 'alone']);
  }
}
