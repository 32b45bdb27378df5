import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { istDate, istDateOf, istInstant, toIstIso } from '@vega/kernel';
import { eventually, FakeClock } from '@vega/testkit';
import type { MarketStep, SimQuote } from '../market-source.ts';
import { hashOf } from '../seeded-random.ts';
import { GeneratedMarket, type GeneratedMarketOptions } from './generated-market.ts';
import { readState, statePath } from './market-state.ts';

// Whole days of thousands of instruments; the machine may be busy.
jest.setTimeout(120_000);

const NIFTY = 'NSE_INDEX|Nifty 50';
const directories: string[] = [];

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'vega-market-'));
  directories.push(path);
  return path;
}

function market(options: Partial<GeneratedMarketOptions>): GeneratedMarket {
  const clock = new FakeClock();
  return GeneratedMarket.create({ clock, seed: 'restart', startDate: istDate('2026-07-30'), speed: 20, ...options });
}

function steps(source: GeneratedMarket, count: number): MarketStep[] {
  return Array.from({ length: count }, () => {
    const step = source.advance();
    if (step === undefined) throw new Error('the market stood still');
    return step;
  });
}

/** A quote as text; of its thirty levels three, which follow from the same few figures as the rest. */
const faceOf = (quote: SimQuote | undefined): string =>
  JSON.stringify(quote, (name, value: unknown) =>
    name === 'depth' && Array.isArray(value) ? [value[0], value[4], value[20]] : value,
  );

const facesOf = (source: GeneratedMarket): number =>
  hashOf(
    source.now(),
    JSON.stringify([...source.segmentStatus()]),
    JSON.stringify(source.instruments()),
    ...source.instruments().map((row) => faceOf(source.quote(row.instrument_key))),
  );

afterAll(() => {
  for (const path of directories) rmSync(path, { recursive: true, force: true });
});

describe('a market that is stopped and started', () => {
  it('goes on where it was, as if it had never stopped', async () => {
    const stateDir = directory();
    const whole = market({});
    const first = market({ stateDir });
    steps(whole, 60);
    steps(first, 60);
    const face = facesOf(first);
    expect(facesOf(whole)).toBe(face);
    await first.stop();

    const second = market({ stateDir });
    expect(facesOf(second)).toBe(face);
    const digest = (step: MarketStep): number => hashOf(step.now, ...step.changed.map(faceOf));
    expect(steps(second, 40).map(digest)).toEqual(steps(whole, 40).map(digest));
    expect(second.candles(NIFTY, 'minutes', 1, 'intraday')).toEqual(whole.candles(NIFTY, 'minutes', 1, 'intraday'));
    expect(second.candles(NIFTY, 'days', 1, { to: '2026-07-30' })).toEqual(
      whole.candles(NIFTY, 'days', 1, { to: '2026-07-30' }),
    );
    await second.stop();
  });

  it('keeps its finished dates and repeats none', async () => {
    const stateDir = directory();
    const seen: string[] = [];
    const closes: (number | undefined)[] = [];
    for (let run = 0; run < 4; run++) {
      const source = market({ stateDir, speed: 600 });
      for (let i = 0; i < 500; i++) {
        const [step] = steps(source, 1);
        const date = istDateOf(step?.now ?? 0);
        if (date !== seen.at(-1)) {
          expect(seen.includes(date)).toBe(false);
          seen.push(date);
          closes.push(source.quote(NIFTY)?.cp);
        }
      }
      await source.stop();
    }
    expect(seen.length).toBeGreaterThanOrEqual(5);
    const last = market({ stateDir, speed: 600 });
    const days = last.candles(NIFTY, 'days', 1, { from: '2026-07-30', to: '2026-12-31' });
    expect(days.map((row) => row[0].slice(0, 10)).reverse()).toEqual(seen.slice(0, -1));
    expect(days.map((row) => row[4]).reverse()).toEqual(closes.slice(1));
  });

  it('begins another market when the seed changes, on a later date', async () => {
    const stateDir = directory();
    const first = market({ stateDir });
    steps(first, 20);
    await first.stop();
    const second = market({ stateDir, seed: 'another' });
    expect(second.progress()['date']).toBe('2026-07-31');
    expect(second.candles(NIFTY, 'minutes', 1, 'intraday')).toEqual([]);
    await second.stop();
  });
});

describe('a market that is killed', () => {
  it('goes on past everything it has shown, through the very same quotes', () => {
    const stateDir = directory();
    const whole = market({});
    const killed = market({ stateDir, saveEveryMs: 2000 });
    const shown = new Map<string, { version: number; vtt: number; ltt: number }>();
    let last = 0;
    for (let i = 0; i < 130; i++) {
      for (const quote of steps(killed, 1)[0]?.changed ?? [])
        shown.set(quote.key, { version: quote.version, vtt: quote.vtt, ltt: quote.ltt });
      last = killed.now();
    }
    expect(Number(killed.progress()['stateWrites'])).toBeGreaterThan(1);

    const next = market({ stateDir, saveEveryMs: 2000 });
    expect(next.now()).toBeGreaterThanOrEqual(last);
    expect(next.now() - last).toBeLessThanOrEqual(2 * 2000 * 20 + 60_000);
    const contradicted = [...shown].filter(([key, past]) => {
      const quote = next.quote(key);
      return quote === undefined || quote.version < past.version || quote.vtt < past.vtt || quote.ltt < past.ltt;
    });
    expect(contradicted).toEqual([]);
    while (whole.now() < next.now()) steps(whole, 1);
    expect(facesOf(next)).toBe(facesOf(whole));
    expect(next.candles(NIFTY, 'minutes', 1, 'intraday')).toEqual(whole.candles(NIFTY, 'minutes', 1, 'intraday'));
  });

  it('survives a kill in the night without repeating a date or losing its candles', () => {
    const stateDir = directory();
    const killed = market({ stateDir, speed: 600, saveEveryMs: 500 });
    for (let i = 0; i < 2000 && killed.progress()['date'] === '2026-07-30'; i++) steps(killed, 1);
    steps(killed, 3);
    const day = killed.candles(NIFTY, 'days', 1, { to: '2026-07-30' })[0];
    const next = market({ stateDir, speed: 600, saveEveryMs: 500 });
    expect(next.progress()['date']).toBe('2026-07-31');
    expect(next.now()).toBeGreaterThanOrEqual(killed.now());
    expect(next.candles(NIFTY, 'days', 1, { to: '2026-07-30' })[0]).toEqual(day);
    expect(next.candles(NIFTY, 'minutes', 1, { from: '2026-07-30', to: '2026-07-30' }).length).toBe(375);
  });
});

describe('the state file', () => {
  it('is refused in one sentence when it is not whole', async () => {
    const stateDir = directory();
    const first = market({ stateDir });
    steps(first, 5);
    await first.stop();
    expect(existsSync(`${statePath(stateDir)}.tmp`)).toBe(false);
    const bytes = readFileSync(statePath(stateDir));
    expect(readState(stateDir)?.header.date).toBe('2026-07-30');
    writeFileSync(statePath(stateDir), bytes.subarray(0, bytes.length - 8));
    expect(() => market({ stateDir })).toThrow(/generated-market\.state cannot be read \(it is cut short\)/);
    writeFileSync(statePath(stateDir), Buffer.concat([Buffer.from([7, 0, 0, 0]), Buffer.from('{"a":1}')]));
    expect(() => market({ stateDir })).toThrow(/cannot be read/);
  });
});

describe('a disk that fails', () => {
  it('shows in the progress at first, and stops the market before it shows what it could not keep', async () => {
    const stateDir = directory();
    const clock = new FakeClock();
    const source = market({ stateDir, clock, saveEveryMs: 1000 });
    steps(source, 1);
    rmSync(stateDir, { recursive: true });
    clock.advanceSync(1000);
    steps(source, 1);
    await eventually(() => source.progress()['stateError'] !== null, { withinMs: 5000 });
    expect(source.progress()['stateError']).toMatch(/ENOENT/);
    const seen: number[] = [];
    source.onStep((step) => seen.push(step.now));
    expect(() => steps(source, 2000)).toThrow(/ENOENT/);
    expect(source.now()).toBeGreaterThan(seen.at(-1) ?? 0);
  });
});

describe('the timer', () => {
  it('runs at the real rate times the speed, and falls behind rather than burst after a stall', async () => {
    const clock = new FakeClock();
    const source = market({ clock, speed: 5 });
    const seen: number[] = [];
    source.onStep((step) => seen.push(step.now));
    source.start();
    clock.advanceSync(20_000);
    const open = istInstant(istDate('2026-07-30'), 9, 15);
    const trading = seen.filter((now) => now > open);
    expect(seen.length).toBe(200);
    expect((trading.at(-1) ?? 0) - (trading[0] ?? 0)).toBe((trading.length - 1) * 500);
    await source.stop();
    const before = seen.length;
    clock.advanceSync(5000);
    expect(seen.length).toBe(before);
  });

  it('makes up for a late timer by a few steps at most', () => {
    const clock = new FakeClock();
    let late = 0;
    const slow = Object.assign(Object.create(clock) as FakeClock, { monotonicMs: () => clock.monotonicMs() + late });
    const source = market({ clock: slow });
    let count = 0;
    source.onStep(() => count++);
    source.start();
    late = 60_000;
    clock.advanceSync(100);
    expect(count).toBe(10);
  });

  it('refuses speeds that it cannot run at', () => {
    expect(() => market({ speed: 0 })).toThrow(/speed must be from 1 to 600/);
    expect(() => market({ speed: 601 })).toThrow(/speed/);
    expect(() => market({ session: 'wall', speed: 2 })).toThrow(/wall/);
  });
});

describe('a market that follows the wall', () => {
  const at = (date: string, hour: number, minute = 0): FakeClock =>
    new FakeClock(istInstant(istDate(date), hour, minute));
  const wall = (clock: FakeClock, options: Partial<GeneratedMarketOptions> = {}): GeneratedMarket =>
    GeneratedMarket.create({ clock, seed: 'wall', session: 'wall', ...options });

  it('begun at noon has had its morning', () => {
    const clock = at('2026-07-30', 12);
    const source = wall(clock);
    expect(source.now()).toBe(clock.wallNow());
    expect(source.segmentStatus().get('NSE_FO')?.status).toBe('NORMAL_OPEN');
    const day = source.quote(NIFTY)?.day;
    expect(day?.high).toBeGreaterThan(day?.low ?? Infinity);
    expect(source.candles(NIFTY, 'minutes', 1, 'intraday').length).toBe(165);
    expect(source.advance()).toBeUndefined();
    clock.stepWall(100);
    expect(source.advance()?.now).toBe(clock.wallNow());
  });

  it('is quiet at night, and tells the next morning', () => {
    const clock = at('2026-07-30', 21);
    const source = wall(clock);
    const quote = JSON.stringify(source.quote(NIFTY));
    const changed: SimQuote[] = [];
    let statuses = 0;
    source.onStep((step) => {
      changed.push(...step.changed);
      if (step.statusChanged) statuses++;
    });
    source.start();
    clock.advanceSync(3000);
    expect([changed.length, statuses, JSON.stringify(source.quote(NIFTY))]).toEqual([0, 0, quote]);
    expect(toIstIso(source.now())).toBe('2026-07-30T21:00:03+05:30');
    clock.stepWall(istInstant(istDate('2026-07-31'), 8, 59) - clock.wallNow());
    clock.advanceSync(120_000);
    expect(source.progress()['date']).toBe('2026-07-31');
    expect(source.segmentStatus().get('NSE_EQ')?.status).toBe('PRE_OPEN_START');
    expect(statuses).toBeGreaterThan(1);
  });

  it('after days away plays what it missed, and begins anew after many', async () => {
    const stateDir = directory();
    const first = wall(at('2026-07-30', 9, 20), { stateDir });
    const close = Number(first.quote(NIFTY)?.ltp);
    await first.stop();
    const later = wall(at('2026-08-03', 9, 20), { stateDir });
    expect(later.progress()).toMatchObject({ date: '2026-08-03', firstDate: '2026-07-30' });
    const days = later.candles(NIFTY, 'days', 1, { from: '2026-07-29', to: '2026-08-03' });
    expect(days.map((row) => row[0].slice(0, 10))).toEqual(['2026-07-31', '2026-07-30', '2026-07-29']);
    await later.stop();
    const much = wall(at('2026-10-01', 9, 20), { stateDir });
    expect(much.progress()).toMatchObject({ date: '2026-10-01', firstDate: '2026-10-01' });
    const cp = much.quote(NIFTY)?.cp ?? 0;
    expect(Math.abs(cp / close - 1)).toBeLessThan(0.1);
    expect(much.candles(NIFTY, 'days', 1, { to: '2026-10-01' })[0]?.[4]).toBe(cp);
    await much.stop();
  });
});
