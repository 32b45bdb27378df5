import { gzipSync } from 'node:zlib';
import { instrumentKey, istDate, wallInstant } from '@vega/kernel';
import {
  type CallOptions,
  MarketRestClient,
  RateLimiter,
  simulatorEndpoints,
  LIVE_ENDPOINTS,
  UpstoxError,
  UpstoxHttp,
} from '@vega/upstox/market';
import { FakeClock } from './support/fake-clock.ts';
import { HttpStub } from './support/http-stub.ts';
import { TestTokens } from './support/tokens.ts';

const NIFTY = instrumentKey('NSE_INDEX|Nifty 50');

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

  const contract = {
    name: 'NIFTY',
    segment: 'NSE_FO',
    exchange: 'NSE',
    expiry: '2026-04-21',
    weekly: true,
    instrument_key: 'NSE_FO|63428',
    exchange_token: '63428',
    trading_symbol: 'NIFTY 24250 CE 21 APR 26',
    tick_size: 5,
    lot_size: 65,
    instrument_type: 'CE',
    freeze_quantity: 1800,
    underlying_key: NIFTY,
    underlying_type: 'INDEX',
    underlying_symbol: 'NIFTY',
    strike_price: 24250,
    minimum_lot: 65,
  };

  it('fetches option contracts', async () => {
    const rows = [
      contract,
      { ...contract, instrument_key: 'NSE_FO|1', instrument_type: 'FUT' },
      { ...contract, lot_size: null },
      { ...contract, segment: 'MCX_FO' },
    ];
    stub.succeed(rows);
    const { instruments, unsupportedCount, invalid } = await client.fetchOptionContracts(NIFTY, istDate('2026-04-21'));
    expect(instruments).toMatchObject([
      { kind: 'call', expiry: '2026-04-21', strikePaise: 2_425_000, lotSize: 65, weekly: true },
    ]);
    expect(unsupportedCount).toBe(1);
    expect(invalid.map((fault) => fault.row)).toEqual(['2', 'NSE_FO|1']);
    expect(stub.received[0]?.query.toString()).toBe('instrument_key=NSE_INDEX%7CNifty+50&expiry_date=2026-04-21');
  });

  it('searches instruments by pages', async () => {
    const meta_data = { page: { page_number: 1, total_pages: 3, records: 1, total_records: 61 } };
    stub.succeed([contract], { meta_data });
    const page = await client.searchInstruments({
      query: 'nifty',
      exchanges: ['NSE', 'BSE'],
      instrumentTypes: ['CE'],
      expiry: 'current_week',
      atmOffset: 1,
      pageNumber: 1,
      records: 30,
    });
    expect(page).toMatchObject({ pageNumber: 1, pageCount: 3, totalCount: 61, instruments: [{ key: 'NSE_FO|63428' }] });
    expect(Object.fromEntries(stub.received[0]?.query ?? [])).toEqual({
      query: 'nifty',
      exchanges: 'NSE,BSE',
      instrument_types: 'CE',
      expiry: 'current_week',
      atm_offset: '1',
      page_number: '1',
      records: '30',
    });
    stub.succeed([contract]);
    await expect(client.searchInstruments({ query: 'nifty' })).rejects.toMatchObject({ code: 'UPSTOX_BAD_REPLY' });
  });

  const index = { ...contract, segment: 'NSE_INDEX', instrument_key: NIFTY, instrument_type: 'INDEX' };
  it('downloads the instrument master, unpacked on the way or not', async () => {
    const bytes = gzipSync(JSON.stringify([index]));
    stub.reply(200, bytes, 'application/gzip');
    expect((await client.fetchInstrumentMaster('NSE')).instruments).toMatchObject([{ kind: 'index', key: NIFTY }]);
    expect(stub.received[0]).toMatchObject({
      path: '/market-quote/instruments/exchange/NSE.json.gz',
      authorization: undefined,
    });
    stub.answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
    expect((await client.fetchInstrumentMaster('complete')).instruments).toHaveLength(1);
  });

  it.each<[string, number, Uint8Array | string, string]>([
    ['a missing file', 404, '<html><body>NoSuchKey</body></html>', 'UPSTOX_BLOCKED_BY_PROXY'],
    ['a server error', 503, '', 'UPSTOX_SERVER_ERROR'],
    ['gzip that ends early', 200, gzipSync(JSON.stringify([index])).subarray(0, -9), 'UPSTOX_BAD_REPLY'],
    ['a page in place of the file', 200, '<html></html>', 'UPSTOX_BAD_REPLY'],
  ])('fails on %s', async (_name, status, body, code) => {
    stub.reply(status, body, 'application/gzip');
    await expect(client.fetchInstrumentMaster('NSE')).rejects.toMatchObject({ code });
  });

  it('fetches exchange status, with a word it does not know as UNKNOWN', async () => {
    const wire = { exchange: 'NSE', status: 'NORMAL_OPEN', last_updated: 1_776_076_200_000 };
    stub.succeed(wire);
    expect(await client.fetchExchangeStatus('NSE')).toEqual({
      exchange: 'NSE',
      status: 'NORMAL_OPEN',
      lastUpdatedMs: 1_776_076_200_000,
      closingAuction: null,
    });
    stub.succeed({ ...wire, status: 'LUNCH', cas_eligible_status: { status: 'CAS_OPEN', last_updated: 5 } });
    expect(await client.fetchExchangeStatus('NFO')).toMatchObject({
      status: 'UNKNOWN',
      closingAuction: { status: 'CAS_OPEN', lastUpdatedMs: 5 },
    });
    expect(stub.received[1]?.path).toBe('/v2/market/status/NFO');
  });

  it('fetches holidays, naming rows it cannot read', async () => {
    const row = {
      date: '2026-11-08',
      description: 'Diwali Laxmi Pujan',
      holiday_type: 'SPECIAL_TIMING',
      closed_exchanges: [],
      open_exchanges: [{ exchange: 'NSE', start_time: 1_794_139_200_000, end_time: 1_794_142_800_000 }],
    };
    stub.succeed([row, { ...row, holiday_type: 'MAYBE' }, { ...row, date: '2026-02-30' }]);
    const { rows, invalid } = await client.fetchHolidays();
    expect(rows).toEqual([
      {
        date: '2026-11-08',
        description: 'Diwali Laxmi Pujan',
        type: 'SPECIAL_TIMING',
        closedExchanges: [],
        openExchanges: [{ exchange: 'NSE', startMs: 1_794_139_200_000, endMs: 1_794_142_800_000 }],
      },
    ]);
    expect(invalid.map((fault) => fault.row)).toEqual(['1', '2']);
    stub.succeed(row);
    expect((await client.fetchHoliday(istDate('2026-11-08'))).rows).toHaveLength(1);
    expect(stub.received.map((request) => request.path)).toEqual([
      '/v2/market/holidays',
      '/v2/market/holidays/2026-11-08',
    ]);
  });

  it('fetches timings', async () => {
    stub.succeed([
      { exchange: 'NFO', start_time: 1_704_080_700_000, end_time: 1_704_103_200_000 },
      { exchange: 'NSE', start_time: 2, end_time: 1 },
    ]);
    const { rows, invalid } = await client.fetchTimings(istDate('2024-01-01'));
    expect(rows).toEqual([{ exchange: 'NFO', startMs: 1_704_080_700_000, endMs: 1_704_103_200_000 }]);
    expect(invalid).toEqual([{ row: '1', reason: 'end_time: not after start_time' }]);
  });

  describe('authorizeFeed', () => {
    const token = { token: 'feed-token', expiresAt: wallInstant(Number.MAX_SAFE_INTEGER) };
    const SECRET = 'one-time-code';

    it.each(['authorized_redirect_uri', 'authorizedRedirectUri'])('reads %s', async (field) => {
      stub.succeed({ [field]: `wss://feed.local/?code=${SECRET}` });
      expect(await client.authorizeFeed(token)).toBe(`wss://feed.local/?code=${SECRET}`);
      expect(stub.received[0]).toMatchObject({ authorization: 'Bearer feed-token' });
    });

    it.each([
      ['http:', `http://api.upstox.com/?code=${SECRET}`],
      ['another domain', `wss://evil-upstox.com/?code=${SECRET}`],
      ['no TLS', `ws://api.upstox.com/?code=${SECRET}`],
      ['no URL', SECRET],
    ])('takes from the live Upstox no URL with %s, and does not quote it', async (_name, url) => {
      stub.succeed({ authorized_redirect_uri: url });
      const live = clientAt(LIVE_ENDPOINTS);
      const error: unknown = await live.authorizeFeed(token).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UpstoxError);
      expect(String((error as UpstoxError).stack)).not.toContain(SECRET);
      stub.succeed({ authorized_redirect_uri: `wss://ws.upstox.com/feeds?code=${SECRET}` });
      expect(await live.authorizeFeed(token)).toContain(SECRET);
    });
  });

  it('passes options of a call on', async () => {
    const call: CallOptions = { signal: AbortSignal.abort() };
    await expect(client.fetchHolidays(call)).rejects.toMatchObject({ code: 'UPSTOX_ABORTED', outcome: 'not-sent' });
    expect(stub.received).toEqual([]);
  });
});
