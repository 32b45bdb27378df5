/**
 * How long a connection has been mute, judged by its market:
 * `down` not open · `quiet` nothing is due, since no segment it carries is trading · `flowing` · `amber` longer without
 * a frame than usual · `red` a fault.
 */
export type SilenceState = 'down' | 'quiet' | 'flowing' | 'amber' | 'red';

/** Milliseconds without a frame that is due, until silence is unusual and until it is a fault. */
export interface SilenceLimits {
  readonly amberMs: number;
  readonly redMs: number;
}

/** Watches one connection's silence. Times are monotonic milliseconds. */
export class SilenceWatch {
  private expectedSince: number | undefined;

  constructor(private readonly limits: SilenceLimits) {}

  /** Begins anew, for a connection that has just opened or gone. */
  restart(): void {
    this.expectedSince = undefined;
  }

  /** How long frames have been due without one, given the last readable frame and whether frames are due; 0 when they are not. */
  overdueMs(nowMs: number, lastFrameMs: number, isFlowExpected: boolean): number {
    if (!isFlowExpected) {
      this.expectedSince = undefined;
      return 0;
    }
    this.expectedSince ??= nowMs;
    return Math.max(0, nowMs - Math.max(lastFrameMs, this.expectedSince));
  }

  /** The state of an open connection. */
  state(nowMs: number, lastFrameMs: number, isFlowExpected: boolean): SilenceState {
    const overdue = this.overdueMs(nowMs, lastFrameMs, isFlowExpected);
    if (!isFlowExpected) return 'quiet';
    if (overdue >= this.limits.redMs) return 'red';
    return overdue >= this.limits.amberMs ? 'amber' : 'flowing';
  }
}
