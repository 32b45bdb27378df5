import { jest } from '@jest/globals';
import {
  ChildState,
  OrderEventKind,
  OrderProduct,
  OrderSide,
  ordersRpc,
  OrderStatus,
  OrderType,
} from '@vega/contracts';
import type { RunningService } from '@vega/platform';
import { eventually } from '@vega/testkit';
import { ACCOUNT, BOB, OTHER_ACCOUNT, startOrdersStage, type OrdersStage } from './orders-stage.ts';

jest.setTimeout(90_000);

let stage: OrdersStage;
const patience = { withinMs: 30_000, everyMs: 50 };

let service: RunningService;

beforeAll(async () => {
  stage = await startOrdersStage();
  service = await stage.start();
}, 300_000);

afterAll(() => stage.close(), 60_000);

function acceptedId(reply: Awaited<ReturnType<OrdersStage['submit']>>): string {
  if (reply.result?.$case !== 'accepted') throw new Error(JSON.stringify(reply.result?.value));
  return reply.result.value.orderId;
}

function denialOf(reply: Awaited<ReturnType<OrdersStage['submit']>>) {
  if (reply.result?.$case !== 'denied') throw new Error(JSON.stringify(reply.result?.value));
  return reply.result.value;
}

const status = async (orderId: string): Promise<OrderStatus> => (await stage.order(orderId)).status;
const tagged = (childId: string) => stage.broker.witness().filter((order) => order.tag === childId);

it('records, sends once, fills, and tells every step with gapless sequence numbers', async () => {
  const price = await stage.price();
  const intent = stage.intent({ pricePaise: price + 2_000 });
  const id = acceptedId(await stage.submit(intent));
  await eventually(async () => (await status(id)) === OrderStatus.FILLED, { ...patience, what: 'a filled order' });
  const order = await stage.order(id);
  expect(order).toMatchObject({ filledQty: intent.quantity, openQty: 0, reducing: false, foreign: false });
  const [child] = order.children;
  expect(child).toMatchObject({ state: ChildState.FILLED, quantity: intent.quantity });
  expect(tagged(child?.childId ?? '')).toHaveLength(1);
  expect(order.filledValuePaise).toBeGreaterThan(0);
  const kinds = (await stage.timeline(id)).map((event) => event.kind);
  expect(kinds.slice(0, 2)).toEqual([OrderEventKind.ACCEPTED, OrderEventKind.CHILD_BORN]);
  expect(kinds).toContain(OrderEventKind.CHILD_FILL);
  const { events, lastSeq } = await stage.ask(ordersRpc.getEvents, { accountId: ACCOUNT, fromSeq: 1, limit: 500 });
  expect(events.map((event) => event.accountSeq)).toEqual(Array.from({ length: lastSeq }, (_, n) => n + 1));
  const { fills } = await stage.ask(ordersRpc.getTrades, tradesOf(id));
  expect(fills.reduce((sum, fill) => sum + fill.quantity, 0)).toBe(intent.quantity);
});

const tradesOf = (orderId: string) => ({
  accountId: ACCOUNT,
  instrumentKey: '',
  strategy: '',
  orderId,
  fromDate: '',
  toDate: '2100-01-01',
  limit: 0,
  cursor: '',
});

it('gives the first result to the same id, and refuses another body under it', async () => {
  const intent = stage.intent();
  const first = await stage.submit(intent);
  const again = await stage.submit(intent);
  expect(acceptedId(again)).toBe(acceptedId(first));
  await expect(stage.submit({ ...intent, quantity: intent.quantity * 2 })).rejects.toMatchObject({
    code: 'ORDER_ID_REUSED',
  });
  await eventually(async () => (await status(intent.orderId)) === OrderStatus.WORKING, patience);
  const order = await stage.order(intent.orderId);
  expect(tagged(order.children[0]?.childId ?? '')).toHaveLength(1);
});

it('modifies and cancels what rests; the broker agrees', async () => {
  const intent = stage.intent();
  const id = acceptedId(await stage.submit(intent));
  await eventually(async () => (await status(id)) === OrderStatus.WORKING, patience);
  const lower = intent.pricePaise - 5;
  const { order } = await stage.ask(ordersRpc.modify, {
    orderId: id,
    accountId: ACCOUNT,
    quantity: undefined,
    pricePaise: lower,
    triggerPricePaise: undefined,
    requestId: '',
  });
  expect(order?.children[0]).toMatchObject({ pricePaise: lower, state: ChildState.OPEN });
  const { order: cancelled } = await stage.ask(ordersRpc.cancel, { orderId: id, accountId: '', requestId: '' });
  expect(cancelled?.status).toBe(OrderStatus.CANCELLED);
  const broker = await stage.broker.get(
    stage.users[0]!,
    `/v2/order/details?order_id=${order?.children[0]?.brokerOrderId}`,
  );
  expect(broker.data).toMatchObject({ status: 'cancelled', price: lower / 100 });
  await expect(stage.ask(ordersRpc.cancel, { orderId: id, accountId: '', requestId: '' })).rejects.toMatchObject({
    code: 'ORDER_NOT_WORKING',
  });
});

it('denies with every number, in the order of the codes, and sends nothing', async () => {
  const before = stage.broker.witness().length;
  const denial = denialOf(await stage.submit(stage.intent({ quantity: stage.call.lot_size + 1, pricePaise: 1_001 })));
  expect(denial.code).toBe('LOT_SIZE_MISMATCH');
  expect(denial.checks).toHaveLength(34);
  expect(denial.checks.find((check) => check.code === 'TICK_SIZE_MISMATCH')).toMatchObject({
    passed: false,
    value: 1_001,
    limit: 5,
  });
  expect(denialOf(await stage.submit(stage.intent({ validUntilMs: 1 }))).code).toBe('INTENT_EXPIRED');
  expect(stage.broker.witness()).toHaveLength(before);
});

it('slices by the freeze quantity; the children sum to the intent', async () => {
  const lots = Math.floor(stage.call.freeze_quantity / stage.call.lot_size);
  const quantity = (lots + 2) * stage.call.lot_size;
  const intent = stage.intent({ quantity });
  const id = acceptedId(await stage.submit(intent));
  await eventually(
    async () =>
      (await stage.order(id)).children.every((one) => one.state === ChildState.OPEN) &&
      (await stage.order(id)).children.length === 2,
    patience,
  );
  const order = await stage.order(id);
  expect(order.children.reduce((sum, one) => sum + one.quantity, 0)).toBe(quantity);
  await stage.ask(ordersRpc.cancelAll, { accountId: ACCOUNT, strategy: '', instrumentKey: '' });
});

it('never sends a plain market order: a protected limit leaves', async () => {
  const price = await stage.price();
  const id = acceptedId(await stage.submit(stage.intent({ orderType: OrderType.MARKET, pricePaise: 0 })));
  await eventually(async () => (await status(id)) === OrderStatus.FILLED, patience);
  const [child] = (await stage.order(id)).children;
  expect(child?.pricePaise).toBeGreaterThan(price * 0.9);
  const broker = await stage.broker.get(stage.users[0]!, `/v2/order/details?order_id=${child?.brokerOrderId}`);
  expect(broker.data).toMatchObject({ order_type: 'LIMIT' });
});

it('concludes absence only after the quarantine, and never sends it again', async () => {
  await stage.broker.fault({ kind: '5xx', path: '/v3/order/place', times: 1, status: 504 });
  const id = acceptedId(await stage.submit(stage.intent()));
  await eventually(async () => (await status(id)) === OrderStatus.FAILED, { ...patience, what: 'a proven absence' });
  const order = await stage.order(id);
  expect(order.children[0]).toMatchObject({ state: ChildState.ABSENT });
  expect(tagged(order.children[0]?.childId ?? '')).toHaveLength(0);
});

/** An order that somebody places at the broker without us. */
const elsewhere = () => ({
  quantity: stage.call.lot_size,
  product: 'D',
  validity: 'DAY',
  price: 5,
  instrument_token: stage.call.instrument_key,
  order_type: 'LIMIT',
  transaction_type: 'BUY',
  disclosed_quantity: 0,
  trigger_price: 0,
  is_amo: false,
});

it('follows orders that were placed elsewhere', async () => {
  // User 0 may send from the default address, 127.0.0.1.
  expect((await stage.broker.call(stage.users[0]!, 'POST', '/v3/order/place', elsewhere())).status).toBe(200);
  const foreign = await eventually(
    async () => {
      const { orders } = await stage.ask(ordersRpc.getBook, { ...tradesOf(''), statuses: [], workingOnly: true });
      return orders.find((order) => order.foreign);
    },
    { ...patience, what: 'a foreign order' },
  );
  expect(foreign).toMatchObject({ status: OrderStatus.WORKING, intent: { quantity: stage.call.lot_size } });
});

it('sends each account from its own address', async () => {
  const bob = stage.platform.token(BOB);
  const intent = stage.intent({ accountId: OTHER_ACCOUNT });
  const id = await eventually(async () => acceptedId(await stage.submit(intent, bob)), patience);
  const order = await eventually(
    async () => {
      const { order: found } = await stage.ask(ordersRpc.getOrder, { orderId: id, accountId: '' }, bob);
      return found?.status === OrderStatus.WORKING ? found : undefined;
    },
    { ...patience, what: 'an order from the second address' },
  );
  expect(tagged(order.children[0]?.childId ?? '')[0]?.userId).toBe(stage.users[1]?.userId);
  // The broker does refuse the other account's address: the second account's order from 127.0.0.1.
  const answer = await stage.broker.call(stage.users[1]!, 'POST', '/v3/order/place', elsewhere());
  expect(JSON.stringify(answer.body)).toContain('UDAPI1154');
  await expect(stage.order(id)).rejects.toMatchObject({ code: 'ORDER_UNKNOWN' });
  await expect(stage.submit(stage.intent({ accountId: OTHER_ACCOUNT }))).rejects.toMatchObject({
    code: 'ACCOUNT_NOT_FOUND',
  });
});

it.each([
  ['orderId', 'ORDER_ID_INVALID', { orderId: 'x' }],
  ['instrumentKey', 'INSTRUMENT_KEY_INVALID', { instrumentKey: 'x' }],
  ['segment', 'SEGMENT_UNSUPPORTED', { instrumentKey: 'MCX_FO|1' }],
  ['side', 'BAD_REQUEST', { side: OrderSide.UNSPECIFIED }],
  ['quantity', 'BAD_REQUEST', { quantity: 0 }],
  ['product', 'BAD_REQUEST', { product: OrderProduct.UNSPECIFIED }],
  ['orderType', 'BAD_REQUEST', { orderType: OrderType.UNSPECIFIED }],
  ['price', 'BAD_REQUEST', { pricePaise: -5 }],
  ['trigger', 'BAD_REQUEST', { triggerPricePaise: 5 }],
  ['disclosed', 'BAD_REQUEST', { disclosedQty: 1e6 }],
  ['strategy', 'BAD_REQUEST', { strategy: 'a b' }],
  ['decision', 'BAD_REQUEST', { decisionNumber: -1 }],
  ['decision of nobody', 'BAD_REQUEST', { decisionNumber: 1 }],
] as const)('refuses a bad %s with %s and records nothing', async (_field, code, change) => {
  const { lastSeq } = await stage.ask(ordersRpc.getEvents, { accountId: ACCOUNT, fromSeq: 1, limit: 1 });
  await expect(stage.submit(stage.intent(change))).rejects.toMatchObject({ code });
  const after = await stage.ask(ordersRpc.getEvents, { accountId: ACCOUNT, fromSeq: 1, limit: 1 });
  expect(after.lastSeq).toBe(lastSeq);
});

it('takes the decisions of a strategy in their order, whoever writes the account', async () => {
  const decision = (decisionNumber: number, strategy = 'straddle') => stage.intent({ strategy, decisionNumber });
  const first = decision(1);
  acceptedId(await stage.submit(first));
  acceptedId(await stage.submit(decision(2)));
  const lastSeq = async () =>
    (await stage.ask(ordersRpc.getEvents, { accountId: ACCOUNT, fromSeq: 1, limit: 1 })).lastSeq;
  const refused = { code: 'DECISION_OUT_OF_SEQUENCE' };
  await eventually(async () => (await status(first.orderId)) === OrderStatus.WORKING, patience);
  // A second copy of the strategy decides the same number anew; another has lost a decision.
  await expect(stage.submit(decision(2))).rejects.toMatchObject(refused);
  await expect(stage.submit(decision(4))).rejects.toMatchObject(refused);
  await expect(stage.submit(decision(2, 'strangle'))).rejects.toMatchObject(refused);
  expect(acceptedId(await stage.submit(first))).toBe(first.orderId);
  await service.drain();
  service = await stage.start();
  const before = await lastSeq();
  await expect(stage.submit(decision(2))).rejects.toMatchObject(refused);
  expect(await lastSeq()).toBe(before);
  // What is denied is decided as well.
  expect(denialOf(await stage.submit({ ...decision(3), validUntilMs: 1 })).code).toBe('INTENT_EXPIRED');
  acceptedId(await stage.submit(decision(4)));
});
