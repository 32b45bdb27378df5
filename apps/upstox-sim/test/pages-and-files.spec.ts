import { gunzipSync } from 'node:zlib';
import type { MasterRow } from '../src/market/market-source.ts';
import { ATM_CALL, MARKET_DATE, NIFTY, WEEKLY_EXPIRY } from './fixture-market.ts';
import { q, startHarness, type Harness } from './harness.ts';

describe('pages and files', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await startHarness({ config: { limitFactor: 1000, plan: 'plus' } });
    await harness.token();
  });
  afterAll(() => harness.stop());

  describe('instrument files', () => {
    it.each([
      ['complete', 50],
      ['NSE', 49],
      ['BSE', 1],
      ['MCX', 0],
      ['MTF', 2],
      ['NSE_MIS', 2],
      ['suspended-instrument', 0],
    ])('serves %s.json.gz without a token', async (name, count) => {
      const response = await fetch(`${harness.sim.url}/market-quote/instruments/exchange/${name}.json.gz`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-encoding')).toBeNull();
      const rows = JSON.parse(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()) as MasterRow[];
      expect(rows).toHaveLength(count);
      const etag = response.headers.get('etag') ?? '';
      const again = await fetch(`${harness.sim.url}/market-quote/instruments/exchange/${name}.json.gz`, {
        headers: { 'if-none-match': etag },
      });
      expect(again.status).toBe(304);
    });

    it('knows no other file', async () => {
      expect((await harness.get('/market-quote/instruments/exchange/constructor.json.gz')).status).toBe(404);
      expect((await harness.get('/market-quote/instruments/exchange/NSE.csv.gz')).status).toBe(404);
    });
  });

  describe('its own pages', () => {
    it('tells a newcomer what it is and an operator how it does', async () => {
      const home = await harness.get('/');
      expect(home.text).toContain('Upstox simulator');
      expect((await harness.get('/health/live')).status).toBe(200);
      expect((await harness.get('/health/ready')).status).toBe(200);
      const { body } = await harness.get('/sim/status');
      expect(body).toMatchObject({
        market: {
          kind: 'generated',
          date: MARKET_DATE,
          session: { NSE_FO: 'NORMAL_OPEN' },
          progress: { fixture: true },
          instruments: 50,
        },
        seed: 1,
        plan: 'plus',
        tokens: { access: 1 },
        feed: { connections: [], entries_sent: 0 },
      });
    });
  });
});

describe('expired contracts', () => {
  it('are remembered when they leave the master, over a restart, for the Plus plan alone', async () => {
    const first = await startHarness({ config: { plan: 'plus' } });
    const token = await first.token();
    await first.get('/sim/status');
    const living = first.market.instruments().filter((row) => row.weekly !== true);
    first.market.replaceInstruments(living);
    const expiries = await first.get(`/v2/expired-instruments/expiries?${q({ instrument_key: NIFTY })}`, token);
    expect(expiries.body.data).toEqual([WEEKLY_EXPIRY]);
    await first.sim.close();
    const second = await startHarness({ config: { plan: 'plus' }, stateDir: first.stateDir });
    const options = await second.get(
      `/v2/expired-instruments/option/contract?${q({ instrument_key: NIFTY, expiry_date: WEEKLY_EXPIRY })}`,
      token,
    );
    expect(options.body.data).toHaveLength(22);
    const key = `${ATM_CALL}|08-09-2026`;
    expect(options.body.data).toEqual(expect.arrayContaining([expect.objectContaining({ instrument_key: key })]));
    const candles = await second.get(
      `/v2/expired-instruments/historical-candle/${encodeURIComponent(key)}/day/2026-09-01/2026-08-24`,
      token,
    );
    expect(candles.status).toBe(200);
    const futures = await second.get(
      `/v2/expired-instruments/future/contract?${q({ instrument_key: NIFTY, expiry_date: WEEKLY_EXPIRY })}`,
      token,
    );
    expect(futures.body.data).toEqual([]);
    await second.sim.close();
    const plain = await startHarness({ stateDir: first.stateDir });
    const refused = await plain.get(`/v2/expired-instruments/expiries?${q({ instrument_key: NIFTY })}`, token);
    expect(refused.body.errors?.[0]?.['errorCode']).toBe('UDAPI1149');
    await plain.sim.close();
    await first.stop();
  });
});
