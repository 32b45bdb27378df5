import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { MasterRow } from '../src/market/market-source.ts';
import { FixtureMarket, IDEA, MONTHLY_EXPIRY, niftyRow } from './fixture-market.ts';
import { startHarness, type Harness } from './harness.ts';

const RUN_MS = 60_000;
const SANITY = join(
  dirname(createRequire(import.meta.url).resolve('upstox-js-sdk/package.json')),
  'test/sdk/Sanity.js',
);

function share(isin: string, symbol: string): MasterRow {
  return {
    segment: 'NSE_EQ',
    name: symbol,
    exchange: 'NSE',
    isin,
    instrument_type: 'EQ',
    instrument_key: `NSE_EQ|${isin}`,
    lot_size: 1,
    freeze_quantity: 100_000,
    exchange_token: isin.slice(3, 9),
    tick_size: 5,
    trading_symbol: symbol,
  };
}

/** The instruments that the script asks about, at prices near those of its orders. */
function marketOfTheScript(): FixtureMarket {
  const extra = [
    share('INE528G01035', 'YESBANK'),
    share('INE917I01010', 'BAJAJ-AUTO'),
    niftyRow('CE', 25_000, MONTHLY_EXPIRY, '38606', false),
  ];
  const market = new FixtureMarket('generated', extra);
  const depth = [{ bidQ: 9_000, bidP: 8, askQ: 12_000, askP: 8.1 }];
  Object.assign(market.quotes.get(IDEA) ?? {}, { ltp: 8.1, cp: 8, depth, lowerCircuit: 6.4, upperCircuit: 9.6 });
  return market;
}

describe("the SDK's own sanity script, unmodified", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({ market: marketOfTheScript(), config: { plan: 'plus', limitFactor: 100 } });
  });
  afterEach(() => harness.stop());

  async function runSanity(): Promise<string> {
    const child = spawn(process.execPath, ['-r', join(import.meta.dirname, 'sdk/sanity-preload.cjs'), SANITY], {
      env: { PATH: process.env['PATH'], SIM_URL: harness.sim.url, TOKEN: await harness.token() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    return output;
  }

  it(
    'finds nothing wrong, and says enough to mean something',
    async () => {
      const output = await runSanity();
      expect(complaints(output)).toEqual([]);
      const { total, endpoints } = harness.sim.context.census.summary();
      expect(total).toBeGreaterThanOrEqual(92);
      expect(endpoints).toBeGreaterThanOrEqual(70);
      expect(harness.sim.context.hall.state.orders.size).toBeGreaterThanOrEqual(8);
    },
    RUN_MS,
  );

  it(
    'notices a broker that spells its errors in one way only',
    async () => {
      await harness.fault({ kind: 'sabotage', what: 'snake-only' });
      expect(complaints(await runSanity())).toContain('error in CANCEL order');
    },
    RUN_MS,
  );
});

function complaints(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => /error in|error get|error trade|error historical|error market/i.test(line));
}
