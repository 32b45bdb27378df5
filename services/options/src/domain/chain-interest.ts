/** Milliseconds an interest lasts without renewal; holders renew every 10 s. */
export const INTEREST_LEASE_MS = 30_000;
/** Milliseconds a chain is kept because somebody asked for it once. */
export const TOUCH_MS = 60_000;
const MAX_HOLDERS = 1_000;

/** A chain by its underlying's key and its expiry. */
export interface WantedChain {
  readonly underlyingKey: string;
  readonly expiryDate: string;
}

/** Who wants which chains, as leases. Times are monotonic ms. */
export class ChainInterestBook {
  private readonly leases = new Map<string, { chains: readonly WantedChain[]; endsAtMs: number }>();
  private readonly touched = new Map<string, WantedChain & { endsAtMs: number }>();
  private standing: readonly WantedChain[] = [];

  /** Replaces what a holder wants. False when there are too many holders. */
  renew(holder: string, chains: readonly WantedChain[], nowMs: number): boolean {
    if (!this.leases.has(holder) && this.leases.size >= MAX_HOLDERS) return false;
    if (chains.length === 0) this.leases.delete(holder);
    else this.leases.set(holder, { chains, endsAtMs: nowMs + INTEREST_LEASE_MS });
    return true;
  }

  touch(chain: WantedChain, nowMs: number): void {
    this.touched.set(`${chain.underlyingKey} ${chain.expiryDate}`, { ...chain, endsAtMs: nowMs + TOUCH_MS });
  }

  /** Replaces what is always wanted. */
  keep(chains: readonly WantedChain[]): void {
    this.standing = chains;
  }

  /** Every wanted chain once: what is always wanted first, then what is leased, then what was asked for. */
  wanted(nowMs: number): WantedChain[] {
    const all = new Map<string, WantedChain>();
    const add = ({ underlyingKey, expiryDate }: WantedChain): void => {
      const name = `${underlyingKey} ${expiryDate}`;
      if (!all.has(name)) all.set(name, { underlyingKey, expiryDate });
    };
    this.standing.forEach(add);
    for (const [holder, { chains, endsAtMs }] of this.leases) {
      if (endsAtMs > nowMs) chains.forEach(add);
      else this.leases.delete(holder);
    }
    for (const [name, chain] of this.touched) {
      if (chain.endsAtMs > nowMs) add(chain);
      else this.touched.delete(name);
    }
    return [...all.values()];
  }
}
