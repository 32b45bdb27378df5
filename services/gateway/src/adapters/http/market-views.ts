import { MarketQueries, type Answer } from '../../app/market-queries.ts';
import type { Known } from '../../app/ports.ts';
import { MarketUnavailable } from './problem.ts';
import type { CandleQuery, SearchQuery } from './requests.ts';
import {
  answeredQuote,
  knownQuote,
  toCandlesView,
  toDepthView,
  toFeedStatusView,
  toOverviewView,
  toQuoteView,
  toSearchView,
  type QuoteToShow,
} from './to-views.ts';
import type { CandlesView, FeedStatusView, OverviewView, SearchView } from './views/market.view.ts';
import type { DepthView, QuoteView } from './views/quote.view.ts';

/**
 * The answers of the use-cases as REST and GraphQL show them. When market-feed gives none, every method throws
 * {@link MarketUnavailable} with the view of what is known instead.
 */
export class MarketViews {
  constructor(private readonly market: MarketQueries) {}

  async overview(): Promise<OverviewView> {
    return present(await this.market.overview(), toOverviewView, ({ value, ageMs }) => toOverviewView(value, ageMs));
  }

  quote(symbol: string): Promise<QuoteView> {
    return this.presentQuote(symbol, toQuoteView);
  }

  depth(symbol: string): Promise<DepthView> {
    return this.presentQuote(symbol, toDepthView);
  }

  async candles(symbol: string, query: CandleQuery): Promise<CandlesView> {
    return toCandlesView(await this.market.candles({ symbol, ...query }), query);
  }

  async search(query: SearchQuery): Promise<SearchView> {
    const answer = await this.market.search({
      query: query.q,
      segments: query.segment ?? [],
      instrumentTypes: query.type ?? [],
      expiryDate: query.expiry ?? '',
      limit: query.limit,
      offset: query.offset,
    });
    return toSearchView(answer, query);
  }

  async feedStatus(): Promise<FeedStatusView> {
    return present(await this.market.feedStatus(), toFeedStatusView, ({ value, ageMs }) =>
      toFeedStatusView(value, ageMs),
    );
  }

  private async presentQuote<View extends object>(symbol: string, toView: (quote: QuoteToShow) => View): Promise<View> {
    return present(
      await this.market.quote(symbol),
      (quote) => {
        const shown = answeredQuote(quote);
        if (shown === undefined) throw new TypeError('market-feed answered a quote without its instrument or state');
        return toView(shown);
      },
      (known) => toView(knownQuote(known)),
    );
  }
}

/** The view of an answer; throws the failure together with the view of what is known instead. */
function present<T, K, View extends object>(
  answer: Answer<T, K>,
  toView: (value: T) => View,
  toKnownView: (known: Known<K>) => View,
): View {
  if (answer.ok) return toView(answer.value);
  throw new MarketUnavailable(answer.error, answer.known === undefined ? null : toKnownView(answer.known));
}
