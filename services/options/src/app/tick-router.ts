import type { Tick } from '@vega/contracts';
import type { Ending, FeedSubjects } from './ports.ts';

/** Hands each tick to those who follow its instrument; one subscription on the bus per instrument, however many follow. */
export class TickRouter {
  private readonly routes = new Map<string, { readonly followers: Set<(tick: Tick) => void>; readonly end: Ending }>();

  constructor(
    private readonly feed: FeedSubjects,
    private readonly onAny: (tick: Tick) => void,
  ) {}

  /** Instruments followed. */
  get size(): number {
    return this.routes.size;
  }

  follow(key: string, follower: (tick: Tick) => void): Ending {
    let route = this.routes.get(key);
    if (route === undefined) {
      const followers = new Set<(tick: Tick) => void>();
      const end = this.feed.subscribeTicks(key, (tick) => {
        this.onAny(tick);
        for (const one of followers) one(tick);
      });
      route = { followers, end };
      this.routes.set(key, route);
    }
    const { followers, end } = route;
    followers.add(follower);
    return () => {
      if (!followers.delete(follower) || followers.size > 0) return;
      this.routes.delete(key);
      end();
    };
  }
}
