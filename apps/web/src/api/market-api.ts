import {
  feedStatus,
  historical,
  knownFeedStatus,
  overview,
  quote,
  ready,
  search,
  type CandlesView,
  type FeedStatusView,
  type HistoricalRequest,
  type OverviewView,
  type QuoteView,
  type ReadinessView,
  type SearchRequest,
  type SearchView,
} from '@vega/client';
import { toFailure, type ApiFailure } from './failure.ts';
import { access, answered, gatewayApi, type Answer } from './gateway-api.ts';

/** What was asked, or what was last known where the market's side is away. */
export interface OrKnown<T> {
  view: T;
  /** Why the view is only what was last known; null when it is the present. */
  failure: ApiFailure | null;
}

async function orKnown<T>(call: Promise<T>, known: (error: unknown) => T | null): Promise<Answer<OrKnown<T>>> {
  try {
    return { data: { view: await call, failure: null } };
  } catch (error) {
    const view = known(error);
    const failure = toFailure(error);
    return view === null ? { error: failure } : { data: { view, failure } };
  }
}

/** What the gateway tells of the market. */
export const marketApi = gatewayApi.injectEndpoints({
  endpoints: (build) => ({
    overview: build.query<OverviewView, undefined>({
      queryFn: (_none, { signal }) => answered(overview(access, { signal })),
    }),
    quote: build.query<QuoteView, string>({
      queryFn: (symbol, { signal }) => answered(quote(access, { symbol }, { signal })),
    }),
    search: build.query<SearchView, SearchRequest>({
      queryFn: (request, { signal }) => answered(search(access, request, { signal })),
      keepUnusedDataFor: 120,
    }),
    historical: build.query<CandlesView, HistoricalRequest>({
      queryFn: (request, { signal }) => answered(historical(access, request, { signal })),
      keepUnusedDataFor: 30,
    }),
    feedStatus: build.query<OrKnown<FeedStatusView>, undefined>({
      queryFn: (_none, { signal }) => orKnown(feedStatus(access, { signal }), knownFeedStatus),
    }),
    readiness: build.query<ReadinessView, undefined>({
      queryFn: (_none, { signal }) => answered(ready(access, { signal })),
    }),
  }),
});

export const {
  useOverviewQuery,
  useQuoteQuery,
  useSearchQuery,
  useHistoricalQuery,
  useLazyHistoricalQuery,
  useFeedStatusQuery,
  useReadinessQuery,
} = marketApi;
