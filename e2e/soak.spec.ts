import { judgeTrend, runSoak } from './soak.ts';
import { trendOf } from '../tools/process-watch.ts';

const MIB = 1024 ** 2;

describe('soak', () => {
  it('judges a planted leak of memory and of descriptors, and lets a saw pass', () => {
    const samples = (grow: (n: number) => number, open: (n: number) => number) =>
      Array.from({ length: 120 }, (_, n) => ({ atMs: n * 1_000, rssBytes: grow(n), descriptors: open(n) }));
    const flat = trendOf(
      'flat',
      1,
      samples(
        (n) => (100 + (n % 10)) * MIB,
        () => 30,
      ),
    );
    const leak = trendOf(
      'leak',
      1,
      samples(
        (n) => (100 + n) * MIB,
        () => 30,
      ),
    );
    const handles = trendOf(
      'handles',
      1,
      samples(
        () => 100 * MIB,
        (n) => 30 + n,
      ),
    );
    expect(judgeTrend(flat)).toEqual([]);
    expect(judgeTrend(leak)).toHaveLength(1);
    expect(judgeTrend(handles)[0]).toContain('descriptors');
  });

  it('two minutes of an accelerated market leave every process flat', async () => {
    const report = await runSoak({ minutes: 2, warmUpMinutes: 1.5, speed: 60, streamClients: 10 });
    expect(report.problems).toEqual([]);
    expect(report.trends.length).toBeGreaterThanOrEqual(7);
    expect(report.volume.frames).toBeGreaterThan(1_000);
    expect(report.volume.requests).toBeGreaterThan(200);
    expect(report.volume.ticks).toBeGreaterThan(5_000);
  }, 300_000);
});
