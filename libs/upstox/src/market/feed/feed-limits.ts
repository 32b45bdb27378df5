import { FEED_MODES, type FeedMode } from './feed-mode.ts';

/** Most instruments of a mode on one connection: when it carries only that mode, and when it carries several. */
export interface ModeLimit {
  readonly alone: number;
  readonly mixed: number;
}

/** What Upstox allows a user on its market feed. */
export interface FeedLimits {
  readonly connections: number;
  readonly modes: Readonly<Record<FeedMode, ModeLimit>>;
  /** Most instruments of `full` and `full_d30` together on a connection that carries several modes. */
  readonly fullMixed: number;
}

const NORMAL_MODES = {
  ltpc: { alone: 5_000, mixed: 2_000 },
  option_greeks: { alone: 3_000, mixed: 2_000 },
  full: { alone: 2_000, mixed: 1_500 },
} as const;

/** Limits of a normal plan (developer documentation, 2026). */
export const NORMAL_FEED_LIMITS: FeedLimits = {
  connections: 2,
  modes: { ...NORMAL_MODES, full_d30: { alone: 0, mixed: 0 } },
  fullMixed: 1_500,
};

/** Limits of the Plus plan; the rule for `full_d30` beside other modes is read in its strictest sense. */
export const PLUS_FEED_LIMITS: FeedLimits = {
  connections: 5,
  modes: { ...NORMAL_MODES, full_d30: { alone: 50, mixed: 50 } },
  fullMixed: 1_500,
};

/** How many instruments a connection carries in each mode. */
export class ModeCounts {
  private readonly counts: Record<FeedMode, number> = { ltpc: 0, option_greeks: 0, full: 0, full_d30: 0 };
  private sum = 0;

  get total(): number {
    return this.sum;
  }

  of(mode: FeedMode): number {
    return this.counts[mode];
  }

  add(mode: FeedMode): void {
    this.counts[mode] += 1;
    this.sum += 1;
  }

  remove(mode: FeedMode): void {
    this.counts[mode] -= 1;
    this.sum -= 1;
  }

  /** Whether nothing but this mode is carried. */
  isOnly(mode: FeedMode): boolean {
    return this.counts[mode] === this.sum;
  }

  /** Whether the limits hold. Every part of a load that fits, fits. */
  fits(limits: FeedLimits): boolean {
    const isMixed = !FEED_MODES.some((mode) => this.isOnly(mode));
    for (const mode of FEED_MODES) {
      if (this.counts[mode] > (isMixed ? limits.modes[mode].mixed : limits.modes[mode].alone)) return false;
    }
    return !isMixed || this.counts.full + this.counts.full_d30 <= limits.fullMixed;
  }

  /** Whether the limits would hold with one more instrument of a mode. */
  hasRoomFor(mode: FeedMode, limits: FeedLimits): boolean {
    this.add(mode);
    const fits = this.fits(limits);
    this.remove(mode);
    return fits;
  }

  /** Whether the limits would hold with one instrument changed from one mode to another. */
  canChange(from: FeedMode, to: FeedMode, limits: FeedLimits): boolean {
    this.remove(from);
    const fits = this.hasRoomFor(to, limits);
    this.add(from);
    return fits;
  }

  copy(): ModeCounts {
    const copy = new ModeCounts();
    for (const mode of FEED_MODES) copy.counts[mode] = this.counts[mode];
    copy.sum = this.sum;
    return copy;
  }

  toJSON(): Record<FeedMode, number> {
    return { ...this.counts };
  }
}
