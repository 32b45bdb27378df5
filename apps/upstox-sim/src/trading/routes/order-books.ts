import type { Order } from '@vega/exchange';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import type { Route, UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { readRoute } from '../trading-gate.ts';
import { historyView, orderView, tradeView } from '../views/order-view.ts';
import { ownOrder } from './place-modify-cancel.ts';

/** Order book, details, history and trades. */
export function orderBookRoutes(context: SimContext): Route[] {
  const { hall } = context;
  return [
    readRoute(context, '/v2/order/retrieve-all', ({ grant }) =>
      hall.read(() => success(shownOrders(context, grant.userId).map((order) => shown(context, orderView(order))))),
    ),
    readRoute(context, '/v2/order/details', ({ grant, query }) =>
      hall.read(() => success(shown(context, orderView(visibleOrder(context, grant.userId, query.get('order_id')))))),
    ),
    readRoute(context, '/v2/order/history', (call) => hall.read(() => success(history(context, call)))),
    readRoute(context, '/v2/order/trades/get-trades-for-day', ({ grant }) =>
      hall.read(() => {
        const orders = new Set(shownOrders(context, grant.userId).map((order) => order.id));
        const trades = cut(context, grant.userId, hall.account(grant.userId).trades).filter(({ orderId }) =>
          orders.has(orderId),
        );
        return success(trades.map((trade) => tradeView(trade, hall.state.orders.get(trade.orderId))));
      }),
    ),
    readRoute(context, '/v2/order/trades', ({ grant, query }) =>
      hall.read(() => {
        const order = visibleOrder(context, grant.userId, query.get('order_id'));
        const trades = hall.account(grant.userId).trades.filter((trade) => trade.orderId === order.id);
        return success(trades.map((trade) => tradeView(trade, order)));
      }),
    ),
  ];
}

/** States of the order with an id, or of all with a tag. */
function history(context: SimContext, { grant, query }: UserCall): object[] {
  const { userId } = grant;
  const orderId = query.get('order_id');
  const tag = query.get('tag');
  if (orderId === null && tag === null) throw apiError('UDAPI1023:order');
  const orders =
    orderId === null
      ? shownOrders(context, userId).filter((order) => order.tag === tag)
      : [visibleOrder(context, userId, orderId)].filter((order) => tag === null || order.tag === tag);
  if (orders.length === 0) throw apiError('UDAPI100010');
  return orders.flatMap((order) => order.history.map((row) => shown(context, historyView(order, row))));
}

/** The account's orders as the faults in force let them be seen. */
function shownOrders(context: SimContext, userId: string): readonly Order[] {
  const { orders } = context.hall.account(userId);
  if (context.faults.isQuiet) return orders;
  const hiding = context.faults.strikeBook('hide-order', userId);
  const old = hiding === undefined ? orders : orders.filter((order) => context.hall.ageMs(order.id) >= hiding.forMs);
  return cut(context, userId, old);
}

function visibleOrder(context: SimContext, userId: string, orderId: string | null): Order {
  const order = ownOrder(context, userId, orderId);
  const hiding = context.faults.isQuiet ? undefined : context.faults.strikeBook('hide-order', userId);
  if (hiding !== undefined && context.hall.ageMs(order.id) < hiding.forMs) throw apiError('UDAPI100010');
  return order;
}

function cut<T>(context: SimContext, userId: string, rows: readonly T[]): readonly T[] {
  const fault = context.faults.strikeBook('truncate-book', userId);
  return fault === undefined ? rows : rows.slice(0, fault.keep);
}

function shown(context: SimContext, view: Record<string, unknown>): Record<string, unknown> {
  if (context.faults.isQuiet || typeof view['placed_by'] !== 'string') return view;
  return context.faults.strikeBook('null-tag', view['placed_by']) === undefined ? view : { ...view, tag: null };
}
