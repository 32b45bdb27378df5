import { dayOfWeek, istDate } from '@vega/kernel';
import {
  EXPIRY_RULES,
  INDEX_TERMS,
  inForce,
  minutesOf,
  PRE_OPEN_TIMES,
  PRICE_BANDS,
  ruleInForce,
  SEED_HOLIDAYS,
  TRADING_TIMES,
  timeOfDay,
  type TimeOfDay,
} from './index.ts';

const ascending = (dates: readonly string[]): boolean => dates.every((date, i) => i === 0 || date > dates[i - 1]!);

describe('dated tables', () => {
  const tables: [string, readonly { readonly from: string }[]][] = [
    ...Object.entries(PRE_OPEN_TIMES).map(([k, rows]) => [`pre-open ${k}`, rows] as [string, typeof rows]),
    ...Object.entries(TRADING_TIMES).map(([k, rows]) => [`session ${k}`, rows] as [string, typeof rows]),
    ...Object.entries(EXPIRY_RULES).flatMap(([k, rule]) => [
      [`monthly ${k}`, rule.monthly] as [string, typeof rule.monthly],
      [`weekly ${k}`, rule.weekly ?? []] as [string, typeof rule.monthly],
    ]),
    ...Object.entries(INDEX_TERMS).flatMap(([k, terms]) => [
      [`lots ${k}`, terms.lots] as [string, typeof terms.lots],
      [`freezes ${k}`, terms.freezes] as [string, typeof terms.lots],
    ]),
  ];

  it.each(tables)('%s ascends strictly', (_name, rows) => expect(ascending(rows.map((row) => row.from))).toBe(true));

  it('change monthly expiry days on the first of a month only, since a month is read by its first day', () => {
    for (const rule of Object.values(EXPIRY_RULES)) for (const row of rule.monthly) expect(row.from).toMatch(/-01$/);
  });

  it('name the source of every row', () => {
    for (const row of [...SEED_HOLIDAYS, ...PRICE_BANDS]) expect(row.source).not.toBe('');
  });

  it('answer with the row in force on both sides of a change', () => {
    const rows = [
      { from: istDate('2026-01-01'), is: 'old' },
      { from: istDate('2026-08-03'), is: 'new' },
    ];
    expect(inForce(rows, istDate('2025-12-31'))).toBeUndefined();
    expect(inForce(rows, istDate('2026-01-01'))?.is).toBe('old');
    expect(inForce(rows, istDate('2026-08-02'))?.is).toBe('old');
    expect(inForce(rows, istDate('2026-08-03'))?.is).toBe('new');
    expect(() => ruleInForce(rows, istDate('2025-12-31'), 'x')).toThrow('does not know x as of 2025-12-31');
  });
});

describe('seed holidays', () => {
  it('close only weekdays, and open at full hours only weekends', () => {
    for (const row of SEED_HOLIDAYS) {
      const weekend = [0, 6].includes(dayOfWeek(row.date));
      if (row.kind === 'closed' || row.kind === 'settlement-holiday')
        expect([row.date, weekend]).toEqual([row.date, false]);
      if (row.kind === 'full-session') expect([row.date, weekend]).toEqual([row.date, true]);
    }
  });

  it('count as many weekday holidays as the exchanges announced', () => {
    const closed = (year: string): number =>
      SEED_HOLIDAYS.filter((row) => {
        const weekday = ![0, 6].includes(dayOfWeek(row.date));
        return row.date.startsWith(year) && weekday && (row.kind === 'closed' || row.kind === 'special-session');
      }).length;
    expect(closed('2025')).toBe(14);
    // 15 announced in December 2025, and 15 January added.
    expect(closed('2026')).toBe(16);
  });

  it('hold windows that open before they close', () => {
    for (const row of SEED_HOLIDAYS) {
      for (const window of row.windows ?? []) {
        expect(minutesOf(window.open)).toBeLessThan(minutesOf(window.close));
        if (window.preOpenFrom) expect(minutesOf(window.preOpenFrom)).toBeLessThan(minutesOf(window.open));
      }
    }
  });
});

describe('time of day', () => {
  it.each(['00:00', '09:15', '24:00'] as TimeOfDay[])('round-trips %s', (time) =>
    expect(timeOfDay(minutesOf(time))).toBe(time),
  );
  it.each(['9:15', '24:01', '09:60', '15:3'] as TimeOfDay[])('refuses %s', (time) =>
    expect(() => minutesOf(time)).toThrow(/is not/),
  );
});
