import { request } from 'node:http';
import { ATM_CALL, IDEA, NIFTY, RELIANCE } from './fixture-market.ts';
import { startHarness, type Harness } from './harness.ts';
import { onGrid, orderBody, placed, readBook, refusedCode } from './trading-client.ts';

describe('the rules around orders', () => {
  let harness: Harness;
  let token: string;
  beforeEach(async () => {
    harness = await startHarness();
    token = await harness.token();
  });
  afterEach(() => harness.stop());

  const codeOf = (answer: { body: { errors?: readonly Record<string, string | null>[] } }): string | null | undefined =>
    answer.body.errors?.[0]?.['errorCode'];
  const send = (method: string, path: string, json?: unknown) =>
    harness.request(method, path, json === undefined ? { token } : { token, json });

  /** Places from an address of this machine; the HTTP status. */
  function placeFrom(localAddress: string, bearer: string): Promise<{ status: number; text: string }> {
    const url = new URL('/v3/order/place', harness.sim.url);
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const call = request(url, { method: 'POST', localAddress, headers }, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.on('error', reject);
      call.end(JSON.stringify(orderBody({ price: 120 })));
    });
  }

  it('takes orders of each account from its own address only', async () => {
    const other = await harness.token('VG1002');
    expect((await placeFrom('127.0.0.2', other)).status).toBe(200);
    expect((await placeFrom('127.0.0.1', other)).text).toContain('UDAPI1154');
    expect((await placeFrom('127.0.0.2', token)).text).toContain('UDAPI1154');
    // Reading is free.
    expect((await harness.get('/v2/order/retrieve-all', other)).status).toBe(200);
  });

  it('registers addresses once a week, and the token dies with the old ones', async () => {
    expect(codeOf(await send('PUT', '/v2/user/ip', { primary_ip: 'nonsense' }))).toBe('UDAPI1179');
    expect(codeOf(await send('PUT', '/v2/user/ip', { primary_ip: '127.0.0.2' }))).toBe('UDAPI1180');
    const answer = await send('PUT', '/v2/user/ip', { primaryIp: '127.0.0.9', secondary_ip: '127.0.0.1' });
    expect(answer.body.data).toMatchObject({ primary_ip: '127.0.0.9', access_tokens_invalidated: true });
    expect((await send('GET', '/v2/user/ip')).status).toBe(401);
    token = await harness.token();
    expect((await send('POST', '/v3/order/place', orderBody({ price: 120 }))).status).toBe(200);
    expect(codeOf(await send('PUT', '/v2/user/ip', { primary_ip: '127.0.0.8' }))).toBe('UDAPI1181');
  });

  it('counts all order calls of a user together: ten a second', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 === 0
          ? send('POST', '/v3/order/place', orderBody({ price: 120 }))
          : send('DELETE', '/v2/order/cancel?order_id=260902000009999'),
      ),
    );
    const limited = answers.filter((answer) => answer.status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(1);
    expect(codeOf(limited[0] ?? { body: {} })).toBe('UDAPI10005');
  });

  it.each<[string, Record<string, unknown>]>([
    ['UDAPI1026', { instrument_token: '' }],
    ['UDAPI100011', { instrument_token: 'NSE_FO|999999999' }],
    ['UDAPI100011', { instrument_token: NIFTY }],
    ['UDAPI1052', { quantity: 0 }],
    ['UDAPI1053', { quantity: 6.5 }],
    ['UDAPI1004', { order_type: null }],
    ['UDAPI1056', { order_type: 'ICEBERG' }],
    ['UDAPI1007', { validity: null }],
    ['UDAPI1055', { validity: 'GTC' }],
    ['UDAPI1054', { product: 'CO' }],
    ['UDAPI1057', { transaction_type: 'SHORT' }],
    ['UDAPI1043', { price: 0 }],
    ['UDAPI1036', { order_type: 'SL', trigger_price: 0 }],
    ['UDAPI1158', { order_type: 'MARKET', price: 0 }],
    ['UDAPI1158', { order_type: 'MARKET', price: 0, market_protection: 0 }],
    ['UDAPI1158', { order_type: 'SL-M', price: 0, trigger_price: 100 }],
    ['UDAPI1176', { order_type: 'MARKET', price: 0, market_protection: 26 }],
    ['UDAPI1119', { tag: 'x'.repeat(41) }],
    ['UDAPI1118', { quantity: 65 * 27 * 26, slice: true }],
  ])('answers %s', async (code, change) => {
    expect(await refusedCode(harness, token, change)).toBe(code);
    expect(await readBook(harness, token)).toEqual([]);
  });

  it('slices by the freeze quantity', async () => {
    const json = orderBody({ quantity: 65 * 30, price: 120, slice: true, tag: 'sliced' });
    const answer = await send('POST', '/v3/order/place', json);
    expect((answer.body.data as unknown as { order_ids: string[] }).order_ids).toHaveLength(2);
    expect((await readBook(harness, token)).map((order) => order.quantity)).toEqual([1755, 195]);
  });

  it('serves orders from 05:30 to 24:00 and no app of many clients', async () => {
    const shift = await harness.fault({ kind: 'clock-shift', offsetMs: -8 * 3_600_000 });
    expect(await refusedCode(harness, token, {})).toBe('UDAPI100074');
    expect((await send('GET', '/v3/user/get-funds-and-margin')).status).toBe(423);
    harness.sim.context.faults.remove(shift);
    const desk = harness.sim.context.directory.listApps().find((app) => app.multiClient);
    const issued = await harness.sim.context.tokens.issue('VG1001', desk?.clientId ?? '', 'access', true);
    expect(await refusedCode(harness, issued.token, {})).toBe('UDAPI100049');
  });

  it('takes orders for the next session while the market is closed', async () => {
    harness.market.setStatus('NORMAL_CLOSE');
    await placed(harness, token, { price: 120 });
    expect(await readBook(harness, token)).toMatchObject([
      { status: 'after market order req received', variety: 'AMO' },
    ]);
  });

  it('places a batch or nothing, cancels it by its tag, exits what is open', async () => {
    const price = onGrid((harness.market.quote(ATM_CALL)?.ltp ?? 0) + 0.1);
    const line = (id: string, change: object = {}) => ({
      ...orderBody({ price: 120, tag: 'batch' }),
      slice: false,
      correlation_id: id,
      ...change,
    });
    const bad = await send('POST', '/v2/order/multi/place', [line('1'), line('1')]);
    expect(bad.body).toMatchObject({ status: 'error', summary: { total: 2, payload_error: 1 } });
    expect(await readBook(harness, token)).toEqual([]);
    const good = await send('POST', '/v2/order/multi/place', [line('1'), line('2', { price })]);
    expect(good.body).toMatchObject({ status: 'success', summary: { success: 2 } });
    expect((await send('DELETE', '/v2/order/multi/cancel?tag=batch')).body).toMatchObject({ summary: { success: 1 } });
    expect(codeOf(await send('DELETE', '/v2/order/multi/cancel?tag=batch'))).toBe('UDAPI1109');
    expect((await send('POST', '/v2/order/positions/exit')).body).toMatchObject({ summary: { success: 1 } });
    expect(codeOf(await send('POST', '/v2/order/positions/exit'))).toBe('UDAPI1111');
    expect(codeOf(await send('POST', '/v2/order/positions/exit?segment=XX'))).toBe('UDAPI1105');
  });

  it('tells margin and brokerage, and refuses what it cannot', async () => {
    const leg = (change: object = {}) => ({
      instrument_key: ATM_CALL,
      quantity: 65,
      product: 'D',
      transaction_type: 'SELL',
      ...change,
    });
    const hedge = leg({ instrument_key: 'NSE_FO|40014', transaction_type: 'BUY' });
    const margin = await send('POST', '/v2/charges/margin', { instruments: [leg(), hedge] });
    const { required_margin, final_margin } = margin.body.data as unknown as Record<string, number>;
    expect(final_margin).toBeLessThan((required_margin ?? 0) / 2);
    expect(codeOf(await send('POST', '/v2/charges/margin', { instruments: [leg({ quantity: 60 })] }))).toBe(
      'UDAPI1104',
    );
    expect(codeOf(await send('POST', '/v2/charges/margin', { instruments: [leg(), leg()] }))).toBe('UDAPI1103');
    const query = (key: string) =>
      `instrument_token=${encodeURIComponent(key)}&quantity=10&product=D&transaction_type=BUY&price=100`;
    const { charges } = (await send('GET', `/v2/charges/brokerage?${query(IDEA)}`)).body.data as unknown as {
      charges: Record<string, unknown>;
    };
    // 1,000 rupees of delivery: STT 0.1 %, stamp 0.015 %, NSE 307 per crore, GST on 20.03 rupees.
    expect(charges).toMatchObject({ brokerage: 20, taxes: { stt: 1, stamp_duty: 0.15, gst: 3.61 }, total: 24.79 });
    expect(charges['otherTaxes']).toEqual(charges['other_charges']);
  });

  it('converts what is held and nothing else, and switches segments off', async () => {
    const price = onGrid((harness.market.quote(ATM_CALL)?.ltp ?? 0) + 0.1);
    const body = {
      instrument_token: ATM_CALL,
      new_product: 'I',
      old_product: 'D',
      transaction_type: 'BUY',
      quantity: 65,
    };
    expect(codeOf(await send('PUT', '/v2/portfolio/convert-position', body))).toBe('UDAPI1035');
    await placed(harness, token, { price });
    expect((await send('PUT', '/v2/portfolio/convert-position', body)).body.data).toEqual({ status: 'complete' });
    const kill = (segment: string, action: string) => send('POST', '/v2/user/kill-switch', [{ segment, action }]);
    expect(codeOf(await kill('NSE_FO', 'ENABLE'))).toBe('UDAPI1184');
    expect(codeOf(await kill('XX', 'ENABLE'))).toBe('UDAPI1186');
    expect(codeOf(await kill('NSE_EQ', 'MAYBE'))).toBe('UDAPI1188');
    expect((await kill('NSE_EQ', 'ENABLE')).status).toBe(200);
    expect(codeOf(await kill('NSE_EQ', 'DISABLE'))).toBe('UDAPI1185');
    await placed(harness, token, { instrument_token: RELIANCE, quantity: 1, price: 1425.4 });
    expect((await readBook(harness, token)).at(-1)).toMatchObject({ status: 'rejected' });
  });
});
