// Frames and script time of 1,760 live cells in headless Chromium: the application's cell store and grid against the same
// table written with one Redux dispatch, and with one setState, per tick. All three get the same changes from a worker.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, projectRoot, stateFolder } from '@vega/testkit';
import { chromium, type CDPSession, type Page } from 'playwright-core';
import { build, preview } from 'vite';
import type { RunFigures, RunOrder, TableName } from '../../apps/web/bench/run-figures.ts';
import { median, percentile, type BenchResult } from '../measure.ts';

const PER_SECOND = 5_000;
const SECONDS = 4;
const ROUNDS = 5;
const TABLES: readonly TableName[] = ['ours', 'redux', 'state'];
const MOST_P50_MS = 17;
const MOST_P95_MS = 25;
const MOST_SCRIPT = 0.5;

/** One table in one round. */
interface Seen {
  p50Ms: number;
  p95Ms: number;
  framesPerSecond: number;
  /** Script milliseconds in a second of the run. */
  scriptMs: number;
  layoutMs: number;
}

/** Runs the comparison in the Chromium at `program`. */
export async function benchTables(program: string): Promise<BenchResult[]> {
  const root = projectRoot();
  const outDir = join(stateFolder(), 'bench-web');
  const source = join(root, 'apps/web/bench');
  const configFile = join(root, 'apps/web/vite.config.ts');
  await build({ configFile, root: source, build: { outDir, emptyOutDir: true, sourcemap: false }, logLevel: 'warn' });
  const server = await preview({
    configFile: false,
    root: source,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const browser = await chromium.launch({ executablePath: program, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage({ viewport: { width: 1_920, height: 1_080 } });
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    const seen: Record<TableName, Seen[]> = { ours: [], redux: [], state: [] };
    for (const table of TABLES) await runOnce(page, cdp, table, 0, 1);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const order = round % 2 === 0 ? TABLES : TABLES.toReversed();
      for (const table of order) seen[table].push(await runOnce(page, cdp, table, round, SECONDS));
    }
    return judge(seen);
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}

async function runOnce(page: Page, cdp: CDPSession, table: TableName, round: number, seconds: number): Promise<Seen> {
  const order: RunOrder = { seed: 20_261_123 + round, perSecond: PER_SECOND, seconds };
  await page.evaluate(`window.bench.mount('${table}')`);
  const before = await metricsOf(cdp);
  const figures = await page.evaluate<RunFigures>(`window.bench.run(${JSON.stringify(order)})`);
  const after = await metricsOf(cdp);
  if (figures.wrong > 0 || figures.applied !== PER_SECOND * seconds) {
    throw new Error(`${table}: ${figures.wrong} of ${figures.cells} cells wrong after ${figures.applied} changes`);
  }
  const ran = (after['Timestamp'] ?? 0) - (before['Timestamp'] ?? 0);
  const perSecond = (name: string): number => (1_000 * ((after[name] ?? 0) - (before[name] ?? 0))) / ran;
  return {
    p50Ms: percentile(figures.frames, 0.5),
    p95Ms: percentile(figures.frames, 0.95),
    framesPerSecond: figures.frames.length / ran,
    scriptMs: perSecond('ScriptDuration'),
    layoutMs: perSecond('LayoutDuration') + perSecond('RecalcStyleDuration'),
  };
}

async function metricsOf(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

function judge(seen: Readonly<Record<TableName, Seen[]>>): BenchResult[] {
  const of = (table: TableName, figure: keyof Seen): number => median(seen[table].map((one) => one[figure]));
  // The quicker of the two naive tables is the one to be better than.
  const naive = of('redux', 'scriptMs') < of('state', 'scriptMs') ? 'redux' : 'state';
  const script = median(
    seen.ours.map(({ scriptMs }, round) => scriptMs / (seen[naive][round]?.scriptMs ?? Number.NaN)),
  );
  const frames = median(seen.ours.map(({ p95Ms }, round) => p95Ms / (seen[naive][round]?.p95Ms ?? Number.NaN)));
  const asked = { cells: 1_760, updatesPerSecond: PER_SECOND, rounds: ROUNDS };
  const figures = (figure: keyof Seen): Record<string, number> =>
    Object.fromEntries(
      TABLES.map((table) => [`${table}${figure[0]?.toUpperCase()}${figure.slice(1)}`, tenth(of(table, figure))]),
    );
  return [
    {
      name: 'web-frames',
      figures: { ...asked, ...figures('p50Ms'), ...figures('p95Ms'), ...figures('framesPerSecond') },
      ratio: Number(frames.toFixed(3)),
      aim: `p50 <= ${MOST_P50_MS} ms, p95 <= ${MOST_P95_MS} ms`,
      holds: of('ours', 'p50Ms') <= MOST_P50_MS && of('ours', 'p95Ms') <= MOST_P95_MS,
    },
    {
      name: 'web-script',
      figures: { ...asked, naive, ...figures('scriptMs'), ...figures('layoutMs') },
      ratio: Number(script.toFixed(3)),
      aim: `<= ${MOST_SCRIPT}`,
      holds: script <= MOST_SCRIPT,
    },
  ];
}
