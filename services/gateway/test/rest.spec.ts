import { StaleReason } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { M_AND_M, MARKET_TIME_MS, NIFTY, OPTION, RELIANCE, sampleTick, VIX } from './market-feed-stand-in.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

const at = (symbol: string): string => encodeURIComponent(symbol);

describe('GET /api/v1/market/quote/{symbol}', () => {
  it('answers rupees, units, times, ages and the place in the sequence', async () => {
    const { status, headers, body } = await gateway.get(`/api/v1/market/quote/${at(OPTION)}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(body).toMatchObject({
      instrument: { instrument_key: OPTION, strike: 25_000, lot_size: 65, tick_size: 0.05, isin: null },
      last_price: 123.45,
      change: 3.45,
      change_percent: 2.88,
      prev_close: 120,
      ohlc: { open: 121, high: 124, low: 120.5, close: 123.45 },
      volume: 1_234_500,
      oi: 0,
      bid_price: 123.4,
      bid_qty: 65,
      ask_price: 123.5,
      ask_qty: 130,
      lower_circuit: 60,
      upper_circuit: 180.05,
      session: 'NORMAL_OPEN',
      exchange_time: '2026-11-23T10:00:00.250+05:30',
      exchange_time_ms: MARKET_TIME_MS,
      last_trade_time: '2026-11-23T09:59:59.750+05:30',
      age: { connection_ms: 12, quote_ms: 34, trade_ms: 500 },
      stale: false,
      stale_reason: null,
      feed_epoch: 7,
      seq: 1,
      source: 'FEED_LIVE',
      mode: 'FULL',
    });
  });

  it.each([
    ['NIFTY', NIFTY],
    ['nifty', NIFTY],
    [at(NIFTY), NIFTY],
    ['NSE_INDEX%7CNifty%2050', NIFTY],
    ['M%26M', M_AND_M],
    ['NIFTY%2025000%20CE%2030%20NOV%2027', OPTION],
  ])('takes %s', async (path, key) => {
    const { status, body } = await gateway.get(`/api/v1/market/quote/${path}`);
    expect(status).toBe(200);
    expect(body['instrument']).toMatchObject({ instrument_key: key });
  });

  it('decodes the symbol once', async () => {
    const { status, body } = await gateway.get('/api/v1/market/quote/M%2526M');
    expect(status).toBe(404);
    expect(body['detail']).toContain('"M%26M"');
  });

  it('shows what is missing as null', async () => {
    gateway.feed.ticks.set(
      VIX,
      sampleTick(VIX, {
        lastTradeTimeMs: 0,
        lastQty: 0,
        prevClosePaise: 0,
        depth: [],
        avgPricePaise: undefined,
        volume: undefined,
        oi: undefined,
        totalBuyQty: undefined,
        totalSellQty: undefined,
        day: undefined,
      }),
    );
    const { body } = await gateway.get(`/api/v1/market/quote/${at(VIX)}`);
    gateway.feed.ticks.delete(VIX);
    const absent = [
      'last_qty',
      'change',
      'change_percent',
      'prev_close',
      'avg_price',
      'ohlc',
      'volume',
      'oi',
      'bid_price',
    ];
    for (const name of [...absent, 'bid_qty', 'ask_price', 'ask_qty', 'last_trade_time', 'last_trade_time_ms']) {
      expect([name, body[name]]).toEqual([name, null]);
    }
    expect(body['last_price']).toBe(123.45);
  });

  it.each([
    [StaleReason.CONNECTION_MUTE, 'CONNECTION_MUTE'],
    [StaleReason.CONNECTION_DOWN, 'CONNECTION_DOWN'],
    [StaleReason.NOT_SUBSCRIBED, 'NOT_SUBSCRIBED'],
    [StaleReason.UNSPECIFIED, 'UNKNOWN'],
  ])('flags stale data (%d: %s)', async (reason, name) => {
    gateway.feed.staleReasons.set(RELIANCE, reason);
    const { status, body } = await gateway.get('/api/v1/market/quote/RELIANCE');
    gateway.feed.staleReasons.clear();
    expect(status).toBe(200);
    expect(body).toMatchObject({ stale: true, stale_reason: name, age: { quote_ms: 34 } });
  });

  it.each([
    ['NO SUCH THING', 404, 'UNKNOWN_INSTRUMENT'],
    ['NSE_FO|1', 404, 'UNKNOWN_INSTRUMENT'],
    ['NSE_XX|1', 400, 'INSTRUMENT_KEY_INVALID'],
    ['MCX_FO|1', 422, 'SEGMENT_UNSUPPORTED'],
    ['x'.repeat(81), 400, 'BAD_REQUEST'],
    ['a\u0000b', 400, 'BAD_REQUEST'],
    ['₹', 400, 'BAD_REQUEST'],
  ])('refuses %j with %d %s', async (symbol, expected, code) => {
    const { status, headers, body } = await gateway.get(`/api/v1/market/quote/${at(symbol)}`);
    expect([status, body['code']]).toEqual([expected, code]);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('GET /api/v1/market/depth/{symbol}', () => {
  it('answers five levels each side and the totals', async () => {
    const { status, body } = await gateway.get(`/api/v1/market/depth/${at(OPTION)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total_buy_qty: 10_000,
      total_sell_qty: 9_000,
      stale: false,
      seq: 1,
      last_price: 123.45,
    });
    expect(body['bids']).toEqual(
      [123.4, 123.35, 123.3, 123.25, 123.2].map((price, i) => ({ price, qty: 65 * (i + 1) })),
    );
    expect(body['asks']).toEqual(
      [123.5, 123.55, 123.6, 123.65, 123.7].map((price, i) => ({ price, qty: 130 * (i + 1) })),
    );
  });

  it('leaves out empty levels and answers 404 for the unknown', async () => {
    const one = { bidQty: 5, bidPricePaise: 100, askQty: 0, askPricePaise: 0 };
    gateway.feed.ticks.set(VIX, sampleTick(VIX, { depth: [one] }));
    const { body } = await gateway.get(`/api/v1/market/depth/${at(VIX)}`);
    gateway.feed.ticks.delete(VIX);
    expect(body).toMatchObject({ bids: [{ price: 1, qty: 5 }], asks: [] });
    expect((await gateway.get('/api/v1/market/depth/NOBODY')).status).toBe(404);
  });
});

describe('GET /api/v1/market/overview', () => {
  it('answers indices, VIX, sessions, breadth and the age of data', async () => {
    const { status, body } = await gateway.get('/api/v1/market/overview');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      indices: [
        { instrument: { instrument_key: NIFTY }, last_price: 123.45, ohlc: { open: 121 }, age: { quote_ms: 34 } },
      ],
      vix: null,
      sessions: [{ segment: 'NSE_FO', status: 'NORMAL_OPEN', since_ms: MARKET_TIME_MS, source: 'feed' }],
      breadth: { advances: 20, declines: 15, unchanged: 3, unknown: 2 },
      feed_state: 'GREEN',
      data_age_ms: 25,
    });
  });
});

describe('GET /api/v1/market/historical/{symbol}', () => {
  const path = (query: string): string => `/api/v1/market/historical/NIFTY?${query}`;

  it('answers candles oldest first', async () => {
    const { status, body } = await gateway.get(path('unit=minutes&interval=1&from=2026-11-20&to=2026-11-20'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      instrument: { instrument_key: NIFTY },
      unit: 'minutes',
      interval: 1,
      last_is_forming: true,
      candles: [
        {
          start_time: '2026-11-20T09:15:00+05:30',
          open: 100.05,
          high: 101,
          low: 99.95,
          close: 100.5,
          volume: 650,
          oi: 130,
        },
        { start_time: '2026-11-20T09:16:00+05:30' },
      ],
    });
    expect(gateway.feed.callsOf('getCandles').at(-1)).toEqual({
      symbol: 'NIFTY',
      unit: 'minutes',
      interval: 1,
      fromDate: '2026-11-20',
      toDate: '2026-11-20',
    });
  });

  it.each([
    [
      'unit=minutes&interval=1&from=2026-10-01&to=2026-11-20',
      'CANDLE_SPAN_TOO_LONG',
      { max_months: 1, unit: 'minutes' },
    ],
    ['unit=hours&interval=5&from=2026-01-01&to=2026-11-20', 'CANDLE_SPAN_TOO_LONG', { max_months: 3 }],
    ['unit=days&interval=1&from=2010-01-01&to=2026-11-20', 'CANDLE_SPAN_TOO_LONG', { max_months: 120 }],
    ['unit=days&interval=2&from=2026-11-01&to=2026-11-20', 'CANDLE_INTERVAL_INVALID', { max_interval: 1 }],
    ['unit=years&interval=1&from=2026-11-01&to=2026-11-20', 'CANDLE_UNIT_INVALID', {}],
    ['unit=days&interval=1&from=2026-11-21&to=2026-11-20', 'CANDLE_SPAN_INVALID', {}],
    ['unit=minutes&interval=1&from=2021-12-30&to=2022-01-02', 'CANDLE_SPAN_INVALID', { earliest: '2022-01-01' }],
    ['unit=days&interval=1&from=yesterday&to=2026-11-20', 'CANDLE_SPAN_INVALID', {}],
  ])('refuses %s with the limits', async (query, code, context) => {
    const { status, body } = await gateway.get(path(query));
    expect([status, body['code']]).toEqual([400, code]);
    expect(body['context']).toMatchObject(context);
  });

  it('names every field at fault', async () => {
    const { status, body } = await gateway.get(path('unit=days&interval=x&to=2026-11-20&colour=red'));
    expect(status).toBe(400);
    const errors = body['errors'] as { field: string }[];
    expect(errors.map((error) => error.field).sort()).toEqual(['colour', 'from', 'interval']);
  });

  it('tells what market-feed refuses', async () => {
    gateway.feed.refusals.set(
      'getCandles',
      new OutcomeError('UNKNOWN_INSTRUMENT', 'nobody knows it', { symbol: 'NIFTY' }),
    );
    const { status, body } = await gateway.get(path('unit=days&interval=1&from=2026-11-01&to=2026-11-20'));
    gateway.feed.refusals.clear();
    expect([status, body['code'], body['detail']]).toEqual([404, 'UNKNOWN_INSTRUMENT', 'nobody knows it']);
  });
});

describe('GET /api/v1/market/search', () => {
  it('filters, pages and tells the total', async () => {
    const { status, body } = await gateway.get(
      '/api/v1/market/search?q=nifty&segment=NSE_FO,NSE_INDEX&type=CE&expiry=2027-11-30&limit=5&offset=0',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: [{ instrument_key: OPTION, expiry_date: '2027-11-30' }], total: 1, limit: 5 });
    expect((await gateway.get('/api/v1/market/search?q=nifty')).body).toMatchObject({ total: 2, limit: 20, offset: 0 });
  });

  it.each([
    ['', ['q']],
    ['q=', ['q']],
    ['q=a&segment=MCX_FO', ['segment']],
    ['q=a&limit=0&offset=-1&expiry=soon&type=%3C', ['expiry', 'limit', 'offset', 'type']],
    ['q=a&q=b', ['q']],
    ['q=a&limit=101', ['limit']],
    ['q=a&__proto__=1', ['__proto__']],
  ])('refuses ?%s', async (query, fields) => {
    const { status, body } = await gateway.get(`/api/v1/market/search?${query}`);
    expect(status).toBe(400);
    expect((body['errors'] as { field: string }[]).map((error) => error.field).sort()).toEqual(fields);
  });
});

describe('GET /api/v1/market/market-feed/status', () => {
  it('answers connections, subscriptions against limits, ages, gaps, reconnects and the token', async () => {
    const { status, body } = await gateway.get('/api/v1/market/market-feed/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'GREEN',
      reasons: [],
      market_source: 'simulator',
      connections: [
        {
          connection: 1,
          state: 'open',
          last_frame_age_ms: 40,
          modes: [
            { mode: 'full', subscribed: 4, limit: 2_000 },
            { mode: 'ltpc', subscribed: 0, limit: 5_000 },
          ],
        },
      ],
      last_message_age_ms: 25,
      gaps: 1,
      reconnects: 2,
      token_expires_at: '2026-11-24T03:30:00+05:30',
      master_date: '2026-11-23',
    });
  });
});
