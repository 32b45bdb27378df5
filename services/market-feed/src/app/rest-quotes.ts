import type { Clock, InstrumentKey } from '@vega/kernel';
import { MAX_QUOTE_KEYS, type CallOptions, type MarketRestClient, type QuoteV3 } from '@vega/upstox/market';

/** The call of the broker's REST interface that quotes are read by. */
export type QuoteSource = Pick<MarketRestClient, 'fetchQuotesV3'>;

/** A quote read by REST within so many milliseconds is as good as a new one. */
const FRESH_MS = 1_000;

/** Quotes kept at most before the old are swept out. */
const MAX_KEPT = 5_000;

/** A quote and when it came, monotonic ms. */
export interface QuoteRead {
  readonly quote: QuoteV3;
  readonly readAtMs: number;
}

/** Quotes that were read; the rest had no answer. */
export interface QuotesRead {
  readonly quotes: ReadonlyMap<InstrumentKey, QuoteRead>;
  /** Why some could not be read; undefined when the broker answered. */
  readonly problem: unknown;
}

/**
 * Quotes by REST for what is not streamed: callers that ask for the same instruments within a second share one call,
 * so that a page that many people look at costs the broker's limits once.
 */
export class RestQuotes {
  private readonly kept = new Map<InstrumentKey, QuoteRead>();
  private readonly asked = new Map<InstrumentKey, Promise<void>>();
  private readonly listeners: ((quotes: ReadonlyMap<InstrumentKey, QuoteV3>) => void)[] = [];

  constructor(
    private readonly source: QuoteSource,
    private readonly clock: Clock,
  ) {}

  /** Calls `listener` with every batch of quotes that comes. */
  onQuotes(listener: (quotes: ReadonlyMap<InstrumentKey, QuoteV3>) => void): void {
    this.listeners.push(listener);
  }

  /** Reads quotes no older than a second. Never rejects: what could not be read is missing, with the reason. */
  async read(keys: readonly InstrumentKey[], call: CallOptions): Promise<QuotesRead> {
    const startedMs = this.clock.monotonicMs();
    const startedAgo = (): number => this.clock.monotonicMs() - startedMs;
    const wanted = keys.filter((key) => !this.isFresh(key));
    const unasked = wanted.filter((key) => !this.asked.has(key));
    for (let at = 0; at < unasked.length; at += MAX_QUOTE_KEYS) this.ask(unasked.slice(at, at + MAX_QUOTE_KEYS), call);
    const results = await Promise.allSettled(new Set(wanted.map((key) => this.asked.get(key))));
    const failure = results.find((result) => result.status === 'rejected');
    const quotes = new Map<InstrumentKey, QuoteRead>();
    for (const key of keys) {
      const kept = this.kept.get(key);
      // What was fresh when the call began may have turned a second old while others were read.
      if (kept !== undefined && this.ageOf(kept) <= FRESH_MS + startedAgo()) quotes.set(key, kept);
    }
    return { quotes, problem: failure?.reason };
  }

  private isFresh(key: InstrumentKey): boolean {
    const kept = this.kept.get(key);
    return kept !== undefined && this.ageOf(kept) <= FRESH_MS;
  }

  private ageOf({ readAtMs }: QuoteRead): number {
    return this.clock.monotonicMs() - readAtMs;
  }

  private ask(keys: readonly InstrumentKey[], call: CallOptions): void {
    const asked = this.fetch(keys, call).finally(() => {
      for (const key of keys) this.asked.delete(key);
    });
    asked.catch(() => undefined);
    for (const key of keys) this.asked.set(key, asked);
  }

  private async fetch(keys: readonly InstrumentKey[], call: CallOptions): Promise<void> {
    const { values } = await this.source.fetchQuotesV3(keys, call);
    const readAtMs = this.clock.monotonicMs();
    if (this.kept.size + values.size > MAX_KEPT) this.sweep(readAtMs);
    for (const [key, quote] of values) this.kept.set(key, { quote, readAtMs });
    for (const listener of this.listeners) listener(values);
  }

  private sweep(nowMs: number): void {
    for (const [key, { readAtMs }] of this.kept) if (nowMs - readAtMs > FRESH_MS) this.kept.delete(key);
  }
}
