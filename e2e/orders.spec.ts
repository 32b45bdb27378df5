// Orders as their traders meet them: by REST, GraphQL and the stream through the gateway, with the simulated broker's own book
// and journal as the witness.
import { join } from 'node:path';
import {
  StreamClient,
  type ChainView,
  type OrderEventView,
  type OrderView,
  type PlacedOrderView,
  type StreamSocket,
} from '@vega/client';
import { eventually, projectRoot, runCommand } from '@vega/testkit';
import { readWitness } from '@vega/testkit/stage';
import { WebSocket } from 'ws';
import { stateWithOpenMarket } from './open-market.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

const PATIENCE = { withinMs: 60_000, everyMs: 100 };

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

describe('orders on the running stack', () => {
  let stack: TestStack;
  let stream: StreamClient;
  let account: string;
  /** A NIFTY call near the money: its key, its lot and its last price. */
  let call: { readonly key: string; readonly lot: number; readonly last: number };
  let keys = 0;
  const open = new Map<string, OrderView>();
  const events: OrderEventView[] = [];

  const ask = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const response = await stack.fetch(`/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  const rounded = (price: number): number => Math.max(5, Math.round(price * 20) * 5) / 100;
  const terms = (change: object = {}) => ({
    account_id: account,
    instrument_key: call.key,
    side: 'BUY',
    quantity: call.lot,
    product: 'DELIVERY',
    order_type: 'LIMIT',
    price: rounded(call.last * 0.8 - keys * 0.05),
    ...change,
  });
  const place = (change: object = {}, key = `e2e-${(keys += 1)}`) =>
    ask<PlacedOrderView & { code: string; checks: { code: string; passed: boolean }[] }>(
      'POST',
      '/orders/place',
      terms(change),
      { 'idempotency-key': key },
    );
  const order = async (id: string): Promise<OrderView> => (await ask<OrderView>('GET', `/orders/${id}`)).body;
  const reached = (id: string, status: string): Promise<OrderView> =>
    eventually(
      async () => {
        const found = await order(id);
        return found.status === status ? found : undefined;
      },
      { ...PATIENCE, what: `${id} to be ${status}` },
    );
  /** Placements that the broker's journal holds with the tag of an order's child. */
  const witnessed = ({ children }: OrderView): number => {
    const tags = new Set(children.map(({ child_id }) => child_id));
    return readWitness(join(stack.state, 'data/upstox-sim')).filter(({ tag }) => tags.has(tag)).length;
  };
  const graphql = async (query: string): Promise<Record<string, never>> => {
    const response = await stack.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: Record<string, never>; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  };
  /** What the broker itself says to a token of its own for the same customer. */
  const broker = async (path: string): Promise<unknown> => {
    const { upstoxSim } = stack.addresses;
    const { apps, users } = (await (await fetch(`${upstoxSim}/sim/apps`)).json()) as {
      apps: { client_id: string; owner_user_id: string; multi_client: boolean }[];
      users: { user_id: string; pin: string }[];
    };
    const [user] = users;
    const app = apps.find((one) => one.owner_user_id === user?.user_id && !one.multi_client);
    const issued = await fetch(`${upstoxSim}/sim/apps/${app?.client_id}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user?.user_id, pin: user?.pin }),
    });
    const { data } = (await issued.json()) as { data: { access_token: string } };
    const answer = await fetch(`${upstoxSim}${path}`, { headers: { authorization: `Bearer ${data.access_token}` } });
    return ((await answer.json()) as { data: unknown }).data;
  };

  beforeAll(async () => {
    stack = await startTestStack({ state: await stateWithOpenMarket(), withinMs: 280_000 });
    const { body } = await ask<{ accounts: { account_id: string; label: string }[] }>('GET', '/auth/accounts');
    account = body.accounts.find(({ label }) => label.endsWith('VG1001'))?.account_id ?? '';
    await eventually(
      async () => {
        const { status, body: writer } = await ask('GET', `/orders/writer?account_id=${account}`);
        return status === 200 && writer['reconciled_at_ms'] !== null && writer['market_source'] === 'simulator';
      },
      { withinMs: 120_000, everyMs: 200, what: 'a writer that has read the books' },
    );
    call = await eventually(nearTheMoney, { withinMs: 120_000, everyMs: 500, what: 'a call with a price' });
    stream = new StreamClient({
      url: `${stack.addresses.gateway.replace('http', 'ws')}/stream`,
      openSocket: (url) => new WebSocket(url) as unknown as StreamSocket,
      token: () => stack.token(),
    }).start();
    stream.subscribeChannel('orders', { account_id: account }, (frame) => {
      if (frame['snapshot'] === true) open.clear();
      for (const one of frame['orders'] as OrderView[]) open.set(one.order_id, one);
      events.push(...(frame['events'] as OrderEventView[]));
    });
  }, 600_000);
  afterAll(async () => {
    stream.close();
    await stack.close();
  }, 60_000);

  async function nearTheMoney(): Promise<typeof call | undefined> {
    const chain = (await ask<ChainView>('GET', '/options/chain?instrument_key=NIFTY')).body;
    const rows = (chain.rows ?? []).filter(({ call: one }) => (one?.last_price ?? 0) > 20);
    const spot = chain.spot ?? 0;
    const [row] = rows.sort((a, b) => Math.abs((a.strike ?? 0) - spot) - Math.abs((b.strike ?? 0) - spot));
    const lot = chain.lot_size ?? 0;
    if (row?.call === undefined || row.call === null || lot === 0 || spot === 0) return undefined;
    return { key: row.call.instrument_key, lot, last: row.call.last_price ?? 0 };
  }

  it('rest, are changed and cancelled, everywhere the same and at the broker once', async () => {
    const { status, body } = await place();
    expect([status, body.outcome]).toEqual([202, 'ACCEPTED']);
    const id = body.order_id;
    const resting = await reached(id, 'WORKING');
    expect(witnessed(resting)).toBe(1);
    await eventually(() => open.get(id)?.status === 'WORKING', { ...PATIENCE, what: 'the order on the stream' });
    expect(await graphql(`{ order(order_id: "${id}") { status price children { broker_order_id } } }`)).toEqual({
      order: {
        status: 'WORKING',
        price: resting.price,
        children: [{ broker_order_id: resting.children[0]?.broker_order_id }],
      },
    });
    const price = rounded((resting.price ?? 0) - 1);
    expect(await ask('PUT', '/orders/modify', { order_id: id, price })).toMatchObject({
      status: 200,
      body: { outcome: 'DONE', order: { children: [{ price }] } },
    });
    const details = await broker(`/v2/order/details?order_id=${resting.children[0]?.broker_order_id}`);
    expect(details).toMatchObject({ price, tag: resting.children[0]?.child_id });
    expect(await ask('DELETE', `/orders/cancel?order_id=${id}`)).toMatchObject({
      status: 200,
      body: { outcome: 'DONE', order: { status: 'CANCELLED' } },
    });
    await eventually(() => open.get(id)?.status === 'CANCELLED', { ...PATIENCE, what: 'its end on the stream' });
    const { body: story } = await ask<{ events: OrderEventView[] }>('GET', `/orders/${id}/timeline`);
    const heard = events.filter(({ order_id }) => order_id === id).map(({ account_seq }) => account_seq);
    // What happened before the stream's snapshot is in it; the rest was told one by one.
    expect(story.events.map(({ account_seq }) => account_seq)).toEqual(expect.arrayContaining(heard));
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  });

  it('fill against the market, and the broker holds the position', async () => {
    const before = await positionOf();
    const { body } = await place({ price: rounded(call.last * 1.1) });
    const filled = await reached(body.order_id, 'FILLED');
    expect(filled.filled_quantity).toBe(call.lot);
    const { body: page } = await ask<{ trades: { order_id: string; quantity: number }[] }>(
      'GET',
      `/trades?account_id=${account}&order_id=${body.order_id}`,
    );
    expect(page.trades.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(call.lot);
    expect(await positionOf()).toBe(before + call.lot);
  });

  async function positionOf(): Promise<number> {
    const rows = (await broker('/v2/portfolio/short-term-positions')) as {
      instrument_token: string;
      quantity: number;
    }[];
    return rows.find((row) => row.instrument_token === call.key)?.quantity ?? 0;
  }

  it('are the same order when the request is repeated', async () => {
    const first = await place({}, 'repeated');
    const again = await place({}, 'repeated');
    expect(again.body.order_id).toBe(first.body.order_id);
    expect(witnessed(await reached(first.body.order_id, 'WORKING'))).toBe(1);
    expect(await place({ quantity: call.lot * 2 }, 'repeated')).toMatchObject({
      status: 409,
      body: { code: 'ORDER_ID_REUSED' },
    });
    await ask('DELETE', `/orders/cancel-all?account_id=${account}`);
    expect((await reached(first.body.order_id, 'CANCELLED')).open_quantity).toBe(0);
  });

  it('are denied with every number, previewed without a trace, and nothing is sent', async () => {
    const all = (): number => readWitness(join(stack.state, 'data/upstox-sim')).length;
    const before = all();
    const denied = await place({ quantity: call.lot + 1 });
    expect([denied.status, denied.body.code]).toEqual([422, 'LOT_SIZE_MISMATCH']);
    expect(denied.body.checks.length).toBeGreaterThan(30);
    const preview = await ask('POST', '/orders/preview', terms());
    expect(preview).toMatchObject({ status: 200, body: { would_accept: true, slices: [call.lot] } });
    expect(preview.body['broker_margin']).toBeGreaterThan(0);
    expect(all()).toBe(before);
  });

  it('stop at the kill switch, which cancels what works', async () => {
    const { body } = await place();
    await reached(body.order_id, 'WORKING');
    const engage = { action: 'engage', scope: 'account', account_id: account, cancel_orders: true, reason: 'e2e' };
    expect(await ask('POST', '/risk/kill-switch', engage)).toMatchObject({
      status: 200,
      body: { cancelling: [account] },
    });
    await reached(body.order_id, 'CANCELLED');
    expect(await place()).toMatchObject({ status: 422, body: { code: 'KILL_SWITCH_ENGAGED' } });
    await ask('POST', '/risk/kill-switch', { action: 'release', scope: 'account', account_id: account });
    expect((await place()).body.outcome).toBe('ACCEPTED');
    await ask('DELETE', `/orders/cancel-all?account_id=${account}`);
  });

  it('stop from a terminal, at the door that needs neither gateway nor bus', async () => {
    const panic = (...args: string[]) => {
      const tool = ['--conditions=@vega/source', '--disable-warning=ExperimentalWarning'];
      const program = join(projectRoot(), 'tools/panic.ts');
      return runCommand(process.execPath, [...tool, program, '--state', stack.state, ...args], { timeoutMs: 60_000 });
    };
    const engaged = await panic('--stops', 'EVERYTHING', '--reason', 'e2e');
    expect(engaged).toMatchObject({ code: 0 });
    expect(await place()).toMatchObject({ status: 422, body: { code: 'KILL_SWITCH_ENGAGED' } });
    expect(await panic('--release')).toMatchObject({ code: 0 });
    const { body } = await ask<{ switches: { scope: string; stops: string }[] }>('GET', '/risk/kill-switch');
    expect(body.switches.filter(({ stops }) => stops !== 'NOTHING')).toEqual([]);
    expect((await place()).body.outcome).toBe('ACCEPTED');
    await ask('DELETE', `/orders/cancel-all?account_id=${account}`);
  });

  it('are nobody else’s', async () => {
    const { gateway } = stack.addresses;
    const email = 'stranger@vega.invalid';
    const password = 'quiet-harbour-57-lemon';
    const post = async (path: string, body: object) =>
      (await fetch(`${gateway}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.json())) as { access_token?: string };
    await post('/auth/register', { email, password });
    const { access_token } = await post('/auth/login', { email, password });
    expect(access_token).toBeDefined();
    const authorization = `Bearer ${access_token}`;
    const { body } = await place();
    for (const [method, path] of [
      ['GET', `/orders/book?account_id=${account}`],
      ['GET', `/orders/${body.order_id}`],
      ['DELETE', `/orders/cancel?order_id=${body.order_id}`],
    ] as const) {
      const answer = await ask(method, path, undefined, { authorization });
      expect([method, path, [403, 404].includes(answer.status)]).toEqual([method, path, true]);
    }
    expect((await reached(body.order_id, 'WORKING')).open_quantity).toBe(call.lot);
    await ask('DELETE', `/orders/cancel-all?account_id=${account}`);
  });
});
