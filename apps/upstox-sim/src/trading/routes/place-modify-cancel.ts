import {
  orderEntry,
  WAITING_STATUSES,
  type Exchange,
  type Order,
  type OrderTerms,
  type TradedInstrument,
} from '@vega/exchange';
import { sliceByFreeze, UPSTOX_MAX_SLICES } from '@vega/rulebook';
import { parseInstrumentKey } from '@vega/kernel';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import type { Route, UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { orderRoute } from '../trading-gate.ts';
import { bodyOf, parseOrderTerms, parsePricing, parseTag, type ApiVersion, type JsonBody } from './order-body.ts';

/** Placing, modifying and cancelling single orders, in both versions. */
export function placeModifyCancelRoutes(context: SimContext): Route[] {
  const timed = async (work: Promise<object>): Promise<unknown> => {
    const started = context.clock.monotonicMs();
    const data = await work;
    return success(data, { metadata: { latency: Math.round(context.clock.monotonicMs() - started) } });
  };
  return [
    orderRoute(context, 'POST', '/v2/order/place', async (call) => {
      const [orderId] = await place(context, call, 'v2');
      return success({ order_id: orderId });
    }),
    orderRoute(context, 'POST', '/v3/order/place', (call) =>
      timed(place(context, call, 'v3').then((orderIds) => ({ order_ids: orderIds }))),
    ),
    orderRoute(context, 'PUT', '/v2/order/modify', async (call) => success(await modify(context, call, 'v2'))),
    orderRoute(context, 'PUT', '/v3/order/modify', (call) => timed(modify(context, call, 'v3'))),
    orderRoute(context, 'DELETE', '/v2/order/cancel', async (call) => success(await cancel(context, call))),
    orderRoute(context, 'DELETE', '/v3/order/cancel', (call) => timed(cancel(context, call))),
  ];
}

/** An order that passed the checks of its form. */
export interface ParsedOrder {
  readonly instrument: TradedInstrument;
  readonly terms: OrderTerms;
  readonly tag: string | null;
  /** Quantities of the orders it becomes. */
  readonly quantities: readonly number[];
}

/** Checks the form of a new order and what decides whether the broker takes orders of this instrument now. */
export function parseOrder(context: SimContext, body: JsonBody, version: ApiVersion): ParsedOrder {
  const instrument = orderInstrument(context, body);
  const terms = parseOrderTerms(body, version);
  const tag = parseTag(body);
  if (orderEntry(context.hall.market.phase(instrument)) === 'refuse') throw apiError('UDAPI100057');
  const quantities = body['slice'] === true ? slicesOf(instrument, terms.quantity) : [terms.quantity];
  return { instrument, terms, tag, quantities };
}

/** Hands an order over, in slices; the ids. */
export function placeParsed(exchange: Exchange, account: string, order: ParsedOrder): string[] {
  const ids: string[] = [];
  for (const quantity of order.quantities) {
    const { instrument, tag } = order;
    const terms = { ...order.terms, quantity };
    ids.push(exchange.place({ account, instrument, terms, tag, parentId: ids[0] }));
  }
  return ids;
}

async function place(context: SimContext, { grant, body }: UserCall, version: ApiVersion): Promise<string[]> {
  const order = parseOrder(context, bodyOf(body), version);
  return context.hall.run((exchange) => placeParsed(exchange, grant.userId, order));
}

function orderInstrument(context: SimContext, body: JsonBody): TradedInstrument {
  const key = body['instrument_token'];
  if (key === undefined || key === null || key === '') throw apiError('UDAPI1026');
  const parsed = typeof key === 'string' ? parseInstrumentKey(key) : undefined;
  if (parsed?.ok !== true) throw apiError('UDAPI100011');
  const instrument = context.hall.instrument(parsed.value);
  if (instrument === undefined) throw apiError('UDAPI100011');
  return instrument;
}

function slicesOf(instrument: TradedInstrument, quantity: number): readonly number[] {
  if (instrument.freezeQuantity === undefined) return [quantity];
  const sliced = sliceByFreeze(quantity, instrument.lot, instrument.freezeQuantity);
  // What cannot be sliced is one order, which the exchange will refuse with its own words.
  if (!sliced.ok && sliced.error.code !== 'TOO_MANY_SLICES') return [quantity];
  if (!sliced.ok || sliced.value.length > UPSTOX_MAX_SLICES) throw apiError('UDAPI1118');
  return sliced.value;
}

/** The order that a call names, when it is the caller's own. */
export function ownOrder(context: SimContext, userId: string, orderId: unknown): Order {
  if (typeof orderId !== 'string' || orderId === '') throw apiError('UDAPI1023:order');
  if (!/^[-a-zA-Z0-9]+$/.test(orderId)) throw apiError('UDAPI1010');
  const order = context.hall.state.orders.get(orderId);
  if (order === undefined || order.account !== userId) throw apiError('UDAPI100010');
  return order;
}

async function modify(context: SimContext, { grant, body }: UserCall, version: ApiVersion): Promise<object> {
  const fields = bodyOf(body);
  const orderId = fields['order_id'];
  if (orderId === undefined || orderId === '') throw apiError('UDAPI1003');
  const order = ownOrder(context, grant.userId, orderId);
  const pricing = parsePricing(fields, version);
  const quantity = optionalWhole(fields, 'quantity', order.terms.quantity);
  const disclosedQuantity = optionalWhole(fields, 'disclosed_quantity', order.terms.disclosedQuantity);
  if (quantity === 0) throw apiError('UDAPI1052');
  const { side, product } = order.terms;
  const terms: OrderTerms = { side, product, quantity, disclosedQuantity, ...pricing };
  const done = await context.hall.run((exchange) => exchange.modify(order.id, terms));
  if (!done) throw apiError('UDAPI100041');
  return { order_id: order.id };
}

async function cancel(context: SimContext, { grant, query }: UserCall): Promise<object> {
  const order = ownOrder(context, grant.userId, query.get('order_id'));
  const done = await context.hall.run((exchange) => exchange.cancel(order.id));
  if (!done) throw apiError('UDAPI100040');
  return { order_id: order.id };
}

function optionalWhole(body: JsonBody, name: string, fallback: number): number {
  const value = body[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1e9) {
    throw apiError('UDAPI100036', { property: name });
  }
  return value;
}

/** Whether the order still waits for its session. */
export function isWaiting(order: Order): boolean {
  return WAITING_STATUSES.has(order.status);
}
