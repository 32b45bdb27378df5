import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@vega/testkit';
import { readJournal } from '../src/index.ts';
import { ATM_CALL, FixtureMarket } from './fixture-market.ts';
import { startHarness } from './harness.ts';
import { launchSimulator, type SimulatorProcess } from './simulator-process.ts';
import { onGrid, orderBody, placed, readBook } from './trading-client.ts';

const PROCESS_MS = 180_000;

describe('the journal', () => {
  let stateDir: string;
  beforeEach(() => (stateDir = mkdtempSync(join(tmpdir(), 'upstox-sim-journal-'))));
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));
  const folder = (): string => join(stateDir, 'trading');
  const file = (): string => join(folder(), 'journal-000001.log');

  async function aDay(): Promise<void> {
    const harness = await startHarness({ stateDir, config: { limitFactor: 100 } });
    const token = await harness.token();
    const last = harness.market.quote(ATM_CALL)?.ltp ?? 0;
    await placed(harness, token, { price: onGrid(last + 0.1), tag: 'bought' });
    await placed(harness, token, { price: 120, tag: 'waits' });
    await harness.stop();
  }

  it('is the witness: who ordered what, when, and what traded', async () => {
    await aDay();
    const { records, tornBytes } = readJournal(folder());
    expect(tornBytes).toBe(0);
    expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 1));
    const orders = records.filter((record) => record.type === 'order-received');
    expect(orders).toMatchObject([
      { account: 'VG1001', tag: 'bought' },
      { account: 'VG1001', tag: 'waits' },
    ]);
    expect(records.filter((record) => record.type === 'trade')).toMatchObject([
      { orderId: (orders[0] as { orderId: string }).orderId, quantity: 65 },
    ]);
  });

  it('brings everything back, with its end torn off, and goes on', async () => {
    await aDay();
    appendFileSync(file(), '0badc0de {"seq":99,"type":"tra');
    const harness = await startHarness({ stateDir, config: { limitFactor: 100 } });
    const token = await harness.token();
    expect(await readBook(harness, token)).toMatchObject([
      { tag: 'bought', status: 'complete' },
      { tag: 'waits', status: 'open' },
    ]);
    // What waited still trades.
    harness.market.step([
      { key: ATM_CALL, change: { ltp: 119, depth: [{ bidQ: 65, bidP: 118, askQ: 650, askP: 119 }] } },
    ]);
    await eventually(async () => (await readBook(harness, token)).every((order) => order.status === 'complete'), {
      withinMs: 10_000,
      everyMs: 20,
      what: 'the fill of the order that waited',
    });
    await harness.stop();
    expect(readJournal(folder()).tornBytes).toBe(0);
  });

  it('refuses to start on damage in its middle', async () => {
    await aDay();
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.replace('"tag":"bought"', '"tag":"forged"'));
    await expect(startHarness({ stateDir })).rejects.toThrow(/damaged/);
  });

  it('carries a paper account over the end of a day', async () => {
    const market = new FixtureMarket();
    const harness = await startHarness({ stateDir, market, config: { limitFactor: 100 } });
    const token = await harness.token();
    await placed(harness, token, { price: onGrid((market.quote(ATM_CALL)?.ltp ?? 0) + 0.1) });
    await placed(harness, token, { price: 120 });
    market.passTo('2026-09-03');
    const positions = (await harness.get('/v2/portfolio/short-term-positions', token)).body.data as unknown as object[];
    expect(positions).toMatchObject([{ overnight_quantity: 65, quantity: 65, day_buy_quantity: 0 }]);
    expect(await readBook(harness, token)).toEqual([]);
    const trades = await harness.get(
      '/v2/charges/historical-trades?segment=FO&start_date=2026-09-01&end_date=2026-09-03&page_number=1&page_size=10',
      token,
    );
    expect(trades.body.data).toHaveLength(1);
    const types = readJournal(folder()).records.map((record) => record.type);
    expect(types.slice(-2)).toEqual(['day-closed', 'day-opened']);
    await harness.stop();
  });

  it(
    'holds every order that was answered before kill -9',
    async () => {
      const env = { VEGA_SIM_STATE_DIR: stateDir, VEGA_SIM_LIMIT_FACTOR: '1000', VEGA_SIM_SPEED: '60' };
      const first = await launchSimulator(env);
      const { token, key } = await openForOrders(first);
      const answered = new Map<string, string>();
      let sent = 0;
      const client = async (): Promise<void> => {
        for (;;) {
          const tag = `t${sent++}`;
          try {
            const body = orderBody({ instrument_token: key, quantity: 1, price: 1, tag });
            const response = await post(first, token, body);
            answered.set(tag, response);
          } catch {
            return;
          }
          if (answered.size === 40) first.child.kill('SIGKILL');
        }
      };
      await Promise.all([client(), client(), client(), client()]);
      expect(answered.size).toBeGreaterThanOrEqual(40);
      const kept = new Map(
        readJournal(folder()).records.flatMap((record) =>
          record.type === 'order-received' ? [[record.tag, record.orderId] as const] : [],
        ),
      );
      for (const [tag, orderId] of answered) expect(kept.get(tag)).toBe(orderId);
      const second = await launchSimulator(env);
      const status = (await (await fetch(`${second.url}/sim/status`)).json()) as { trading: { orders: number } };
      expect(status.trading.orders).toBe(kept.size);
      await second.stop();
    },
    PROCESS_MS,
  );
});

/** A token, and a share that can be ordered. */
async function openForOrders(simulator: SimulatorProcess): Promise<{ token: string; key: string }> {
  const { apps } = (await (await fetch(`${simulator.url}/sim/apps`)).json()) as { apps: Record<string, string>[] };
  const app = apps.find((one) => one['owner_user_id'] === 'VG1001');
  const issued = await fetch(`${simulator.url}/sim/apps/${app?.['client_id']}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: 'VG1001', pin: '111111' }),
  });
  const { data } = (await issued.json()) as { data: { access_token: string } };
  return { token: data.access_token, key: 'NSE_EQ|INE002A01018' };
}

async function post(simulator: SimulatorProcess, token: string, body: object): Promise<string> {
  for (;;) {
    const response = await fetch(`${simulator.url}/v3/order/place`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { data?: { order_ids: string[] }; errors?: { errorCode: string }[] };
    // Between two phases of the day the market takes no orders.
    if (answer.errors?.[0]?.errorCode === 'UDAPI100057') continue;
    const [id] = answer.data?.order_ids ?? [];
    if (id === undefined) throw new Error(JSON.stringify(answer));
    return id;
  }
}
