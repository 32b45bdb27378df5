import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchInVain, launchSimulator } from './simulator-process.ts';

const LONG_MS = 120_000;

describe('the simulator process', () => {
  let stateDir: string;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'upstox-sim-state-'));
  });
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

  it(
    'serves a living generated market, logs no secrets, drains on SIGTERM and keeps its state',
    async () => {
      const first = await launchSimulator({
        VEGA_SIM_STATE_DIR: stateDir,
        VEGA_SIM_SPEED: '60',
        VEGA_LOG_LEVEL: 'debug',
      });
      const { apps } = (await (await fetch(`${first.url}/sim/apps`)).json()) as { apps: Record<string, string>[] };
      const [app] = apps;
      const issued = await fetch(`${first.url}/sim/apps/${app?.['client_id']}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: 'VG1001', pin: '111111' }),
      });
      const { data } = (await issued.json()) as { data: { access_token: string } };
      const headers = { authorization: `Bearer ${data.access_token}` };
      const quote = await fetch(`${first.url}/v3/market-quote/ltp?instrument_key=NSE_INDEX%7CNifty%2050`, { headers });
      expect(quote.status).toBe(200);
      const before = (await (await fetch(`${first.url}/sim/status`)).json()) as {
        market: { time: number; instruments: number };
      };
      expect(before.market.instruments).toBeGreaterThan(1_000);
      expect(await first.stop()).toBe(0);
      const lines = first
        .log()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { msg: string });
      expect(lines.map((line) => line.msg)).toContain('stopping');
      expect(first.log()).not.toContain(data.access_token);
      expect(first.log()).not.toContain(app?.['client_secret']);
      const second = await launchSimulator({ VEGA_SIM_STATE_DIR: stateDir, VEGA_SIM_SPEED: '60' });
      expect((await fetch(`${second.url}/v2/user/profile`, { headers })).status).toBe(200);
      const after = (await (await fetch(`${second.url}/sim/status`)).json()) as { market: { time: number } };
      expect(after.market.time).toBeGreaterThanOrEqual(before.market.time);
      expect(await second.stop()).toBe(0);
    },
    LONG_MS,
  );

  it(
    'refuses a bad configuration, a missing recording and a taken port in one sentence each',
    async () => {
      const config = await launchInVain({ VEGA_SIM_PORT: 'here', VEGA_SIM_SOURCE: 'dreamt' });
      expect(config.code).toBe(1);
      expect(config.stderr).toMatch(/^upstox-sim: .*VEGA_SIM_PORT.*VEGA_SIM_SOURCE.*\n$/);
      const recording = await launchInVain({
        VEGA_SIM_STATE_DIR: stateDir,
        VEGA_SIM_PORT: '0',
        VEGA_SIM_SOURCE: 'recorded',
        VEGA_SIM_RECORDED_FILE: join(stateDir, 'nothing.jsonl'),
      });
      expect([recording.code, recording.stderr.split('\n').length]).toEqual([1, 2]);
      expect(recording.stderr).toContain('nothing.jsonl');
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
      const { port } = squatter.address() as AddressInfo;
      const taken = await launchInVain({ VEGA_SIM_STATE_DIR: stateDir, VEGA_SIM_PORT: String(port) });
      await new Promise((resolve) => squatter.close(resolve));
      expect([taken.code, taken.stderr]).toEqual([1, `upstox-sim: cannot listen on 127.0.0.1:${port} (EADDRINUSE)\n`]);
    },
    LONG_MS,
  );
});
