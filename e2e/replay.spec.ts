// `npm start -- --replay <capture> --speed N`: what the file says last is what the gateway answers, to the paisa.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeWithSharedData, eventually } from '@vega/testkit';
import { startTestStack, type TestStack } from './stack-harness.ts';

interface Captured {
  instrumentKey: string;
  fullFeed: {
    marketFF: {
      ltpc: { ltp: number; ltt: string; ltq?: string; cp: number };
      marketLevel: { bidAskQuote: { bidQ?: string; bidP?: number; askQ?: string; askP?: number }[] };
      marketOHLC: { ohlc: { interval: string; open: number; high: number; low: number; close: number }[] };
      atp?: number;
      vtt?: string;
      oi?: number;
      tbq?: number;
      tsq?: number;
    };
  };
}

describeWithSharedData('a replay of the recorded feed', (shared) => {
  const file = join(shared, 'data/ticks_v3_full_2025-12-15_1000-1015_all10.jsonl.gz');
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({ args: ['--replay', file, '--speed', '60'] });
  }, 240_000);
  afterAll(() => stack.close(), 60_000);

  const get = async (path: string): Promise<Record<string, never>> =>
    (await (await stack.fetch(path)).json()) as Record<string, never>;

  it('ends with every instrument at the last values of the file', async () => {
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
    const last = new Map<string, Captured>();
    for (const line of lines) {
      const message = JSON.parse(line) as Captured;
      last.set(message.instrumentKey, message);
    }
    expect(lines).toHaveLength(11_608);
    expect(last.size).toBe(10);
    const progress = async (): Promise<{ finished: boolean; played: number }> => {
      const body = (await (await fetch(`${stack.addresses.upstoxSim}/sim/status`)).json()) as unknown as {
        market: { progress: never };
      };
      return body.market.progress;
    };
    await eventually(async () => (await progress()).finished, { withinMs: 120_000 });
    expect((await progress()).played).toBe(11_608);
    await eventually(
      async () => {
        const status = (await get('/api/v1/market/market-feed/status')) as unknown as {
          ticks_published: number;
          duplicates_dropped: number;
        };
        return status.ticks_published + status.duplicates_dropped >= 11_608;
      },
      { withinMs: 20_000 },
    );
    for (const [key, { fullFeed }] of last) {
      const { ltpc, marketLevel, marketOHLC, atp, vtt, oi, tbq, tsq } = fullFeed.marketFF;
      const day = marketOHLC.ohlc.find(({ interval }) => interval === '1d');
      const quote = await get(`/api/v1/market/quote/${encodeURIComponent(key)}`);
      expect({ key, ...quote }).toMatchObject({
        key,
        last_price: ltpc.ltp,
        last_trade_time_ms: Number(ltpc.ltt),
        prev_close: ltpc.cp,
        ohlc: { open: day?.open, high: day?.high, low: day?.low, close: day?.close },
        avg_price: atp,
        volume: Number(vtt ?? 0),
        oi: key.startsWith('NSE_EQ') ? null : (oi ?? 0),
        total_buy_qty: tbq ?? 0,
        total_sell_qty: tsq ?? 0,
      });
      const depth = (await get(`/api/v1/market/depth/${encodeURIComponent(key)}`)) as unknown as {
        bids: { price: number; qty: number }[];
        asks: { price: number; qty: number }[];
      };
      const levels = marketLevel.bidAskQuote;
      const side = (price: 'bidP' | 'askP', qty: 'bidQ' | 'askQ'): { price: number; qty: number }[] =>
        levels
          .filter((level) => (level[price] ?? 0) > 0)
          .map((level) => ({ price: level[price] ?? 0, qty: Number(level[qty] ?? 0) }));
      expect({ key, bids: depth.bids, asks: depth.asks }).toEqual({
        key,
        bids: side('bidP', 'bidQ'),
        asks: side('askP', 'askQ'),
      });
    }
  }, 240_000);
});
