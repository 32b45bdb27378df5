import { TickMode } from '@vega/contracts';
import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { MarketData } from '../../ports.ts';
import type { InstrumentBoard } from './instrument-board.ts';
import type { InstrumentState } from './instrument-state.ts';

/** Well within the 30 s after which market-feed lets an interest go. */
const RENEW_MS = 10_000;

/** Pause between a change and the renewal that tells it, so that a burst of subscriptions becomes one request. */
const GATHER_MS = 20;
const RETRY_MS = 2_000;

/** Keeps market-feed streaming what the board holds: one lease for the union, renewed on a timer and at every growth. */
export class InterestLease {
  private readonly timer: Timer;
  private planned: Timer | undefined;
  private inFlight = false;
  private again = false;
  private heldBefore = false;

  constructor(
    private readonly market: MarketData,
    private readonly board: InstrumentBoard,
    private readonly holder: string,
    private readonly clock: Clock,
    /** Told of instruments that market-feed refuses to stream, each once per refusal. */
    private readonly onRefused: (state: InstrumentState, code: string) => void,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.timer = repeat(clock, RENEW_MS, () => this.renew());
  }

  /** The board has grown: tell market-feed soon. */
  changed(): void {
    this.plan(GATHER_MS);
  }

  /** Ends the lease, so that market-feed need not wait for it to run out. */
  async close(): Promise<void> {
    this.timer.cancel();
    this.planned?.cancel();
    if (!this.heldBefore) return;
    await this.market.renewInterest(this.holder, []).catch(this.onFailure);
  }

  private plan(delayMs: number): void {
    this.planned ??= this.clock.after(delayMs, () => {
      this.planned = undefined;
      void this.renew();
    });
  }

  private async renew(): Promise<void> {
    if (this.inFlight) {
      this.again = true;
      return;
    }
    const keys = this.board.keys();
    if (keys.length === 0 && !this.heldBefore) return;
    this.inFlight = true;
    this.again = false;
    try {
      const interests = keys.map((instrumentKey) => ({ instrumentKey, mode: TickMode.FULL }));
      const { refused } = await this.market.renewInterest(this.holder, interests);
      this.heldBefore = keys.length > 0;
      this.tell(new Map(refused.map(({ instrumentKey, code }) => [instrumentKey, code])));
    } catch (error) {
      this.onFailure(error);
      this.plan(RETRY_MS);
    } finally {
      this.inFlight = false;
    }
    if (this.again) this.plan(GATHER_MS);
  }

  private tell(refused: ReadonlyMap<string, string>): void {
    for (const state of this.board.states()) {
      const code = refused.get(state.key);
      if (code === state.refusedAs) continue;
      state.refusedAs = code;
      if (code !== undefined) this.onRefused(state, code);
    }
  }
}
