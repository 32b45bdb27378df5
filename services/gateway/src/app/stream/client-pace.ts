import type { StreamLimits } from './limits.ts';
import { RATES_HZ, type RateHz } from './protocol.ts';

const FULL_RATE = RATES_HZ[0];

/** Each level doubles the interval between flushes, up to the longest. */
const MAX_SLOWNESS = 5;
const LONGEST_INTERVAL_MS = 4_000;

/** Flushes in a row that find nothing unsent before a slow client is given a shorter interval again. */
const RELIEF = 5;

/** How fast one client takes what it is sent: one that falls behind is given longer intervals, and its old ones back. */
export class ClientPace {
  private slowness = 0;
  private easyFlushes = 0;
  private behindSinceMs: number | undefined;

  constructor(private readonly limits: Pick<StreamLimits, 'flushMs' | 'softBufferBytes' | 'stallMs'>) {}

  /** Milliseconds between two flushes of a subscription. */
  intervalMs(rateHz: RateHz): number {
    const usual = (this.limits.flushMs * FULL_RATE) / rateHz;
    return Math.max(usual, Math.min(LONGEST_INTERVAL_MS, usual * 2 ** this.slowness));
  }

  /** Judges by what is unsent before a flush: take it, skip it, or give the client up. */
  judge(bufferedBytes: number, nowMs: number): 'take' | 'skip' | 'give up' {
    if (bufferedBytes > this.limits.softBufferBytes) {
      this.slowness = Math.min(MAX_SLOWNESS, this.slowness + 1);
      this.easyFlushes = 0;
      this.behindSinceMs ??= nowMs;
      return nowMs - this.behindSinceMs >= this.limits.stallMs ? 'give up' : 'skip';
    }
    this.behindSinceMs = undefined;
    this.easyFlushes = bufferedBytes === 0 ? this.easyFlushes + 1 : 0;
    if (this.easyFlushes >= RELIEF && this.slowness > 0) {
      this.slowness -= 1;
      this.easyFlushes = 0;
    }
    return 'take';
  }
}
