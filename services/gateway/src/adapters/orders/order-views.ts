import { OrderStatus, ordersRpc } from '@vega/contracts';
import type { OrderDesk } from '../../app/orders/order-desk.ts';
import type { OrdersData } from '../../app/orders/orders-data.ts';
import type { Principal } from '../../app/principal.ts';
import { rupeesToPaise } from '@vega/kernel';
import type {
  CancelledOrdersView,
  ChangedOrderView,
  OrderBookView,
  OrderTimelineView,
  OrderTradesView,
  OrderView,
  PlacedOrderView,
} from './order.view.ts';
import {
  toTerms,
  type BookQuery,
  type CancelAllQuery,
  type ModifyBody,
  type PlaceBody,
  type TradesQuery,
} from './order-requests.ts';
import type { OrderPreviewView, OrderWriterView, ReconciledView } from './risk.view.ts';
import {
  present,
  toBookView,
  toCancelledView,
  toChangedView,
  toOrderView,
  toPlacedView,
  toTimelineView,
  toTradesView,
} from './to-order-views.ts';
import { toPreviewView, toReconciledView, toWriterView } from './to-risk-views.ts';

/** Orders as REST and GraphQL show them: requests that were checked go in, views come out. */
export class OrderViews {
  constructor(
    private readonly desk: OrderDesk,
    private readonly orders: OrdersData,
  ) {}

  async place(caller: Principal, key: string, body: PlaceBody): Promise<PlacedOrderView> {
    return toPlacedView(await this.desk.place(caller, body.account_id, key, toTerms(body)));
  }

  async preview(caller: Principal, body: PlaceBody): Promise<OrderPreviewView> {
    return toPreviewView(await this.desk.preview(caller, body.account_id, toTerms(body)));
  }

  async modify(caller: Principal, requestId: string, body: ModifyBody): Promise<ChangedOrderView> {
    const paise = (value: number | undefined): number | undefined =>
      value === undefined ? undefined : rupeesToPaise(value);
    const changed = await this.desk.modify(caller, {
      orderId: body.order_id,
      accountId: body.account_id ?? '',
      quantity: body.quantity,
      pricePaise: paise(body.price),
      triggerPricePaise: paise(body.trigger_price),
      requestId,
    });
    return toChangedView(changed);
  }

  async cancel(caller: Principal, requestId: string, orderId: string, accountId = ''): Promise<ChangedOrderView> {
    return toChangedView(await this.desk.cancel(caller, orderId, accountId, requestId));
  }

  async cancelAll(caller: Principal, query: CancelAllQuery): Promise<CancelledOrdersView> {
    const { account_id: accountId, strategy, instrument_key: instrumentKey } = query;
    return toCancelledView(await this.desk.cancelAll(caller, { accountId, strategy, instrumentKey }));
  }

  async order(caller: Principal, orderId: string, accountId = ''): Promise<OrderView> {
    const { order } = await this.orders.ask(ordersRpc.getOrder, { orderId, accountId }, caller);
    return toOrderView(present(order));
  }

  async timeline(caller: Principal, orderId: string, accountId = ''): Promise<OrderTimelineView> {
    return toTimelineView(await this.orders.ask(ordersRpc.getTimeline, { orderId, accountId }, caller));
  }

  async book(caller: Principal, query: BookQuery): Promise<OrderBookView> {
    const request = {
      ...pageOf(query),
      statuses: (query.status ?? []).map((word) => OrderStatus[word]),
      workingOnly: query.working === 'true',
    };
    return toBookView(await this.orders.ask(ordersRpc.getBook, request, caller));
  }

  async trades(caller: Principal, query: TradesQuery): Promise<OrderTradesView> {
    const request = { ...pageOf(query), orderId: query.order_id };
    return toTradesView(await this.orders.ask(ordersRpc.getTrades, request, caller));
  }

  async reconcile(caller: Principal, accountId: string): Promise<ReconciledView> {
    return toReconciledView(await this.orders.ask(ordersRpc.reconcile, { accountId }, caller));
  }

  async writer(caller: Principal, accountId: string): Promise<OrderWriterView> {
    return toWriterView(await this.orders.ask(ordersRpc.getWriter, { accountId }, caller));
  }
}

/** What the questions for a page have in common. */
function pageOf(query: BookQuery | TradesQuery) {
  return {
    accountId: query.account_id,
    instrumentKey: query.instrument_key,
    strategy: query.strategy,
    fromDate: query.from ?? '',
    toDate: query.to ?? '',
    limit: query.limit,
    cursor: query.cursor,
  };
}
