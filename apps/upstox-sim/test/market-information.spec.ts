import { istDate, istInstant } from '@vega/kernel';
import type { MasterRow } from '../src/market/market-source.ts';
import {
  ATM_CALL,
  IDEA,
  MARKET_DATE,
  MONTHLY_EXPIRY,
  NIFTY,
  NIFTY_FUTURE,
  RELIANCE,
  WEEKLY_EXPIRY,
} from './fixture-market.ts';
import { q, readData, startHarness, type Answer, type Harness } from './harness.ts';

describe('market information over REST', () => {
  let harness: Harness;
  let token: string;

  beforeAll(async () => {
    harness = await startHarness({ config: { limitFactor: 1000, plan: 'plus' } });
    token = await harness.token();
  });
  afterAll(() => harness.stop());

  const get = (path: string): Promise<Answer> => harness.get(path, token);
  const data = <T>(path: string): Promise<T> => readData<T>(harness, token, path);

  describe('session', () => {
    it('answers the status of every exchange', async () => {
      expect(await data('/v2/market/status/NSE')).toEqual({
        exchange: 'NSE',
        status: 'NORMAL_OPEN',
        last_updated: istInstant(MARKET_DATE, 9, 15),
        cas_eligible_status: { status: 'NORMAL_OPEN', last_updated: istInstant(MARKET_DATE, 9, 15) },
      });
      expect(await data('/v2/market/status/NFO')).toEqual({
        exchange: 'NFO',
        status: 'NORMAL_OPEN',
        last_updated: istInstant(MARKET_DATE, 9, 15),
      });
      expect(await data('/v2/market/status/MCX')).toMatchObject({ status: 'NORMAL_CLOSE' });
    });

    it('lists the holidays of the year and of a date, without a token', async () => {
      const { body } = await harness.get('/v2/market/holidays');
      const rows = body.data as unknown as Record<string, unknown>[];
      expect(rows.every((row) => String(row['date']).startsWith('2026-'))).toBe(true);
      expect(rows.find((row) => row['date'] === '2026-11-24')).toMatchObject({
        holiday_type: 'TRADING_HOLIDAY',
        open_exchanges: [],
      });
      expect(rows.find((row) => row['date'] === '2026-04-01')).toMatchObject({
        holiday_type: 'SETTLEMENT_HOLIDAY',
        closed_exchanges: [],
      });
      expect(rows.find((row) => row['date'] === '2026-11-08')).toMatchObject({ holiday_type: 'SPECIAL_TIMING' });
      expect((await harness.get('/v2/market/holidays/2026-09-03')).body.data).toEqual([]);
      expect((await harness.get('/v2/market/holidays/2026-01-26')).body.data).toMatchObject([{ date: '2026-01-26' }]);
    });

    it('answers timings as of the date, and none on a holiday', async () => {
      const hours = async (date: string): Promise<Record<string, [number, number]>> => {
        const { body } = await harness.get(`/v2/market/timings/${date}`);
        const rows = body.data as unknown as { exchange: string; start_time: number; end_time: number }[];
        return Object.fromEntries(rows.map((row) => [row.exchange, [row.start_time, row.end_time]]));
      };
      expect((await hours('2024-01-01'))['NFO']).toEqual([1_704_080_700_000, 1_704_103_200_000]);
      const september = await hours('2026-09-03');
      expect(september['NFO']).toEqual([
        istInstant(istDate('2026-09-03'), 9, 15),
        istInstant(istDate('2026-09-03'), 15, 40),
      ]);
      expect(Object.keys(september).sort()).toEqual(['BCD', 'BFO', 'BSE', 'CDS', 'MCX', 'NFO', 'NSE']);
      expect(await hours('2026-01-26')).toEqual({});
    });
  });

  describe('instrument search', () => {
    interface Found {
      data: (MasterRow & { expiry?: string })[];
      meta_data: { page: Record<string, number> };
    }
    const search = async (params: Record<string, string>): Promise<Found> => {
      const answer = await get(`/v2/instruments/search?${q(params)}`);
      expect(answer.status).toBe(200);
      return answer.body as unknown as Found;
    };

    it('ranks the exact name first and pages', async () => {
      const found = await search({ query: 'Nifty 50', records: '5' });
      expect(found.data[0]?.instrument_key).toBe(NIFTY);
      expect((await search({ query: 'reliance', exchanges: 'NSE' })).data.map((row) => row.instrument_key)).toEqual([
        RELIANCE,
      ]);
      const first = await search({ query: 'nifty', segments: 'FO', records: '30' });
      expect(first.meta_data.page).toEqual({ page_number: 1, total_pages: 2, records: 30, total_records: 45 });
      const second = await search({ query: 'nifty', segments: 'FO', records: '30', page_number: '2' });
      expect(second.data).toHaveLength(15);
      const keys = new Set([...first.data, ...second.data].map((row) => row.instrument_key));
      expect(keys.size).toBe(45);
    });

    it('filters by segment, type, expiry date and keyword', async () => {
      expect((await search({ query: 'nifty', segments: 'INDEX' })).data.map((row) => row.instrument_key)).toEqual([
        NIFTY,
      ]);
      expect((await search({ query: 'nifty', segments: 'FUT' })).data.map((row) => row.instrument_key)).toEqual([
        NIFTY_FUTURE,
      ]);
      const weekly = await search({ query: 'nifty 24500', instrument_types: 'CE', expiry: 'current_week' });
      expect(weekly.data.map((row) => row.instrument_key)).toEqual([ATM_CALL]);
      expect(weekly.data[0]?.expiry).toBe(WEEKLY_EXPIRY);
      const monthly = await search({ query: 'nifty', instrument_types: 'PE', expiry: MONTHLY_EXPIRY, records: '30' });
      expect(monthly.meta_data.page['total_records']).toBe(11);
      expect((await search({ query: 'nifty', expiry: 'far_month' })).data).toEqual([]);
    });

    it('finds strikes around the money', async () => {
      const strikes = async (offset: string): Promise<unknown[]> =>
        (await search({ query: 'nifty', expiry: 'current_week', atm_offset: offset })).data.map((row) => [
          row.strike_price,
          row.instrument_type,
        ]);
      expect(await strikes('0')).toEqual([
        [24_500, 'CE'],
        [24_500, 'PE'],
      ]);
      expect(await strikes('2')).toEqual([
        [24_600, 'CE'],
        [24_600, 'PE'],
      ]);
      expect(await strikes('-1')).toEqual([
        [24_450, 'CE'],
        [24_450, 'PE'],
      ]);
      expect(await strikes('40')).toEqual([]);
    });
  });

  describe('market information', () => {
    const chain = { instrument_key: NIFTY, expiry: WEEKLY_EXPIRY, date: MARKET_DATE };

    it('answers open interest and its change', async () => {
      const oi = await data<{ total_calls: number; total_puts: number; call_put_oi_data_list: object[] }>(
        `/v2/market/oi?${q(chain)}`,
      );
      expect(oi.call_put_oi_data_list).toHaveLength(11);
      expect(oi.total_calls).toBe(11 * 1_000_000 + 11 * 24_500);
      expect(oi).toMatchObject({ expiry: WEEKLY_EXPIRY, spot_closing_price: harness.market.quote(NIFTY)?.ltp });
      const change = await data<Record<string, unknown>>(`/v2/market/change-oi?${q({ ...chain, interval: '1' })}`);
      expect(change).toMatchObject({ total_call_change_oi: 11 * 75, total_put_change_oi: 11 * 75 });
      expect(await data(`/v2/market/oi?${q({ ...chain, expiry: 'current_week' })}`)).toEqual(oi);
    });

    it('answers put-call ratio and max pain with insights by bucket', async () => {
      const pcr = await data<{ pcr: number; insights: Record<string, unknown>[] }>(
        `/v2/market/pcr?${q({ ...chain, bucket_interval: '60' })}`,
      );
      expect(pcr.pcr).toBe(1);
      expect(pcr.insights.map((point) => point['time'])).toEqual(['09:15', '10:15']);
      expect(pcr).toMatchObject({ instrument_key: NIFTY, expiry_date: '08-09-2026' });
      const pain = await data<{ max_pain: number; insights: unknown[] }>(
        `/v2/market/max-pain?${q({ ...chain, bucket_interval: '30' })}`,
      );
      expect(pain.insights).toHaveLength(4);
      expect(pain.max_pain).toBe(24_500);
    });

    it('answers institutional activity and smartlists', async () => {
      const types = 'NSE_FO|INDEX_FUTURES,NSE_EQ|CASH';
      const fii = await data<Record<string, Record<string, number>[]>>(
        `/v2/market/fii?${q({ data_type: types, interval: '1D' })}`,
      );
      expect(Object.keys(fii)).toEqual(types.split(','));
      expect(fii['NSE_EQ|CASH']?.length).toBeGreaterThan(10);
      expect(fii['NSE_EQ|CASH']?.[0]?.['buy_amount']).toBeGreaterThan(0);
      const dii = await data<Record<string, unknown[]>>(
        `/v2/market/dii?${q({ data_type: 'NSE_EQ|CASH', interval: '1M' })}`,
      );
      expect(dii['NSE_EQ|CASH']?.length).toBeGreaterThan(0);
      const options = await data<{ smartlist: { metric: { current: number } }[]; total_pages: number }>(
        `/v2/market/smartlist/options?${q({ asset_type: 'INDEX', category: 'TOP_TRADED', page_size: '10' })}`,
      );
      expect(options.total_pages).toBe(5);
      const metrics = options.smartlist.map((item) => item.metric.current);
      expect([...metrics].sort((a, b) => b - a)).toEqual(metrics);
      const mtf = await data<{ smartlist: { instrument_key: string }[] }>('/v2/market/smartlist/mtf');
      expect(mtf.smartlist.map((item) => item.instrument_key).sort()).toEqual([RELIANCE, IDEA].sort());
    });
  });
});
