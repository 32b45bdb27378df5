/** Dashboards, alerts and runbooks as they lie in the repository; that their metrics exist is checked on a running stack. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, runCommand, stateFolder } from '@vega/testkit';
import { parse, stringify } from 'yaml';
import { readAlertFiles } from './alert-rules.ts';
import { DASHBOARDS } from './dashboards.ts';
import { expressionsOf, toGrafana } from './grafana.ts';
import { metricNamesOf, offeredNames } from './metric-names.ts';
import { obtainPromtool } from './promtool.ts';

const root = projectRoot();
const alertFolder = join(root, 'deploy/observability/alerts');
const dashboardFolder = join(root, 'deploy/observability/dashboards');
const files = readAlertFiles(alertFolder);
const alerts = files.flatMap(({ rules }) => rules);

describe('dashboards', () => {
  it('are committed as their plans say', () => {
    expect(readdirSync(dashboardFolder).sort()).toEqual(Object.keys(DASHBOARDS).sort());
    for (const [file, plan] of Object.entries(DASHBOARDS)) {
      expect(JSON.parse(readFileSync(join(dashboardFolder, file), 'utf8'))).toEqual(toGrafana(plan));
    }
  });

  it('place their panels side by side and never on top of each other', () => {
    for (const plan of Object.values(DASHBOARDS)) {
      const taken = new Set<string>();
      const { panels } = toGrafana(plan) as { panels: { gridPos: { x: number; y: number; w: number; h: number } }[] };
      for (const { gridPos } of panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(taken.has(`${x} ${y}`)).toBe(false);
            taken.add(`${x} ${y}`);
          }
        }
      }
    }
  });
});

describe('alerts and runbooks', () => {
  it('belong to each other, one page per alert', () => {
    const pages = readdirSync(join(root, 'docs/runbooks')).filter((name) => name !== 'README.md');
    const wanted = alerts.map(({ alert }) => `${alert.replaceAll(/(?<!^)(?=[A-Z])/g, '-').toLowerCase()}.md`);
    expect(pages.sort()).toEqual(wanted.sort());
    expect(alerts.map(({ annotations }) => annotations.runbook).sort()).toEqual(
      wanted.map((page) => `docs/runbooks/${page}`).sort(),
    );
    const index = readFileSync(join(root, 'docs/runbooks/README.md'), 'utf8');
    for (const { alert, annotations } of alerts) {
      const page = readFileSync(join(root, annotations.runbook), 'utf8');
      expect(page).toContain(`Alert \`${alert}\`.`);
      const parts = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(parts).toEqual(['What it means', 'How to see it', 'What to do', 'It is over when']);
      expect(index).toContain(`(${annotations.runbook.replace('docs/runbooks/', '')})`);
    }
  });

  it('have no link that leads nowhere', () => {
    const folder = join(root, 'docs/runbooks');
    for (const name of readdirSync(folder)) {
      const links = readFileSync(join(folder, name), 'utf8').matchAll(/\]\(([^)#]+)\)/g);
      for (const [, link = ''] of links) {
        expect({ name, link, exists: isThere(join(folder, link)) }).toEqual({ name, link, exists: true });
      }
    }
  });

  it('are each tested to fire and to keep silent', () => {
    for (const { file, rules } of files) {
      const text = readFileSync(join(alertFolder, 'tests', file.replace('.yaml', '.test.yaml')), 'utf8');
      const { tests } = parse(text) as {
        tests: { promql_expr_test: { expr: string; exp_samples: unknown[] }[] }[];
      };
      const cases = tests.flatMap(({ promql_expr_test: one }) => one);
      for (const { alert } of rules) {
        const own = cases.filter(({ expr }) => expr.includes(`alertname="${alert}"`));
        expect({ alert, fires: own.some(({ exp_samples }) => exp_samples.length > 0) }).toEqual({ alert, fires: true });
        expect({ alert, silent: own.some(({ exp_samples }) => exp_samples.length === 0) }).toEqual({
          alert,
          silent: true,
        });
      }
    }
  });
});

function isThere(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'ENOTDIR';
  }
}

const promtool = await obtainPromtool(join(stateFolder(), 'servers'));
if ('missing' in promtool) console.warn(`alert rules are not run: ${promtool.missing}`);
const describeWithPromtool = 'missing' in promtool ? describe.skip : describe;

describeWithPromtool('by promtool', () => {
  let folder: string;
  const run = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand('command' in promtool ? promtool.command : '', args, { timeoutMs: 60_000 });
  const testFiles = (): string[] => readdirSync(join(folder, 'tests')).map((name) => join(folder, 'tests', name));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vega-alerts-'));
    cpSync(alertFolder, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('the rules are valid and every alert fires and keeps silent as tested', async () => {
    const check = await run('check', 'rules', ...files.map(({ file }) => join(folder, file)));
    expect(check).toMatchObject({ code: 0 });
    const test = await run('test', 'rules', ...testFiles());
    expect({ code: test.code, said: test.code === 0 ? '' : test.stdout + test.stderr }).toEqual({ code: 0, said: '' });
  }, 120_000);

  it.each([
    ['never fires', 'vector(0) > 1'],
    ['always fires', 'vector(1)'],
  ])(
    'an alert that %s is caught by its test',
    async (_what, expr) => {
      for (const { file } of files) {
        const rules = parse(readFileSync(join(folder, file), 'utf8')) as {
          groups: { rules: { alert: string; expr: string; for?: string }[] }[];
        };
        for (const group of rules.groups) {
          for (const rule of group.rules) {
            rule.expr = expr;
            delete rule.for;
          }
        }
        writeFileSync(join(folder, file), stringify(rules));
      }
      const test = await run('test', 'rules', ...testFiles());
      expect(test.code).not.toBe(0);
      for (const { alert } of alerts) expect(test.stdout + test.stderr).toContain(`alertname="${alert}"`);
    },
    120_000,
  );

  it('the expressions of dashboards are PromQL', async () => {
    const rules = Object.values(DASHBOARDS)
      .flatMap(expressionsOf)
      .map((expr, index) => ({ record: `spec:panel_${index}`, expr }));
    const file = join(folder, 'panels.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }));
    expect(await run('check', 'rules', file)).toMatchObject({ code: 0 });
    writeFileSync(
      file,
      stringify({ groups: [{ name: 'panels', rules: [{ record: 'spec:bad', expr: 'sum(rate(' }] }] }),
    );
    expect((await run('check', 'rules', file)).code).not.toBe(0);
  }, 120_000);

  it('the example configuration of Prometheus is valid', async () => {
    const config = join(root, 'deploy/observability/prometheus.yaml');
    expect(await run('check', 'config', config)).toMatchObject({ code: 0 });
  }, 60_000);
});

describe('the metrics that an expression reads', () => {
  it.each([
    ['vega_feed_state == 3 and on (instance) vega_feed_market_open == 1', ['vega_feed_state', 'vega_feed_market_open']],
    ['histogram_quantile(0.99, sum by (le, route) (rate(a_bucket{x="b c", y!~"d"}[5m]))) > 1', ['a_bucket']],
    ['sum(rate(a_total[$__rate_interval])) by (b) / ignoring (c) d offset 5m', ['a_total', 'd']],
    ['hour() >= 3 and day_of_week() < 6', []],
    ['a > bool 1e3 or time() - b', ['a', 'b']],
  ])('%s', (expression, names) => {
    expect(metricNamesOf(expression)).toEqual(names);
  });

  it('are looked for among those a process declares, parts of histograms included', () => {
    const offered = offeredNames('# HELP a b\n# TYPE a counter\na 1\n# TYPE h histogram\n');
    expect([...offered]).toEqual(['a', 'h', 'h_bucket', 'h_sum', 'h_count']);
  });
});
