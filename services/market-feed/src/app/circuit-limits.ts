import { repeat, type Clock, type InstrumentKey, type Timer } from '@vega/kernel';
import { MAX_QUOTE_KEYS, type QuoteV3 } from '@vega/upstox/market';
import { isIndex } from '../domain/platform-interest.ts';
import type { RestQuotes } from './rest-quotes.ts';

/** The day's price band of an instrument, paise. */
export interface PriceBand {
  readonly lowerPaise: number;
  readonly upperPaise: number;
}

/** Instruments known at most per day; a whole master of options is above it, what people look at far below. */
const MAX_KNOWN = 50_000;
const SWEEP_EVERY_MS = 1_000;
const CALL = { timeoutMs: 5_000, rateWaitMs: 2_000 };
const PAUSE_AFTER_FAILURE_MS = 10_000;

/**
 * Price bands, which the feed does not carry: read by REST once per instrument and market date, in batches in the
 * background. An instrument the exchange gives no band is remembered as such.
 */
export class CircuitLimits {
  private readonly bands = new Map<InstrumentKey, PriceBand | null>();
  private readonly wanted = new Set<InstrumentKey>();
  private date = '';
  private timer: Timer | undefined;
  private pausedUntilMs = 0;

  constructor(
    private readonly quotes: RestQuotes,
    private readonly clock: Clock,
    /** YYYY-MM-DD of market time; empty while it is not known. */
    private readonly marketDate: () => string,
  ) {
    quotes.onQuotes((values) => this.learn(values));
  }

  start(): void {
    this.timer = repeat(this.clock, SWEEP_EVERY_MS, () => this.sweep());
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** The band of today; undefined while it is not known or when there is none. */
  get(key: InstrumentKey): PriceBand | undefined {
    this.turnDay();
    return this.bands.get(key) ?? undefined;
  }

  /** Asks for bands to be read when there is room for it. */
  want(keys: Iterable<InstrumentKey>): void {
    for (const key of keys) {
      if (isIndex(key) || this.bands.has(key) || this.wanted.size >= MAX_KNOWN) continue;
      this.wanted.add(key);
    }
  }

  /** Reads what is not known yet, at most `timeoutMs` long. Never rejects. */
  async ensure(keys: readonly InstrumentKey[], timeoutMs: number): Promise<void> {
    this.turnDay();
    const missing = keys.filter((key) => !isIndex(key) && !this.bands.has(key));
    if (missing.length === 0 || this.clock.monotonicMs() < this.pausedUntilMs) return;
    const { problem } = await this.quotes.read(missing, { timeoutMs, rateWaitMs: timeoutMs });
    if (problem !== undefined) this.pause();
  }

  private async sweep(): Promise<void> {
    this.turnDay();
    if (this.wanted.size === 0 || this.date === '' || this.clock.monotonicMs() < this.pausedUntilMs) return;
    const keys = [...this.wanted].slice(0, MAX_QUOTE_KEYS);
    const { quotes, problem } = await this.quotes.read(keys, CALL);
    if (problem !== undefined) return this.pause();
    for (const key of keys) {
      this.wanted.delete(key);
      // The broker answered without it: it has no quote today, and asking again would not help.
      if (!quotes.has(key) && !this.bands.has(key)) this.bands.set(key, null);
    }
  }

  private pause(): void {
    this.pausedUntilMs = this.clock.monotonicMs() + PAUSE_AFTER_FAILURE_MS;
  }

  private learn(values: ReadonlyMap<InstrumentKey, QuoteV3>): void {
    this.turnDay();
    if (this.date === '') return;
    for (const [key, { lowerCircuitPaise, upperCircuitPaise }] of values) {
      if (this.bands.size >= MAX_KNOWN && !this.bands.has(key)) continue;
      const known = lowerCircuitPaise !== null && upperCircuitPaise !== null;
      this.bands.set(key, known ? { lowerPaise: lowerCircuitPaise, upperPaise: upperCircuitPaise } : null);
      this.wanted.delete(key);
    }
  }

  /** Bands hold for one market date; what was known yesterday is wanted again. */
  private turnDay(): void {
    const date = this.marketDate();
    if (date === this.date) return;
    const known = this.date === '' ? [] : [...this.bands.keys()];
    this.bands.clear();
    this.date = date;
    this.want(known);
  }
}
