import { instrumentKey, istDate } from '@vega/kernel';
import { MarketRestClient, RateLimiter, simulatorEndpoints, UpstoxHttp } from '@vega/upstox/market';
import { FakeClock } from './support/fake-clock.ts';
import { HttpStub } from './support/http-stub.ts';
import { TestTokens } from './support/tokens.ts';

const NIFTY = instrumentKey('NSE_INDEX|Nifty 50');
const NHPC = instrumentKey('NSE_EQ|INE848E01016');
const PUT = instrumentKey('NSE_FO|43885');

const indexQuote = {
  ohlc: { open: 23589.6, high: 23907.4, low: 23555.6, close: 23842.65 },
  depth: { buy: [], sell: [] },
  timestamp: '2026-04-14T19:09:11.335+05:30',
  instrument_token: NIFTY,
  symbol: 'NA',
  last_price: 23842.65,
  volume: null,
  average_price: null,
  oi: null,
  net_change: -207.95,
  total_buy_quantity: null,
  total_sell_quantity: null,
  lower_circuit_limit: null,
  upper_circuit_limit: null,
  last_trade_time: '1776076200000',
  oi_day_high: null,
  oi_day_low: null,
};
const shareQuote = {
  ...indexQuote,
  depth: { buy: [{ quantity: 6917, price: 80.05, orders: 36 }], sell: [{ quantity: 1, price: 80.1, orders: 1 }] },
  instrument_token: NHPC,
  symbol: 'NHPC',
  last_price: 80.05,
  volume: 15_421_345,
  average_price: 79.87,
  oi: 0.0,
  total_buy_quantity: 1_042_000.0,
  lower_circuit_limit: 72.05,
};

describe('MarketRestClient', () => {
  let stub: HttpStub;
  let client: MarketRestClient;
  const tokens = new TestTokens('market-token');

  function clientAt(endpoints = simulatorEndpoints(stub.origin)): MarketRestClient {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ clock, random: () => 0.5 });
    const http = new UpstoxHttp({
      endpoints: simulatorEndpoints(stub.origin),
      tokens,
      limiter,
      clock,
      random: () => 0.5,
    });
    return new MarketRestClient(http, endpoints);
  }

  beforeEach(async () => {
    stub = await HttpStub.start();
    client = clientAt();
  });
  afterEach(() => stub.stop());

  it('maps full quotes back by instrument_token, in paise', async () => {
    stub.succeed({ 'NSE_INDEX:Nifty 50': indexQuote, 'NSE_EQ:NHPC': shareQuote });
    const { values, missing, invalid } = await client.fetchQuotes([NIFTY, NHPC, PUT]);
    expect(missing).toEqual([PUT]);
    expect(invalid).toEqual([]);
    expect(values.get(NIFTY)).toMatchObject({
      lastPaise: 2_384_265,
      day: { openPaise: 2_358_960, highPaise: 2_390_740, lowPaise: 2_355_560, closePaise: 2_384_265 },
      netChangePaise: -20_795,
      volume: null,
      bids: [],
      timestampMs: Date.parse('2026-04-14T13:39:11.335Z'),
      lastTradeMs: 1_776_076_200_000,
    });
    expect(values.get(NHPC)).toMatchObject({
      lastPaise: 8_005,
      bids: [{ pricePaise: 8_005, quantity: 6_917, orders: 36 }],
      asks: [{ pricePaise: 8_010, quantity: 1, orders: 1 }],
      averagePaise: 7_987,
      totalBuyQuantity: 1_042_000,
      lowerCircuitPaise: 7_205,
      upperCircuitPaise: null,
    });
    expect(stub.received[0]).toMatchObject({ path: '/v2/market-quote/quotes', authorization: 'Bearer market-token' });
    expect(stub.received[0]?.query.get('instrument_key')).toBe(`${NIFTY},${NHPC},${PUT}`);
  });

  it('names values that cannot be read or were not asked for', async () => {
    stub.succeed({
      a: { ...indexQuote, last_price: '23842.65' },
      b: shareQuote,
      c: { ...indexQuote, last_price: 1e300 },
      d: { last_price: 1 },
    });
    const { values, missing, invalid } = await client.fetchQuotes([NIFTY]);
    expect(values.size).toBe(0);
    expect(missing).toEqual([NIFTY]);
    expect(invalid.map((fault) => fault.row)).toEqual(['a', 'b', 'c', 'd']);
    expect(invalid[1]?.reason).toBe('NSE_EQ|INE848E01016 was not asked for');
  });

  it('reads the extra fields of full quotes v3', async () => {
    const wire = {
      ...shareQuote,
      ohlc: { ...indexQuote.ohlc, volume: 123, ts: 1_776_016_800_000 },
      prev_close_price: 81.1,
      year_high: 99.9,
      year_low: 70.0,
      previous_oi: 5.0,
      indicative_equilibrium_price: 80.0,
      reference_price: null,
      indicative_equilibrium_quantity: 10,
      indicative_imbalance_quantity_total: -25,
      indicative_imbalance_quantity_market: 0,
      cas_eligible: true,
    };
    stub.succeed({ 'NSE_EQ:NHPC': wire, 'NSE_INDEX:Nifty 50': { ...indexQuote, ohlc: null } });
    const { values, invalid } = await client.fetchQuotesV3([NHPC, NIFTY]);
    expect(invalid).toEqual([]);
    expect(values.get(NHPC)).toMatchObject({
      previousClosePaise: 8_110,
      yearHighPaise: 9_990,
      previousOi: 5,
      dayVolume: 123,
      dayStartMs: 1_776_016_800_000,
      day: { openPaise: 2_358_960 },
      indicativePricePaise: 8_000,
      referencePricePaise: null,
      imbalanceTotal: -25,
      casEligible: true,
    });
    expect(values.get(NIFTY)).toMatchObject({ day: null, dayVolume: null, casEligible: false });
    expect(stub.received[0]?.path).toBe('/v3/market-quote/quotes');
  });

  it('reads last prices v2 and v3', async () => {
    stub.succeed({ x: { last_price: 23842.65, instrument_token: NIFTY, ltq: 0, volume: 0, cp: 24050.6 } });
    const v3 = await client.fetchLastPricesV3([NIFTY]);
    expect(v3.values.get(NIFTY)).toEqual({
      key: NIFTY,
      lastPaise: 2_384_265,
      lastQuantity: 0,
      volume: 0,
      previousClosePaise: 2_405_060,
    });
    expect((await client.fetchLastPrices([NIFTY])).values.get(NIFTY)).toEqual({ key: NIFTY, lastPaise: 2_384_265 });
    expect(stub.received.map((request) => request.path)).toEqual(['/v3/market-quote/ltp', '/v2/market-quote/ltp']);
  });

  it('reads OHLC quotes v2 and v3', async () => {
    const bar = { open: 1, high: 2, low: 0.5, close: 1.5, volume: 10, ts: 1_776_076_200_000 };
    stub.succeed({ x: { last_price: 1.5, instrument_token: PUT, live_ohlc: bar, prev_ohlc: null, ohlc: bar } });
    expect((await client.fetchOhlcV3([PUT], 'I1')).values.get(PUT)).toEqual({
      key: PUT,
      lastPaise: 150,
      live: { openPaise: 100, highPaise: 200, lowPaise: 50, closePaise: 150, volume: 10, startMs: 1_776_076_200_000 },
      previous: null,
    });
    expect((await client.fetchOhlc([PUT], '1d')).values.get(PUT)).toEqual({
      key: PUT,
      lastPaise: 150,
      ohlc: { openPaise: 100, highPaise: 200, lowPaise: 50, closePaise: 150 },
    });
    expect(stub.received.map((request) => request.query.get('interval'))).toEqual(['I1', '1d']);
  });

  it('asks for 1 to 500 instruments and no other number', async () => {
    const many = Array.from({ length: 501 }, (_, at) => instrumentKey(`NSE_FO|${at}`));
    await expect(client.fetchQuotes([])).rejects.toMatchObject({ code: 'QUOTE_KEYS_COUNT' });
    await expect(client.fetchLastPrices(many)).rejects.toMatchObject({ code: 'QUOTE_KEYS_COUNT' });
    stub.succeed({});
    expect((await client.fetchLastPrices(many.slice(0, 500))).missing).toHaveLength(500);
    expect(stub.received).toHaveLength(1);
  });

  it('refuses quote data that is no map', async () => {
    stub.succeed([]);
    await expect(client.fetchQuotes([NIFTY])).rejects.toMatchObject({ code: 'UPSTOX_BAD_REPLY', outcome: 'unknown' });
  });

  it('fetches candles without a token, oldest first', async () => {
    stub.succeed({
      candles: [
        ['2026-04-13T00:00:00+05:30', 23589.6, 23907.4, 23555.6, 23842.65, 0, 0],
        ['2026-04-10T00:00:00+05:30', 23880.55, 24074.05, 23856.35, 24050.6, 0, null],
      ],
    });
    const span = { unit: 'days', interval: 1, from: istDate('2026-04-09'), to: istDate('2026-04-14') } as const;
    const candles = await client.fetchCandles(NIFTY, span);
    expect(candles.map((candle) => candle.startMs)).toEqual([
      Date.parse('2026-04-09T18:30:00Z'),
      Date.parse('2026-04-12T18:30:00Z'),
    ]);
    expect(candles[1]).toMatchObject({ openPaise: 2_358_960, closePaise: 2_384_265, volume: 0, oi: 0 });
    expect(stub.received[0]).toMatchObject({
      path: '/v3/historical-candle/NSE_INDEX%7CNifty%2050/days/1/2026-04-14/2026-04-09',
      authorization: undefined,
    });
    await expect(client.fetchCandles(NIFTY, { ...span, interval: 2 })).rejects.toMatchObject({
      code: 'CANDLE_INTERVAL_INVALID',
    });
  });

  it.each([
    ['a short row', [['2026-04-13T00:00:00+05:30', 1, 2, 0.5]]],
    ['a bad time', [['yesterday', 1, 2, 0.5, 1, 0, 0]]],
    ['a price in words', [['2026-04-13T00:00:00+05:30', '1', 2, 0.5, 1, 0, 0]]],
    ['a high below the low', [['2026-04-13T00:00:00+05:30', 1, 0.4, 0.5, 1, 0, 0]]],
    ['half a contract', [['2026-04-13T00:00:00+05:30', 1, 2, 0.5, 1, 0.5, 0]]],
    ['a bar twice', Array.from({ length: 2 }, () => ['2026-04-13T00:00:00+05:30', 1, 2, 0.5, 1, 0, 0])],
    ['no list', 'candles'],
  ])('refuses candles with %s', async (_name, candles) => {
    stub.succeed({ candles });
    await expect(client.fetchIntradayCandles(NIFTY, 'minutes', 1)).rejects.toMatchObject({ code: 'UPSTOX_BAD_REPLY' });
  });

  it('fetches intraday candles of the units that have them', async () => {
    stub.succeed({ candles: [] });
    expect(await client.fetchIntradayCandles(PUT, 'minutes', 3)).toEqual([]);
    expect(stub.received[0]?.path).toBe('/v3/historical-candle/intraday/NSE_FO%7C43885/minutes/3');
    await expect(client.fetchIntradayCandles(PUT, 'weeks', 1)).rejects.toMatchObject({
      code: 'CANDLE_INTERVAL_INVALID',
    });
  });
});
