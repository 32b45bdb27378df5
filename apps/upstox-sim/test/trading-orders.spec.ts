import { ATM_CALL, RELIANCE } from './fixture-market.ts';
import { startHarness, type Harness } from './harness.ts';
import { onGrid, orderOf, placed, readBook, type OrderRow } from './trading-client.ts';

describe('orders over REST', () => {
  let harness: Harness;
  let token: string;
  beforeEach(async () => {
    harness = await startHarness();
    token = await harness.token();
  });
  afterEach(() => harness.stop());

  const price = (key: string): number => onGrid(harness.market.quote(key)?.ltp ?? 0);

  it('fills a marketable limit order from the depth and shows it in every book', async () => {
    const id = await placed(harness, token, { price: price(ATM_CALL) + 0.1, quantity: 130, tag: 'first' });
    const order = await orderOf(harness, token, id);
    expect(order).toMatchObject({ status: 'complete', filled_quantity: 130, pending_quantity: 0, tag: 'first' });
    // The first level offers 130 a tick above the last price.
    expect(order.average_price).toBeCloseTo((harness.market.quote(ATM_CALL)?.ltp ?? 0) + 0.05, 2);
    expect(id).toMatch(/^260902\d{9}$/);

    const history = (await harness.get(`/v2/order/history?order_id=${id}`, token)).body.data as unknown as OrderRow[];
    expect(history.map((row) => row.status)).toEqual([
      'put order req received',
      'validation pending',
      'open pending',
      'open',
      'complete',
    ]);
    const trades = (await harness.get('/v2/order/trades/get-trades-for-day', token)).body.data as unknown as OrderRow[];
    expect(trades).toMatchObject([{ order_id: id, quantity: 130 }]);
    const positions = (await harness.get('/v2/portfolio/short-term-positions', token)).body.data as unknown as object[];
    expect(positions).toMatchObject([{ instrument_token: ATM_CALL, quantity: 130, day_buy_quantity: 130 }]);
    const funds = (await harness.get('/v3/user/get-funds-and-margin', token)).body.data as unknown as {
      available_to_trade: { total: number };
    };
    expect(funds.available_to_trade.total).toBeLessThan(2_500_000 - 130 * price(ATM_CALL));
  });

  it('rests, is modified, is cancelled', async () => {
    const id = await placed(harness, token, { price: price(ATM_CALL) - 5 });
    const change = { order_id: id, order_type: 'LIMIT', validity: 'DAY', price: price(ATM_CALL) - 6, trigger_price: 0 };
    expect((await harness.request('PUT', '/v3/order/modify', { token, json: change })).status).toBe(200);
    expect((await harness.request('DELETE', `/v3/order/cancel?order_id=${id}`, { token })).status).toBe(200);
    const [order] = await readBook(harness, token);
    expect(order).toMatchObject({ status: 'cancelled', price: price(ATM_CALL) - 6, order_request_id: '2' });
    const again = await harness.request('DELETE', `/v3/order/cancel?order_id=${id}`, { token });
    expect(again.body.errors?.[0]?.['errorCode']).toBe('UDAPI100040');
  });

  it('blocks the margin of a short option and frees it with the position', async () => {
    const available = async (): Promise<number> =>
      (
        (await harness.get('/v2/user/get-funds-and-margin', token)).body.data as unknown as {
          equity: Record<string, number>;
        }
      ).equity['available_margin'] ?? 0;
    await placed(harness, token, { transaction_type: 'SELL', price: price(ATM_CALL) - 0.1, quantity: 65 });
    const blocked = 2_500_000 - (await available());
    expect(blocked).toBeGreaterThan(120_000);
    expect(blocked).toBeLessThan(250_000);
    await placed(harness, token, { price: price(ATM_CALL) + 0.1, quantity: 65 });
    expect(2_500_000 - (await available())).toBeLessThan(500);
  });

  it('sells only shares that are held', async () => {
    const sale = { instrument_token: RELIANCE, transaction_type: 'SELL', quantity: 10, price: 1425.3 } as const;
    const id = await placed(harness, token, sale);
    expect(await orderOf(harness, token, id)).toMatchObject({ status: 'rejected' });
  });
});
