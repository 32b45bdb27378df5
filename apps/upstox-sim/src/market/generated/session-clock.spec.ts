import { istDate, istDateOf, istInstant, MINUTE_MS, toIstIso, type IstDate } from '@vega/kernel';
import { edgesOf, isOpen, nextOpenInstant, nextWallInstant, statusesAt, wallMarketDate } from './session-clock.ts';
import { nextMarketDate, tradingDay } from './trading-day.ts';

const SEED = 'clock';

/** Runs an always-open market over so many dates and returns all instants. */
function walk(first: string, dates: number, stepMs: number): { now: number; date: IstDate }[] {
  let date = istDate(first);
  let now = istInstant(date, 8, 59, 59);
  const visited = [{ now, date }];
  for (let left = dates; left > 0;) {
    const day = tradingDay(date, SEED);
    const next = nextOpenInstant(day, edgesOf(day), now, stepMs);
    now = next.now;
    if (next.newDate !== undefined) {
      date = next.newDate;
      left--;
    }
    if (left > 0) visited.push({ now, date });
  }
  return visited;
}

describe('always-open', () => {
  it.each([1000, 6000, 60_000])(
    'goes on only, in steps of at most %d ms within trading, and misses no edge',
    (stepMs) => {
      const visited = walk('2026-07-30', 4, stepMs);
      const seen = new Set(visited.map(({ now }) => now));
      const wrong = visited.slice(1).filter((after, i) => {
        const before = visited[i] ?? after;
        if (after.now <= before.now) return true;
        if (!isOpen(tradingDay(before.date, SEED), before.now)) return false;
        // No step crosses a minute: its last instant belongs to the minute it began in.
        const sameMinute = Math.floor((after.now - 1) / MINUTE_MS) === Math.floor(before.now / MINUTE_MS);
        return after.now - before.now > stepMs || !sameMinute;
      });
      expect(wrong).toEqual([]);
      expect(visited.length).toBeGreaterThan(4 * 375);
      for (const date of ['2026-07-30', '2026-07-31', '2026-08-03', '2026-08-04']) {
        for (const edge of edgesOf(tradingDay(istDate(date), SEED))) expect(seen.has(edge)).toBe(true);
      }
    },
  );

  it('runs through trading dates, no date twice, and spends seconds on what is closed', () => {
    const visited = walk('2026-11-20', 6, 4000);
    const dates = visited.map(({ date }) => date).filter((date, i, all) => date !== all[i - 1]);
    expect(dates).toEqual(['2026-11-20', '2026-11-23', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-30']);
    const closed = visited.filter(({ now, date }) => !isOpen(tradingDay(date, SEED), now));
    expect(closed.length / 6).toBeLessThan(60);
    expect(visited.filter(({ now, date }) => istDateOf(now) !== date)).toEqual([]);
  });
});

describe('wall', () => {
  it('waits for a whole step, keeps to steps, and hurries when it is far behind', () => {
    const day = tradingDay(istDate('2026-07-30'), SEED);
    const edges = edgesOf(day);
    const now = istInstant(day.date, 10, 0, 30);
    expect(nextWallInstant(day, edges, now, now + 99, 100)).toBeUndefined();
    expect(nextWallInstant(day, edges, now, now + 250, 100)).toEqual({ now: now + 100 });
    expect(nextWallInstant(day, edges, now, now + 3_600_000, 100)).toEqual({ now: istInstant(day.date, 10, 1) });
  });

  it('is quiet at night and takes up the next session date when its master is due', () => {
    const day = tradingDay(istDate('2026-07-31'), SEED);
    const edges = edgesOf(day);
    const evening = istInstant(day.date, 20);
    expect(nextWallInstant(day, edges, evening, evening + 1000, 100)).toEqual({ now: evening + 1000 });
    const sunday = istInstant(istDate('2026-08-02'), 12);
    expect(nextWallInstant(day, edges, evening, sunday, 100)).toEqual({ now: sunday });
    const monday = istInstant(istDate('2026-08-03'), 7);
    const next = nextWallInstant(day, edges, sunday, monday, 100);
    expect(next).toEqual({ now: istInstant(istDate('2026-08-03'), 6), newDate: '2026-08-03' });
  });

  it('stands in the last session whose master is in force', () => {
    expect(wallMarketDate(istInstant(istDate('2026-08-03'), 5, 59))).toBe('2026-07-31');
    expect(wallMarketDate(istInstant(istDate('2026-08-03'), 6))).toBe('2026-08-03');
    expect(wallMarketDate(istInstant(istDate('2026-11-24'), 12))).toBe('2026-11-23');
  });
});

describe('trading days', () => {
  it('know the sessions before and after the closing auctions came', () => {
    const before = tradingDay(istDate('2026-07-31'), SEED);
    expect([before.close, before.cashClose].map(toIstIso)).toEqual([
      '2026-07-31T15:30:00+05:30',
      '2026-07-31T15:30:00+05:30',
    ]);
    expect(before.auctionPrint).toBeUndefined();
    const after = tradingDay(istDate('2026-08-03'), SEED);
    expect([after.close, after.cashClose].map(toIstIso)).toEqual([
      '2026-08-03T15:40:00+05:30',
      '2026-08-03T15:15:00+05:30',
    ]);
    expect(after.auctionPrint).toBeGreaterThanOrEqual(istInstant(after.date, 15, 28));
    expect(after.auctionPrint).toBeLessThan(istInstant(after.date, 15, 30));
  });

  it('skip holidays', () => {
    expect(nextMarketDate(istDate('2026-11-23'))).toBe('2026-11-25');
  });

  it('tell every segment a status at any time', () => {
    const day = tradingDay(istDate('2026-08-03'), SEED);
    const at = (hour: number, minute: number) =>
      Object.fromEntries(
        [...statusesAt(day, istInstant(day.date, hour, minute))].map(([key, { status }]) => [key, status]),
      );
    expect(at(3, 0)).toEqual({
      NSE_EQ: 'CLOSING_END',
      NSE_INDEX: 'CLOSING_END',
      NSE_FO: 'NORMAL_CLOSE',
      BSE_EQ: 'CLOSING_END',
      BSE_INDEX: 'CLOSING_END',
      BSE_FO: 'NORMAL_CLOSE',
    });
    expect(at(9, 2)).toMatchObject({ NSE_EQ: 'PRE_OPEN_START', NSE_FO: 'NORMAL_CLOSE' });
    expect(at(12, 0)).toMatchObject({ NSE_EQ: 'NORMAL_OPEN', NSE_FO: 'NORMAL_OPEN', NSE_INDEX: 'NORMAL_OPEN' });
    expect(at(15, 20)).toMatchObject({ NSE_INDEX: 'CLOSING_START', NSE_FO: 'NORMAL_OPEN' });
  });
});
