// Orders by REST: what is asked reaches orders once and in its words, and what orders says reaches the client as it is.
import { parseOrderId } from '@vega/trading';
import { ACCOUNT, CALL, FOREIGN, IDLE, ORDER, startOrdersStage, USER, type OrdersStage } from './orders-stage.ts';

let on: OrdersStage;

beforeAll(async () => {
  on = await startOrdersStage();
});
afterAll(() => on.close());
afterEach(() => {
  on.orders.behaviours.length = 0;
});

describe('placing', () => {
  it('answers with the id that user, account and key give, and asks orders once for each', async () => {
    const first = await on.place('key-1');
    expect(first).toMatchObject({ status: 202, body: { outcome: 'ACCEPTED', slices: [75], denial: null } });
    const id = String(first.body['order_id']);
    expect(parseOrderId(id)).toBe(id);
    expect(on.orders.intents.get(id)).toMatchObject({
      accountId: ACCOUNT,
      instrumentKey: CALL,
      quantity: 75,
      pricePaise: 12_345,
      validUntilMs: 0,
    });
    const again = await on.place('key-1');
    expect(again.body).toEqual(first.body);
    expect([...on.orders.intents.values()].filter(({ orderId }) => orderId === id)).toHaveLength(1);
    expect((await on.place('key-2')).body['order_id']).not.toBe(id);
  });

  it('does not take another order for a repetition', async () => {
    await on.place('key-3');
    expect(await on.place('key-3', { quantity: 150 })).toMatchObject({
      status: 409,
      body: { code: 'ORDER_ID_REUSED' },
    });
  });

  it.each([undefined, '', ' ', 'a b', 'ü', 'x'.repeat(129)])('needs a key, and %j is none', async (key) => {
    const before = on.orders.asked.length;
    const headers = key === undefined ? {} : { 'idempotency-key': Buffer.from(key).toString('latin1') };
    const { status, body } = await on.ask('POST', '/orders/place', ORDER, headers);
    expect([status, body['code']]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
    expect(on.orders.asked).toHaveLength(before);
  });

  it('tells a denial as 422 with every check and its numbers, in rupees', async () => {
    on.orders.behaviours.push('deny');
    const { status, body } = await on.place('key-4');
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'FAT_FINGER_PRICE', retryable: true, title: 'Too far from the last price' });
    expect(parseOrderId(String((body['context'] as { order_id: string }).order_id))).toBeDefined();
    expect(body['checks']).toEqual([
      { code: 'KILL_SWITCH_ENGAGED', passed: true, applied: true, value: null, limit: null, unit: null, detail: null },
      {
        code: 'TICK_SIZE_MISMATCH',
        passed: true,
        applied: true,
        value: 123.45,
        limit: 0.05,
        unit: 'rupees',
        detail: null,
      },
      { code: 'FAT_FINGER_PRICE', passed: false, applied: true, value: 4000, limit: 3000, unit: 'bp', detail: 'far' },
    ]);
  });

  it('asks again where no answer came, under the same id', async () => {
    on.orders.behaviours.push('accept and say nothing');
    const { status, body } = await on.place('key-5');
    expect([status, body['outcome']]).toEqual([202, 'ACCEPTED']);
    expect([...on.orders.intents.keys()].filter((id) => id === body['order_id'])).toHaveLength(1);
  });

  it('never tells as failed what may be at work', async () => {
    on.orders.behaviours.push('in doubt', 'in doubt');
    const { status, body } = await on.place('key-6');
    expect([status, body['outcome']]).toEqual([202, 'UNKNOWN']);
    expect(body['detail']).toMatch(/same Idempotency-Key/);
    expect(await on.place('key-6')).toMatchObject({ body: { outcome: 'ACCEPTED', order_id: body['order_id'] } });
  });

  it('finds in the record what was never answered', async () => {
    on.orders.behaviours.push('accept and say nothing', 'in doubt');
    expect(await on.place('key-7')).toMatchObject({ status: 202, body: { outcome: 'ACCEPTED', slices: [75] } });
  });

  it('says that nothing was sent where nobody writes the account', async () => {
    const { status, body } = await on.place('key-8', { account_id: IDLE });
    expect([status, body['code'], body['retryable']]).toEqual([503, 'WRITER_UNAVAILABLE', true]);
  });
});

describe('bad input', () => {
  it.each<[string, object, string]>([
    ['account_id', { account_id: 7 }, 'account_id'],
    ['account_id', { account_id: undefined }, 'account_id'],
    ['instrument_key', { instrument_key: '' }, 'instrument_key'],
    ['instrument_key', { instrument_key: 'x'.repeat(81) }, 'instrument_key'],
    ['side', { side: 'HOLD' }, 'side'],
    ['quantity', { quantity: 0 }, 'quantity'],
    ['quantity', { quantity: 1.5 }, 'quantity'],
    ['quantity', { quantity: '75' }, 'quantity'],
    ['product', { product: 'CNC' }, 'product'],
    ['order_type', { order_type: 'SL-M' }, 'order_type'],
    ['price', { price: -1 }, 'price'],
    ['price', { price: 100.123 }, 'price'],
    ['price', { price: '100' }, 'price'],
    ['trigger_price', { trigger_price: 1e11 }, 'trigger_price'],
    ['validity', { validity: 'GTC' }, 'validity'],
    ['disclosed_quantity', { disclosed_quantity: -1 }, 'disclosed_quantity'],
    ['purpose', { purpose: 'HEDGE' }, 'purpose'],
    ['strategy', { strategy: 'a b' }, 'strategy'],
    ['valid_until_ms', { valid_until_ms: 0.5 }, 'valid_until_ms'],
    ['decided_price', { decided_price: -0.01 }, 'decided_price'],
    ['decided_at_ms', { decided_at_ms: 0 }, 'decided_at_ms'],
    ['what is not a field', { gift: 1 }, 'gift'],
    ['order_id, which is made', { order_id: 'aaaaaaaaaaaaaaaaaaaaaaaaaa' }, 'order_id'],
  ])('of %s is named, and asks nobody: %j', async (_what, change, field) => {
    const before = on.orders.asked.length;
    for (const path of ['/orders/place', '/orders/preview']) {
      const { status, body } = await on.ask('POST', path, { ...ORDER, ...change }, { 'idempotency-key': 'bad' });
      expect([path, status, body['code']]).toEqual([path, 400, 'BAD_REQUEST']);
      expect((body['errors'] as { field: string }[]).map((one) => one.field)).toContain(field);
    }
    expect(on.orders.asked).toHaveLength(before);
  });

  const own = `account_id=${ACCOUNT}`;
  it.each<[string, string, object | undefined]>([
    ['PUT', '/orders/modify', { order_id: 'x' }],
    ['PUT', '/orders/modify', { order_id: 'x', price: 1.001 }],
    ['PUT', '/orders/modify', { order_id: '', price: 1 }],
    ['DELETE', '/orders/cancel', undefined],
    ['DELETE', '/orders/cancel-all', undefined],
    ['DELETE', `/orders/cancel-all?${own}&strategy=a%20b`, undefined],
    ['GET', '/orders/book', undefined],
    ['GET', `/orders/book?${own}&status=OPEN`, undefined],
    ['GET', `/orders/book?${own}&limit=501`, undefined],
    ['GET', `/orders/book?${own}&limit=-1`, undefined],
    ['GET', `/orders/book?${own}&working=yes`, undefined],
    ['GET', `/orders/book?${own}&from=2026-13-01`, undefined],
    ['GET', `/orders/book?${own}&${own}`, undefined],
    ['GET', `/orders/trades?${own}&to=today`, undefined],
    ['GET', `/trades?${own}&page=2`, undefined],
    ['GET', '/orders/writer', undefined],
    ['POST', '/orders/reconcile', {}],
    ['POST', '/orders/resume', { account_id: ACCOUNT, reason: 'x'.repeat(301) }],
    ['GET', '/risk/limits', undefined],
    ['PUT', '/risk/limits', { account_id: ACCOUNT }],
    ['PUT', '/risk/limits', { account_id: ACCOUNT, revision: 0, max_open_orders: -1 }],
    ['PUT', '/risk/limits', { account_id: ACCOUNT, revision: 0, max_margin_use_bp: 10_001 }],
    ['PUT', '/risk/limits', { account_id: ACCOUNT, revision: 0, max_exposure: 0.001 }],
    ['PUT', '/risk/limits', { account_id: ACCOUNT, revision: 0, allowed_products: ['CNC'] }],
    ['POST', '/risk/kill-switch', { action: 'stop', scope: 'user' }],
    ['POST', '/risk/kill-switch', { action: 'engage', scope: 'account' }],
    ['POST', '/risk/kill-switch', { action: 'engage', scope: 'user', account_id: ACCOUNT }],
    ['POST', '/risk/kill-switch', { action: 'engage', scope: 'strategy', account_id: ACCOUNT }],
    ['POST', '/risk/kill-switch', { action: 'engage', scope: 'user', stops: 'NOTHING' }],
    ['POST', '/risk/broker-kill-switch', { account_id: ACCOUNT, segments: [], enable: true }],
    ['POST', '/risk/broker-kill-switch', { account_id: ACCOUNT, segments: ['MCX_FO'], enable: true }],
  ])('of %s %s is refused and asks nobody: %j', async (method, path, body) => {
    const before = on.orders.asked.length;
    expect(await on.ask(method, path, body)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    expect(on.orders.asked).toHaveLength(before);
  });
});

describe('an order', () => {
  it('is shown, changed and cancelled, and its story told', async () => {
    const id = String((await on.place('story')).body['order_id']);
    const shown = await on.ask('GET', `/orders/${id}`);
    expect(shown).toMatchObject({
      status: 200,
      body: { order_id: id, account_id: ACCOUNT, side: 'BUY', price: 123.45, status: 'PENDING', denial: null },
    });
    const changed = await on.ask('PUT', '/orders/modify', { order_id: id, price: 120.05 });
    expect(changed).toMatchObject({ status: 200, body: { outcome: 'DONE', order: { price: 120.05 } } });
    const cancelled = await on.ask('DELETE', `/orders/cancel?order_id=${id}`);
    expect(cancelled).toMatchObject({ status: 200, body: { outcome: 'DONE', order: { status: 'CANCELLED' } } });
    expect(await on.ask('DELETE', `/orders/cancel?order_id=${id}`)).toMatchObject({
      status: 409,
      body: { code: 'ORDER_NOT_WORKING' },
    });
    const { body } = await on.ask('GET', `/orders/${id}/timeline`);
    expect((body['events'] as { kind: string }[]).map(({ kind }) => kind)).toEqual([
      'ACCEPTED',
      'MODIFIED',
      'CHILD_CANCELLED',
    ]);
  });

  it('is found page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const { body } = await on.ask('GET', `/orders/book?account_id=${ACCOUNT}&limit=2&cursor=${cursor}`);
      seen.push(...(body['orders'] as { order_id: string }[]).map(({ order_id }) => order_id));
      cursor = body['next_cursor'] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual([...on.orders.orders.keys()].reverse());
  });

  it('can be looked at before: nothing is recorded', async () => {
    const before = on.orders.intents.size;
    const { status, body } = await on.ask('POST', '/orders/preview', ORDER);
    expect([status, body['would_accept'], body['estimated_margin'], body['broker_margin']]).toEqual([
      200,
      true,
      1234.5,
      null,
    ]);
    expect(on.orders.intents.size).toBe(before);
  });
});

describe('risk', () => {
  it('reads and replaces limits by their revision', async () => {
    const limits = {
      account_id: ACCOUNT,
      revision: 0,
      max_open_orders: 5,
      max_daily_loss: 1000.5,
      allowed_products: ['DELIVERY'],
    };
    expect(await on.ask('PUT', '/risk/limits', limits)).toMatchObject({
      status: 200,
      body: { limits: { revision: 1 } },
    });
    expect(on.orders.limits).toMatchObject({
      maxDailyLossPaise: 100_050,
      allowedProducts: ['D'],
      maxOrderQty: undefined,
    });
    const { body } = await on.ask('GET', `/risk/limits?account_id=${ACCOUNT}`);
    expect(body).toMatchObject({
      limits: [{ max_open_orders: 5, max_daily_loss: 1000.5, max_exposure: null, allowed_products: ['DELIVERY'] }],
      usage: { open_orders: 3 },
    });
    expect(await on.ask('PUT', '/risk/limits', limits)).toMatchObject({
      status: 409,
      body: { code: 'REVISION_CONFLICT' },
    });
  });

  it('engages and releases kill switches, releasing by people alone', async () => {
    const engage = {
      action: 'engage',
      scope: 'account',
      account_id: ACCOUNT,
      stops: 'EVERYTHING',
      cancel_orders: true,
    };
    expect(await on.ask('POST', '/risk/kill-switch', engage)).toMatchObject({
      status: 200,
      body: { switch: { scope: `account:${ACCOUNT}`, stops: 'EVERYTHING' }, cancelling: [ACCOUNT] },
    });
    const program = { authorization: `Bearer ${on.gateway.auth.token({ userId: USER, kind: 'api_key' })}` };
    const release = { action: 'release', scope: 'account', account_id: ACCOUNT };
    expect(await on.ask('POST', '/risk/kill-switch', { action: 'engage', scope: 'user' }, program)).toMatchObject({
      body: { switch: { scope: `user:${USER}`, stops: 'OPENING' } },
    });
    expect(await on.ask('POST', '/risk/kill-switch', release, program)).toMatchObject({
      status: 403,
      body: { code: 'PERMISSION_DENIED' },
    });
    expect(await on.ask('POST', '/risk/kill-switch', release)).toMatchObject({
      body: { switch: { stops: 'NOTHING' } },
    });
    const { body } = await on.ask('GET', '/risk/kill-switch');
    expect((body['switches'] as { scope: string; stops: string }[]).map(({ scope, stops }) => [scope, stops])).toEqual([
      [`account:${ACCOUNT}`, 'NOTHING'],
      [`user:${USER}`, 'OPENING'],
    ]);
  });
});

describe('an account of somebody else', () => {
  const of = `account_id=${FOREIGN}`;
  it.each<[string, string, object | undefined]>([
    ['POST', '/orders/place', { ...ORDER, account_id: FOREIGN }],
    ['POST', '/orders/preview', { ...ORDER, account_id: FOREIGN }],
    ['PUT', '/orders/modify', { order_id: 'x', account_id: FOREIGN, price: 1 }],
    ['DELETE', `/orders/cancel?order_id=x&${of}`, undefined],
    ['DELETE', `/orders/cancel-all?${of}`, undefined],
    ['GET', `/orders/book?${of}`, undefined],
    ['GET', `/orders/trades?${of}`, undefined],
    ['GET', `/trades?${of}`, undefined],
    ['GET', `/orders/writer?${of}`, undefined],
    ['GET', `/orders/abc?${of}`, undefined],
    ['GET', `/orders/abc/timeline?${of}`, undefined],
    ['POST', '/orders/reconcile', { account_id: FOREIGN }],
    ['POST', '/orders/resume', { account_id: FOREIGN }],
    ['GET', `/risk/limits?${of}`, undefined],
    ['PUT', '/risk/limits', { account_id: FOREIGN, revision: 0 }],
    ['POST', '/risk/kill-switch', { action: 'engage', scope: 'account', account_id: FOREIGN }],
    ['GET', `/risk/broker-kill-switch?${of}`, undefined],
    ['POST', '/risk/broker-kill-switch', { account_id: FOREIGN, segments: ['NSE_FO'], enable: true }],
  ])('is as unknown as one that never was: %s %s', async (method, path, body) => {
    const before = on.orders.asked.length;
    const answer = await on.ask(method, path, body, { 'idempotency-key': 'k' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'ACCOUNT_NOT_FOUND' } });
    expect(on.orders.asked).toHaveLength(before);
  });

  it('hides its orders behind their ids', async () => {
    const id = String((await on.place('mine')).body['order_id']);
    const stranger = { authorization: `Bearer ${on.token('usr_stranger')}` };
    for (const [method, path, body] of [
      ['GET', `/orders/${id}`, undefined],
      ['GET', `/orders/${id}/timeline`, undefined],
      ['PUT', '/orders/modify', { order_id: id, price: 1 }],
      ['DELETE', `/orders/cancel?order_id=${id}`, undefined],
    ] as const) {
      expect(await on.ask(method, path, body, stranger)).toMatchObject({
        status: 404,
        body: { code: 'ORDER_UNKNOWN' },
      });
    }
    expect(on.orders.orders.get(id)?.openQty).toBe(75);
  });

  it('and who may only look places nothing', async () => {
    const viewer = {
      authorization: `Bearer ${on.gateway.auth.token({ userId: USER, scopes: ['read'], role: 'viewer' })}`,
    };
    const answer = await on.ask('POST', '/orders/place', ORDER, { ...viewer, 'idempotency-key': 'k' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
  });
});
