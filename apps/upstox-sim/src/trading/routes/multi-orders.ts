import { isTerminal, netQuantity, signOf, type Exchange, type Order, type Position } from '@vega/exchange';
import { ApiError } from '../../server/envelope.ts';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import type { Route, UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { orderRoute } from '../trading-gate.ts';
import { bodyOf, type JsonBody } from './order-body.ts';
import { parseOrder, placeParsed, type ParsedOrder } from './place-modify-cancel.ts';

const MAX_ORDERS = 25;
const MAX_AT_ONCE = 50;
const MAX_CORRELATION_ID = 20;
const SEGMENTS = ['NSE_EQ', 'BSE_EQ', 'NSE_FO', 'BSE_FO', 'NCD_FO', 'BCD_FO', 'MCX_FO', 'NSE_COM'];

/** Many orders at once: placed together, cancelled together, positions exited together. */
export function multiOrderRoutes(context: SimContext): Route[] {
  return [
    orderRoute(context, 'POST', '/v2/order/multi/place', (call) => placeMany(context, call)),
    orderRoute(context, 'DELETE', '/v2/order/multi/cancel', (call) => cancelMany(context, call)),
    orderRoute(context, 'POST', '/v2/order/positions/exit', (call) => exitPositions(context, call)),
  ];
}

interface Line {
  readonly correlationId: string;
  readonly order?: ParsedOrder;
  readonly error?: ApiError;
}

/** Checks every line before anything is sent: one bad form and nothing goes. Purchases go first. */
async function placeMany(context: SimContext, { grant, body }: UserCall): Promise<unknown> {
  if (!Array.isArray(body) || body.length === 0 || body.length > MAX_ORDERS) {
    throw apiError('UDAPI100036', { message: `A batch holds 1 to ${MAX_ORDERS} orders` });
  }
  const seen = new Set<string>();
  const lines = body.map((one: unknown) => parseLine(context, bodyOf(one), seen));
  const bad = lines.filter((line) => line.error !== undefined);
  if (bad.length > 0) {
    const errors = bad.map(({ error, correlationId }) => errorRow(error, { correlation_id: correlationId }));
    const summary = { total: lines.length, success: 0, error: 0, payload_error: bad.length };
    return { status: 'error', errors, summary };
  }
  const ordered = [...lines].sort((a, b) => signed(b) - signed(a));
  const placed = await context.hall.run((exchange) => ordered.map((line) => placeLine(exchange, grant.userId, line)));
  const rejected = placed.filter(({ order }) => order?.status === 'rejected');
  const done = placed.filter(({ order }) => order?.status !== 'rejected');
  const data = done.flatMap(({ correlationId, ids }) =>
    ids.map((id) => ({ correlation_id: correlationId, order_id: id })),
  );
  const errors = rejected.map(({ correlationId, order }) => ({
    error_code: 'UDAPI100500',
    message: order?.message ?? '',
    property_path: null,
    invalid_value: null,
    errorCode: 'UDAPI100500',
    correlation_id: correlationId,
    order_id: order?.id ?? null,
    instrument_key: order?.instrument.key ?? null,
  }));
  const status = rejected.length === 0 ? 'success' : done.length === 0 ? 'error' : 'partial_success';
  const summary = { total: placed.length, success: done.length, error: rejected.length, payload_error: 0 };
  return { status, data, ...(errors.length === 0 ? {} : { errors }), summary };
}

function parseLine(context: SimContext, body: JsonBody, seen: Set<string>): Line {
  const given = body['correlation_id'];
  const correlationId = typeof given === 'string' ? given : '';
  try {
    if (correlationId === '' || correlationId.length > MAX_CORRELATION_ID || seen.has(correlationId)) {
      const message = `correlation_id is unique and has 1 to ${MAX_CORRELATION_ID} characters`;
      throw apiError('UDAPI100036', { message, property: 'correlation_id', value: correlationId });
    }
    seen.add(correlationId);
    return { correlationId, order: parseOrder(context, body, 'v2') };
  } catch (error) {
    if (error instanceof ApiError) return { correlationId, error };
    throw error;
  }
}

const signed = (line: Line): number => (line.order === undefined ? 0 : signOf(line.order.terms.side));

function placeLine(
  exchange: Exchange,
  account: string,
  { correlationId, order }: Line,
): { correlationId: string; ids: string[]; order: Order | undefined } {
  const ids = order === undefined ? [] : placeParsed(exchange, account, order);
  return { correlationId, ids, order: exchange.state.orders.get(ids[0] ?? '') };
}

async function cancelMany(context: SimContext, { grant, query }: UserCall): Promise<unknown> {
  const { tag, segment } = filterOf(query);
  const orders = context.hall
    .account(grant.userId)
    .orders.filter((order) => !isTerminal(order))
    .filter(
      (order) => (tag === null || order.tag === tag) && (segment === null || order.instrument.segment === segment),
    );
  // Seen of the broker: an unknown tag is answered as too many orders are, and only without a tag as none.
  if (orders.length === 0) throw apiError(tag === null ? 'UDAPI1108' : 'UDAPI1109');
  if (orders.length > MAX_AT_ONCE) throw apiError('UDAPI1109');
  const cancelled = await context.hall.run((exchange) =>
    orders.filter((order) => exchange.cancel(order.id)).map((order) => order.id),
  );
  return manyDone(cancelled, orders.length);
}

/** Closes every position with a protected market order; with a tag only those that its orders have opened. */
async function exitPositions(context: SimContext, { grant, query }: UserCall): Promise<unknown> {
  const { tag, segment } = filterOf(query);
  const account = context.hall.account(grant.userId);
  const tagged = new Set(
    account.orders
      .filter((order) => order.tag === tag)
      .map((order) => `${order.instrument.key}#${order.terms.product}`),
  );
  const open = [...account.positions].filter(
    ([id, position]) =>
      netQuantity(position) !== 0 &&
      (segment === null || position.instrument.segment === segment) &&
      (tag === null || tagged.has(id)),
  );
  if (open.length === 0) throw apiError('UDAPI1111');
  if (open.length > MAX_AT_ONCE) throw apiError('UDAPI1113');
  const positions = open.map(([, position]) => position).sort((a, b) => netQuantity(a) - netQuantity(b));
  const ids = await context.hall.run((exchange) =>
    positions.map((position) => exchange.place({ account: account.id, tag, ...exitOf(position) })),
  );
  return manyDone(ids, positions.length);
}

function exitOf(position: Position): Pick<Parameters<Exchange['place']>[0], 'instrument' | 'terms'> {
  const net = netQuantity(position);
  return {
    instrument: position.instrument,
    terms: {
      side: net > 0 ? 'SELL' : 'BUY',
      type: 'MARKET',
      product: position.product,
      validity: 'DAY',
      quantity: Math.abs(net),
      pricePaise: 0,
      triggerPaise: 0,
      disclosedQuantity: 0,
      protectionPercent: -1,
    },
  };
}

function filterOf(query: URLSearchParams): { tag: string | null; segment: string | null } {
  const segment = query.get('segment');
  if (segment !== null && !SEGMENTS.includes(segment)) throw apiError('UDAPI1105:segment');
  return { tag: query.get('tag'), segment };
}

function manyDone(ids: readonly string[], total: number): Record<string, unknown> {
  return success({ order_ids: ids }, { summary: { total, success: ids.length, error: total - ids.length } });
}

function errorRow(error: ApiError | undefined, more: Record<string, unknown>): Record<string, unknown> {
  const item = error?.items[0];
  const { code = '', message = '', property = null, value = null } = item ?? {};
  return {
    ...{ errorCode: code, message, propertyPath: property, invalidValue: value },
    ...{ error_code: code, property_path: property, invalid_value: value },
    ...more,
  };
}
