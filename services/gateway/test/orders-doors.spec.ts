// Orders by GraphQL, gRPC and the stream: the same desk behind all, so that a key is one order whichever door it came through.
import {
  OrderEventKind,
  OrderIntent,
  OrderSide,
  OrderProduct,
  OrderStatus,
  OrderType,
  OrderValidity,
  SwitchStops,
} from '@vega/contracts';
import { eventually } from '@vega/testkit';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ORDERS } from '../src/adapters/grpc/definitions.ts';
import { GrpcProbe } from './grpc-client.ts';
import { ACCOUNT, CALL, startOrdersStage, USER, type OrdersStage } from './orders-stage.ts';
import { StreamProbe } from './stream-probe.ts';

const PATIENCE = { withinMs: 20_000 };
let on: OrdersStage;

beforeAll(async () => {
  on = await startOrdersStage();
});
afterAll(() => on.close());
afterEach(() => {
  on.orders.behaviours.length = 0;
  on.orders.publishes = true;
});

interface Told {
  readonly data: Record<string, Record<string, unknown> | null> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

async function graphql(query: string, token = on.token()): Promise<Told> {
  const { body } = await on.gateway.get('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return body as unknown as Told;
}

const place = (key: string, quantity = 75): string => `mutation { place_order(
  idempotency_key: "${key}", account_id: "${ACCOUNT}",
  order: { instrument_key: "${CALL}", side: "BUY", quantity: ${quantity}, product: "DELIVERY", order_type: "LIMIT", price: 123.45 }
) { order_id outcome denial { code checks { code passed value limit unit } } } }`;

const intent = OrderIntent.create({
  instrumentKey: CALL,
  side: OrderSide.BUY,
  quantity: 75,
  product: OrderProduct.DELIVERY,
  orderType: OrderType.LIMIT,
  pricePaise: 12_345,
  validity: OrderValidity.DAY,
});

it('a key is one order, whichever door it came through', async () => {
  const rest = await on.place('shared');
  const id = rest.body['order_id'];
  const { data } = await graphql(place('shared'));
  expect(data?.['place_order']).toMatchObject({ order_id: id, outcome: 'ACCEPTED', denial: null });
  const probe = new GrpcProbe(on.gateway.grpc);
  const purposeful = { ...intent, purpose: on.orders.intents.get(String(id))?.purpose ?? 0 };
  const request = { idempotencyKey: 'shared', accountId: ACCOUNT, intent: purposeful };
  const answer = await probe.call(ORDERS.PlaceOrder, request, 10_000, on.token());
  expect(answer).toMatchObject({ orderId: id, result: { $case: 'accepted' } });
  probe.close();
  expect([...on.orders.intents.keys()].filter((one) => one === id)).toHaveLength(1);
});

describe('GraphQL', () => {
  it('tells a denial as an answer, with every check', async () => {
    on.orders.behaviours.push('deny');
    const { data, errors } = await graphql(place('denied'));
    expect(errors).toBeUndefined();
    expect(data?.['place_order']).toMatchObject({
      outcome: 'DENIED',
      denial: {
        code: 'FAT_FINGER_PRICE',
        checks: [{ passed: true }, { value: 123.45, unit: 'rupees' }, { passed: false }],
      },
    });
  });

  it('reads, changes and cancels as REST does', async () => {
    const id = String((await graphql(place('gql'))).data?.['place_order']?.['order_id']);
    const { data } = await graphql(
      `{ order(order_id: "${id}") { status price } order_book(account_id: "${ACCOUNT}", working: true) { account_seq orders { order_id } } }`,
    );
    expect(data?.['order']).toEqual({ status: 'PENDING', price: 123.45 });
    expect(data?.['order_book']?.['orders']).toContainEqual({ order_id: id });
    const changed = await graphql(
      `mutation { modify_order(order_id: "${id}", price: 120.5) { outcome order { price } } }`,
    );
    expect(changed.data?.['modify_order']).toEqual({ outcome: 'DONE', order: { price: 120.5 } });
    const cancelled = await graphql(`mutation { cancel_order(order_id: "${id}") { order { status } } }`);
    expect(cancelled.data?.['cancel_order']).toEqual({ order: { status: 'CANCELLED' } });
    const again = await graphql(`mutation { cancel_order(order_id: "${id}") { outcome } }`);
    expect(again.errors?.[0]?.extensions.code).toBe('ORDER_NOT_WORKING');
  });

  it('refuses bad input with the code of REST, and asks nobody', async () => {
    const before = on.orders.asked.length;
    for (const [query, code] of [
      [place('', 75), 'IDEMPOTENCY_KEY_INVALID'],
      [place('key', 0), 'BAD_REQUEST'],
      [`{ order_book(account_id: "${ACCOUNT}", status: ["OPEN"]) { account_seq } }`, 'BAD_REQUEST'],
      ['mutation { engage_kill_switch(scope: "account") { cancelling } }', 'BAD_REQUEST'],
      [`mutation { modify_order(order_id: "x") { outcome } }`, 'BAD_REQUEST'],
    ] as const) {
      expect([query, (await graphql(query)).errors?.[0]?.extensions.code]).toEqual([query, code]);
    }
    expect(on.orders.asked).toHaveLength(before);
  });

  it('turns switches and limits', async () => {
    const engaged = await graphql(
      `mutation { engage_kill_switch(scope: "strategy", account_id: "${ACCOUNT}", strategy: "iron.fly") { switch { scope stops } } }`,
    );
    expect(engaged.data?.['engage_kill_switch']).toEqual({
      switch: { scope: `strategy:${ACCOUNT}:iron.fly`, stops: 'OPENING' },
    });
    const set = await graphql(
      `mutation { set_risk_limits(account_id: "${ACCOUNT}", limits: { revision: 0, max_exposure: 5000.5 }) { limits { revision max_exposure max_daily_loss } } }`,
    );
    expect(set.data?.['set_risk_limits']).toEqual({
      limits: { revision: 1, max_exposure: 5000.5, max_daily_loss: null },
    });
  });

  it('follows an account', async () => {
    const client = createClient({
      url: `${on.gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { token: on.token() },
    });
    const query = `subscription { orders(account_id: "${ACCOUNT}") { snapshot account_seq orders { order_id status } events { kind } } }`;
    const seen: { snapshot: boolean; orders: { order_id: string }[] }[] = [];
    void (async () => {
      for await (const { data } of client.iterate({ query })) {
        seen.push((data as unknown as { orders: (typeof seen)[number] }).orders);
      }
    })().catch(() => undefined);
    await eventually(() => seen[0]?.snapshot, { ...PATIENCE, what: 'the snapshot' });
    const { body } = await on.place('followed');
    const isIt = ({ orders, snapshot }: (typeof seen)[number]): boolean =>
      !snapshot && orders.some(({ order_id }) => order_id === body['order_id']);
    await eventually(() => seen.some(isIt), { ...PATIENCE, what: 'the order' });
    await client.dispose();
  });
});

describe('the stream', () => {
  it('tells what happens to the orders of the account, also what was lost on the bus', async () => {
    const probe = await StreamProbe.open(on.gateway.url);
    probe.send({ op: 'authenticate', id: 1, token: on.token() });
    await probe.reply(1);
    probe.send({ op: 'subscribe', id: 2, channel: 'orders', account_id: ACCOUNT });
    expect(await probe.reply(2)).toMatchObject({ type: 'subscribed', account_id: ACCOUNT });
    const first = await probe.frame(({ type }) => type === 'orders', 'the snapshot');
    const id = String((await on.place('streamed')).body['order_id']);
    on.orders.publishes = false;
    on.orders.happen(id, OrderEventKind.CHILD_OPEN, { status: OrderStatus.WORKING });
    on.orders.publishes = true;
    const last = on.orders.happen(id, OrderEventKind.CHILD_CANCELLED, { status: OrderStatus.CANCELLED, openQty: 0 });
    await probe.frame((frame) => frame['account_seq'] === last.accountSeq, 'the end of the order', 20_000);
    const kinds = probe.frames
      .flatMap((frame) => (frame['events'] ?? []) as { order_id: string; kind: string; account_seq: number }[])
      .filter(({ account_seq }) => account_seq > Number(first['account_seq']))
      .map(({ order_id, kind }) => [order_id, kind]);
    expect(kinds).toEqual([
      [id, 'ACCEPTED'],
      [id, 'CHILD_OPEN'],
      [id, 'CHILD_CANCELLED'],
    ]);
    probe.close();
  });
});

describe('gRPC', () => {
  it('places, reads, cancels and follows', async () => {
    const probe = new GrpcProbe(on.gateway.grpc);
    const token = on.token();
    on.orders.behaviours.push('deny');
    const denied = await probe.call(
      ORDERS.PlaceOrder,
      { idempotencyKey: 'no', accountId: ACCOUNT, intent },
      10_000,
      token,
    );
    expect(denied.result).toMatchObject({ $case: 'denied', value: { code: 'FAT_FINGER_PRICE' } });
    const placed = await probe.call(
      ORDERS.PlaceOrder,
      { idempotencyKey: 'yes', accountId: ACCOUNT, intent },
      10_000,
      token,
    );
    const { orderId } = placed;
    const { order } = await probe.call(ORDERS.GetOrder, { orderId }, 10_000, token);
    expect(order).toMatchObject({ userId: USER, status: OrderStatus.PENDING });
    const cancelled = await probe.call(ORDERS.CancelOrder, { orderId, idempotencyKey: '' }, 10_000, token);
    expect(cancelled).toMatchObject({ unknown: false, order: { status: OrderStatus.CANCELLED } });
    const all = { accountId: undefined, strategy: '', stops: SwitchStops.UNSPECIFIED, reason: '', cancelOrders: false };
    const { switch: engaged } = await probe.call(ORDERS.EngageKillSwitch, all, 10_000, token);
    expect(engaged?.scope).toBe(`user:${USER}`);
    await expect(probe.call(ORDERS.GetOrder, { orderId }, 10_000, on.token('usr_x'))).rejects.toMatchObject({
      code: 5,
    });
    await expect(
      probe.call(ORDERS.PlaceOrder, { idempotencyKey: '', accountId: ACCOUNT, intent }, 10_000, token),
    ).rejects.toMatchObject({ code: 3 });
    probe.close();
  });
});
