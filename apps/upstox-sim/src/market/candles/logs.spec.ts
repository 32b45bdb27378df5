import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { istDate, istInstant } from '@vega/kernel';
import { writeFileAtomically } from '../atomic-file.ts';
import { DailyLog } from './daily-log.ts';
import { fileBytes, memoryBytes, MinuteLog, type LogBytes, type MinuteRow } from './minute-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'vega-logs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const KEYS = ['NSE_EQ|A', 'NSE_EQ|B', 'NSE_FO|3'];
const at = (minute: number): number => istInstant(istDate('2026-07-30'), 9, minute);
const paise = (price: number): number => Math.round(price * 100) / 100;
const row = (slot: number, minute: number, price: number): MinuteRow => ({
  slot,
  at: at(minute),
  open: price,
  high: paise(price + 0.1),
  low: paise(price - 0.05),
  close: paise(price + 0.05),
  volume: 65 * minute,
  oi: 3_000_000_000,
});
const barOf = ({ slot: _, ...bar }: MinuteRow) => bar;

describe.each([
  ['in memory', () => memoryBytes()],
  ['in a file', () => fileBytes(join(directory, `log-${Math.floor(performance.now() * 1e3)}.bin`))],
])('a minute log %s', (_, make: () => LogBytes) => {
  it('gives back what was put in, by instrument', () => {
    const log = MinuteLog.create('2026-07-30', KEYS, make());
    log.append(at(15), [row(0, 15, 79_800.05), row(2, 15, 0.1)]);
    log.append(at(16), [row(2, 16, 2.35)]);
    expect(log.barsOf('NSE_EQ|A')).toEqual([barOf(row(0, 15, 79_800.05))]);
    expect(log.barsOf('NSE_EQ|B')).toEqual([]);
    expect(log.barsOf('NSE_FO|3')).toEqual([barOf(row(2, 15, 0.1)), barOf(row(2, 16, 2.35))]);
    expect(log.barsOf('NSE_FO|4')).toEqual([]);
  });

  it('can be opened again, up to a minute', () => {
    const bytes = make();
    const log = MinuteLog.create('2026-07-30', KEYS, bytes);
    for (const minute of [15, 16, 17]) log.append(at(minute), [row(1, minute, minute)]);
    const again = MinuteLog.open(bytes, at(17));
    expect(again?.date).toBe('2026-07-30');
    expect(again?.barsOf('NSE_EQ|B').map((bar) => bar.at)).toEqual([at(15), at(16)]);
    again?.append(at(17), [row(1, 17, 99)]);
    expect(MinuteLog.open(bytes)?.barsOf('NSE_EQ|B').at(-1)).toEqual(barOf(row(1, 17, 99)));
  });

  it('is nothing without a header', () => {
    expect(MinuteLog.open(make())).toBeUndefined();
  });
});

describe('a torn minute log', () => {
  it.each([1, 11, 13, 20])('loses its last minute when %d bytes are missing, and goes on', (missing) => {
    const path = join(directory, `torn-${missing}.bin`);
    const log = MinuteLog.create('2026-07-30', KEYS, fileBytes(path));
    log.append(at(15), [row(1, 15, 1)]);
    const whole = statSync(path).size;
    log.append(at(16), [row(1, 16, 2)]);
    log.close();
    truncateSync(path, statSync(path).size - missing);
    const again = MinuteLog.open(fileBytes(path));
    expect(again?.barsOf('NSE_EQ|B').length).toBe(1);
    expect(statSync(path).size).toBe(whole);
    again?.append(at(16), [row(1, 16, 3)]);
    expect(again?.barsOf('NSE_EQ|B').at(-1)).toEqual(barOf(row(1, 16, 3)));
  });
});

describe('a daily log', () => {
  const [first, second, third] = [istDate('2026-07-29'), istDate('2026-07-30'), istDate('2026-07-31')];
  const day = (price: number) => [price, price + 1, price - 1, price, 10, 20] as const;
  const isContract = (key: string): boolean => key.startsWith('NSE_FO');

  it('keeps finished dates over a restart, drops what came after the state, and a torn line', () => {
    const path = join(directory, 'daily.jsonl');
    const log = DailyLog.create(path);
    log.append(first, [['NSE_EQ|A', day(100)]], isContract);
    log.append(
      second,
      [
        ['NSE_EQ|A', day(101)],
        ['NSE_FO|3', day(7)],
      ],
      isContract,
    );
    log.append(third, [['NSE_EQ|A', day(102)]], isContract);
    appendFileSync(path, '{"date":"2026-08-03","rows":{"NSE_EQ|A":[1,2');
    const again = DailyLog.open(path, third);
    expect(again.finishedDates()).toEqual([first, second]);
    expect(again.barOf('NSE_EQ|A', second)).toEqual({
      at: istInstant(second),
      open: 101,
      high: 102,
      low: 100,
      close: 101,
      volume: 10,
      oi: 20,
    });
    expect(again.barOf('NSE_EQ|A', third)).toBeUndefined();
    expect(again.barOf('NSE_FO|3', first)).toBeUndefined();
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(3);
  });

  it('bounds contracts, forgets those delisted, and shortens its file', () => {
    const path = join(directory, 'long.jsonl');
    const log = DailyLog.create(path);
    let date = istInstant(istDate('2024-01-01'));
    for (let i = 0; i < 160; i++, date += 86_400_000) {
      const on = istDate(new Date(date + 43_200_000).toISOString().slice(0, 10));
      log.append(
        on,
        [
          ['NSE_EQ|A', day(i + 10)],
          ['NSE_FO|3', day(i + 10)],
          ['NSE_FO|9', day(i + 10)],
        ],
        isContract,
      );
      log.retain((key) => key !== 'NSE_FO|9');
    }
    const again = DailyLog.open(path, istDate('2030-01-01'));
    expect(again.finishedDates().length).toBe(160);
    expect(again.barOf('NSE_EQ|A', istDate('2024-01-01'))?.open).toBe(10);
    expect(again.barOf('NSE_FO|3', istDate('2024-01-01'))).toBeUndefined();
    expect(again.barOf('NSE_FO|3', istDate('2024-06-08'))?.open).toBe(169);
    expect(readFileSync(path, 'utf8')).not.toContain('NSE_FO|9');
  });

  it('is refused when a line is something else', () => {
    const path = join(directory, 'bad.jsonl');
    writeFileSync(path, '{"date":"2026-07-29","rows":{}}\n{"date":"yesterday","rows":{}}\n');
    expect(() => DailyLog.open(path, third)).toThrow(/bad\.jsonl, line 2/);
  });
});

describe('writeFileAtomically', () => {
  it('replaces a file whole and leaves no temporary one', () => {
    const path = join(directory, 'atomic');
    writeFileAtomically(path, 'one');
    writeFileAtomically(path, Buffer.from('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(() => statSync(`${path}.tmp`)).toThrow();
  });
});
