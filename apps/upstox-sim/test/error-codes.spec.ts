import { MARKET_DATE, NIFTY, RELIANCE, WEEKLY_EXPIRY } from './fixture-market.ts';
import { q, startHarness, type Answer, type Harness } from './harness.ts';

describe('market data errors', () => {
  let harness: Harness;
  let token: string;

  beforeAll(async () => {
    harness = await startHarness({ config: { limitFactor: 1000, plan: 'plus' } });
    token = await harness.token();
  });
  afterAll(() => harness.stop());

  const get = (path: string): Promise<Answer> => harness.get(path, token);

  describe('error codes', () => {
    it.each([
      ['/v2/market-quote/quotes', 'UDAPI1009'],
      ['/v2/market-quote/quotes?symbol=RELIANCE', 'UDAPI1011'],
      ['/v3/market-quote/ltp?instrument_key=NSE_EQ%7CINE000A00000', 'UDAPI100011'],
      [`/v3/market-quote/ltp?${q({ instrument_key: `${RELIANCE},NSE_EQ|INE000A00000` })}`, 'UDAPI1087'],
      [
        `/v3/market-quote/quotes?${q({ instrument_key: Array.from({ length: 501 }, (_, at) => `NSE_FO|${at}`).join(',') })}`,
        'UDAPI1087',
      ],
      [
        `/v3/market-quote/option-greek?${q({ instrument_key: Array.from({ length: 51 }, (_, at) => `NSE_FO|${40_000 + at}`).join(',') })}`,
        'UDAPI1087',
      ],
      [`/v3/market-quote/ohlc?${q({ instrument_key: RELIANCE })}`, 'UDAPI1027'],
      [`/v2/market-quote/ohlc?${q({ symbol: RELIANCE, interval: '5m' })}`, 'UDAPI1028'],
      [`/v2/option/chain?${q({ instrument_key: NIFTY })}`, 'UDAPI1088'],
      [`/v2/option/chain?${q({ instrument_key: NIFTY, expiry_date: '08-09-2026' })}`, 'UDAPI1088'],
      ['/v2/option/contract', 'UDAPI1009'],
      ['/v2/option/contract?instrument_key=NIFTY', 'UDAPI1011'],
      ['/v2/option/contract?instrument_key=NSE_INDEX%7CNo+such', 'UDAPI100011'],
      ['/v2/market/status/NASDAQ', 'UDAPI1089'],
      ['/v2/market/holidays/2026-13-01', 'UDAPI1088'],
      ['/v2/market/timings/today', 'UDAPI1088'],
      ['/v2/expired-instruments/expiries', 'UDAPI1009'],
      [`/v2/expired-instruments/option/contract?${q({ instrument_key: NIFTY, expiry_date: 'x' })}`, 'UDAPI1088'],
      ['/v2/expired-instruments/historical-candle/NSE_FO%7C1/day/2026-09-01/2026-08-01', 'UDAPI1021'],
      ['/v2/expired-instruments/historical-candle/NSE_FO%7C1%7C01-09-2026/5minute/2026-09-01/2026-08-01', 'UDAPI1020'],
      ['/v2/expired-instruments/historical-candle/NSE_FO%7C1%7C01-09-2026/day/2026-09-01/2026-08-01', 'UDAPI100011'],
      ['/v2/instruments/search', 'UDAPI1169'],
      [`/v2/instruments/search?${q({ query: 'x'.repeat(51) })}`, 'UDAPI1170'],
      ['/v2/instruments/search?query=nifty&exchanges=NYSE', 'UDAPI1171'],
      ['/v2/instruments/search?query=nifty&segments=BONDS', 'UDAPI1172'],
      ['/v2/instruments/search?query=nifty&records=31', 'UDAPI1173'],
      ['/v2/instruments/search?query=nifty&page_number=0', 'UDAPI1174'],
      ['/v2/instruments/search?query=nifty&expiry=someday', 'UDAPI1175'],
      [
        `/v2/market/oi?${q({ instrument_key: 'NSE_INDEX|None', expiry: WEEKLY_EXPIRY, date: MARKET_DATE })}`,
        'UDAPI100011',
      ],
      [`/v2/market/oi?${q({ instrument_key: NIFTY, expiry: 'x', date: MARKET_DATE })}`, 'UDAPI1202'],
      [`/v2/market/oi?${q({ instrument_key: NIFTY, expiry: WEEKLY_EXPIRY })}`, 'UDAPI1203'],
      [
        `/v2/market/change-oi?${q({ instrument_key: NIFTY, expiry: WEEKLY_EXPIRY, date: MARKET_DATE, interval: '0' })}`,
        'UDAPI1204',
      ],
      [`/v2/market/pcr?${q({ instrument_key: NIFTY, expiry: WEEKLY_EXPIRY, date: MARKET_DATE })}`, 'UDAPI1205'],
      [`/v2/market/fii?${q({ data_type: 'NSE_EQ|GOLD', interval: '1D' })}`, 'UDAPI1198'],
      [`/v2/market/dii?${q({ data_type: 'NSE_FO|INDEX_FUTURES', interval: '1D' })}`, 'UDAPI1198'],
      [`/v2/market/fii?${q({ data_type: 'NSE_EQ|CASH', interval: '1W' })}`, 'UDAPI1199'],
      [`/v2/market/fii?${q({ data_type: 'NSE_EQ|CASH', interval: '1D', from: 'x' })}`, 'UDAPI1200'],
      ['/v2/market/smartlist/futures?asset_type=GOLD', 'UDAPI100036'],
      ['/v2/market/smartlist/futures?category=WORST', 'UDAPI100036'],
    ])('%s is refused with %s', async (path, code) => {
      const answer = await get(path);
      expect([answer.status, answer.body.errors?.[0]?.['errorCode']]).toEqual([400, code]);
    });

    it('has both spellings, names the bad key and holds no data', async () => {
      const answer = await get(`/v3/market-quote/ltp?${q({ instrument_key: `${RELIANCE},NSE_EQ|INE000A00000` })}`);
      expect(answer.body).toEqual({
        status: 'error',
        errors: [
          {
            errorCode: 'UDAPI1087',
            message: 'Invalid symbol or instrument_key',
            propertyPath: 'instrument_key',
            invalidValue: 'NSE_EQ|INE000A00000',
            error_code: 'UDAPI1087',
            property_path: 'instrument_key',
            invalid_value: 'NSE_EQ|INE000A00000',
          },
        ],
      });
    });

    it('tells unknown resources, wrong methods, wrong versions and bad bodies apart', async () => {
      const unknown = await get('/v2/nothing');
      expect([unknown.status, unknown.body.errors?.[0]?.['errorCode']]).toEqual([404, 'UDAPI100060']);
      const method = await harness.request('POST', '/v2/user/profile', { token, json: {} });
      expect([method.status, method.body.errors?.[0]?.['errorCode']]).toEqual([405, 'UDAPI10000']);
      const version = await harness.request('GET', '/v2/user/profile', { token, headers: { 'api-version': '1.0' } });
      expect([version.status, version.body.errors?.[0]?.['errorCode']]).toEqual([400, 'UDAPI100015']);
      const body = await harness.request('POST', '/v3/login/auth/token/request/x', { json: '{"client_secret":' });
      expect([body.status, body.body.errors?.[0]?.['errorCode']]).toEqual([400, 'UDAPI100036']);
      const gone = await get('/v2/feed/market-data-feed/authorize');
      expect([gone.status, gone.body.errors?.[0]?.['errorCode']]).toEqual([410, 'UDAPI10000']);
    });

    it.each([
      '/v2/user/profile',
      '/v2/market/status/NSE',
      '/v2/market-quote/quotes?symbol=x',
      '/v3/market-quote/ltp?instrument_key=x',
      '/v2/option/chain',
      '/v2/option/contract',
      '/v2/instruments/search?query=x',
      '/v2/market/oi',
      '/v2/market/fii',
      '/v2/market/smartlist/mtf',
      '/v2/expired-instruments/expiries',
      '/v3/feed/market-data-feed/authorize',
    ])('%s needs a token', async (path) => {
      const answer = await harness.get(path);
      expect([answer.status, answer.body.errors?.[0]?.['errorCode']]).toEqual([401, 'UDAPI100050']);
    });
  });
});
