import { rupeesToPaise, parseInstrumentKey } from '@vega/kernel';
import { isProtection, type GttOrder, type GttRequest, type GttStrategy, type GttTrigger } from '@vega/exchange';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import type { Route, UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { orderRoute, readRoute } from '../trading-gate.ts';
import { gttView } from '../views/gtt-view.ts';
import { bodyOf, type JsonBody } from './order-body.ts';

/** Good-till-triggered orders. */
export function gttRoutes(context: SimContext): Route[] {
  const { hall } = context;
  const answer = (started: number, id: string): unknown => {
    const latency = Math.round(context.clock.monotonicMs() - started);
    return success({ gtt_order_ids: [id] }, { metadata: { latency } });
  };
  return [
    orderRoute(context, 'POST', '/v3/order/gtt/place', async ({ grant, body }) => {
      const started = context.clock.monotonicMs();
      const request = parseGtt(context, grant.userId, bodyOf(body));
      return answer(started, await hall.run((exchange) => exchange.placeGtt(request)));
    }),
    orderRoute(context, 'PUT', '/v3/order/gtt/modify', async (call) => {
      const started = context.clock.monotonicMs();
      const body = bodyOf(call.body);
      const gtt = ownGtt(context, call, body['gtt_order_id']);
      const { type, rules } = parseRules(body);
      const quantity = body['quantity'] === undefined ? gtt.quantity : quantityOf(body);
      const done = await hall.run((exchange) => exchange.modifyGtt(gtt.id, { type, rules, quantity }));
      if (!done) throw apiError('UDAPI100041');
      return answer(started, gtt.id);
    }),
    orderRoute(context, 'DELETE', '/v3/order/gtt/cancel', async (call) => {
      const started = context.clock.monotonicMs();
      const gtt = ownGtt(context, call, bodyOf(call.body)['gtt_order_id']);
      const done = await hall.run((exchange) => exchange.cancelGtt(gtt.id));
      if (!done) throw apiError('UDAPI100040');
      return answer(started, gtt.id);
    }),
    readRoute(context, '/v3/order/gtt', ({ grant, query }) =>
      hall.read(() => {
        const id = query.get('gtt_order_id');
        const own = [...hall.state.gtts.values()].filter((gtt) => gtt.account === grant.userId);
        return success(own.filter((gtt) => id === null || gtt.id === id).map(gttView));
      }),
    ),
  ];
}

function ownGtt(context: SimContext, { grant }: UserCall, id: unknown): GttOrder {
  if (typeof id !== 'string' || !/^GTT-.+$/.test(id)) throw apiError('UDAPI1135');
  const gtt = context.hall.state.gtts.get(id);
  if (gtt === undefined || gtt.account !== grant.userId) throw apiError('UDAPI100010');
  return gtt;
}

function parseGtt(context: SimContext, account: string, body: JsonBody): GttRequest {
  const key = body['instrument_token'];
  if (typeof key !== 'string' || key === '') throw apiError('UDAPI1026');
  const instrument = parseInstrumentKey(key).ok ? context.hall.instrument(key) : undefined;
  if (instrument === undefined) throw apiError('UDAPI100011');
  const { product, transaction_type: side } = body;
  if (product !== 'I' && product !== 'D' && product !== 'MTF') throw apiError('UDAPI1054');
  if (side !== 'BUY' && side !== 'SELL') throw apiError('UDAPI1057');
  const { type, rules } = parseRules(body);
  return { account, instrument, product, side, type, rules, quantity: quantityOf(body) };
}

function quantityOf(body: JsonBody): number {
  const { quantity } = body;
  if (quantity === undefined || quantity === null) throw apiError('UDAPI1053');
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 0 || quantity > 1e9) {
    throw apiError('UDAPI100036', { property: 'quantity' });
  }
  if (quantity === 0) throw apiError('UDAPI1052');
  return quantity;
}

function parseRules(body: JsonBody): Pick<GttRequest, 'type' | 'rules'> {
  const { type, rules } = body;
  if (type !== 'SINGLE' && type !== 'MULTIPLE') throw apiError('UDAPI1126');
  if (!Array.isArray(rules)) throw apiError('UDAPI1138');
  const parsed = rules.map((rule: unknown) => parseRule(bodyOf(rule)));
  if (type === 'SINGLE' && parsed.length !== 1) throw apiError('UDAPI1136');
  if (type === 'MULTIPLE' && (parsed.length < 2 || parsed.length > 3)) throw apiError('UDAPI1137');
  const strategies = new Set(parsed.map((rule) => rule.strategy));
  if (!strategies.has('ENTRY') || strategies.size < parsed.length) throw apiError('UDAPI1141');
  // The entry comes first, whatever the order in which rules were given.
  const rank: readonly GttStrategy[] = ['ENTRY', 'TARGET', 'STOPLOSS'];
  return { type, rules: parsed.sort((a, b) => rank.indexOf(a.strategy) - rank.indexOf(b.strategy)) };
}

function parseRule(rule: JsonBody): GttRequest['rules'][number] {
  const {
    strategy,
    trigger_type: trigger,
    trigger_price: price,
    trailing_gap: gap,
    market_protection: protection,
  } = rule;
  if (!isOneOf<GttStrategy>(strategy, ['ENTRY', 'TARGET', 'STOPLOSS'])) throw apiError('UDAPI1138');
  if (!isOneOf<GttTrigger>(trigger, ['ABOVE', 'BELOW', 'IMMEDIATE'])) throw apiError('UDAPI1138');
  if (strategy !== 'ENTRY' && trigger !== 'IMMEDIATE') throw apiError('UDAPI1143');
  if (typeof price !== 'number' || !(price > 0) || price > 1e9)
    throw apiError('UDAPI1138', { property: 'trigger_price' });
  const base = { strategy, trigger, triggerPaise: rupeesToPaise(price) };
  if (gap !== undefined && gap !== null) {
    if (strategy !== 'STOPLOSS' || typeof gap !== 'number' || !(gap > 0)) throw apiError('UDAPI1151');
  }
  if (protection !== undefined && protection !== null && protection !== 0) {
    if (typeof protection !== 'number' || !isProtection(protection)) throw apiError('UDAPI1177');
  }
  return {
    ...base,
    ...(typeof gap === 'number' ? { trailingGapPaise: rupeesToPaise(gap) } : {}),
    ...(typeof protection === 'number' && protection !== 0 ? { protectionPercent: protection } : {}),
  };
}

function isOneOf<T extends string>(value: unknown, allowed: readonly T[]): value is T {
  return typeof value === 'string' && (allowed as readonly string[]).includes(value);
}
