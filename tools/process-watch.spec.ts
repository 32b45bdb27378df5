import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { eventually, seededRandom } from '@vega/testkit';
import { describeTrend, medianSlope, ProcessWatch, sampleProcess, trendOf } from './process-watch.ts';

const MIB = 1024 * 1024;

describe('medianSlope', () => {
  it('finds the slope of a line and none in a constant', () => {
    const times = [0, 1, 2, 3, 7, 11];
    const line = times.map((time) => 5 - 3 * time);
    expect(medianSlope(times, line)).toBeCloseTo(-3, 12);
    expect(medianSlope(times, [4, 4, 4, 4, 4, 4])).toBe(0);
    expect(medianSlope([1], [1])).toBe(0);
  });

  it('is not moved by the saw of a collector or a few spikes, and still sees a leak under them', () => {
    const random = seededRandom(11);
    const times = Array.from({ length: 400 }, (_, index) => index);
    const saw = times.map((time) => 100 + (time % 20) + (random.chance(0.05) ? 500 : 0));
    expect(Math.abs(medianSlope(times, saw))).toBeLessThan(0.02);
    const leaking = saw.map((value, index) => value + 0.5 * index);
    expect(medianSlope(times, leaking)).toBeCloseTo(0.5, 1);
  });

  it('stays quick for a day of samples', () => {
    const times = Array.from({ length: 86_400 }, (_, index) => index);
    expect(medianSlope(times, times)).toBeCloseTo(1, 9);
  });
});

describe('a watch over processes', () => {
  let leaky: ChildProcess;
  let printed = '';

  beforeAll(async () => {
    const source = `
      const fs = require('node:fs');
      const kept = [];
      process.stdin.on('data', () => {
        kept.push(Buffer.alloc(4 * 1024 * 1024, 1));
        for (let i = 0; i < 5; i += 1) kept.push(fs.openSync('/dev/null'));
        process.stdout.write('.');
      });
      process.stdout.write('.');`;
    leaky = spawn(process.execPath, ['-e', source], { stdio: ['pipe', 'pipe', 'inherit'] });
    leaky.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
    await eventually(() => printed === '.', { withinMs: 10_000 });
  });
  afterAll(() => leaky.kill('SIGKILL'));

  it('sees memory and descriptors grow, tells them from a process that stays flat, and notices an end', async () => {
    const quiet = spawn('sleep', ['300']);
    const watch = new ProcessWatch({ leaky: leaky.pid ?? 0, quiet: quiet.pid ?? 0 });
    watch.sample(0);
    for (let turn = 1; turn <= 12; turn += 1) {
      leaky.stdin?.write('x');
      await eventually(() => printed.length === turn + 1, { withinMs: 5_000 });
      watch.sample(turn * 60_000);
    }
    const [grown, flat] = watch.trends();
    // Four MiB a minute, which the watch is told each turn to be.
    expect((grown?.resident.perHour ?? 0) / MIB).toBeGreaterThan(120);
    expect(grown?.samples).toBe(13);
    expect(Math.abs(flat?.resident.perHour ?? Infinity)).toBeLessThan(MIB);
    if (process.platform === 'linux') {
      expect(grown?.descriptors?.perHour).toBeCloseTo(300, 0);
      expect(flat?.descriptors?.perHour).toBe(0);
    }
    quiet.kill('SIGKILL');
    await eventually(() => sampleProcess(quiet.pid ?? 0) === undefined, { withinMs: 5_000 });
    watch.restart();
    watch.sample(0);
    expect(watch.trends().map((trend) => trend.ended)).toEqual([false, true]);
  });
});

describe('describeTrend', () => {
  it('says it in one line', () => {
    const samples = [0, 1, 2].map((hour) => ({
      atMs: hour * 3_600_000,
      rssBytes: (100 + hour) * MIB,
      descriptors: 20,
    }));
    expect(describeTrend(trendOf('gateway', 1, samples))).toBe(
      'gateway: resident 100.0 to 102.0 MiB, most 102.0, +1.0 MiB/h; over 7200 s; descriptors 20 to 20 (+0.0/h)',
    );
  });
});
