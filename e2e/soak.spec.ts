import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@vega/testkit';
import { probeEnvironment, readHeldMemory } from '../tools/memory-probe.ts';
import { ProcessWatch, trendOf } from '../tools/process-watch.ts';
import { judgeTrend, runSoak } from './soak.ts';

const MIB = 1024 ** 2;

/** Growth that a two-minute soak must not let pass, MiB a second: ten in two minutes. */
const LEAK_MIB_PER_SECOND = 0.1;

describe('what the soak judges', () => {
  const samples = (grow: (n: number) => number, open: (n: number) => number): Parameters<typeof trendOf>[2] =>
    Array.from({ length: 120 }, (_, n) => ({ atMs: n * 1_000, rssBytes: grow(n), descriptors: open(n) }));
  const held = (heap: (n: number) => number, own: (n: number) => number): Parameters<typeof trendOf>[4] =>
    Array.from({ length: 30 }, (_, n) => ({ atMs: n * 4_000, liveHeapBytes: heap(n) * MIB, ownBytes: own(n) * MIB }));
  const breathing = samples(
    (n) => (150 + 3 * (n % 20)) * MIB,
    () => 30,
  );

  it('sees a server grow and descriptors stay open, and lets a saw pass', () => {
    const leak = samples(
      (n) => (100 + n) * MIB,
      () => 30,
    );
    const handles = samples(
      () => 100 * MIB,
      (n) => 30 + n,
    );
    expect(judgeTrend(trendOf('flat', 1, breathing))).toEqual([]);
    expect(judgeTrend(trendOf('leak', 1, leak))).toHaveLength(1);
    expect(judgeTrend(trendOf('handles', 1, handles))[0]).toContain('descriptors');
  });

  it('sees ten MiB kept on the heap in two minutes, or thirty outside of it, and no leak in garbage', () => {
    const judged = (heap: (n: number) => number, own: (n: number) => number): string[] =>
      judgeTrend(trendOf('ours', 1, breathing, false, held(heap, own)));
    const flat =
      (base: number): ((n: number) => number) =>
      (n) =>
        base + (n % 3) / 2;
    expect(judged(flat(50), flat(150))).toEqual([]);
    expect(judged((n) => 50 + n * 4 * LEAK_MIB_PER_SECOND, flat(150))[0]).toContain('live heap');
    expect(judged(flat(50), (n) => 150 + n)[0]).toContain('own memory');
    const simulator = trendOf(
      'upstox-sim',
      1,
      breathing,
      false,
      held((n) => 50 + n * 0.2, flat(150)),
    );
    expect([judgeTrend(simulator), judgeTrend(simulator, 9)]).toEqual([[expect.stringContaining('live heap')], []]);
  });

  describe('in processes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vega-probe-'));
    const children: ChildProcess[] = [];
    const run = (name: string, source: string): number => {
      const environment = { ...process.env, ...probeEnvironment(folder, 100), VEGA_REPLICA: name };
      const child = spawn(process.execPath, ['-e', source], {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      return child.pid ?? 0;
    };
    afterAll(() => {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    it('tells a leak from garbage, on the heap and outside of it', async () => {
      const every = (body: string): string => `const kept = []; setInterval(() => { ${body} }, 20);`;
      const patience = { withinMs: 120_000 };
      const notes = (...names: string[]): number =>
        Math.min(...names.map((name) => readHeldMemory(folder, name).length));
      const garbage = run('garbage', every('kept[0] = Array.from({ length: 40_000 }, (_, n) => ({ n }));'));
      await eventually(() => notes('garbage') >= 15, patience);
      // Half a GiB at most, should the machine be so slow.
      const heap = run(
        'heap',
        every('if (kept.length < 8_000) kept.push(Array.from({ length: 8_000 }, (_, n) => n + 0.5));'),
      );
      const native = run('native', every('if (kept.length < 2_000) kept.push(Buffer.alloc(256 * 1024, 1));'));
      const watch = new ProcessWatch({ heap, native, garbage }, folder);
      await eventually(() => notes('heap', 'native') >= 3, patience);
      watch.restart();
      const stop = watch.every(50);
      const judged = (): Record<string, string> =>
        Object.fromEntries(watch.trends().map((trend) => [trend.name, judgeTrend(trend).join()]));
      const enough = notes('garbage') + 20;
      const isSeen = (): boolean => {
        const { heap: onHeap = '', native: outside = '' } = judged();
        return notes('garbage') >= enough && onHeap.includes('live heap') && outside.includes('own memory');
      };
      await eventually(isSeen, { ...patience, everyMs: 250 });
      stop();
      expect(judged()['garbage']).toBe('');
    }, 400_000);
  });
});

describe('soak', () => {
  it('two minutes of an accelerated market leave every process flat', async () => {
    const report = await runSoak({ minutes: 2, warmUpMinutes: 0.5, speed: 60, streamClients: 10 });
    expect(report.problems).toEqual([]);
    expect(report.trends.length).toBeGreaterThanOrEqual(7);
    for (const name of ['upstox-sim', 'market-feed', 'market-feed-archiver', 'gateway']) {
      expect(report.trends.find((trend) => trend.name === name)?.liveHeap?.most).toBeGreaterThan(MIB);
    }
    expect(report.volume.frames).toBeGreaterThan(1_000);
    expect(report.volume.requests).toBeGreaterThan(200);
    expect(report.volume.ticks).toBeGreaterThan(5_000);
  }, 720_000);
});
