/** What operators look at, on a running stack: every metric of a panel or an alert is there, and the doctor is right. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, projectRoot, runCommand } from '@vega/testkit';
import { readAlertFiles } from '../tools/observability/alert-rules.ts';
import { DASHBOARDS } from '../tools/observability/dashboards.ts';
import { expressionsOf } from '../tools/observability/grafana.ts';
import { metricNamesOf, offeredNames } from '../tools/observability/metric-names.ts';
import { startTestStack } from './stack-harness.ts';
import type { TestStack } from './stack-harness.ts';

const root = projectRoot();

/** What Prometheus makes itself. */
const OF_PROMETHEUS = new Set(['up']);

function doctor(state: string): ReturnType<typeof runCommand> {
  const args = ['--conditions=@vega/source', '--disable-warning=ExperimentalWarning', join(root, 'tools/doctor.ts')];
  return runCommand(process.execPath, [...args, '--state', state], { timeoutMs: 30_000, cwd: root });
}

describe('operating a running stack', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({ args: ['--fault-port'] });
  }, 180_000);
  afterAll(() => stack.close(), 60_000);

  it('offers every metric that dashboards and alerts read', async () => {
    const offered = new Set(OF_PROMETHEUS);
    for (const [name, address] of Object.entries(stack.addresses.ops)) {
      if (name === 'upstox-sim') continue;
      const text = await (await fetch(`${address}/metrics`)).text();
      for (const metric of offeredNames(text)) offered.add(metric);
    }
    const panels = Object.entries(DASHBOARDS).flatMap(([where, plan]) =>
      expressionsOf(plan).map((expr) => ({ where, expr })),
    );
    const alerts = readAlertFiles(join(root, 'deploy/observability/alerts')).flatMap(({ rules }) =>
      rules.map(({ alert, expr }) => ({ where: alert, expr })),
    );
    const missing = (queries: readonly { where: string; expr: string }[]): string[] =>
      queries.flatMap(({ where, expr }) =>
        metricNamesOf(expr)
          .filter((metric) => !offered.has(metric))
          .map((metric) => `${where}: ${metric}`),
      );
    expect(missing([...panels, ...alerts])).toEqual([]);
    expect(missing([{ where: 'planted', expr: 'sum(rate(vega_feed_tics_published_total[5m]))' }])).toEqual([
      'planted: vega_feed_tics_published_total',
    ]);
  });

  it('is examined by the doctor, who is ready to trade while all is well', async () => {
    const { code, stdout } = await doctor(stack.state);
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'ready to trade on the simulated market',
    });
    for (const part of ['gateway', 'market-feed-archiver', 'broker token', 'archive', 'stream MD_TICKS', 'disk']) {
      expect(stdout).toMatch(new RegExp(`^ {2}(ok|look) +${part} `, 'm'));
    }
  }, 60_000);

  it('is not ready when the feed falls silent, and the doctor says why', async () => {
    const faults = `${stack.addresses.faults}/faults`;
    const asked = await fetch(faults, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'mute' }),
    });
    expect(asked.ok).toBe(true);
    await eventually(async () => (await doctor(stack.state)).code === 1, {
      withinMs: 40_000,
      everyMs: 1_000,
      what: 'a doctor who is not content',
    });
    const { stdout } = await doctor(stack.state);
    expect(stdout).toMatch(/^ {2}BAD +feed +red \(.*silent although the market is open/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^not ready to trade: feed: red/);
    await fetch(faults, { method: 'DELETE' });
    await eventually(async () => (await doctor(stack.state)).code === 0, {
      withinMs: 60_000,
      everyMs: 1_000,
      what: 'a doctor who is content again',
    });
  }, 150_000);
});

describe('the doctor without a stack', () => {
  it('says so in one sentence', async () => {
    const state = mkdtempSync(join(process.env['VEGA_TEST_FOLDER'] ?? '', 'nothing-'));
    try {
      const { code, stdout, stderr } = await doctor(state);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(/^not ready to trade: the stack is not running[^\n]*\n$/);
    } finally {
      rmSync(state, { recursive: true, force: true });
    }
  }, 60_000);
});
