import { istDate, istInstant } from '@vega/kernel';
import type { MasterRow } from '../src/market/market-source.ts';
import { answerKey, compactSymbol } from '../src/server/instrument-catalog.ts';
import {
  ATM_CALL,
  MARKET_DATE,
  MONTHLY_EXPIRY,
  NIFTY,
  NIFTY_FUTURE,
  niftyRow,
  RELIANCE,
  WEEKLY_EXPIRY,
} from './fixture-market.ts';
import { q, readData, startHarness, type Harness } from './harness.ts';

describe('quotes and options over REST', () => {
  let harness: Harness;
  let token: string;

  beforeAll(async () => {
    harness = await startHarness({ config: { limitFactor: 1000, plan: 'plus' } });
    token = await harness.token();
  });
  afterAll(() => harness.stop());

  const data = <T>(path: string): Promise<T> => readData<T>(harness, token, path);

  describe('quotes', () => {
    it("answers v2 quotes by instrument_key and by the SDK's symbol, keyed by compact symbol", async () => {
      const byKey = await data<Record<string, Record<string, unknown>>>(
        `/v2/market-quote/quotes?${q({ instrument_key: `${ATM_CALL},${NIFTY}` })}`,
      );
      const bySymbol = await data(`/v2/market-quote/quotes?${q({ symbol: `${ATM_CALL},${NIFTY}` })}`);
      expect(bySymbol).toEqual(byKey);
      expect(Object.keys(byKey)).toEqual(['NSE_FO:NIFTY2690824500CE', 'NSE_INDEX:Nifty 50']);
      const quote = harness.market.quote(ATM_CALL);
      expect(byKey['NSE_FO:NIFTY2690824500CE']).toMatchObject({
        instrument_token: ATM_CALL,
        symbol: 'NIFTY2690824500CE',
        last_price: quote?.ltp,
        volume: quote?.vtt,
        average_price: quote?.atp,
        oi: quote?.oi,
        ohlc: { open: quote?.day?.open, high: quote?.day?.high, low: quote?.day?.low, close: quote?.day?.close },
        net_change: Math.round(((quote?.ltp ?? 0) - (quote?.cp ?? 0)) * 100) / 100,
        total_buy_quantity: quote?.tbq,
        lower_circuit_limit: quote?.lowerCircuit,
        last_trade_time: String(quote?.ltt),
        timestamp: '2026-09-02T11:00:00+05:30',
      });
      const depth = byKey['NSE_FO:NIFTY2690824500CE']?.['depth'] as { buy: object[]; sell: object[] };
      expect(depth.buy).toHaveLength(5);
      expect(depth.sell[4]).toMatchObject({ quantity: quote?.depth[4]?.askQ, price: quote?.depth[4]?.askP });
      expect(byKey['NSE_INDEX:Nifty 50']).toMatchObject({
        symbol: 'NA',
        depth: { buy: [], sell: [] },
        volume: null,
        oi: null,
        upper_circuit_limit: null,
      });
    });

    it('adds to v3 quotes what v3 adds', async () => {
      const answer = await data<Record<string, object>>(`/v3/market-quote/quotes?${q({ instrument_key: RELIANCE })}`);
      const quote = harness.market.quote(RELIANCE);
      expect(answer['NSE_EQ:RELIANCE']).toMatchObject({
        ohlc: { volume: quote?.day?.vol, ts: quote?.day?.ts },
        prev_close_price: quote?.cp,
        year_high: quote?.yearHigh,
        previous_oi: 0,
        cas_eligible: true,
        indicative_equilibrium_price: null,
      });
    });

    it('answers last prices and Greeks', async () => {
      const quote = harness.market.quote(ATM_CALL);
      expect(await data(`/v2/market-quote/ltp?${q({ symbol: ATM_CALL })}`)).toEqual({
        'NSE_FO:NIFTY2690824500CE': { last_price: quote?.ltp, instrument_token: ATM_CALL },
      });
      expect(await data(`/v3/market-quote/ltp?${q({ instrument_key: NIFTY_FUTURE })}`)).toEqual({
        'NSE_FO:NIFTY26SEPFUT': {
          last_price: harness.market.quote(NIFTY_FUTURE)?.ltp,
          instrument_token: NIFTY_FUTURE,
          ltq: 65,
          volume: 65_000,
          cp: harness.market.quote(NIFTY_FUTURE)?.cp,
        },
      });
      const greeks = await data<Record<string, object>>(
        `/v3/market-quote/option-greek?${q({ instrument_key: ATM_CALL })}`,
      );
      expect(greeks['NSE_FO:NIFTY2690824500CE']).toMatchObject({
        iv: 0.1425,
        delta: 0.5,
        theta: -12.3456,
        oi: quote?.oi,
      });
    });

    it('answers OHLC of the day and of the minute', async () => {
      const day = await data<Record<string, { live_ohlc: object; prev_ohlc: null }>>(
        `/v3/market-quote/ohlc?${q({ instrument_key: ATM_CALL, interval: '1d' })}`,
      );
      expect(day['NSE_FO:NIFTY2690824500CE']?.prev_ohlc).toBeNull();
      expect(day['NSE_FO:NIFTY2690824500CE']?.live_ohlc).toMatchObject({ ts: istInstant(MARKET_DATE), volume: 65_000 });
      const minute = await data<Record<string, { live_ohlc: { ts: number }; prev_ohlc: { ts: number } }>>(
        `/v3/market-quote/ohlc?${q({ instrument_key: ATM_CALL, interval: 'I1' })}`,
      );
      const { live_ohlc: live, prev_ohlc: previous } = minute['NSE_FO:NIFTY2690824500CE'] ?? {
        live_ohlc: { ts: 0 },
        prev_ohlc: { ts: 0 },
      };
      expect(live.ts - previous.ts).toBe(60_000);
      const v2 = await data<Record<string, object>>(
        `/v2/market-quote/ohlc?${q({ symbol: ATM_CALL, interval: 'I30' })}`,
      );
      expect(Object.keys((v2['NSE_FO:NIFTY2690824500CE'] as { ohlc: object }).ohlc)).toEqual([
        'open',
        'high',
        'low',
        'close',
      ]);
    });

    it.each([
      [niftyRow('PE', 21_600, istDate('2025-04-30'), '1', true), 'NSE_FO:NIFTY2543021600PE'],
      [niftyRow('CE', 23_000, istDate('2025-04-24'), '1', false), 'NSE_FO:NIFTY25APR23000CE'],
      [niftyRow('CE', 102.5, istDate('2026-12-01'), '1', true), 'NSE_FO:NIFTY26D01102.5CE'],
      [niftyRow('FUT', 0, istDate('2026-10-27'), '1', false), 'NSE_FO:NIFTY26OCTFUT'],
    ])('names %s compactly', (row, expected) => {
      expect(answerKey(row)).toBe(expected);
      expect(answerKey(row)).toContain(compactSymbol(row));
    });
  });

  describe('options', () => {
    it('lists contracts of an underlying, of all expiries or one, by date or keyword', async () => {
      const all = await data<MasterRow[]>(`/v2/option/contract?${q({ instrument_key: NIFTY })}`);
      expect(all).toHaveLength(44);
      expect(all[0]).toMatchObject({ underlying_key: NIFTY, expiry: WEEKLY_EXPIRY, tick_size: 5, lot_size: 65 });
      expect(
        await data(`/v2/option/contract?${q({ instrument_key: NIFTY, expiry_date: MONTHLY_EXPIRY })}`),
      ).toHaveLength(22);
      const keyword = await data<MasterRow[]>(
        `/v2/option/contract?${q({ instrument_key: NIFTY, expiry_date: 'current_month' })}`,
      );
      expect(new Set(keyword.map((row) => row.expiry as unknown))).toEqual(new Set([MONTHLY_EXPIRY]));
      expect(await data(`/v2/option/contract?${q({ instrument_key: NIFTY, expiry_date: '2026-09-15' })}`)).toEqual([]);
    });

    it('answers a chain by strike with rounded Greeks and odds', async () => {
      const chain = await data<Record<string, unknown>[]>(
        `/v2/option/chain?${q({ instrument_key: NIFTY, expiry_date: WEEKLY_EXPIRY })}`,
      );
      expect(chain).toHaveLength(11);
      const strikes = chain.map((row) => Number(row['strike_price']));
      expect([...strikes].sort((a, b) => a - b)).toEqual(strikes);
      const call = harness.market.quote(ATM_CALL);
      const row = chain.find((one) => one['strike_price'] === 24_500);
      expect(row).toMatchObject({
        expiry: WEEKLY_EXPIRY,
        underlying_key: NIFTY,
        underlying_spot_price: harness.market.quote(NIFTY)?.ltp,
        pcr: 1,
        call_options: {
          instrument_key: ATM_CALL,
          market_data: {
            ltp: call?.ltp,
            oi: call?.oi,
            bid_price: call?.depth[0]?.bidP,
            ask_qty: call?.depth[0]?.askQ,
            prev_oi: 900_000,
          },
          option_greeks: { iv: 14.25, theta: -12.3456, gamma: 0.0007 },
        },
      });
      const odds = row?.['call_options'] as { option_greeks: { pop: number } };
      expect(odds.option_greeks.pop).toBeGreaterThan(25);
      expect(odds.option_greeks.pop).toBeLessThan(50);
      expect(await data(`/v2/option/chain?${q({ instrument_key: NIFTY, expiry_date: '2026-09-15' })}`)).toEqual([]);
    });
  });
});
