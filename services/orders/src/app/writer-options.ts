/** What a writer is made of: its surroundings as ports, and its timings. */
import type { Clock } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { IntentTerms, OrderRateLimits, RiskFacts } from '@vega/trading';
import type { AccountState } from './account-state.ts';
import type { Lease, OrderStore } from './order-store.ts';
import type { Announcer, BrokerPort } from './ports.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** Who asks for an order, as far as the decision needs it. */
export interface Caller {
  readonly userId: string;
  /** Why it may not trade this account; undefined when it may. */
  readonly fault: string | undefined;
}

/** What the writer asks of the platform around it while it decides. */
export interface WriterWorld {
  /** Market time now; undefined while unknown. */
  marketNowMs(): number | undefined;
  /** Facts for a decision; reads memory only. */
  facts(state: AccountState, terms: IntentTerms, caller: Caller): RiskFacts;
  /** Why nothing of an order may leave any more; asked when it leaves the rate limiter and at the last look. */
  mayLeave(terms: IntentTerms, reducing: boolean): string | undefined;
  /** Revision of switches and limits that {@link facts} and {@link mayLeave} were read at. */
  factsRevision(): number;
  /** Reads switches and limits again after somebody has changed them. */
  refreshFacts(revision: number): Promise<void>;
  tradingSymbol(instrumentKey: string): string;
}

export interface WriterOptions {
  readonly lease: Lease;
  readonly store: OrderStore;
  readonly broker: BrokerPort;
  readonly world: WriterWorld;
  readonly announcer: Announcer;
  readonly metrics: WriterMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rates: OrderRateLimits;
  /** From the end of a request that was lost until its absence may be concluded, milliseconds. */
  readonly quarantineMs: number;
  readonly requestTimeoutMs: number;
  /** The writer cannot go on: another has the account, or a commit is in doubt. */
  readonly onLost: (reason: string) => void;
  readonly onDefect: (error: Error) => void;
  /** Planted faults that the chaos test must notice. */
  readonly sabotage?: 'resend' | 'no-quarantine' | undefined;
}
