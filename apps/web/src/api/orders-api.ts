import {
  killSwitches,
  orderBook,
  orderTimeline,
  orderTrades,
  previewOrder,
  riskLimits,
  type AccountLimitsView,
  type KillSwitchesView,
  type OrderBookRequest,
  type OrderBookView,
  type OrderPreviewView,
  type OrderTimelineView,
  type OrderTradesRequest,
  type OrderTradesView,
  type PreviewOrderRequest,
} from '@vega/client';
import { access, answered, gatewayApi } from './gateway-api.ts';

/** One order of an account. */
export interface OrderOf {
  orderId: string;
  accountId: string;
}

/** What the gateway tells of orders and risk. Orders are placed and changed by calls of their own: their outcome is more than an answer. */
const ordersApi = gatewayApi.injectEndpoints({
  endpoints: (build) => ({
    orderBook: build.query<OrderBookView, OrderBookRequest>({
      queryFn: (request, { signal }) => answered(orderBook(access, request, { signal })),
      keepUnusedDataFor: 0,
    }),
    orderTrades: build.query<OrderTradesView, OrderTradesRequest>({
      queryFn: (request, { signal }) => answered(orderTrades(access, request, { signal })),
      keepUnusedDataFor: 0,
    }),
    orderTimeline: build.query<OrderTimelineView, OrderOf>({
      queryFn: ({ orderId, accountId }, { signal }) =>
        answered(orderTimeline(access, { order_id: orderId, account_id: accountId }, { signal })),
      keepUnusedDataFor: 0,
    }),
    orderPreview: build.query<OrderPreviewView, PreviewOrderRequest['body']>({
      queryFn: (body, { signal }) => answered(previewOrder(access, { body }, { signal })),
      keepUnusedDataFor: 0,
    }),
    killSwitches: build.query<KillSwitchesView, undefined>({
      queryFn: (_none, { signal }) => answered(killSwitches(access, { signal })),
    }),
    riskLimits: build.query<AccountLimitsView, string>({
      queryFn: (accountId, { signal }) => answered(riskLimits(access, { account_id: accountId }, { signal })),
      keepUnusedDataFor: 5,
    }),
  }),
});

export const {
  useLazyOrderBookQuery,
  useOrderTradesQuery,
  useOrderTimelineQuery,
  useOrderPreviewQuery,
  useKillSwitchesQuery,
  useRiskLimitsQuery,
} = ordersApi;
