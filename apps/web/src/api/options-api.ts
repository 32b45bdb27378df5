import {
  chain,
  ivHistory,
  optionAnalytics,
  optionUnderlyings,
  payoff,
  smile,
  type ChainRequest,
  type ChainView,
  type IvHistoryRequest,
  type IvHistoryView,
  type OptionAnalyticsRequest,
  type OptionAnalyticsView,
  type OptionUnderlyingsView,
  type PayoffRequest,
  type PayoffView,
  type SmileRequest,
  type SmileView,
} from '@vega/client';
import { access, answered, gatewayApi } from './gateway-api.ts';

/** Legs and the market at which they are looked at. */
export type PayoffQuestion = PayoffRequest['body'];

/** What the gateway tells of options. */
const optionsApi = gatewayApi.injectEndpoints({
  endpoints: (build) => ({
    optionUnderlyings: build.query<OptionUnderlyingsView, undefined>({
      queryFn: (_none, { signal }) => answered(optionUnderlyings(access, { signal })),
    }),
    chain: build.query<ChainView, ChainRequest>({
      queryFn: (request, { signal }) => answered(chain(access, request, { signal })),
      keepUnusedDataFor: 5,
    }),
    optionAnalytics: build.query<OptionAnalyticsView, OptionAnalyticsRequest>({
      queryFn: (request, { signal }) => answered(optionAnalytics(access, request, { signal })),
    }),
    smile: build.query<SmileView, SmileRequest>({
      queryFn: (request, { signal }) => answered(smile(access, request, { signal })),
    }),
    ivHistory: build.query<IvHistoryView, IvHistoryRequest>({
      queryFn: (request, { signal }) => answered(ivHistory(access, request, { signal })),
    }),
    payoff: build.query<PayoffView, PayoffQuestion>({
      queryFn: (body, { signal }) => answered(payoff(access, { body }, { signal })),
      keepUnusedDataFor: 10,
    }),
  }),
});

export const {
  useOptionUnderlyingsQuery,
  useChainQuery,
  useOptionAnalyticsQuery,
  useSmileQuery,
  useIvHistoryQuery,
  usePayoffQuery,
} = optionsApi;
