import type { GetQuotesResponse, Quote } from '@vega/contracts';
import { OutcomeError, parseInstrumentKey, type Clock, type InstrumentKey } from '@vega/kernel';
import { restTick } from '../domain/rest-tick.ts';
import type { CircuitLimits } from './circuit-limits.ts';
import type { StreamDirectory } from './feed-ports.ts';
import type { InterestKeeper } from './interest-keeper.ts';
import { identityOf } from './live-instrument.ts';
import type { InstrumentDirectory } from './ports.ts';
import type { QuoteView } from './quote-view.ts';
import type { QuoteRead, RestQuotes } from './rest-quotes.ts';
import type { TickPipeline } from './tick-pipeline.ts';

/** Symbols of one question at most, as the contract says. */
export const MAX_SYMBOLS = 500;

/** How long a first tick is waited for before the broker is asked by REST, and the share of the caller's time it may take. */
const FIRST_TICK = { ms: 1_000, share: 0.25 };
const REST_ANSWER = { ms: 1_500, share: 0.4 };
const REST_TURN = { ms: 500, share: 0.1 };
const BANDS = { ms: 1_000, share: 0.25 };

function within(limit: { readonly ms: number; readonly share: number }, deadlineMs: number): number {
  return Math.min(limit.ms, deadlineMs * limit.share);
}

export interface GetQuotesParts {
  readonly directory: InstrumentDirectory;
  readonly pipeline: TickPipeline;
  readonly streams: StreamDirectory;
  readonly interest: InterestKeeper;
  readonly rest: RestQuotes;
  readonly circuits: CircuitLimits;
  readonly view: QuoteView;
  readonly clock: Clock;
  readonly feedEpoch: number;
}

/**
 * Last states of instruments. What is streamed is answered from memory. What is not is put on the feed for the time of
 * a lease and, when no tick comes at once, read by REST; when that fails too, the last value of an earlier time is
 * answered as what it is, and what was never seen is named.
 */
export class GetQuotes {
  constructor(private readonly parts: GetQuotesParts) {}

  /** Answers well within `deadlineMs`. Throws `BAD_REQUEST` for no symbols or too many. */
  async execute(symbols: readonly string[], deadlineMs: number): Promise<GetQuotesResponse> {
    if (symbols.length < 1 || symbols.length > MAX_SYMBOLS) {
      throw new OutcomeError('BAD_REQUEST', `a question names 1 to ${MAX_SYMBOLS} symbols`, { count: symbols.length });
    }
    const keys = symbols.map((symbol) => this.keyOf(symbol));
    const unknown = symbols.filter((_symbol, at) => keys[at] === undefined);
    const known = keys.filter((key) => key !== undefined);
    const [read] = await Promise.all([
      this.readAbsent([...new Set(known)], deadlineMs),
      this.parts.circuits.ensure(known, within(BANDS, deadlineMs)),
    ]);
    const quotes: Quote[] = [];
    const unavailable: string[] = [];
    for (const [at, key] of keys.entries()) {
      if (key === undefined) continue;
      const quote = this.quoteOf(key, read.get(key));
      if (quote === undefined) unavailable.push(symbols[at] ?? key);
      else quotes.push(quote);
    }
    return { quotes, unknown, unavailable };
  }

  /** The instrument a symbol means: a key of the master or of the feed, or a trading symbol. */
  private keyOf(symbol: string): InstrumentKey | undefined {
    const { directory, pipeline } = this.parts;
    const parsed = parseInstrumentKey(symbol);
    if (parsed.ok) {
      const isKnown = directory.byKey(parsed.value) !== undefined || (pipeline.get(parsed.value)?.seq ?? 0) > 0;
      return isKnown ? parsed.value : undefined;
    }
    return directory.resolve(symbol)?.instrumentKey as InstrumentKey | undefined;
  }

  /** Reads by REST what no stream has shown even after it was asked for. */
  private async readAbsent(
    keys: readonly InstrumentKey[],
    deadlineMs: number,
  ): Promise<ReadonlyMap<InstrumentKey, QuoteRead>> {
    const { pipeline, interest, rest } = this.parts;
    const absent = keys.filter((key) => !this.isStreamed(key));
    if (absent.length === 0) return new Map();
    const coming = interest.touch(absent);
    const came = await Promise.all(
      absent.map((key) => (coming.has(key) ? pipeline.nextTick(key, within(FIRST_TICK, deadlineMs)) : false)),
    );
    const missing = absent.filter((_key, at) => !came[at]);
    if (missing.length === 0) return new Map();
    const call = { timeoutMs: within(REST_ANSWER, deadlineMs), rateWaitMs: within(REST_TURN, deadlineMs) };
    return (await rest.read(missing, call)).quotes;
  }

  /** What has a place on the feed and has shown itself; when its connection is down since, its last value says so. */
  private isStreamed(key: InstrumentKey): boolean {
    const { pipeline, streams } = this.parts;
    return streams.streamOf(key).subscribed && (pipeline.get(key)?.seq ?? 0) > 0;
  }

  private quoteOf(key: InstrumentKey, read: QuoteRead | undefined): Quote | undefined {
    const { pipeline, view } = this.parts;
    const live = pipeline.get(key);
    const tick = live?.lastTick();
    if (live !== undefined && tick !== undefined && (read === undefined || live.receivedMs >= read.readAtMs)) {
      return view.quoteOf(tick, key, live.receivedMs);
    }
    return read === undefined ? undefined : this.quoteOfRead(key, read, live?.seq ?? 0);
  }

  private quoteOfRead(key: InstrumentKey, { quote, readAtMs }: QuoteRead, seq: number): Quote {
    const { directory, feedEpoch, view, clock, pipeline } = this.parts;
    const identity = identityOf(key, feedEpoch, directory.byKey(key));
    const receivedTimeUs = pipeline.nowMicros() - Math.round((clock.monotonicMs() - readAtMs) * 1000);
    return view.quoteOf(restTick(quote, identity, { seq, receivedTimeUs }), key, readAtMs);
  }
}
