import {
  checkCandleSpan,
  type GetCandlesResponse,
  type GetFeedStatusResponse,
  type GetOverviewResponse,
  type GetQuotesResponse,
  type Quote,
  type SearchInstrumentsRequest,
  type SearchInstrumentsResponse,
} from '@vega/contracts';
import { OperationalError, OutcomeError, parseInstrumentKey, type Clock } from '@vega/kernel';
import type { Known, KnownTick, LastKnown, MarketData } from './ports.ts';
import { TurnJoin } from './turn-join.ts';

/** Symbols in one request for quotes. */
const MAX_SYMBOLS = 500;
const MAX_SYMBOL_LENGTH = 80;

/** Why market-feed gave no answer. */
export type MarketFailure = OutcomeError | OperationalError;

/** An answer, or the failure together with what was known before it. */
export type Answer<T, K> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: MarketFailure; readonly known: Known<K> | undefined };

/** A request for candles as it comes from outside, its shape checked. */
export interface CandleRequest {
  readonly symbol: string;
  readonly unit: string;
  readonly interval: number;
  readonly from: string;
  readonly to: string;
}

/** The market questions that the front doors ask. */
export class MarketQueries {
  private readonly quotesOfTurn: TurnJoin<GetQuotesResponse>;

  constructor(
    private readonly market: MarketData,
    private readonly lastKnown: LastKnown,
    clock: Clock,
  ) {
    this.quotesOfTurn = new TurnJoin(clock, (symbol) => market.fetchQuotes([symbol]));
  }

  /** The last state of one instrument. Throws `OutcomeError` for a malformed key, an unserved segment or an unknown symbol. */
  async quote(symbol: string): Promise<Answer<Quote, KnownTick>> {
    refuseBadSymbol(symbol);
    const answer = await this.attempt(
      () => this.quotesOfTurn.fetch(symbol),
      () => this.lastKnown.fetchTick(symbol),
    );
    if (!answer.ok) return answer;
    const { quotes, unknown } = answer.value;
    if (unknown.length > 0) throw unknownInstrument(symbol);
    const quote = quotes[0];
    if (quote?.tick === undefined || quote.instrument === undefined) {
      const error = new OutcomeError(
        'QUOTE_UNAVAILABLE',
        `nothing has been seen of ${symbol} and the broker could not be asked`,
        { symbol },
        true,
      );
      return { ok: false, error, known: await this.lastKnown.fetchTick(symbol) };
    }
    this.lastKnown.rememberInstruments([quote.instrument]);
    return { ok: true, value: quote };
  }

  /** The last states of 1 to 500 instruments, in the order asked; no answer is a failure here. Throws as {@link quote} does. */
  async quotes(symbols: readonly string[]): Promise<GetQuotesResponse> {
    if (symbols.length === 0 || symbols.length > MAX_SYMBOLS) {
      throw new OutcomeError('BAD_REQUEST', `symbols are 1 to ${MAX_SYMBOLS}`, { max_symbols: MAX_SYMBOLS });
    }
    for (const symbol of symbols) {
      if (symbol === '' || symbol.length > MAX_SYMBOL_LENGTH) {
        throw new OutcomeError('BAD_REQUEST', `a symbol has 1 to ${MAX_SYMBOL_LENGTH} characters`);
      }
      refuseBadSymbol(symbol);
    }
    const answer = await this.market.fetchQuotes(symbols);
    const [unknown] = answer.unknown;
    if (unknown !== undefined) throw unknownInstrument(unknown);
    this.lastKnown.rememberInstruments(answer.quotes.flatMap(({ instrument }) => instrument ?? []));
    return answer;
  }

  /** Indices, VIX, sessions, breadth. */
  async overview(): Promise<Answer<GetOverviewResponse, GetOverviewResponse>> {
    const answer = await this.attempt(
      () => this.market.fetchOverview(),
      () => this.lastKnown.fetchOverview(),
    );
    if (answer.ok) this.lastKnown.rememberOverview(answer.value);
    return answer;
  }

  /** Connections, subscriptions, gaps. */
  async feedStatus(): Promise<Answer<GetFeedStatusResponse, GetFeedStatusResponse>> {
    const answer = await this.attempt(
      () => this.market.fetchFeedStatus(),
      () => this.lastKnown.fetchFeedStatus(),
    );
    if (answer.ok) this.lastKnown.rememberFeedStatus(answer.value);
    return answer;
  }

  /** Candles of one instrument. Throws `OutcomeError` with the limits when the span breaks them. */
  async candles(request: CandleRequest): Promise<GetCandlesResponse> {
    refuseBadSymbol(request.symbol);
    const span = checkCandleSpan({ ...request, fromDate: request.from, toDate: request.to });
    if (!span.ok) throw new OutcomeError(span.error.code, span.error.message, span.error.context);
    return this.market.fetchCandles(request.symbol, span.value);
  }

  search(request: SearchInstrumentsRequest): Promise<SearchInstrumentsResponse> {
    return this.market.searchInstruments(request);
  }

  private async attempt<T, K>(
    ask: () => Promise<T>,
    recall: () => Promise<Known<K> | undefined>,
  ): Promise<Answer<T, K>> {
    try {
      return { ok: true, value: await ask() };
    } catch (error) {
      // A refusal that a retry cannot change says something about the request, not about the market's reach.
      if (error instanceof OperationalError || (error instanceof OutcomeError && error.retryable)) {
        return { ok: false, error, known: await recall() };
      }
      throw error;
    }
  }
}

/** The refusal for a symbol that no instrument has. */
export function unknownInstrument(symbol: string): OutcomeError {
  return new OutcomeError('UNKNOWN_INSTRUMENT', `no instrument has the key or trading symbol "${symbol}"`, { symbol });
}

/** Throws `OutcomeError` when text with a bar is not the key of a served segment; other text may be a trading symbol. */
export function refuseBadSymbol(symbol: string): void {
  if (!symbol.includes('|')) return;
  const parsed = parseInstrumentKey(symbol);
  if (!parsed.ok) throw new OutcomeError(parsed.error.code, parsed.error.message, { symbol });
}
