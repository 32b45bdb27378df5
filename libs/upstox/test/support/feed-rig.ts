import { type InstrumentKey, instrumentKey } from '@vega/kernel';
import {
  authorizedDialer,
  type ConnectionChange,
  type ConnectionStats,
  type FeedEntry,
  type FeedMode,
  headerDialer,
  MarketFeedClient,
  type MarketFeedOptions,
  type MarketInfo,
  MarketRestClient,
  NORMAL_FEED_LIMITS,
  RateLimiter,
  simulatorEndpoints,
  UpstoxHttp,
} from '@vega/upstox/market';
import { FakeClock, turn, until } from './fake-clock.ts';
import { FeedServer } from './feed-server.ts';
import { fullFeed } from './frames.ts';
import { TestTokens } from './tokens.ts';

/** One entry as the listener heard it. */
export interface Heard {
  readonly key: InstrumentKey;
  readonly vtt: number;
  readonly type: string;
  readonly connection: number;
}

export const keyOf = (token: number): InstrumentKey => instrumentKey(`NSE_FO|${token}`);

/** A desired set of `count` instruments from `first` on. */
export function desire(count: number, mode: FeedMode = 'full', first = 0): Map<InstrumentKey, FeedMode> {
  return new Map(Array.from({ length: count }, (_, at) => [keyOf(first + at), mode]));
}

/** The feed client on a fake clock against a real server. */
export class FeedRig {
  /** Stands still unless advanced; unused when the options bring a clock of their own. */
  readonly clock: FakeClock;
  readonly heard: Heard[] = [];
  readonly infos: MarketInfo[] = [];
  readonly changes: ConnectionChange[] = [];
  readonly client: MarketFeedClient;

  private constructor(
    readonly server: FeedServer,
    readonly tokens: TestTokens,
    options: Partial<MarketFeedOptions> & { readonly byHeader?: boolean },
  ) {
    this.clock = options.clock instanceof FakeClock ? options.clock : new FakeClock();
    const clock = options.clock ?? this.clock;
    const random = (): number => 0.5;
    const endpoints = simulatorEndpoints(server.origin);
    const limiter = new RateLimiter({ clock, random });
    const http = new UpstoxHttp({ endpoints, tokens, limiter, clock, random });
    const dial = options.byHeader ? headerDialer(endpoints) : authorizedDialer(new MarketRestClient(http, endpoints));
    this.client = new MarketFeedClient({
      limits: NORMAL_FEED_LIMITS,
      tokens,
      dial,
      clock,
      random,
      listener: {
        onEntry: (entry) => this.onEntry(entry),
        onMarketInfo: (info) => this.infos.push(info),
        onConnection: (change) => this.changes.push(change),
      },
      ...options,
    });
  }

  static async start(options: Partial<MarketFeedOptions> & { readonly byHeader?: boolean } = {}): Promise<FeedRig> {
    const server = await FeedServer.start('token-1');
    return new FeedRig(server, new TestTokens('token-1'), options);
  }

  async stop(): Promise<void> {
    const stopped = this.client.stop();
    await this.until('the client stopped', () => this.client.stats().sockets === 0, 100);
    await stopped;
    await this.server.stop();
  }

  /** The figures of one connection. */
  connection(at = 0): ConnectionStats {
    const stats = this.client.stats().connections[at];
    if (!stats) throw new Error(`there is no connection ${at}`);
    return stats;
  }

  /** Publishes new values for instruments, each told apart by its volume. */
  publish(volumes: Readonly<Record<number, number>>): void {
    this.server.publish(
      Object.fromEntries(
        Object.entries(volumes).map(([token, vtt]) => [keyOf(Number(token)), fullFeed(100 + vtt / 20, vtt)]),
      ),
    );
  }

  /** Waits for a condition, moving the fake clock on by `stepMs` between looks. */
  until(what: string, holds: () => boolean, stepMs = 0): Promise<void> {
    return until(what, holds, stepMs === 0 ? turn : () => this.clock.advance(stepMs));
  }

  /** Brings `count` instruments up, each with a first value heard. */
  async subscribed(count: number, mode: FeedMode = 'full'): Promise<void> {
    const volumes = Object.fromEntries(Array.from({ length: count }, (_, token) => [token, 1]));
    this.publish(volumes);
    this.client.setDesired(desire(count, mode));
    await this.until('every instrument was heard', () => this.heard.length >= count, 1);
    this.heard.length = 0;
  }

  /** The volumes heard of one instrument, in order. */
  volumesOf(token: number): number[] {
    return this.heard.filter((entry) => entry.key === keyOf(token)).map((entry) => entry.vtt);
  }

  private onEntry(entry: FeedEntry): void {
    this.heard.push({ key: entry.key, vtt: entry.slot.vtt, type: entry.feedType, connection: entry.connection });
  }
}
