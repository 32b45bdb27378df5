import { repeat, type Clock, type Timer } from '@vega/kernel';
import { modeWishes, type ChainWish } from '../domain/mode-wishes.ts';
import type { MarketData } from './ports.ts';

const RENEW_MS = 10_000;
/** Changes within this are told together. */
const GATHER_MS = 50;

/** Leases the instruments of the open chains from market-feed, and knows which it refused. */
export class FeedInterest {
  private wishes: readonly ChainWish[] = [];
  private shape = '';
  private timer: Timer | undefined;
  private gathering: Timer | undefined;
  /** Instruments without a place on the feed. */
  refused: ReadonlySet<string> = new Set();

  constructor(
    private readonly market: MarketData,
    private readonly clock: Clock,
    private readonly onFailure: (error: unknown, what: string) => void,
  ) {}

  start(): void {
    this.timer = repeat(this.clock, RENEW_MS, () => this.renew());
  }

  /** Ends the lease. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    this.gathering?.cancel();
    if (this.shape === '') return;
    await this.market.renewInterest([]).catch((error: unknown) => this.onFailure(error, 'ending the interest'));
  }

  /** What is wanted from now on; told at once when other chains are wanted than before. */
  want(wishes: readonly ChainWish[]): void {
    this.wishes = wishes;
    const shape = wishes
      .map(({ contracts }) => `${contracts.underlying.instrumentKey} ${contracts.expiryDate}`)
      .sort()
      .join();
    if (shape === this.shape) return;
    this.shape = shape;
    this.gathering ??= this.clock.after(GATHER_MS, () => {
      this.gathering = undefined;
      void this.renew();
    });
  }

  private async renew(): Promise<void> {
    if (this.shape === '' && this.refused.size === 0) return;
    try {
      const { refused } = await this.market.renewInterest(modeWishes(this.wishes));
      this.refused = new Set(refused.map(({ instrumentKey }) => instrumentKey));
    } catch (error) {
      this.onFailure(error, 'renewing the interest in instruments');
    }
  }
}
