import type { CandleRow } from '../src/market/market-source.ts';
import { RELIANCE } from './fixture-market.ts';
import { startHarness, type Harness } from './harness.ts';

describe('candles over REST', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await startHarness({ config: { limitFactor: 1000, plan: 'plus' } });
  });
  afterAll(() => harness.stop());

  describe('candles', () => {
    const key = encodeURIComponent(RELIANCE);

    it('needs no token', async () => {
      const answer = await harness.get(`/v3/historical-candle/${key}/days/1/2026-09-01/2026-08-24`);
      expect(answer.status).toBe(200);
      const { candles } = answer.body.data as unknown as { candles: CandleRow[] };
      expect(candles.map(([time]) => time.slice(0, 10))).toEqual([
        '2026-09-01',
        '2026-08-31',
        '2026-08-28',
        '2026-08-27',
        '2026-08-26',
        '2026-08-25',
        '2026-08-24',
      ]);
      expect(candles[0]).toHaveLength(7);
      expect(candles[0]?.[0]).toBe('2026-09-01T00:00:00+05:30');
    });

    it.each([
      ['/v2/historical-candle/KEY/1minute/2026-09-01'],
      ['/v2/historical-candle/KEY/day/2026-09-01/2026-08-24'],
      ['/v2/historical-candle/intraday/KEY/30minute'],
      ['/v3/historical-candle/KEY/weeks/1/2026-09-01'],
      ['/v3/historical-candle/KEY/minutes/1/2026-09-01/2026-08-01'],
      ['/v3/historical-candle/KEY/minutes/300/2026-09-01/2026-06-01'],
      ['/v3/historical-candle/KEY/days/1/2026-09-01/2016-09-01'],
      ['/v3/historical-candle/intraday/KEY/hours/1'],
      ['/v3/historical-candle/intraday/KEY/days/1'],
    ])('answers %s', async (path) => {
      const answer = await harness.get(path.replace('KEY', key));
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      expect((answer.body.data as unknown as { candles: CandleRow[] }).candles.length).toBeGreaterThan(0);
    });

    it.each([
      ['/v3/historical-candle/nonsense/days/1/2026-09-01', 'UDAPI1021'],
      ['/v3/historical-candle/NSE_EQ%7CINE000A00000/days/1/2026-09-01', 'UDAPI100011'],
      ['/v3/historical-candle/MCX_FO%7C1/days/1/2026-09-01', 'UDAPI100011'],
      ['/v3/historical-candle/KEY/years/1/2026-09-01', 'UDAPI1146'],
      ['/v3/historical-candle/KEY/minutes/0/2026-09-01', 'UDAPI1147'],
      ['/v3/historical-candle/KEY/minutes/301/2026-09-01', 'UDAPI1147'],
      ['/v3/historical-candle/KEY/hours/6/2026-09-01', 'UDAPI1147'],
      ['/v3/historical-candle/KEY/days/2/2026-09-01', 'UDAPI1147'],
      ['/v3/historical-candle/KEY/days/one/2026-09-01', 'UDAPI1147'],
      ['/v3/historical-candle/KEY/days/1', 'UDAPI1022'],
      ['/v3/historical-candle/KEY/days/1/2026-02-30', 'UDAPI1015'],
      ['/v3/historical-candle/KEY/days/1/2026-09-01/2026-09-02', 'UDAPI1015'],
      ['/v3/historical-candle/KEY/days/1/01-09-2026', 'UDAPI1015'],
      ['/v3/historical-candle/KEY/minutes/15/2026-09-01/2026-07-31', 'UDAPI1148'],
      ['/v3/historical-candle/KEY/minutes/16/2026-09-01/2026-05-31', 'UDAPI1148'],
      ['/v3/historical-candle/KEY/hours/1/2026-09-01/2026-05-31', 'UDAPI1148'],
      ['/v3/historical-candle/KEY/days/1/2026-09-01/2016-08-31', 'UDAPI1148'],
      ['/v3/historical-candle/intraday/KEY/weeks/1', 'UDAPI1146'],
      ['/v3/historical-candle/intraday/KEY/minutes/500', 'UDAPI1147'],
      ['/v2/historical-candle/KEY/5minute/2026-09-01', 'UDAPI1020'],
      ['/v2/historical-candle/KEY/day', 'UDAPI1022'],
      ['/v2/historical-candle/KEY/day/yesterday', 'UDAPI1015'],
      ['/v2/historical-candle/intraday/KEY/day', 'UDAPI1020'],
      ['/v2/historical-candle/x/day/2026-09-01', 'UDAPI1021'],
    ])('refuses %s with %s', async (path, code) => {
      const answer = await harness.get(path.replace('KEY', key));
      expect([answer.status, answer.body.errors?.[0]?.['errorCode']]).toEqual([400, code]);
    });
  });
});
