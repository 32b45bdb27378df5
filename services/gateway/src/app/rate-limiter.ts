// Goal: bound what one client may ask of all replicas together, at the price of a look into a map for nearly every request.
// Method: time is cut into windows; a replica draws permits for a client from a count that all replicas share, some at a
//   time, and spends them from memory. When the shared count cannot be reached, the replica counts alone until the
//   window ends: a client may then have the limit once per replica, which is better than nobody being served.
// Invariants: with the shared count at hand, clients never get more than the limit in a window over all replicas; memory
//   is bounded and ends with the window.
import type { Clock } from '@vega/kernel';

/** A count that all replicas share. */
export interface SharedCount {
  /** Adds to the count of `key` in the window that ends at `endMs` (wall time) and returns the new total. Rejects when it cannot. */
  add(key: string, permits: number, endMs: number): Promise<number>;
}

/** What became of one request. */
export interface Permit {
  readonly allowed: boolean;
  readonly limit: number;
  /** Requests that remain in this window, as far as this replica knows. */
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** How much a client may ask. */
export interface RateLimits {
  /** Requests per window; 0 stands for no limit. */
  readonly requests: number;
  readonly windowMs: number;
}

/** A window's limit is drawn in this many parts, so that a fiftieth of it may lie unspent on a replica. */
const DRAWS = 50;

/** Clients told apart within one window; those beyond share one purse. */
const MAX_CLIENTS = 50_000;

interface Purse {
  drawn: number;
  spent: number;
  /** The shared total when permits were drawn last. */
  total: number;
  isEmpty: boolean;
  drawing: Promise<void> | undefined;
}

/** Counts requests per client and window. */
export class RateLimiter {
  private purses = new Map<string, Purse>();
  private window = -1;

  constructor(
    private readonly shared: SharedCount,
    private readonly clock: Clock,
    private readonly limits: RateLimits,
    private readonly onAlone: (error: unknown) => void,
  ) {}

  /** Takes one permit of a client; undefined when there is no limit. Never throws. */
  async take(client: string): Promise<Permit | undefined> {
    const { requests, windowMs } = this.limits;
    if (requests === 0) return undefined;
    const now = this.clock.wallNow();
    const window = Math.floor(now / windowMs);
    if (window !== this.window) {
      this.window = window;
      this.purses = new Map();
    }
    const endMs = (window + 1) * windowMs;
    const purse = this.purseOf(client);
    while (purse.spent >= purse.drawn && !purse.isEmpty) {
      purse.drawing ??= this.draw(client, purse, endMs).finally(() => (purse.drawing = undefined));
      await purse.drawing;
    }
    const allowed = purse.spent < purse.drawn;
    if (allowed) purse.spent += 1;
    const remaining = Math.max(0, requests - purse.total) + (purse.drawn - purse.spent);
    return { allowed, limit: requests, remaining, resetMs: Math.max(0, endMs - now) };
  }

  private purseOf(client: string): Purse {
    const present = this.purses.get(client);
    if (present !== undefined) return present;
    if (this.purses.size >= MAX_CLIENTS && client !== '') return this.purseOf('');
    const purse: Purse = { drawn: 0, spent: 0, total: 0, isEmpty: false, drawing: undefined };
    this.purses.set(client, purse);
    return purse;
  }

  private async draw(client: string, purse: Purse, endMs: number): Promise<void> {
    const { requests } = this.limits;
    const part = Math.ceil(requests / DRAWS);
    try {
      const total = await this.shared.add(client, part, endMs);
      const granted = Math.min(part, Math.max(0, requests - (total - part)));
      purse.total = Math.min(total, requests);
      purse.drawn += granted;
      purse.isEmpty = granted < part;
    } catch (error) {
      this.onAlone(error);
      purse.drawn = Math.max(purse.drawn, requests);
      purse.total = requests;
      purse.isEmpty = true;
    }
  }
}
