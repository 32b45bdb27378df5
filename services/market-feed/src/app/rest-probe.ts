import { repeat, type Clock, type SupportedSegment, type Timer } from '@vega/kernel';
import { UpstoxError, type MarketRestClient, type MarketStatus } from '@vega/upstox/market';
import type { RestFacts } from '../domain/feed-health.ts';

/** The cheap call by which the broker's REST interface is watched. */
export type ProbedCall = Pick<MarketRestClient, 'fetchExchangeStatus'>;

/** What REST says of a segment, and when (monotonic ms) it said so. */
export interface RestSession {
  /** In Upstox's words. */
  readonly status: MarketStatus;
  readonly atMs: number;
}

/** Far below the broker's limit of 2,000 calls in 30 minutes for this one call. */
const EVERY_MS = 3_000;
const CALL = { timeoutMs: 4_000, rateWaitMs: 0 };
/** A word older than this is no evidence: each exchange is asked every fourth time. */
const EVIDENCE_MS = 60_000;

const EXCHANGES: readonly (readonly [exchange: string, segments: readonly SupportedSegment[]])[] = [
  ['NSE', ['NSE_EQ', 'NSE_INDEX']],
  ['NFO', ['NSE_FO']],
  ['BSE', ['BSE_EQ', 'BSE_INDEX']],
  ['BFO', ['BSE_FO']],
];

/**
 * Watches whether the broker's REST interface answers, and how fast, by asking it for the sessions: evidence from beside
 * the feed that a market is open which a mute feed never announced.
 */
export class RestProbe {
  private facts: RestFacts | undefined;
  private readonly sessions = new Map<SupportedSegment, RestSession>();
  private turn = 0;
  private timer: Timer | undefined;

  constructor(
    private readonly rest: ProbedCall,
    private readonly clock: Clock,
  ) {}

  /** What the last probe found; undefined before the first, and while there is no token to ask with. */
  get last(): RestFacts | undefined {
    return this.facts;
  }

  /** REST's last word on a segment; undefined while there is none that still counts. */
  sessionOf(segment: SupportedSegment): RestSession | undefined {
    const session = this.sessions.get(segment);
    return session !== undefined && this.clock.monotonicMs() - session.atMs <= EVIDENCE_MS ? session : undefined;
  }

  start(): void {
    void this.probe();
    this.timer = repeat(this.clock, EVERY_MS, () => this.probe());
  }

  stop(): void {
    this.timer?.cancel();
  }

  private async probe(): Promise<void> {
    const [exchange, segments] = EXCHANGES[this.turn % EXCHANGES.length] ?? ['NSE', []];
    this.turn += 1;
    const startedMs = this.clock.monotonicMs();
    try {
      const { status } = await this.rest.fetchExchangeStatus(exchange, CALL);
      this.facts = { problem: undefined, latencyMs: this.clock.monotonicMs() - startedMs };
      for (const segment of segments) this.sessions.set(segment, { status, atMs: startedMs });
    } catch (error) {
      if (!(error instanceof UpstoxError)) throw error;
      // Without a token nothing was asked; held back by our own limits nothing was learnt.
      if (error.code === 'UPSTOX_TOKEN_MISSING') this.facts = undefined;
      else if (error.code !== 'UPSTOX_RATE_WAIT') {
        const status = error.httpStatus === undefined ? '' : ` (HTTP ${error.httpStatus})`;
        this.facts = { problem: `${error.code}${status}`, latencyMs: this.clock.monotonicMs() - startedMs };
      }
    }
  }
}
